import { OAuth2Client } from 'edge-oauth2';

// A page keeps no secret: a real one signs its users in as a public client. This one is for tests.
const api = new OAuth2Client({
  tokenUrl: new URL('/oauth/token', location.href).href,
  clientId: import.meta.env.VITE_CLIENT_ID,
  clientSecret: import.meta.env.VITE_CLIENT_SECRET,
  baseUrl: new URL('/api/', location.href).href,
});

window.hello = async (init) => (await api.fetch('/hello', init)).json();
