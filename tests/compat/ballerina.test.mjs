// The entry against real authorization servers, with the examples of the module's documentation; and the details of
// the original, against a server that records.
import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, test } from 'node:test';
import { startAuthorizationServer } from '../runtimes/authorization-server.mjs';
import { later } from '../runtimes/inbound-scene.mjs';
import { newIsolate } from '../runtimes/isolates.mjs';
import { json, listen } from '../runtimes/http.mjs';
import { rejection, started } from './harness.mjs';
import { startNodeOAuth2Server } from './node-oauth2-server.mjs';
import { installPackage } from './package.mjs';
import { startRecorder } from './recorder.mjs';

const { project, load } = await installPackage('compat-ballerina');
const {
  ClientOAuth2Provider,
  InboundOAuth2Provider,
  INFER_REFRESH_CONFIG,
  ListenerOAuth2Handler,
  ListenerOAuth2Provider,
  NO_BEARER,
  OutboundOAuth2Provider,
  POST_BODY_BEARER,
} = await load('edge-oauth2/compat/ballerina');

const clientId = '3MVG9YDQS5WtC11paU2WcQjBB3L';
const clientSecret = '9205371918321623741';
const scopes = ['token-scope1', 'token-scope2'];

describe("the module's examples", async () => {
  const server = await started(
    startNodeOAuth2Server({
      clients: [{ id: clientId, secret: clientSecret }],
      users: [{ username: 'johndoe', password: 'A3ddj3w' }],
    }),
  );

  test('client credentials grant type', async () => {
    const oauth2Provider1 = new OutboundOAuth2Provider({ tokenUrl: server.tokenUrl, clientId, clientSecret, scopes });
    const token = await oauth2Provider1.generateToken();
    assert.deepEqual(await server.introspect(token), { username: clientId, scope: 'token-scope1 token-scope2' });
    assert.equal(await oauth2Provider1.generateToken(), token);
  });

  test('password grant type', async () => {
    const oauth2Provider5 = new OutboundOAuth2Provider({
      tokenUrl: server.tokenUrl,
      username: 'johndoe',
      password: 'A3ddj3w',
      clientId,
      clientSecret,
      scopes,
    });
    const token = await oauth2Provider5.generateToken();
    assert.deepEqual(await server.introspect(token), { username: 'johndoe', scope: 'token-scope1 token-scope2' });
  });

  test('direct token mode', async () => {
    const answer = await fetch(server.tokenUrl, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
      body: new URLSearchParams({ grant_type: 'password', username: 'johndoe', password: 'A3ddj3w', scope: scopes.join(' ') }),
    });
    const issued = await answer.json();
    const api = await started(
      listen(async (request, response) => {
        const user = await server.introspect(request.headers.authorization.slice('Bearer '.length));
        json(response, user ?? {}, user ? 200 : 401);
      }),
    );
    const oauth2Provider13 = new OutboundOAuth2Provider(
      {
        accessToken: '2YotnFZFEjr1zCsicMWpAA',
        refreshConfig: { refreshUrl: server.tokenUrl, refreshToken: issued.refresh_token, clientId, clientSecret, scopes },
      },
      { baseUrl: api.url },
    );
    assert.equal(await oauth2Provider13.generateToken(), '2YotnFZFEjr1zCsicMWpAA');
    // The server does not know that token: it is refused, and another obtained.
    const response = await oauth2Provider13.fetch('/hello');
    assert.deepEqual(await response.json(), { username: 'johndoe', scope: 'token-scope1 token-scope2' });
    assert.equal((await server.introspect(await oauth2Provider13.generateToken())).username, 'johndoe');
  });

  test('introspection', async () => {
    const id = 'client';
    const secret = 'secret';
    const provider = await started(startAuthorizationServer({ clients: [{ client_id: id, client_secret: secret }] }));
    const oauth2Provider = new InboundOAuth2Provider({
      url: `${provider.tokenUrl}/introspection`,
      // The real server wants to know who asks.
      clientConfig: { customHeaders: { Authorization: `Basic ${btoa('protected-api:protected-api-secret')}` } },
    });
    const credential = await new ClientOAuth2Provider({ tokenUrl: provider.tokenUrl, clientId: id, clientSecret: secret, scopes: 'read' }).generateToken();
    assert.equal(await oauth2Provider.authenticate(credential), true);
    assert.equal(await oauth2Provider.authenticate('another'), false);
    assert.equal(await oauth2Provider.authenticate(''), false);
    const response = await oauth2Provider.authorize(credential);
    assert.deepEqual([response.active, response.clientId, response.scope, response.tokenType], [true, id, 'read', 'Bearer']);
    assert.ok(response.exp > Date.now() / 1000);
    assert.deepEqual(await oauth2Provider.authorize('another'), { active: false });
  });
});

