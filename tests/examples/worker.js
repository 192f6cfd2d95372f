import { env } from 'cloudflare:workers';
import { Guard, JwtVerifier } from 'edge-oauth2/inbound';

const verifier = new JwtVerifier({ issuer: env.ISSUER, audience: env.AUDIENCE });
const guard = new Guard({ verifier });

export default {
  async fetch(request) {
    try {
      const { subject } = await guard.authorize(request, { scopes: 'read' });
      return Response.json({ hello: subject });
    } catch (error) {
      if (error.response) return error.response;
      throw error;
    }
  },
};
