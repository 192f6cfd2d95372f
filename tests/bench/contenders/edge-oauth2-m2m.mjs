import { OAuth2Client } from 'edge-oauth2/m2m';

export function create({ TOKEN_URL, CLIENT_ID, CLIENT_SECRET, API_URL }, scopes) {
  return new OAuth2Client({
    tokenUrl: TOKEN_URL,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    baseUrl: API_URL,
    ...(scopes && { scopes }),
  });
}
