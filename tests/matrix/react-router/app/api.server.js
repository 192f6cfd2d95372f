import { OAuth2Client } from 'edge-oauth2';

const { TOKEN_URL, CLIENT_ID, CLIENT_SECRET, API_URL } = process.env;

export const api = new OAuth2Client({ tokenUrl: TOKEN_URL, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, baseUrl: API_URL });
