import { env } from 'cloudflare:workers';
import { Guard, JwtVerifier, TokenIntrospector } from 'edge-oauth2/inbound';

const { ISSUER: issuer, AUDIENCE: audience, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret } = env;
const introspector = new TokenIntrospector({ issuer, clientId, clientSecret });
const verifier = new JwtVerifier({ issuer, audience });

/** The authorization server is asked about every token. */
export const asking = new Guard({ introspector });
/** It is asked about none: all of them are JWTs. */
export const reading = new Guard({ verifier });
/** JWTs are checked here, and it is asked about the others. */
export const either = new Guard({ introspector, verifier });

/** It is asked about JWTs too, on a route where it matters that one was taken back. */
export const transfer = (request) => either.authorize(request, { check: 'both', maxAgeSeconds: 0 });
