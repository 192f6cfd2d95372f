// The entry with every example of the documentation, against real authorization servers; and its edges.
import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { beforeEach, describe, test } from 'node:test';
import { json, listen } from '../runtimes/http.mjs';
import { browse, startLoginServer } from '../runtimes/login-server.mjs';
import { bearer, rejection, started } from './harness.mjs';
import { startNodeOAuth2Server } from './node-oauth2-server.mjs';
import { installPackage } from './package.mjs';
import { startRecorder } from './recorder.mjs';

const { load } = await installPackage('compat-integration-app');
const { oauth2Connection } = await load('edge-oauth2/compat/integration-app');

const redirectUri = 'https://api.integration.app/oauth-callback';

describe("the documentation's examples", async () => {
  const client = { id: 'my-client', secret: 'my-secret', redirectUris: [redirectUri] };
  const server = await started(startNodeOAuth2Server({ clients: [client], users: [{ username: 'ada', password: 'p' }] }));
  const seen = [];
  // In front of the real server: what it was asked, and userinfo, which it has not.
  const front = await started(
    listen(async (request, response) => {
      const { pathname } = new URL(request.url, 'http://localhost');
      if (pathname === '/userinfo') {
        const user = await server.introspect(bearer(request));
        return json(response, user ? { id: 7, name: user.username } : {}, user ? 200 : 401);
      }
      const body = await text(request);
      seen.push({ authorization: request.headers.authorization, ...Object.fromEntries(new URLSearchParams(body)) });
      const { 'content-type': type, authorization } = request.headers;
      const answer = await fetch(server.tokenUrl, { method: 'POST', headers: { 'content-type': type, ...(authorization && { authorization }) }, body });
      json(response, await answer.json(), answer.status);
    }),
  );
  const api = await started(
    listen(async (request, response) => {
      const user = await server.introspect(bearer(request));
      json(response, user ? { ...user, path: request.url, tenant: request.headers['x-tenant'] } : {}, user ? 200 : 401);
    }),
  );
  beforeEach(() => seen.splice(0));

  const connectorParameters = { clientId: client.id, clientSecret: client.secret, tokenUri: `${front.url}/oauth2/token` };
  // auth/get-oauth-config.map.yml
  const getOAuthConfig = {
    clientId: { $var: 'connectorParameters.clientId' },
    clientSecret: { $var: 'connectorParameters.clientSecret' },
    authorizeUri: server.authorizationUrl,
    tokenUri: `${front.url}/oauth2/token`,
    scopes: ['read', 'write'],
    clientAuthLocation: 'body',
    noRefreshToken: false,
    skipPkce: false,
    extra: { prompt: 'consent', access_type: 'offline' },
  };
  const makeApiClient = { baseUri: api.url };
  const test_ = async ({ apiClient, credentials }) => {
    const user = await apiClient.get('/me');
    return user.username === 'ada' && typeof credentials.access_token === 'string';
  };
  // auth/get-token-data.js
  const getTokenData = async function ({ connectorParameters, connectionParameters, codeVerifier, queryParameters, redirectUri }) {
    const response = await fetch(connectorParameters.tokenUri, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: queryParameters.code,
        redirect_uri: redirectUri,
        client_id: connectorParameters.clientId,
        client_secret: connectorParameters.clientSecret,
        code_verifier: codeVerifier,
      }),
    });
    return await response.json();
  };
  // auth/get-credentials-from-token-response.js
  const getCredentialsFromTokenResponse = async function ({ connectorParameters, connectionParameters, queryParameters, tokenResponse }) {
    const userInfoResponse = await fetch(`${front.url}/userinfo`, { headers: { Authorization: `Bearer ${tokenResponse.access_token}` } });
    const userInfo = await userInfoResponse.json();
    return {
      access_token: tokenResponse.access_token,
      refresh_token: tokenResponse.refresh_token,
      userId: userInfo.id,
      userName: userInfo.name,
    };
  };
  // auth/refresh-credentials.js
  const refreshCredentials = async function ({ connectorParameters, connectionParameters, credentials }) {
    const response = await fetch(connectorParameters.tokenUri, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: credentials.refresh_token,
        client_id: connectorParameters.clientId,
        client_secret: connectorParameters.clientSecret,
      }),
    });
    const refreshResponse = await response.json();
    return {
      access_token: refreshResponse.access_token,
      refresh_token: refreshResponse.refresh_token || credentials.refresh_token,
      expires_at: refreshResponse.expires_in ? Date.now() + refreshResponse.expires_in * 1000 : undefined,
    };
  };

  const connect = (auth, more) =>
    oauth2Connection({ auth: { type: 'oauth2', getOAuthConfig, makeApiClient, test: test_, ...auth }, connectorParameters, ...more });
  const authorize = async (connection) => {
    const { url, ...kept } = await connection.authorizationUrl({ redirectUri });
    const response = await fetch(url, { redirect: 'manual' });
    return connection.callback(response.headers.get('location'), { redirectUri, ...kept });
  };
  const isSoon = (ms, seconds) => Math.abs(ms - Date.now() - seconds * 1000) < 5000;

  test('the authorization URL', async () => {
    const { url, state, codeVerifier } = await connect().authorizationUrl({ redirectUri });
    const { code_challenge: challenge, ...parameters } = Object.fromEntries(new URL(url).searchParams);
    assert.deepEqual(parameters, {
      response_type: 'code',
      client_id: client.id,
      redirect_uri: redirectUri,
      scope: 'read write',
      state,
      code_challenge_method: 'S256',
      prompt: 'consent',
      access_type: 'offline',
    });
    assert.ok(challenge && codeVerifier);
  });

  test('the standard flow', async () => {
    const connection = connect();
    const credentials = await authorize(connection);
    const [asked] = seen;
    assert.deepEqual(
      [asked.grant_type, asked.client_id, asked.client_secret, asked.authorization, asked.redirect_uri],
      ['authorization_code', client.id, client.secret, undefined, redirectUri],
    );
    assert.ok(asked.code_verifier);
    assert.ok(isSoon(credentials.expires_at, 3600));
    assert.equal((await (await connection.fetch('/things')).json()).path, '/things');
    assert.equal(await connection.test(), true);
    assert.deepEqual(await connection.credentials(), credentials);
    // Kept, and given the next time.
    assert.equal(await connect({}, { credentials }).test(), true);
  });

  test('custom token request', async () => {
    const connection = connect({ getTokenData });
    await authorize(connection);
    assert.deepEqual(seen.map(({ grant_type, code_verifier }) => [grant_type, typeof code_verifier]), [['authorization_code', 'string']]);
    assert.equal(await connection.test(), true);
  });

  for (const name of ['getCredentialsFromTokenResponse', 'getCredentialsFromAccessTokenResponse']) {
    test(`custom credentials extraction: ${name}`, async () => {
      const connection = connect({ [name]: getCredentialsFromTokenResponse });
      const credentials = await authorize(connection);
      assert.deepEqual([credentials.userId, credentials.userName], [7, 'ada']);
      // What is not taken from the response is still there.
      assert.equal(credentials.token_type, 'Bearer');
      assert.deepEqual(await connection.credentials(), credentials);
      assert.equal(await connection.test(), true);
    });
  }

  test('custom token refresh', async () => {
    const before = await authorize(connect({ getTokenData, getCredentialsFromTokenResponse }));
    for (const ended of [{ access_token: 'refused' }, { expires_at: Date.now() - 1 }, { expires_at: new Date(0).toISOString() }]) {
      const connection = connect({ refreshCredentials }, { credentials: { ...before, ...ended } });
      assert.equal(await connection.test(), true);
      const after = await connection.credentials();
      assert.notEqual(after.refresh_token, before.refresh_token);
      assert.ok(isSoon(after.expires_at, 3600), `${after.expires_at}`);
      // They are laid over those of before.
      assert.deepEqual([after.userId, after.userName], [7, 'ada']);
      Object.assign(before, after);
    }
    assert.equal(seen.filter(({ grant_type }) => grant_type === 'refresh_token').length, 3);
  });

  test('standard token refresh', async () => {
    const before = await authorize(connect({ getCredentialsFromTokenResponse }));
    const connection = connect(
      { getCredentialsFromRefreshTokenResponse: ({ tokenResponse, credentials }) => ({ was: credentials.userName, scope: tokenResponse.scope }) },
      { credentials: { ...before, access_token: 'refused' } },
    );
    assert.equal(await connection.test(), true);
    const after = await connection.credentials();
    assert.deepEqual([after.userId, after.was, after.scope], [7, 'ada', 'read write']);
    const refresh = seen.at(-1);
    assert.deepEqual([refresh.grant_type, refresh.refresh_token, refresh.client_secret], ['refresh_token', before.refresh_token, client.secret]);
  });

  test('disconnect', async () => {
    const disconnect = async ({ connectorParameters, credentials }) =>
      fetch(server.revocationUrl, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${connectorParameters.clientId}:${connectorParameters.clientSecret}`)}` },
        body: new URLSearchParams({ token: credentials.access_token }),
      });
    const connection = connect({ disconnect });
    const { access_token } = await authorize(connection);
    assert.ok(await server.introspect(access_token));
    await connection.disconnect();
    assert.equal(await server.introspect(access_token), undefined);
    const error = await rejection(connection.credentials());
    assert.deepEqual([error.code, error.message.split(' ')[0]], ['invalid_option', 'credentials']);
  });

  test('headers of the API client follow the credentials', async () => {
    const before = await authorize(connect({ getCredentialsFromTokenResponse }));
    const mapping = {
      baseUri: { $concat: [{ $var: 'connectionParameters.api' }, '/v2'] },
      headers: {
        Authorization: { $concat: ['Bearer ', { $var: 'credentials.access_token' }] },
        'X-Tenant': { $concat: [{ $var: 'credentials.userName' }, '-', { $var: 'credentials.userId' }] },
      },
    };
    const more = { connectionParameters: { api: api.url }, credentials: { ...before, access_token: 'refused' } };
    for (const makeApiClient of [mapping, ({ connectionParameters, credentials }) => ({ baseUri: `${connectionParameters.api}/v2`, headers: { 'X-Tenant': `${credentials.userName}-${credentials.userId}` } })]) {
      const connection = connect({ makeApiClient }, more);
      const { path, tenant } = await (await connection.fetch('/things')).json();
      assert.deepEqual([path, tenant], ['/v2/things', 'ada-7']);
      more.credentials = { ...(await connection.credentials()), access_token: 'refused' };
    }
  });

  test("a user's refusal", async () => {
    const connection = connect();
    const error = await rejection(connection.callback(`${redirectUri}?error=access_denied&state=s`, { redirectUri, state: 's', codeVerifier: 'v'.repeat(43) }));
    assert.deepEqual([error.code, error.error], ['authorization_rejected', 'access_denied']);
  });
});

