import { Guard, JwtVerifier } from 'edge-oauth2/inbound';

export const dynamic = 'force-dynamic';

export function GET(request) {
  const verifier = new JwtVerifier({ issuer: process.env.ISSUER, audience: process.env.AUDIENCE });
  const guard = new Guard({ verifier, resource: process.env.AUDIENCE });
  return guard.metadata(request) ?? new Response(null, { status: 404 });
}
