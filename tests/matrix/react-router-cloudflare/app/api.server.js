import { OAuth2Client } from 'edge-oauth2';

/** For each request, of the environment that `workers/app.js` hands on. */
export function api({ env }) {
  return new OAuth2Client({ tokenUrl: env.TOKEN_URL, clientId: env.CLIENT_ID, clientSecret: env.CLIENT_SECRET, baseUrl: env.API_URL });
}
