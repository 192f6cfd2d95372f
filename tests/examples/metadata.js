import { env } from 'cloudflare:workers';
import { Guard, JwtVerifier } from 'edge-oauth2/inbound';

const verifier = new JwtVerifier({ issuer: env.ISSUER, audience: env.AUDIENCE });
const guard = new Guard({ verifier, resource: env.AUDIENCE, scopesSupported: ['read', 'write'] });

export default {
  fetch(request) {
    return guard.metadata(request) ?? new Response(null, { status: 404 });
  },
};
