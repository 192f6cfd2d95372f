// What an entry of the package leaves out is refused: by the constructor at once, by methods that give promises as these do.
import { equal, ok, rejects, throws } from '../assert.mjs';

const key = { kty: 'OKP', crv: 'Ed25519', x: 'x', d: 'd' };
const redirectUri = 'https://app.example/callback';

/** Options, and what leaves out whose. */
const options = [
  [{ issuer: 'https://auth.example' }, 'issuer', 'discovery'],
  [{ issuer: 'https://auth.example', tokenUrl: undefined }, 'issuer', 'discovery'],
  [{ issuer: 'MARKER' }, 'issuer', 'discovery'],
  [{ authorizationUrl: 'https://auth.example/' }, 'authorizationUrl', 'authorization'],
  [{ skipPkce: true }, 'skipPkce', 'authorization'],
  [{ grant: 'authorization_code' }, 'grant', 'authorization'],
  [{ revocationUrl: 'https://auth.example/' }, 'revocationUrl', 'revocation'],
  [{ privateKey: { key }, clientAuth: 'private_key_jwt', clientSecret: undefined }, 'privateKey', 'signing'],
  [{ clientAuth: 'client_secret_jwt' }, 'clientAuth', 'signing'],
  [{ clientAssertion: { issuer: 'robot' } }, 'clientAssertion', 'signing'],
  [{ grant: 'jwt_bearer', assertion: { issuer: 'MARKER' } }, 'assertion', 'signing'],
  [{ grant: 'token', token: { access_token: 'MARKER' } }, 'token', 'tokens that somebody holds'],
];

const methods = [
  [(client) => client.authorizationUrl({ redirectUri }), 'authorizationUrl', 'authorization'],
  [(client) => client.callback(redirectUri, { redirectUri, state: 's' }), 'callback', 'authorization'],
  [(client) => client.refresh(), 'refresh', 'tokens that somebody holds'],
  [(client) => client.refresh({ audience: 'x' }), 'refresh', 'tokens that somebody holds'],
  [(client) => client.revoke(), 'revoke', 'revocation'],
  [(client) => client.revokeAll(), 'revokeAll', 'revocation'],
];

/** Whether it says which entry has what `name` needs, and nothing of what was given. */
function isRefusal({ OAuth2Error, leftOut }, error, name, room) {
  ok(error instanceof OAuth2Error && leftOut.includes(room), `${name}: ${error}`);
  equal([error.code, error.retryable], ['invalid_option', false]);
  equal(error.message, `${name} needs the entry 'edge-oauth2': 'edge-oauth2/m2m' leaves ${room} out`);
}

export const leftOut = {
  'options are refused by the constructor': async (scene) => {
    for (const [overrides, name, room] of options) isRefusal(scene, await throws(() => scene.client(overrides)), name, room);
  },

  'methods are refused as they answer': async (scene) => {
    const client = scene.client();
    for (const [call, name, room] of methods) isRefusal(scene, await rejects(call(client)), name, room);
    for (const read of [client.tokenFrom, scene.OAuth2Client.tokenFrom]) {
      isRefusal(scene, await throws(() => read({ access_token: 'MARKER' })), 'tokenFrom', 'tokens that somebody holds');
    }
    equal(await scene.tokenRequests(), []);
  },

  'so are those of tokens, and the client goes on': async (scene) => {
    const client = scene.client();
    const token = await client.getToken();
    isRefusal(scene, await rejects(token.refresh()), 'refresh', 'tokens that somebody holds');
    for (const revoked of [token.revoke(), token.revokeAll()]) isRefusal(scene, await rejects(revoked), 'revoke', 'revocation');
    ok(!token.expired(), 'it is not over');
    ok((await client.getToken({ forceRefresh: true })).accessToken !== token.accessToken, 'another token');
    equal((await client.fetch('/echo')).status, 200);
  },

  'a misspelt option is named, and what is left out is not proposed': async ({ client }) => {
    const error = await throws(() => client({ clientSecrte: 'MARKER' }), { code: 'invalid_option' });
    ok(error.message.includes('did you mean clientSecret?'), error.message);
  },
};