describe('renewal', async () => {
  const users = [{ username: 'johndoe', password: 'A3ddj3w' }];
  const server = await started(startNodeOAuth2Server({ clients: [{ id: clientId, secret: clientSecret }], users }));
  // What came to the real server, of whose tokens it says that they live for a second.
  const seen = [];
  const front = await started(
    listen(async (request, response) => {
      const body = await text(request);
      seen.push({ path: request.url, authorization: request.headers.authorization, ...Object.fromEntries(new URLSearchParams(body)) });
      const { 'content-type': type, authorization } = request.headers;
      const answer = await fetch(server.tokenUrl, { method: 'POST', headers: { 'content-type': type, ...(authorization && { authorization }) }, body });
      json(response, { ...(await answer.json()), expires_in: 1 }, answer.status);
    }),
  );
  beforeEach(() => seen.splice(0));
  let count = 0;
  // Tokens are shared by configuration: each test has one of its own.
  const unique = () => ({ tokenUrl: `${front.url}/token/${(count += 1)}`, clientId, clientSecret });
  const grants = () => seen.map(({ grant_type }) => grant_type);
  const twice = async (provider) => {
    const first = await provider.generateToken();
    await sleep(1300);
    return [first, await provider.generateToken()];
  };

  test('client credentials: the grant again', async () => {
    const [first, second] = await twice(new ClientOAuth2Provider(unique()));
    assert.notEqual(first, second);
    assert.deepEqual(grants(), ['client_credentials', 'client_credentials']);
  });

  const user = { username: 'johndoe', password: 'A3ddj3w' };
  test('password: the refresh token, as the token was asked for', async () => {
    const config = { ...unique(), ...user, scopes: 'a b', credentialBearer: POST_BODY_BEARER, optionalParams: { audience: 'x' }, refreshConfig: INFER_REFRESH_CONFIG };
    const provider = new ClientOAuth2Provider(config);
    const [, second] = await twice(provider);
    assert.equal((await server.introspect(second)).username, 'johndoe');
    await sleep(1300);
    assert.equal((await server.introspect(await provider.generateToken())).username, 'johndoe');
    const [first, refresh, another] = seen;
    assert.deepEqual(grants(), ['password', 'refresh_token', 'refresh_token']);
    assert.deepEqual([first.scope, refresh.scope, refresh.audience, refresh.client_id, refresh.authorization], ['a b', undefined, 'x', clientId, undefined]);
    assert.equal(first.path, refresh.path);
    assert.notEqual(refresh.refresh_token, another.refresh_token);
  });

  test('password: as refreshConfig says', async () => {
    const refreshConfig = { refreshUrl: `${front.url}/refresh`, scopes: ['a'], parameters: { resource: 'y' } };
    await twice(new ClientOAuth2Provider({ ...unique(), ...user, scopes: 'a b', optionalParams: { audience: 'x' }, refreshConfig }));
    const [, refresh] = seen;
    assert.deepEqual([refresh.path, refresh.scope, refresh.resource, refresh.audience], ['/refresh', 'a', 'y', undefined]);
  });

  test('password: without refreshConfig there is none', async () => {
    const error = await rejection(twice(new ClientOAuth2Provider({ ...unique(), ...user })));
    assert.equal(error.message, 'Failed to generate OAuth2 token.');
    assert.equal(error.code, 'reauthorization_required');
    assert.equal(error.cause.message, 'Failed to refresh access token since refresh configurations are not provided.');
    assert.deepEqual(grants(), ['password']);
  });

  test('refresh token: the newest', async () => {
    const { tokenUrl, ...client } = unique();
    const answer = await fetch(server.tokenUrl, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
      body: new URLSearchParams({ grant_type: 'password', ...user }),
    });
    const { refresh_token: refreshToken } = await answer.json();
    await twice(new ClientOAuth2Provider({ refreshUrl: tokenUrl, refreshToken, ...client }));
    assert.deepEqual(grants(), ['refresh_token', 'refresh_token']);
    assert.equal(seen[0].refresh_token, refreshToken);
    assert.notEqual(seen[1].refresh_token, refreshToken);
  });
});

