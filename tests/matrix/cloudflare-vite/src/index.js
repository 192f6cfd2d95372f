import { OAuth2Client } from 'edge-oauth2';

export default {
  async fetch(request, env) {
    const api = new OAuth2Client({ tokenUrl: env.TOKEN_URL, clientId: env.CLIENT_ID, clientSecret: env.CLIENT_SECRET, baseUrl: env.API_URL });
    const { method } = request;
    return api.fetch('/hello', { method, body: method === 'POST' ? await request.text() : undefined });
  },
};
