import { OAuth2Client } from 'edge-oauth2';

export default async function hello(request) {
  const api = new OAuth2Client({
    tokenUrl: Netlify.env.get('TOKEN_URL'),
    clientId: Netlify.env.get('CLIENT_ID'),
    clientSecret: Netlify.env.get('CLIENT_SECRET'),
    baseUrl: Netlify.env.get('API_URL'),
  });
  const { method } = request;
  return api.fetch('/hello', { method, body: method === 'POST' ? await request.text() : undefined });
}

export const config = { path: '/hello' };