describe('the original', async () => {
  const recorder = await started(startRecorder());
  let count = 0;
  let config;
  beforeEach(() => {
    config = { tokenUrl: `${recorder.url}/token/${(count += 1)}`, clientId: 'my client', clientSecret: 'se:cret%' };
    recorder.reply = issue({ expires_in: 3600 });
  });
  const issue = (members) => ({ body: JSON.stringify({ access_token: `token-${count}`, token_type: 'Bearer', ...members }) });
  const formOf = ({ body }) => [...new URLSearchParams(body)];
  const ask = async (more, options) => {
    await new ClientOAuth2Provider({ ...config, ...more }, options).generateToken();
    return recorder.requests.at(-1);
  };

  test('nothing is asked for before it is needed', () => {
    new ClientOAuth2Provider(config);
    assert.equal(recorder.requests.length, 0);
  });

  test('the client goes into the header, as it is', async () => {
    const request = await ask();
    assert.equal(atob(request.headers.authorization.slice('Basic '.length)), 'my client:se:cret%');
    assert.equal(request.headers['content-type'], 'application/x-www-form-urlencoded');
    assert.deepEqual(formOf(request), [['grant_type', 'client_credentials']]);
  });

  test('or into the body, or nowhere', async () => {
    const body = await ask({ credentialBearer: POST_BODY_BEARER });
    assert.equal(body.headers.authorization, undefined);
    assert.deepEqual(formOf(body).slice(1), [['client_id', 'my client'], ['client_secret', 'se:cret%']]);
    const none = await ask({ credentialBearer: NO_BEARER });
    assert.deepEqual([none.headers.authorization, formOf(none).length], [undefined, 1]);
  });

  test('scopes and parameters are trimmed; what is empty is left out; all of it is encoded', async () => {
    const request = await ask({ scopes: [' a ', '', '  ', 'b'], optionalParams: { ' audience ': ' https://x/?a=b&c ' } });
    assert.deepEqual(formOf(request), [['grant_type', 'client_credentials'], ['scope', 'a b'], ['audience', 'https://x/?a=b&c']]);
    assert.deepEqual(formOf(await ask({ scopes: ' a b ' }))[1], ['scope', 'a b']);
    assert.equal(formOf(await ask({ scopes: ' ' })).length, 1);
    assert.deepEqual(formOf(await ask({ parameters: { a: 'b' } }))[1], ['a', 'b']);
  });

  test('further headers, and what is put after the body', async () => {
    const { headers, body } = await ask({ clientConfig: { customHeaders: { 'X-A': 'b' }, customPayload: 'tenant=1' } });
    assert.deepEqual([headers['x-a'], body], ['b', 'grant_type=client_credentials&tenant=1']);
  });

  test('password and JWT without a client', async () => {
    const { tokenUrl } = config;
    const password = 'p&a=s%+ ß';
    await new ClientOAuth2Provider({ tokenUrl, username: 'a&b', password }).generateToken();
    await new ClientOAuth2Provider({ tokenUrl, assertion: 'a.b+c.d', scopes: 's' }).generateToken();
    assert.deepEqual(recorder.requests.map(formOf), [
      [['grant_type', 'password'], ['username', 'a&b'], ['password', password]],
      [['grant_type', 'urn:ietf:params:oauth:grant-type:jwt-bearer'], ['assertion', 'a.b+c.d'], ['scope', 's']],
    ]);
    assert.deepEqual(recorder.requests.map(({ headers }) => headers.authorization), [undefined, undefined]);
  });

  test('a JWT is renewed by the refresh token, and is itself used once', async () => {
    recorder.reply = [issue({ expires_in: 1, refresh_token: 'r1' }), issue({ access_token: 'renewed', expires_in: 1 })];
    const provider = new ClientOAuth2Provider({ ...config, assertion: 'a.b.c' });
    await provider.generateToken();
    await sleep(1300);
    assert.equal(await provider.generateToken(), 'renewed');
    assert.deepEqual(formOf(recorder.requests[1]), [['grant_type', 'refresh_token'], ['refresh_token', 'r1']]);

    recorder.reply = issue({ expires_in: 1 });
    const other = new ClientOAuth2Provider({ ...config, assertion: 'd.e.f' });
    await other.generateToken();
    await sleep(1300);
    assert.match((await rejection(other.generateToken())).cause.message, /refresh-token has not been cached/);
    assert.equal(recorder.requests.length, 1);
  });

  for (const [given, life, requests] of [
    [{ expires_in: 2 }, {}, 1],
    [{ expires_in: 2 }, { clockSkew: 1 }, 1],
    [{ expires_in: 2 }, { clockSkew: 2 }, 2],
    [{ expires_in: 3600 }, { clockSkewInSeconds: 3600 }, 2],
    [{ expires_in: '3600' }, { clockSkew: 3599 }, 1],
    [{}, {}, 1],
    [{}, { defaultTokenExpTime: 10, clockSkew: 10 }, 2],
    [{ expires_in: 0 }, {}, 2],
  ]) {
    test(`of two tokens ${requests} are asked for, with ${JSON.stringify(given)} and ${JSON.stringify(life)}`, async () => {
      recorder.reply = issue(given);
      await ask(life);
      await ask(life);
      assert.equal(recorder.requests.length, requests);
    });
  }

  test('a secret that rotates', async () => {
    const store = new Map();
    await ask({}, { store });
    await sleep(50);
    await ask({ clientSecret: 'new' }, { store, previousClientSecret: config.clientSecret });
    assert.equal(recorder.requests.length, 1);
  });

  for (const differing of [
    { clientSecret: 'other' },
    { clientId: 'other' },
    { scopes: 'a' },
    { optionalParams: { a: 'b' } },
    { credentialBearer: POST_BODY_BEARER },
    { clientConfig: { customPayload: 'a=b' } },
    { clientConfig: { customHeaders: { a: 'b' } } },
    { clockSkew: 5 },
  ]) {
    test(`another token with ${JSON.stringify(differing)}`, async () => {
      for (const more of [{}, differing, {}, differing]) await ask(more);
      assert.equal(recorder.requests.length, 2);
    });
  }

  test('other users have other tokens', async () => {
    const { tokenUrl } = config;
    const users = [{ username: 'a', password: 'p' }, { username: 'b', password: 'p' }, { username: 'a', password: 'q' }, { assertion: 'a.b.c' }, { assertion: 'd.e.f' }];
    for (const user of [...users, ...users]) await new ClientOAuth2Provider({ tokenUrl, ...user }).generateToken();
    assert.equal(recorder.requests.length, users.length);
  });

  test('a direct token without anything to renew it', async () => {
    const provider = new ClientOAuth2Provider({ accessToken: `direct-${count}` });
    assert.equal(await provider.generateToken(), `direct-${count}`);
  });

  test('retryRequest: false gives the 401 to the caller', async () => {
    const api = await started(startRecorder());
    api.reply = { status: 401 };
    const options = { baseUrl: api.url };
    assert.equal((await new ClientOAuth2Provider({ ...config, retryRequest: false }, options).fetch('/')).status, 401);
    assert.deepEqual([api.requests.length, recorder.requests.length], [1, 1]);
    api.reply = [{ status: 401 }, {}];
    assert.equal((await new ClientOAuth2Provider(config, options).fetch('/')).status, 200);
  });

  test('errors say what happened, and no secret', async () => {
    recorder.reply = { status: 400, body: '{"error":"invalid_grant","error_description":"no"}' };
    const rejected = await rejection(ask());
    recorder.reply = issue({ expires_in: 3600 });
    // Nor is it remembered.
    assert.ok(await ask());
    config.tokenUrl += '/another';
    assert.deepEqual([rejected.message, rejected.code, rejected.error], ['Failed to generate OAuth2 token.', 'token_request_rejected', 'invalid_grant']);
    recorder.reply = { status: 500, body: 'MARKER' };
    const failed = await rejection(ask());
    assert.deepEqual([failed.code, failed.status, failed.cause.message], ['http_status', 500, 'Failed to call the endpoint: HTTP 500.']);
    assert.equal(recorder.requests.length, 1);
    recorder.reply = { status: 200, body: 'MARKER' };
    assert.equal((await rejection(ask())).cause.message, 'Failed to get JSON from the response payload.');
    recorder.reply = { status: 307, headers: { location: `${recorder.url}/elsewhere` } };
    assert.match((await rejection(ask())).cause.message, /307/);
    assert.equal(recorder.requests.length, 1);
  });

  for (const [status, retryable] of [[400, false], [401, false], [403, false], [408, true], [429, true], [500, true], [503, true]]) {
    test(`the status is what the server answered: ${status}, asked once`, async () => {
      for (const body of ['{"error":"invalid_client","error_description":"no"}', 'MARKER']) {
        recorder.reply = { status, body };
        const error = await rejection(ask({ scopes: body.slice(0, 1) }));
        assert.deepEqual([error.status, error.retryable, recorder.requests.length], [status, retryable, 1]);
        assert.ok(!`${error} ${error.cause}`.includes('MARKER'));
      }
    });
  }

  test('parameters and headers are sent, and are the same, whatever they are in', async () => {
    for (const make of [Object.fromEntries, (pairs) => new Map(pairs), (pairs) => new URLSearchParams(pairs)]) {
      const customHeaders = make([['x-tenant', 'one']]);
      await ask({ optionalParams: make([['audience', 'one']]), clientConfig: { customHeaders } });
    }
    const [{ headers, body }] = recorder.requests;
    assert.deepEqual([headers['x-tenant'], new URLSearchParams(body).get('audience')], ['one', 'one']);
    assert.equal(recorder.requests.length, 1);
  });

  for (const [what, differing] of [
    ['headers in Headers', (value) => ({ clientConfig: { customHeaders: new Headers({ 'x-tenant': value }) } })],
    ['headers in a Map', (value) => ({ clientConfig: { customHeaders: new Map([['x-tenant', value]]) } })],
    ['parameters in a Map', (value) => ({ optionalParams: new Map([['audience', value]]) })],
    ['parameters in URLSearchParams', (value) => ({ optionalParams: new URLSearchParams({ audience: value }) })],
    ['parameters of 1.x', (value) => ({ parameters: new Map([['audience', value]]) })],
  ]) {
    test(`another token with other ${what}`, async () => {
      for (const value of ['one', 'two', 'one', 'two']) await ask(differing(value));
      assert.equal(recorder.requests.length, 2);
    });
  }

  for (const [what, broken, name] of [
    ['nothing', {}, 'config'],
    ['an empty client id', { tokenUrl: 'https://a.example', clientId: '', clientSecret: 'b' }, 'config.clientId must not be'],
    ['an empty secret of a password', { tokenUrl: 'https://a.example', username: 'a', password: 'b', clientId: 'a', clientSecret: '' }, 'config.clientSecret must not be'],
    ['a misspelt member', { tokenUrl: 'https://a.example', clientId: 'a', clientSecret: 'b', scope: 'c' }, 'config.scope'],
    ['another bearer', { tokenUrl: 'https://a.example', clientId: 'a', clientSecret: 'b', credentialBearer: 'HEADER' }, 'config.credentialBearer'],
    ['a refreshConfig without URL', { tokenUrl: 'https://a.example', username: 'a', password: 'b', refreshConfig: {} }, 'config.refreshConfig.refreshUrl'],
    ['certificates', { tokenUrl: 'https://a.example', clientId: 'a', clientSecret: 'b', clientConfig: { secureSocket: { cert: 'x' } } }, 'config.clientConfig.secureSocket'],
    ['no time', { tokenUrl: 'https://a.example', clientId: 'a', clientSecret: 'b', clientConfig: { reqTimeout: 0 } }, 'config.clientConfig.reqTimeout'],
    ['http to a host that is not this one', { tokenUrl: 'http://a.example', clientId: 'a', clientSecret: 'b' }, 'config.tokenUrl'],
    ['http for the refresh', { tokenUrl: 'https://a.example', username: 'a', password: 'b', refreshConfig: { refreshUrl: 'http://a.example' } }, 'config.refreshConfig.refreshUrl'],
    ['headers that break', { tokenUrl: 'https://a.example', clientId: 'a', clientSecret: 'b', clientConfig: { customHeaders: { a: 'b\r\nc: d' } } }, 'config.clientConfig.customHeaders'],
    ['a client that asks with a token', { tokenUrl: 'https://a.example', clientId: 'a', clientSecret: 'b', clientConfig: { auth: {} } }, 'config.clientConfig.auth'],
    ['scopes that are none', { tokenUrl: 'https://a.example', clientId: 'a', clientSecret: 'b', scopes: [1] }, 'config.scopes'],
  ]) {
    test(`${what} is an error that says so`, () => {
      assert.throws(
        () => new ClientOAuth2Provider(broken),
        (error) => error.code === 'invalid_option' && error.message.startsWith(`${name} `),
      );
    });
  }
});

