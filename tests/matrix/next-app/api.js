import { OAuth2Client } from 'edge-oauth2';

const { TOKEN_URL, CLIENT_ID, CLIENT_SECRET, API_URL } = process.env;

// `next build` loads this file without the environment that it will run in: what is undefined then is wanted by requests only.
const client = new OAuth2Client({ tokenUrl: TOKEN_URL, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, baseUrl: API_URL });

export const api = () => client;
