// Instances of a fleet, each with the package and a memory of its own: what they share by the entries is in the store.
import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { json } from '../runtimes/http.mjs';
import { installPackage } from './package.mjs';
import { startRecorder } from './recorder.mjs';

const instances = [await installPackage('compat-sharing-1'), await installPackage('compat-sharing-2')];
const load = (entry) => Promise.all(instances.map((instance) => instance.load(`edge-oauth2/compat/${entry}`)));

const server = await startRecorder();
after(server.close);
const tokenUrl = `${server.url}/token`;
/** Of the newest token; the API knows no other. */
let grants;
beforeEach(() => {
  grants = 0;
  server.reply = (response) => {
    const { url, headers } = server.requests.at(-1);
    if (url === '/token') {
      grants += 1;
      return json(response, { access_token: `token-${grants}`, refresh_token: `refresh-${grants}`, expires_in: 3600 });
    }
    return json(response, { grants }, headers.authorization === `Bearer token-${grants}` ? 200 : 401);
  };
});

/** What is put into the store is not waited for. */
const stored = () => sleep(100);

test('lowdefy', async () => {
  const store = new Map();
  const auth = { tokenUrl, clientId: 'lowdefy', clientSecret: 'secret' };
  for (const { connection } of await load('lowdefy')) {
    assert.deepEqual(await connection({ baseURL: server.url, auth }, { store }).request({ url: '/' }), { grants: 1 });
    await stored();
  }
});

test('ballerina', async () => {
  const store = new Map();
  const config = { tokenUrl, clientId: 'ballerina', clientSecret: 'secret' };
  for (const { ClientOAuth2Provider } of await load('ballerina')) {
    assert.equal(await new ClientOAuth2Provider(config, { store }).generateToken(), 'token-1');
    await stored();
  }
});

test('workato: settings that another instance has changed are sent, and renewed by the newest refresh token', async () => {
  const options = { store: new Map(), identity: 'connector 1', sealKey: 'a key that nobody can guess' };
  const spent = [];
  const definition = {
    authorization: {
      type: 'oauth2',
      refresh(connection, refreshToken) {
        spent.push(refreshToken);
        return this.post('/token');
      },
      apply(connection, accessToken) {
        this.headers({ Authorization: `Bearer ${accessToken}` });
      },
    },
    base_uri: () => server.url,
  };
  const settings = { access_token: 'kept', refresh_token: 'kept' };
  const [one, other] = (await load('workato')).map(({ connection }) => connection(definition, settings, options));
  for (const client of [one, other]) {
    assert.deepEqual(await client.get('/'), { grants: 1 });
    await stored();
  }
  grants = 10;
  for (const client of [one, other]) {
    assert.deepEqual(await client.get('/'), { grants: 11 });
    await stored();
  }
  assert.deepEqual(spent, ['kept', 'refresh-1']);
});

test('workato: a store wants a seal key, since what settings say may be known to anybody', async () => {
  const [{ connection }] = await load('workato');
  const definition = { authorization: { type: 'custom_auth', acquire: () => ({ token: 'MARKER' }), apply: () => {} } };
  const store = new Map();
  const wanted = { code: 'invalid_option', message: /^sealKey is required / };
  assert.throws(() => connection(definition, { subdomain: 'acme' }, { store, identity: 'connector 2' }), wanted);
  connection(definition, { subdomain: 'acme' }, { store, identity: 'connector 2', seal: false });
});

test('without a secret of the client’s, no entry seals with what it knows', async () => {
  const store = new Map();
  const wanted = { code: 'invalid_option', message: /^sealKey is required / };
  const [{ ClientOAuth2Provider }] = await load('ballerina');
  const user = { tokenUrl, username: 'a', password: 'b' };
  assert.throws(() => new ClientOAuth2Provider(user, { store }), wanted);
  const [{ oauth2Connection }] = await load('integration-app');
  const auth = { getOAuthConfig: { clientId: 'public', tokenUri: tokenUrl }, makeApiClient: { baseUri: server.url } };
  await assert.rejects(oauth2Connection({ auth, credentials: { access_token: 'kept' }, store }).credentials(), wanted);
});

test('integration-app: a rotating refresh token is spent once, and members are shared', async () => {
  const store = new Map();
  const auth = {
    getOAuthConfig: { clientId: 'integration-app', clientSecret: 'secret', tokenUri: tokenUrl, clientAuthLocation: 'body' },
    makeApiClient: { baseUri: server.url },
  };
  const credentials = { access_token: 'kept', refresh_token: 'kept', userId: 7 };
  for (const { oauth2Connection } of await load('integration-app')) {
    const connection = oauth2Connection({ auth, credentials, store });
    assert.deepEqual(await (await connection.fetch('/')).json(), { grants: 1 });
    const { expires_at: _, ...renewed } = await connection.credentials();
    assert.deepEqual(renewed, { access_token: 'token-1', refresh_token: 'refresh-1', userId: 7 });
    await stored();
  }
});