test('a server that rotates refresh tokens, and another browser', async () => {
  const server = await started(
    startLoginServer({
      clients: [{ client_id: 'c', client_secret: 's', redirect_uris: [redirectUri], token_endpoint_auth_method: 'client_secret_basic' }],
    }),
  );
  const auth = {
    getOAuthConfig: ({ connectorParameters, redirectUri }) => ({
      clientId: connectorParameters.clientId,
      clientSecret: connectorParameters.clientSecret,
      authorizeUri: `${server.url}/auth`,
      tokenUri: `${server.url}/token`,
      scopes: ['openid', 'profile'],
      clientAuthLocation: 'headers',
      ...(redirectUri && { extra: { ui_locales: 'de' } }),
    }),
    makeApiClient: { baseUri: server.url },
  };
  const more = { auth, connectorParameters: { clientId: 'c', clientSecret: 's' } };
  const connection = oauth2Connection(more);
  const { url, ...kept } = await connection.authorizationUrl({ redirectUri });
  assert.equal(new URL(url).searchParams.get('ui_locales'), 'de');
  const back = await browse(url, redirectUri);
  const credentials = await connection.callback(back, { redirectUri, ...kept });
  const response = await connection.fetch('/me');
  assert.equal((await response.json()).sub, 'ada');
  const next = oauth2Connection({ ...more, credentials: { ...credentials, access_token: 'refused' } });
  assert.equal((await (await next.fetch('/me')).json()).sub, 'ada');
  assert.notEqual((await next.credentials()).refresh_token, credentials.refresh_token);
});

