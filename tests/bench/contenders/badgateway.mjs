import { OAuth2Client } from '@badgateway/oauth2-client';
import { cached } from './hand-written.mjs';

export function create({ TOKEN_URL, CLIENT_ID, CLIENT_SECRET }) {
  const client = new OAuth2Client({
    server: new URL(TOKEN_URL).origin,
    tokenEndpoint: TOKEN_URL,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    authenticationMethod: 'client_secret_basic',
    // The host's fetch refuses to be called as another object's method.
    fetch: (input, init) => fetch(input, init),
  });
  return cached(async () => {
    const { accessToken, expiresAt } = await client.clientCredentials();
    return { accessToken, expiresIn: (expiresAt - Date.now()) / 1000 };
  });
}
