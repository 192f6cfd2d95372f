// Telling the server that a token is no longer needed (RFC 7009).
import { equal, ok, rejects } from '../assert.mjs';

const answer = (body, status = 200) => ({ status, body: JSON.stringify(body) });
const issued = (number) => answer({ access_token: `MARKER-token-${number}`, refresh_token: `MARKER-refresh-${number}`, expires_in: 3600 });
const password = { grant: 'password', username: 'ada', password: 'pw' };

/** A client whose server revokes where it issues. */
const revoking = ({ client, tokenEndpoint }, overrides) =>
  client({ ...password, revocationUrl: `${tokenEndpoint}/revoke`, ...overrides });

/** The revocation requests, the client's credentials left out. */
async function revocations({ tokenRequests }) {
  const forms = (await tokenRequests()).map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
  return forms.filter(({ token }) => token !== undefined);
}

export const revocation = {
  'a real server knows the token no more': async ({ OAuth2Client, client, clients, issuer, baseUrl }) => {
    const one = new OAuth2Client({ issuer, clientId: clients.header.id, clientSecret: clients.header.secret, baseUrl });
    const token = await one.getToken();
    equal((await one.fetch('data')).status, 200);
    await token.revoke();
    const stale = client({ grant: 'token', token: token.accessToken });
    equal((await stale.fetch('data')).status, 401);
    ok((await one.getToken()).accessToken !== token.accessToken, 'another one');
  },

  'an access token leaves the cache; the refresh token goes on': async (scene) => {
    await scene.behave(issued(1));
    const client = revoking(scene);
    const token = await client.getToken();
    await scene.behave(answer({}));
    await token.revoke('access_token', { reason: 'logout' });
    await scene.behave(issued(2));
    equal((await client.getToken()).accessToken, 'MARKER-token-2');
    equal(await revocations(scene), [{ token: 'MARKER-token-1', token_type_hint: 'access_token', reason: 'logout' }]);
    const [first, , third] = (await scene.tokenRequests()).map(({ body }) => new URLSearchParams(body).get('grant_type'));
    equal([first, third], ['password', 'refresh_token']);
  },

  'a refresh token takes its access token along': async (scene) => {
    await scene.behave(issued(1));
    const client = revoking(scene);
    await client.getToken();
    await scene.behave(answer({}));
    await client.revoke('refresh_token');
    await scene.behave(issued(2));
    await client.getToken();
    equal((await scene.tokenRequests()).map(({ body }) => new URLSearchParams(body).get('grant_type')), ['password', null, 'password']);
    equal(await revocations(scene), [{ token: 'MARKER-refresh-1', token_type_hint: 'refresh_token' }]);
  },

  'all of it, on a token and on a client': async (scene) => {
    for (const which of [(client) => client.getToken(), (client) => client]) {
      await scene.behave(issued(1));
      const client = revoking(scene);
      await client.getToken({ forceRefresh: true });
      await scene.behave(answer({}));
      await (await which(client)).revokeAll();
    }
    const all = [
      { token: 'MARKER-refresh-1', token_type_hint: 'refresh_token' },
      { token: 'MARKER-token-1', token_type_hint: 'access_token' },
    ];
    equal(await revocations(scene), [...all, ...all]);
  },

  'both are tried, and what fails is told': async (scene) => {
    await scene.behave(issued(1));
    const client = revoking(scene);
    const token = await client.getToken();
    await scene.behave({ ...answer({ error: 'unsupported_token_type' }, 400), times: 1 });
    await rejects(token.revokeAll(), { code: 'token_request_rejected', error: 'unsupported_token_type', status: 400 });
    equal((await revocations(scene)).length, 2);
    const busy = { error: 'temporarily_unavailable', error_description: 'not MARKER-refresh-1' };
    await scene.behave(answer(busy, 503));
    const echoed = await rejects(token.revoke('refresh_token'), { description: 'not [redacted]' });
    ok(!`${echoed.message} ${echoed.stack} ${JSON.stringify(echoed)}`.includes('MARKER'), echoed.message);
    await scene.behave(answer({ error: 'temporarily_unavailable' }, 503));
    const error = await rejects(token.revokeAll(), { error: 'temporarily_unavailable', status: 503, retryable: true });
    equal(error.cause.errors.map(({ status }) => status), [503, 503]);
    ok(![error, ...error.cause.errors].some((it) => `${it.message} ${JSON.stringify(it)}`.includes('MARKER')), error.message);
  },

  'a token that the server no longer knows is revoked': async (scene) => {
    for (const gone of [
      answer({ error: 'invalid_token', error_description: 'Token expired or revoked' }, 400),
      answer({ status: 400, message: 'Invalid token' }, 400),
      { status: 404, body: '' },
    ]) {
      await scene.behave(issued(1));
      const client = revoking(scene);
      const token = await client.getToken({ forceRefresh: true });
      await scene.behave(gone);
      await token.revokeAll();
      await scene.behave(issued(2));
      ok((await client.getToken()) !== token, 'forgotten');
    }
    await scene.behave({ status: 404, headers: { 'content-type': 'text/html' }, body: '<!doctype html>' });
    const wrong = scene.client({ revocationUrl: `${scene.tokenEndpoint}/token` }).tokenFrom({ accessToken: 'a' });
    await rejects(wrong.revoke(), { code: 'http_status', status: 404 });
  },

  'a failure forgets nothing': async (scene) => {
    await scene.behave(issued(1));
    const client = revoking(scene);
    const token = await client.getToken();
    await scene.behave(answer({}, 503));
    await rejects(token.revoke(), { code: 'http_status', status: 503, retryable: true });
    ok((await client.getToken()) === token, 'still there');
  },

  'what a client has not used yet can be revoked, and nothing is no error': async (scene) => {
    await scene.behave(answer({}));
    const unused = revoking(scene, { grant: 'refresh_token', refreshToken: 'MARKER-refresh-0', username: undefined, password: undefined });
    await unused.revokeAll();
    equal(await revocations(scene), [{ token: 'MARKER-refresh-0', token_type_hint: 'refresh_token' }]);
    const empty = revoking(scene, { scopes: 'nothing' });
    await empty.revoke();
    await empty.revoke('refresh_token');
    await empty.revokeAll();
    equal((await scene.tokenRequests()).length, 1);
  },

  'the client says who it is, as for a token': async (scene) => {
    const { id, secret } = scene.clients.body;
    const header = { ...password, clientAuth: 'header' };
    await scene.behave(answer({}));
    for (const overrides of [header, { clientAuth: 'body' }, { clientAuth: 'both' }, { clientSecret: undefined }, { headers: { 'x-mine': '1' } }]) {
      const client = revoking(scene, { clientId: id, clientSecret: secret, ...overrides });
      await client.tokenFrom({ accessToken: 'a' }).revoke();
    }
    const seen = (await scene.tokenRequests()).map(({ headers, body }) => {
      const form = new URLSearchParams(body);
      return [headers.authorization !== undefined, form.get('client_id') === id, form.get('client_secret') === secret, headers['x-mine']];
    });
    equal(seen, [[true, false, false, null], [false, true, true, null], [true, true, true, null], [false, true, false, null], [true, false, false, '1']].map((row) => row.map((it) => it ?? undefined)));
  },

  'what is given wrongly is named': async (scene) => {
    await scene.behave(issued(1));
    const client = revoking(scene);
    const token = await client.getToken();
    const bare = client.tokenFrom({ accessToken: 'a' });
    const invalid = async (name, promise) => {
      const error = await rejects(promise, { code: 'invalid_option' });
      ok(error.message.startsWith(`${name} `), `${name}: ${error.message}`);
    };
    for (const revocable of [token, client]) {
      await invalid('type', revocable.revoke('id_token'));
      await invalid('type', revocable.revoke(7));
      await invalid('params', revocable.revoke('access_token', 7));
      await invalid('params', revocable.revoke('access_token', { token: 'x' }));
      await invalid('params', revocable.revoke('access_token', { client_id: 'x' }));
      await invalid('params', revocable.revoke('access_token', { '': 'x' }));
    }
    await invalid('refreshToken', bare.revoke('refresh_token'));
    await invalid('revoke', scene.OAuth2Client.tokenFrom({ accessToken: 'a' }).revoke());
    await invalid('revocationUrl', scene.client().tokenFrom({ accessToken: 'a' }).revoke());
    equal((await revocations(scene)).length, 0);
  },
};
