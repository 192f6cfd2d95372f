import { ClientSecretBasic, Configuration, allowInsecureRequests, clientCredentialsGrant } from 'openid-client';
import { cached } from './hand-written.mjs';

export function create({ TOKEN_URL, CLIENT_ID, CLIENT_SECRET }) {
  const server = { issuer: new URL(TOKEN_URL).origin, token_endpoint: TOKEN_URL };
  const config = new Configuration(server, CLIENT_ID, undefined, ClientSecretBasic(CLIENT_SECRET));
  allowInsecureRequests(config);
  return cached(async () => {
    const token = await clientCredentialsGrant(config);
    return { accessToken: token.access_token, expiresIn: token.expires_in };
  });
}
