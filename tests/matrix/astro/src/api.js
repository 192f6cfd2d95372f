import { getSecret } from 'astro:env/server';
import { OAuth2Client } from 'edge-oauth2';

/** In a function: on Cloudflare there are no secrets before the first request. */
export function api() {
  return new OAuth2Client({
    tokenUrl: getSecret('TOKEN_URL'),
    clientId: getSecret('CLIENT_ID'),
    clientSecret: getSecret('CLIENT_SECRET'),
    baseUrl: getSecret('API_URL'),
  });
}
