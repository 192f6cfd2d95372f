import { env } from '$env/dynamic/private';
import { OAuth2Client } from 'edge-oauth2';

/** In a function: on Cloudflare there is no environment before the first request. */
export function api() {
  const { TOKEN_URL, CLIENT_ID, CLIENT_SECRET, API_URL } = env;
  return new OAuth2Client({ tokenUrl: TOKEN_URL, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, baseUrl: API_URL });
}
