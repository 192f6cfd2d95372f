import { Guard, JwtVerifier, TokenIntrospector } from 'edge-oauth2/inbound';

export function create({ INTROSPECTION_URL, JWKS_URL, ISSUER, AUDIENCE, CLIENT_ID, CLIENT_SECRET }) {
  const introspector = new TokenIntrospector({ introspectionUrl: INTROSPECTION_URL, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET });
  const verifier = new JwtVerifier({ issuer: ISSUER, jwksUri: JWKS_URL, audience: AUDIENCE });
  const [opaque, jwt] = [new Guard({ introspector }), new Guard({ verifier })];
  const read = { scopes: ['read'] };
  return {
    introspected: async (request) => (await opaque.authorize(request, read)).subject,
    verified: async (request) => (await jwt.authorize(request, read)).subject,
  };
}
