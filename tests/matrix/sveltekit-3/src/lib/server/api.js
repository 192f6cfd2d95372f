import { API_URL, CLIENT_ID, CLIENT_SECRET, TOKEN_URL } from '$app/env/private';
import { OAuth2Client } from 'edge-oauth2';

/** In a function: `vite build` loads this file without the environment that it will run in. */
export function api() {
  return new OAuth2Client({ tokenUrl: TOKEN_URL, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, baseUrl: API_URL });
}
