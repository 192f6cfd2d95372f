import { ClientCredentials } from 'simple-oauth2';
import { cached } from './hand-written.mjs';

export function create({ TOKEN_URL, CLIENT_ID, CLIENT_SECRET }) {
  const { origin, pathname } = new URL(TOKEN_URL);
  const client = new ClientCredentials({
    client: { id: CLIENT_ID, secret: CLIENT_SECRET },
    auth: { tokenHost: origin, tokenPath: pathname },
  });
  return cached(async () => {
    const { token } = await client.getToken({});
    return { accessToken: token.access_token, expiresIn: token.expires_in };
  });
}