describe('introspection', async () => {
  const recorder = await started(startRecorder());
  beforeEach(() => (recorder.reply = { body: '{"active":true}' }));
  const config = { url: `${recorder.url}/introspect` };
  const formOf = ({ body }) => Object.fromEntries(new URLSearchParams(body));

  test('the request', async () => {
    const provider = new ListenerOAuth2Provider({ ...config, tokenTypeHint: 'access_token', optionalParams: { a: ' b&c ' }, clientConfig: { customHeaders: { 'X-A': 'b' } } });
    await provider.authorize('t+k&n', { d: 'e' });
    const [{ method, headers, ...request }] = recorder.requests;
    assert.deepEqual([method, headers['x-a'], headers['content-type']], ['POST', 'b', 'application/x-www-form-urlencoded']);
    assert.deepEqual(formOf(request), { token: 't+k&n', token_type_hint: 'access_token', a: 'b&c', d: 'e' });
  });

  test('the response', async () => {
    const exp = Math.floor(Date.now() / 1000) + 60;
    const reply = (active, end) => ({ body: `{"active":${active},"client_id":"c","token_type":"t","exp":${end},"scope":"a b","tenant":{"id":1}}` });
    const expected = { active: true, clientId: 'c', tokenType: 't', exp, scope: 'a b', tenant: { id: 1 } };
    const ask = () => new ListenerOAuth2Provider(config).authorize('t');
    for (const end of [exp, `"${exp}"`]) {
      recorder.reply = reply(true, end);
      assert.deepEqual(await ask(), expected);
    }
    recorder.reply = reply(false, exp);
    assert.deepEqual(await ask(), { ...expected, active: false });
    // The original hands it out as active.
    recorder.reply = reply(true, exp - 120);
    assert.deepEqual(await ask(), { ...expected, exp: exp - 120, active: false });
  });

  test('with the token of a grant configuration', async () => {
    const server = await started(startNodeOAuth2Server({ clients: [{ id: clientId, secret: clientSecret }] }));
    const introspection = await started(
      listen(async (request, response) => {
        const caller = await server.introspect(request.headers.authorization?.slice('Bearer '.length));
        if (!caller) return json(response, {}, 401);
        return json(response, { active: new URLSearchParams(await text(request)).get('token') === 'good', sub: caller.username });
      }),
    );
    const provider = new ListenerOAuth2Provider({
      url: introspection.url,
      clientConfig: { auth: { tokenUrl: server.tokenUrl, clientId, clientSecret } },
    });
    assert.deepEqual(await provider.authorize('good'), { active: true, sub: clientId });
    assert.equal(await provider.authenticate('bad'), false);
  });

  const exp = (seconds) => Math.floor(Date.now() / 1000) + seconds;
  /** Some credential that no other test has. */
  let credentials = 0;
  const credential = () => `credential-${(credentials += 1)}`;
  for (const [what, cacheConfig, body, requests, { after = 0, ...more } = {}] of [
    ['without a cache', undefined, () => '{"active":true}', 2],
    ['with one', {}, () => '{"active":true}', 1],
    ['with one, until exp', {}, () => `{"active":true,"exp":${exp(600)}}`, 1, { after: 500 }],
    ['with one, until exp, which is a text', {}, () => `{"active":true,"exp":"${exp(600)}"}`, 1, { after: 500 }],
    ['with one, until exp, however short defaultTokenExpTime is', {}, () => `{"active":true,"exp":${exp(600)}}`, 1, { after: 500, defaultTokenExpTime: 1 }],
    ['with one, after exp', {}, () => `{"active":true,"exp":${exp(-1)}}`, 2],
    ['with one, an inactive one', {}, () => '{"active":false}', 2],
    ['with one, until defaultTokenExpTime', {}, () => '{"active":true}', 1, { after: 2_600 }],
    ['with one, after defaultTokenExpTime', {}, () => '{"active":true}', 2, { after: 3_601 }],
    ['with one, after a defaultTokenExpTime of its own', {}, () => '{"active":true}', 2, { after: 11, defaultTokenExpTime: 10 }],
    ['with one, after the defaultTokenExpTimeInSeconds of 1.x', {}, () => '{"active":true}', 2, { after: 11, defaultTokenExpTimeInSeconds: 10 }],
    ['with one, after defaultMaxAge', { defaultMaxAge: 10 }, () => `{"active":true,"exp":${exp(600)}}`, 2, { after: 11 }],
    ['with one, after a defaultMaxAge of no time', { defaultMaxAge: 0.001 }, () => '{"active":true}', 2],
  ]) {
    test(`a credential seen twice: ${what}`, async () => {
      recorder.reply = { body: body() };
      const token = credential();
      const provider = new ListenerOAuth2Provider({ ...config, ...more, ...(cacheConfig && { cacheConfig }) });
      const first = await provider.authorize(token);
      await later(after, async () => assert.deepEqual(await provider.authorize(token), first));
      assert.equal(recorder.requests.length, requests);
    });
  }

  test('what is known is known to all providers of the same requests, and to no other', async () => {
    recorder.reply = { body: `{"active":true,"exp":${exp(600)}}` };
    const token = credential();
    const ask = (overrides) => new ListenerOAuth2Provider({ ...config, cacheConfig: {}, ...overrides }).authorize(token);
    for (let call = 0; call < 3; call += 1) await ask();
    assert.equal(recorder.requests.length, 1);
    const auth = { tokenUrl: `${recorder.url}/token`, clientId: 'c', clientSecret: 's' };
    const others = [
      { tokenTypeHint: 'access_token' },
      { optionalParams: { a: 'b' } },
      { optionalParams: new Map([['a', 'c']]) },
      { clientConfig: { customHeaders: { authorization: 'Basic eDp5' } } },
      { clientConfig: { customHeaders: new Headers({ authorization: 'Basic eDp6' }) } },
      { clientConfig: { customPayload: 'a=d' } },
    ];
    for (const other of [...others, ...others]) await ask(other);
    assert.equal(recorder.requests.length, 1 + others.length);
    recorder.reply = { body: '{"active":true,"access_token":"t","expires_in":600}' };
    for (const tenant of ['one', 'two', 'one']) await ask({ clientConfig: { auth: { ...auth, optionalParams: new Map([['tenant', tenant]]) } } });
    assert.equal(recorder.requests.filter(({ url }) => url === '/introspect').length, 2);
  });

  test('many calls at once ask once', async () => {
    const token = credential();
    const provider = new ListenerOAuth2Provider(config);
    await Promise.all(Array.from({ length: 50 }, () => provider.authorize(token)));
    assert.equal(recorder.requests.length, 1);
  });

  test('a full cache loses what was used longest ago', async () => {
    // All that check tokens in an isolate have their room together.
    const isolate = await newIsolate(project, '../compat/ballerina');
    const provider = new isolate.ListenerOAuth2Provider({ ...config, cacheConfig: { capacity: 4, evictionFactor: 0.5 } });
    for (const credential of ['a', 'b', 'c', 'd', 'a', 'e']) await provider.authorize(credential);
    assert.equal(recorder.requests.length, 5);
    for (const credential of ['a', 'd', 'e']) await provider.authorize(credential);
    assert.equal(recorder.requests.length, 5);
    await provider.authorize('b');
    assert.equal(recorder.requests.length, 6);
  });

  test('its policy and its cleaning up are those of the original', async () => {
    const cacheConfig = { capacity: 10, evictionFactor: 0.2, evictionPolicy: 'LRU', defaultMaxAge: 60, cleanupInterval: 5 };
    const provider = new ListenerOAuth2Provider({ ...config, cacheConfig });
    const token = credential();
    await provider.authorize(token);
    await provider.authorize(token);
    assert.equal(recorder.requests.length, 1);
    for (const [member, wrong] of [['evictionPolicy', 'FIFO'], ['cleanupInterval', -1], ['cleanupInterval', '5']]) {
      assert.throws(() => new ListenerOAuth2Provider({ ...config, cacheConfig: { [member]: wrong } }), (error) => {
        return error.code === 'invalid_option' && error.message.startsWith(`config.cacheConfig.${member} must be`);
      });
    }
  });

  test('other parameters are another question, whatever they are in', async () => {
    const provider = new ListenerOAuth2Provider({ ...config, cacheConfig: {} });
    const token = credential();
    for (const parameters of [undefined, { a: 'b' }, new Map([['a', 'c']]), new URLSearchParams({ a: 'd' }), new Map([['a', 'b']])]) {
      await provider.authorize(token, parameters);
    }
    assert.deepEqual(recorder.requests.map(({ body }) => new URLSearchParams(body).get('a')), [null, 'b', 'c', 'd']);
  });

  test('other parameters are another question', async () => {
    const provider = new ListenerOAuth2Provider({ ...config, cacheConfig: {} });
    const token = credential();
    await provider.authorize(token);
    await provider.authorize(token, { a: 'b' });
    assert.equal(recorder.requests.length, 2);
  });

  test('errors', async () => {
    // What may pass is tried again for a third of that.
    const provider = new ListenerOAuth2Provider({ ...config, clientConfig: { reqTimeout: 0.5 } });
    for (const credential of ['', undefined]) {
      assert.equal((await rejection(provider.authorize(credential))).message, 'Credential cannot be empty.');
    }
    recorder.reply = () => {};
    const hasty = new ListenerOAuth2Provider({ ...config, clientConfig: { reqTimeout: 0.1 } });
    assert.deepEqual(await rejection(hasty.authorize('t')).then(({ code, retryable }) => [code, retryable]), ['timeout', true]);
    const nobody = new ListenerOAuth2Provider({ url: 'http://127.0.0.1:9/', clientConfig: { reqTimeout: 0.5 } });
    assert.equal((await rejection(nobody.authorize('t'))).code, 'network');
    for (const [reply, cause] of [
      [{ status: 500, body: 'MARKER' }, /500/],
      [{ body: 'MARKER' }, /JSON/],
      [{ body: '{"active":"true"}' }, /active/],
    ]) {
      recorder.reply = reply;
      const error = await rejection(provider.authorize('t'));
      assert.equal(error.message, 'OAuth2 validation failed.');
      assert.match(error.cause.message, cause);
      assert.ok(!error.cause.message.includes('MARKER'));
    }
  });

  test('scopes by scopeKey, as the handler of the HTTP module reads them', async () => {
    recorder.reply = { body: '{"active":true,"scope":"read","groups":"admin staff","client_id":"c"}' };
    const ask = (overrides, scopes) => new ListenerOAuth2Handler({ ...config, ...overrides }).authorize(`Bearer ${credential()}`, scopes);
    const expected = { active: true, scope: 'read', groups: 'admin staff', clientId: 'c' };
    for (const [overrides, scopes] of [[{}], [{}, 'read'], [{}, ['write', 'read']], [{ scopeKey: 'groups' }, 'staff'], [{ scopeKey: 'groups' }, ['x', 'admin']]]) {
      assert.deepEqual(await ask(overrides, scopes), expected);
    }
    for (const [overrides, scopes] of [[{}, 'write'], [{}, ['admin', 'staff']], [{ scopeKey: 'groups' }, 'read'], [{ scopeKey: 'nothing' }, 'read']]) {
      const response = await ask(overrides, scopes);
      assert.equal(response.status, 403);
      assert.match(response.headers.get('www-authenticate'), /error="insufficient_scope"/);
    }
    assert.throws(() => new ListenerOAuth2Handler({ ...config, scopeKey: '' }), ({ code }) => code === 'invalid_option');
  });

  test('the credential in a request, in headers and as a text; and what its caller is answered', async () => {
    recorder.reply = { body: '{"active":true}' };
    const handler = new ListenerOAuth2Handler({ ...config, clientConfig: { reqTimeout: 0.5 } });
    const headers = () => new Headers({ authorization: `Bearer ${credential()}` });
    for (const data of [headers(), new Request('https://api.example/', { headers: headers() }), headers().get('authorization')]) {
      assert.deepEqual(await handler.authorize(data), { active: true });
    }
    const status = async (data) => (await handler.authorize(data)).status;
    assert.deepEqual([await status(new Headers()), await status('Basic YTpi'), await status('Bearer'), await status('Bearer a b')], [401, 401, 400, 400]);
    recorder.reply = { body: '{"active":false}' };
    assert.equal(await status(headers()), 401);
    // The original says 401 of what it could not find out.
    recorder.reply = { status: 500 };
    assert.equal(await status(headers()), 503);
  });
});
