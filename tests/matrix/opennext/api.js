import { OAuth2Client } from 'edge-oauth2';

// In a function: `next build` loads this file without the environment that it will run in. Clients with equal options
// share their token, so one for each request costs nothing.
export function api() {
  const { TOKEN_URL, CLIENT_ID, CLIENT_SECRET, API_URL } = process.env;
  return new OAuth2Client({ tokenUrl: TOKEN_URL, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, baseUrl: API_URL });
}
