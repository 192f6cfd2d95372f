import * as oauth from 'oauth4webapi';
import { cached } from './hand-written.mjs';

export function create({ TOKEN_URL, CLIENT_ID, CLIENT_SECRET }) {
  const server = { issuer: new URL(TOKEN_URL).origin, token_endpoint: TOKEN_URL };
  const client = { client_id: CLIENT_ID };
  const authentication = oauth.ClientSecretBasic(CLIENT_SECRET);
  return cached(async () => {
    const options = { [oauth.allowInsecureRequests]: true };
    const response = await oauth.clientCredentialsGrantRequest(server, client, authentication, {}, options);
    const token = await oauth.processClientCredentialsResponse(server, client, response);
    return { accessToken: token.access_token, expiresIn: token.expires_in };
  });
}
