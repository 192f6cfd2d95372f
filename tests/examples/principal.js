import { env } from 'cloudflare:workers';
import { Guard, TokenIntrospector } from 'edge-oauth2/inbound';

const { ISSUER: issuer, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret } = env;
const introspector = new TokenIntrospector({ issuer, clientId, clientSecret });

/** The application's own users: what it says of their scopes takes the place of what the token does. */
const guard = new Guard({
  introspector,
  principal: ({ claims }) => env.USERS.get(claims.username, 'json'),
});

export default {
  async fetch(request) {
    try {
      const { principal, scopes } = await guard.authorize(request, { anyScope: ['editor', 'owner'] });
      return Response.json({ hello: principal.name, scopes });
    } catch (error) {
      if (error.response) return error.response;
      throw error;
    }
  },
};
