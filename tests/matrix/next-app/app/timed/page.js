import { OAuth2Client } from 'edge-oauth2';
import { createElement } from 'react';

// A page that Next.js makes while it builds, unless something in it is asked for anew by each request. A token is: `no-store`.
export const revalidate = 60;

const WHILE_BUILDING = { TOKEN_URL: 'http://127.0.0.1:9/token', CLIENT_ID: 'id', CLIENT_SECRET: 'secret', API_URL: 'http://127.0.0.1:9' };

export default async function Page() {
  const { TOKEN_URL, CLIENT_ID, CLIENT_SECRET, API_URL } = { ...WHILE_BUILDING, ...process.env };
  const api = new OAuth2Client({ tokenUrl: TOKEN_URL, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, baseUrl: API_URL });
  const response = await api.fetch('/timed');
  return createElement('p', null, `answered ${response.status}`);
}
