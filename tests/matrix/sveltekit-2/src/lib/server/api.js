import { env } from '$env/dynamic/private';
import { OAuth2Client } from 'edge-oauth2';

/** For each request: on Cloudflare there is no environment before it. The store is there on Cloudflare only. */
export function api(platform) {
  const { TOKEN_URL, CLIENT_ID, CLIENT_SECRET, API_URL } = env;
  const store = platform?.env?.TOKENS;
  return new OAuth2Client({
    tokenUrl: TOKEN_URL,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    baseUrl: API_URL,
    ...(store && { store }),
  });
}
