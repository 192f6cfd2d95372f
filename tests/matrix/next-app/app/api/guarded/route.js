import { Guard, JwtVerifier } from 'edge-oauth2/inbound';

// Next.js 14 answers a GET once and for all, when it builds.
export const dynamic = 'force-dynamic';

// In the handler: when Next.js builds, it loads this file without the environment that it will run in.
const guard = () => {
  const verifier = new JwtVerifier({ issuer: process.env.ISSUER, audience: process.env.AUDIENCE });
  return new Guard({ verifier, resource: process.env.AUDIENCE });
};

export async function GET(request) {
  try {
    const { subject } = await guard().authorize(request, { scopes: 'read' });
    return Response.json({ hello: subject });
  } catch (error) {
    if (error.response) return error.response;
    throw error;
  }
}