describe('the configuration', async () => {
  const recorder = await started(startRecorder());
  let count = 0;
  beforeEach(() => (recorder.reply = { body: '{"access_token":"renewed","expires_in":3600}' }));
  const config = () => ({ clientId: `client ${(count += 1)}`, clientSecret: 'secret', tokenUri: `${recorder.url}/token` });
  const credentials = { access_token: 'old', refresh_token: 'r', expires_at: 1 };
  const renew = async (more, given = credentials) => {
    const connection = oauth2Connection({ auth: { getOAuthConfig: { ...config(), ...more } }, credentials: given });
    await connection.credentials();
    const { headers, body } = recorder.requests.at(-1);
    return [headers.authorization?.split(' ')[0], new URLSearchParams(body).has('client_secret')];
  };

  for (const [more, header, body] of [
    [{ clientAuthLocation: 'headers' }, 'Basic', false],
    [{ clientAuthLocation: 'body' }, undefined, true],
    [{}, 'Basic', true],
    [{ clientAuthLocation: null }, 'Basic', true],
    [{ skipClientAuthInBody: true }, 'Basic', false],
    [{ skipClientAuthInHeader: true }, undefined, true],
    [{ skipClientAuthInHeaders: true }, undefined, true],
    [{ clientSecret: undefined }, undefined, false],
  ]) {
    test(`where the client is named: ${JSON.stringify(more)}`, async () => {
      assert.deepEqual(await renew(more), [header, body]);
    });
  }

  test('skipPkce', async () => {
    const authorizeUri = 'https://auth.example.com/oauth2/authorize';
    const connection = oauth2Connection({ auth: { getOAuthConfig: { ...config(), authorizeUri, skipPkce: true } } });
    const { url, codeVerifier } = await connection.authorizationUrl({ redirectUri, state: 'mine' });
    const { searchParams } = new URL(url);
    assert.deepEqual([codeVerifier, searchParams.get('code_challenge'), searchParams.get('state')], [undefined, null, 'mine']);
  });

  test('noRefreshToken: credentials that have ended have ended', async () => {
    const error = await rejection(renew({ noRefreshToken: true }));
    assert.equal(error.code, 'reauthorization_required');
    assert.equal(recorder.requests.length, 0);
  });

  for (const [expiresAt, isRenewed] of [
    [Date.now() + 3600_000, false],
    [new Date(Date.now() + 3600_000).toISOString(), false],
    [Math.floor(Date.now() / 1000) + 3600, false],
    [String(Math.floor(Date.now() / 1000) + 3600), false],
    [new Date(Date.now() + 3600_000), false],
    [undefined, false],
    [Date.now() - 1, true],
    [new Date(Date.now() - 1).toISOString(), true],
    [new Date(Date.now() - 1), true],
  ]) {
    test(`expires_at ${expiresAt}: ${isRenewed ? 'renewed' : 'used'}`, async () => {
      const connection = oauth2Connection({ auth: { getOAuthConfig: config() }, credentials: { ...credentials, expires_at: expiresAt } });
      assert.equal((await connection.credentials()).access_token, isRenewed ? 'renewed' : 'old');
    });
  }

  test('an end that was is not kept when the next is not known', async () => {
    const auth = { getOAuthConfig: config(), refreshCredentials: () => ({ access_token: 'renewed', expires_at: undefined }) };
    const connection = oauth2Connection({ auth, credentials });
    assert.deepEqual(await connection.credentials(), { access_token: 'renewed', refresh_token: 'r' });
    assert.deepEqual(await connection.credentials(), { access_token: 'renewed', refresh_token: 'r' });
  });

  test('credentials without an end are used until they are refused', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
    recorder.reply = { body: '{"access_token":"renewed"}' };
    const connection = oauth2Connection({ auth: { getOAuthConfig: config() }, credentials });
    await connection.credentials();
    t.mock.timers.tick(30 * 24 * 3600_000);
    await connection.credentials();
    assert.equal(recorder.requests.length, 1);
  });

  test('credentials without a refresh token, renewed by the connector', async () => {
    let renewals = 0;
    const auth = { getOAuthConfig: config(), refreshCredentials: ({ credentials }) => ({ access_token: `a${(renewals += 1)}`, was: credentials, expires_in: renewals === 1 ? -1 : 60 }) };
    const connection = oauth2Connection({ auth, credentials: { access_token: 'old', expires_at: 1 } });
    await connection.credentials();
    const { was, ...now } = await connection.credentials();
    assert.equal(now.access_token, 'a2');
    assert.deepEqual([now.refresh_token, was.refresh_token, was.access_token], [undefined, undefined, 'a1']);
  });

  test('what the server said is not remembered', async () => {
    const connection = oauth2Connection({ auth: { getOAuthConfig: config() }, credentials });
    recorder.reply = [{ status: 400, body: '{"error":"invalid_client"}' }, { body: '{"access_token":"renewed"}' }];
    const error = await rejection(connection.credentials());
    assert.deepEqual([error.code, error.error], ['token_request_rejected', 'invalid_client']);
    assert.equal((await connection.credentials()).access_token, 'renewed');
  });

  test('what a function throws is what the caller gets', async () => {
    const mine = new Error('mine');
    const auth = { getOAuthConfig: config(), refreshCredentials: () => Promise.reject(mine) };
    assert.equal(await rejection(oauth2Connection({ auth, credentials }).credentials()), mine);
  });

  for (const [what, options, name] of [
    ['no auth', {}, 'auth'],
    ['no getOAuthConfig', { auth: {} }, 'auth.getOAuthConfig'],
    ['a misspelt method', { auth: { getOAuthConfig: {}, refreshCredential: () => {} } }, 'auth.refreshCredential'],
    ['credentials that are none', { auth: { getOAuthConfig: {} }, credentials: { refresh_token: 'r' } }, 'credentials.access_token'],
    ['an end that is none', { auth: { getOAuthConfig: {} }, credentials: { ...credentials, expires_at: 'soon' } }, 'credentials.expires_at'],
    ['a method that is none', { auth: { getOAuthConfig: {}, test: 'javascript' } }, 'auth.test'],
  ]) {
    test(`${what} is an error that says so`, () => {
      assert.throws(() => oauth2Connection(options), (error) => error.code === 'invalid_option' && error.message.startsWith(`${name} `));
    });
  }
  for (const [what, more, name] of [
    ['no clientId', { clientId: undefined }, 'getOAuthConfig.clientId'],
    ['a variable that is not there', { tokenUri: { $var: 'connectorParameters.none' } }, 'getOAuthConfig.tokenUri'],
    ['a misspelt member', { tokenUrl: 'x' }, 'getOAuthConfig.tokenUrl'],
    ['another operator', { clientId: { $eval: 'x' } }, '$eval'],
    ['an operator beside others', { clientId: { $var: 'x', and: 'y' } }, '$var'],
    ['another location', { clientAuthLocation: 'header' }, 'getOAuthConfig.clientAuthLocation'],
  ]) {
    test(`${what} is an error that says so`, async () => {
      const error = await rejection(renew(more));
      assert.deepEqual([error.code, error.message.split(' ')[0]], ['invalid_option', name]);
    });
  }

  test('a store wants a name for functions, and for nothing else', async () => {
    const store = new Map();
    const auth = { getOAuthConfig: config(), refreshCredentials: () => ({}) };
    const error = await rejection(oauth2Connection({ auth, credentials, store }).credentials());
    assert.deepEqual([error.code, error.message.split(' ')[0]], ['invalid_option', 'identity']);
    // These bring no token.
    const auths = [{ getOAuthConfig: config() }, { getOAuthConfig: config, test: () => true, makeApiClient: () => ({}) }];
    for (const auth of auths) await oauth2Connection({ auth, credentials, store }).credentials();
  });

  test('a secret that rotates keeps what was renewed', async () => {
    const [store, named] = [new Map(), config()];
    const connect = (clientSecret, more) =>
      oauth2Connection({ auth: { getOAuthConfig: { ...named, clientSecret } }, connectorParameters: { clientSecret }, credentials, store, ...more });
    await connect('old').credentials();
    await connect('new', { previousClientSecret: 'old' }).credentials();
    assert.equal(recorder.requests.length, 1);
  });

  test('a connector without an authorization endpoint', async () => {
    const error = await rejection(oauth2Connection({ auth: { getOAuthConfig: config() } }).authorizationUrl({ redirectUri }));
    assert.deepEqual([error.code, error.message.split(' ')[0]], ['invalid_option', 'getOAuthConfig.authorizeUri']);
  });

  for (const expiresIn of [0, '', 'soon', null]) {
    test(`an end that says nothing: ${JSON.stringify(expiresIn)}`, async () => {
      const auth = { getOAuthConfig: config(), refreshCredentials: () => ({ access_token: 'renewed', expires_in: expiresIn }) };
      assert.deepEqual(await oauth2Connection({ auth, credentials }).credentials(), { access_token: 'renewed', refresh_token: 'r' });
    });
  }

  test('two users share nothing', async () => {
    const auth = { getOAuthConfig: config() };
    recorder.reply = [{ body: '{"access_token":"of-a","expires_in":3600}' }, { body: '{"access_token":"of-b","expires_in":3600}' }];
    const of = async (refresh_token) => (await oauth2Connection({ auth, credentials: { ...credentials, refresh_token } }).credentials()).access_token;
    assert.deepEqual([await of('a'), await of('b'), await of('a')], ['of-a', 'of-b', 'of-a']);
  });
});
