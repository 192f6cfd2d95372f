// The entry with every example of Workato's guide, against a server that does what the guide says of Percolate; and
// the details of the SDK.
import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, test } from 'node:test';
import { json, listen } from '../runtimes/http.mjs';
import { bearer, rejection, started } from './harness.mjs';
import { startNodeOAuth2Server } from './node-oauth2-server.mjs';
import { installPackage } from './package.mjs';
import { startRecorder } from './recorder.mjs';

const { load } = await installPackage('compat-workato');
const { connection } = await load('edge-oauth2/compat/workato');

/** Percolate: gives tokens to one client, and knows the newest only. */
async function startPercolate(credentials) {
  const tokens = ['my-authentication-token', 'my-NEW-authentication-token', 'my-NEWEST-authentication-token'];
  const percolate = { requests: [], status: 401, current: undefined };
  const server = await started(
    listen(async (request, response) => {
      const body = await text(request);
      percolate.requests.push(`${request.method} ${request.url} ${bearer(request)}`);
      if (request.url === '/auth/v5/token/') {
        const isRight =
          request.headers.authorization === `Basic ${btoa(credentials)}` &&
          request.headers['content-type'] === 'application/x-www-form-urlencoded' &&
          body === 'grant_type=client_credentials';
        if (!isRight) return json(response, { error: 'invalid_client' }, 400);
        percolate.current = tokens.shift();
        return json(response, { access_token: percolate.current, token_type: 'bearer', expires_in: 'seconds-until-expiration' });
      }
      if (!percolate.current || bearer(request) !== percolate.current) return json(response, {}, percolate.status);
      return json(response, { id: 'me', path: request.url });
    }),
  );
  return Object.assign(percolate, { url: server.url });
}

describe("the guide's examples", async () => {
  const settings = { client_id: 'abcd1234', client_secret: 'secretClientSecret' };
  const connector = (url, members = {}) => ({
    title: 'My Percolate connector',
    connection: {
      fields: [
        { name: 'client_id', optional: false },
        { name: 'client_secret', control_type: 'password', optional: false },
      ],
      authorization: {
        type: 'custom_auth',
        async acquire(connection) {
          const hash = btoa(`${connection.client_id}:${connection.client_secret}`);
          const response = await this.post(`${url}/auth/v5/token/`)
            .payload({ grant_type: 'client_credentials' })
            .headers({ Authorization: `Basic ${hash}` })
            .request_format_www_form_urlencoded();
          return { access_token: response.access_token, refresh_token: response.refresh_token };
        },
        detect_on: [401, 403],
        refresh_on: [401, 403],
        apply(connection) {
          this.headers({ Authorization: `Bearer ${connection.access_token}` });
        },
        ...members,
      },
      base_uri: (connection) => url,
    },
    test(connection) {
      return this.get('/api/v5/me');
    },
  });

  for (const status of [401, 403]) {
    test(`My Percolate connector, where ${status} refuses`, async () => {
      const percolate = await startPercolate('abcd1234:secretClientSecret');
      percolate.status = status;
      const client = connection(connector(percolate.url), settings);
      assert.deepEqual(await client.settings(), settings);
      assert.deepEqual(await client.test(), { id: 'me', path: '/api/v5/me' });
      // First with what the connection holds, which is nothing.
      assert.deepEqual(percolate.requests.splice(0), [
        'GET /api/v5/me undefined',
        `POST /auth/v5/token/ Basic ${btoa('abcd1234:secretClientSecret')}`,
        'GET /api/v5/me my-authentication-token',
      ]);
      assert.deepEqual(await client.settings(), { ...settings, access_token: 'my-authentication-token' });

      assert.deepEqual(await client.get('/api/v5/things', { page: 2 }), { id: 'me', path: '/api/v5/things?page=2' });
      assert.deepEqual(percolate.requests.splice(0), ['GET /api/v5/things?page=2 my-authentication-token']);

      percolate.current = 'the API has let the token expire';
      await client.get('/api/v5/things');
      assert.deepEqual(await client.settings(), { ...settings, access_token: 'my-NEW-authentication-token' });
      assert.deepEqual(percolate.requests, [
        'GET /api/v5/things my-authentication-token',
        `POST /auth/v5/token/ Basic ${btoa('abcd1234:secretClientSecret')}`,
        'GET /api/v5/things my-NEW-authentication-token',
      ]);
    });
  }

  test('step 3: acquire as it is shown alone', async () => {
    const percolate = await startPercolate('client:abcd1234:secretClientSecret');
    const acquire = async function (connection) {
      const hash = btoa(`client:${connection.client_id}:${connection.client_secret}`);
      const response = await this.post(`${percolate.url}/auth/v5/token/`)
        .payload({ grant_type: 'client_credentials' })
        .headers({ Authorization: `Basic ${hash}` })
        .request_format_www_form_urlencoded();
      return { access_token: response.access_token };
    };
    const client = connection(connector(percolate.url, { acquire }), settings);
    await client.test();
    assert.deepEqual(await client.settings(), { ...settings, access_token: 'my-authentication-token' });
  });

  test('step 6: a base URI of the connection', async () => {
    const api = await started(startRecorder());
    api.reply = { body: '{}' };
    const { host } = new URL(api.url);
    const definition = { base_uri: (connection) => `http://${connection.domain}/api/` };
    await connection(definition, { domain: host }).get('me');
    assert.equal(api.requests[0].url, '/api/me');
  });

  for (const name of ['client_id', 'client_secret']) {
    for (const missing of [undefined, '']) {
      test(`step 1: ${name} is not optional, and is ${JSON.stringify(missing)}`, () => {
        assert.throws(
          () => connection(connector('https://percolate.com'), { ...settings, [name]: missing }),
          { code: 'invalid_option', message: `settings.${name} is required by the connection` },
        );
      });
    }
  }

  test('a wrong secret is what acquire came to', async () => {
    const percolate = await startPercolate('abcd1234:secretClientSecret');
    const error = await rejection(connection(connector(percolate.url), { ...settings, client_secret: 'MARKER' }).test());
    assert.deepEqual([error.name, error.code, error.message, error.method], ['RequestError', 400, '400 Bad Request', 'POST']);
    assert.equal(error.response, '{"error":"invalid_client"}');
    assert.equal(percolate.requests.length, 2);
  });
});

describe('the SDK', async () => {
  const api = await started(startRecorder());
  let acquired;
  let count = 0;
  let settings;
  beforeEach(() => {
    acquired = 0;
    settings = { user: `user ${(count += 1)}` };
    api.reply = { body: '{"ok":true}' };
  });
  const define = (authorization) => ({
    authorization: {
      type: 'custom_auth',
      acquire: () => ({ token: `t${(acquired += 1)}` }),
      apply(connection) {
        this.headers({ 'X-Token': connection.token ?? 'none' });
      },
      ...authorization,
    },
    base_uri: () => api.url,
  });
  const connect = (authorization, options) => connection(define(authorization), settings, options);
  const tokens = () => api.requests.map(({ headers }) => headers['x-token']);

  test('of many refused at once, one acquires', async () => {
    const definition = define({ acquire: () => sleep(20).then(() => ({ token: `t${(acquired += 1)}` })) });
    api.reply = (response) => json(response, {}, api.requests.at(-1).headers['x-token'] === 'none' ? 401 : 200);
    await Promise.all([1, 2, 3, 4, 5].map(() => connection(definition, settings).get('/')));
    assert.equal(acquired, 1);
    assert.deepEqual(tokens().sort(), ['none', 'none', 'none', 'none', 'none', 't1', 't1', 't1', 't1', 't1']);
    await connection(definition, settings).get('/');
    assert.equal(tokens().at(-1), 't1');
    // Whoever has other settings, or another definition, has another.
    await connection(definition, { ...settings, other: true }).get('/');
    assert.equal(acquired, 2);
  });

  test('what somebody else has acquired meanwhile is sent', async () => {
    const definition = define();
    const [one, other] = [1, 2].map(() => connection(definition, settings));
    let refuse;
    api.reply = [(response) => (refuse = () => json(response, {}, 401)), { status: 401 }, { body: '{"ok":true}' }];
    const late = one.get('/').then((body) => body);
    while (!refuse) await sleep(1);
    await other.get('/');
    refuse();
    assert.deepEqual(await late, { ok: true });
    assert.deepEqual(tokens(), ['none', 'none', 't1', 't1']);
  });

  test('a second refusal is the answer, and the next request acquires again', async () => {
    api.reply = { status: 401, body: 'no' };
    const client = connect();
    assert.equal((await rejection(client.get('/'))).code, 401);
    assert.deepEqual(tokens(), ['none', 't1']);
    assert.equal((await rejection(client.get('/'))).code, 401);
    assert.deepEqual(tokens(), ['none', 't1', 't1', 't2']);
  });

  for (const [refreshOn, reply, isRefreshed] of [
    [undefined, { status: 404 }, true],
    [[], { status: 500 }, true],
    [[401], { status: 401 }, true],
    [401, { status: 401 }, true],
    [[401], { status: 403 }, false],
    [[403, 'expired'], { status: 400, body: 'expired' }, true],
    [['expired'], { status: 400, body: 'token expired' }, false],
    [[/expired/], { status: 400, body: 'token expired' }, true],
    [['401 Unauthorized'], { status: 401 }, true],
    [[/Unauthorized/], { status: 401 }, true],
    [[/Unauthorized/], { status: 403 }, false],
    [[401], { body: '{"error":"expired"}' }, false],
  ]) {
    test(`refresh_on ${refreshOn} and ${JSON.stringify(reply)}: ${isRefreshed ? 'acquires' : 'does not'}`, async () => {
      api.reply = [reply, { body: '{"ok":true}' }];
      const client = connect({ refresh_on: refreshOn });
      if (isRefreshed) assert.deepEqual(await client.get('/'), { ok: true });
      else if (reply.status) assert.equal((await rejection(client.get('/'))).code, reply.status);
      else assert.deepEqual(await client.get('/'), { error: 'expired' });
      assert.equal(acquired, isRefreshed ? 1 : 0);
    });
  }

  test('a pattern with a memory', async () => {
    api.reply = { body: '{"error":"expired"}' };
    const client = connect({ detect_on: [/expired/g], refresh_on: [401] });
    for (let i = 0; i < 2; i++) await rejection(client.get('/'));
  });

  for (const [detectOn, refreshOn, body, outcome] of [
    [[/expired/], [], '{"error":"expired"}', 'refreshed'],
    [[/expired/], [/expired/], '{"error":"expired"}', 'refreshed'],
    [[/expired/], [401], '{"error":"expired"}', 'rejected'],
    [['"expired"'], [], '"expired"', 'refreshed'],
    [['expired'], [], '"expired"', 'refreshed'],
    [['expired'], [], '"it expired"', 'accepted'],
    [[401, 403], [401, 403], '{}', 'accepted'],
  ]) {
    test(`detect_on ${detectOn}, refresh_on ${refreshOn} and ${body}: ${outcome}`, async () => {
      api.reply = [{ body }, { body: '{"ok":true}' }];
      const client = connect({ detect_on: detectOn, refresh_on: refreshOn });
      if (outcome === 'rejected') assert.equal((await rejection(client.get('/'))).message, body);
      else assert.deepEqual(await client.get('/'), outcome === 'refreshed' ? { ok: true } : JSON.parse(body));
      assert.equal(acquired, outcome === 'refreshed' ? 1 : 0);
    });
  }

  test('detect_on is active while acquiring, apply is not', async () => {
    api.reply = [{ status: 401 }, { body: '{"error":"no"}' }];
    const client = connect({
      detect_on: [/"error"/],
      acquire() {
        return this.post('/token');
      },
    });
    assert.equal((await rejection(client.get('/'))).message, '{"error":"no"}');
    assert.deepEqual(tokens(), ['none', undefined]);
  });

  test('what acquire gives lies over the settings, and is not forgotten by the next', async () => {
    let given = { token: 't1', tenant: { id: 1 }, user: 'renamed' };
    api.reply = [{ status: 401 }, { body: '{}' }];
    const client = connect({
      acquire: (connection) => {
        assert.equal(connection.user, acquired === 0 ? settings.user : 'renamed');
        acquired += 1;
        return given;
      },
    });
    await client.get('/');
    assert.deepEqual(await client.settings(), { user: 'renamed', token: 't1', tenant: { id: 1 } });
    given = { token: 't2' };
    api.reply = [{ status: 401 }, { body: '{}' }];
    await client.get('/');
    assert.deepEqual(await client.settings(), { user: 'renamed', token: 't2', tenant: { id: 1 } });
  });

  test('what acquire throws is what the caller gets', async () => {
    const mine = new Error('mine');
    api.reply = { status: 401 };
    assert.equal(await rejection(connect({ acquire: () => Promise.reject(mine) }).get('/')), mine);
    assert.match((await rejection(connect({ acquire: () => 'token' }).get('/'))).message, /acquire must give an object/);
  });

  test('without acquire, or without apply, nothing is acquired', async () => {
    api.reply = { status: 401 };
    for (const authorization of [{ acquire: undefined }, { apply: undefined }]) {
      assert.equal((await rejection(connect(authorization).get('/'))).code, 401);
    }
    assert.deepEqual([acquired, api.requests.length], [0, 2]);
  });

  test('every instruction of apply', async () => {
    const client = connect({
      type: 'basic_auth',
      apply(connection, authType) {
        if (this.current_url === `${api.url}/things?a=1` && this.current_verb === 'POST') {
          this.headers({ 'X-Type': authType }).params({ key: 'k v' }).payload({ token: 't' }).user('ä:').password('p');
        }
      },
    });
    await client.post('/things', { name: 'n' }).params({ a: 1 }).auth_type('special');
    await client.get('/other');
    const [{ method, url, headers, body }, other] = api.requests;
    assert.deepEqual([method, url, headers['x-type'], headers['content-type']], ['POST', '/things?a=1&key=k+v', 'special', 'application/json']);
    assert.deepEqual(JSON.parse(body), { name: 'n', token: 't' });
    assert.equal(headers.authorization, `Basic ${Buffer.from('ä::p').toString('base64')}`);
    assert.deepEqual([other.headers.authorization, other.body], [undefined, '']);
  });

  test('credentials is what apply was called before', async () => {
    await connect({
      apply: undefined,
      credentials() {
        this.params({ key: 'k' });
      },
    }).get('/');
    assert.equal(api.requests[0].url, '/?key=k');
  });

  test('all methods', async () => {
    const client = connect();
    await client.put('/', { a: [1, { b: 2 }] });
    await client.patch('/', [1]);
    await client.delete('/');
    await client.post('/').payload({ a: ['x', 'y'], b: { c: 'd e' }, f: null }).request_format_www_form_urlencoded();
    await client.request('OPTIONS', '/');
    assert.deepEqual(
      api.requests.map(({ method, headers, body }) => [method, headers['content-type'], body]),
      [
        ['PUT', 'application/json', '{"a":[1,{"b":2}]}'],
        ['PATCH', 'application/json', '[1]'],
        ['DELETE', undefined, ''],
        ['POST', 'application/x-www-form-urlencoded', 'a%5B%5D=x&a%5B%5D=y&b%5Bc%5D=d+e&f='],
        ['OPTIONS', undefined, ''],
      ],
    );
  });

  test('bodies', async () => {
    api.reply = { body: '' };
    assert.deepEqual(await connect().get('/'), {});
    api.reply = { body: 'raw' };
    assert.equal(await connect().get('/').response_format_raw(), 'raw');
    const error = await rejection(connect().get('/'));
    assert.deepEqual([error.name, error.message], ['JSONResponseFormatError', 'the response is no JSON']);
  });

  test('a redirect is followed to where the credentials are for', async () => {
    const elsewhere = await started(startRecorder());
    elsewhere.reply = { body: '{}' };
    api.reply = [{ status: 302, headers: { location: '/there' } }, { body: '{"ok":true}' }];
    assert.deepEqual(await connect().get('/'), { ok: true });
    assert.deepEqual(api.requests.map(({ url }) => url), ['/', '/there']);
    api.reply = { status: 302, headers: { location: '/there' } };
    assert.equal((await rejection(connect({ refresh_on: [401] }).post('/'))).code, 302);
    assert.equal(api.requests.length, 1);
    api.reply = { status: 302, headers: { location: elsewhere.url } };
    assert.equal((await rejection(connect({ refresh_on: [401] }).get('/'))).code, 302);
    assert.equal(elsewhere.requests.length, 0);
  });

  test('multi', async () => {
    const option = (name) => ({
      type: 'api_key',
      fields: [{ name, optional: false }],
      apply(connection) {
        this.headers({ 'X-Token': connection[name] });
      },
    });
    const definition = {
      authorization: { type: 'multi', selected: (connection) => connection.kind, options: { a: option('key_a'), b: option('key_b') } },
      base_uri: () => api.url,
    };
    await connection(definition, { kind: 'b', key_b: 'B' }).get('/');
    assert.deepEqual(tokens(), ['B']);
    assert.throws(() => connection(definition, { kind: 'a' }), { message: 'settings.key_a is required by the connection' });
    assert.throws(() => connection(definition, { kind: 'c' }), { code: 'invalid_option' });
  });

  for (const [what, definition, name] of [
    ['no definition', undefined, 'definition'],
    ['a misspelt member', define({ refresh_onn: [401] }), 'authorization.refresh_onn'],
    ['another type', define({ type: 'oauth' }), 'authorization.type'],
    ['acquire that is none', define({ acquire: 'post' }), 'authorization.acquire'],
    ['a signal that is none', define({ refresh_on: [401, { status: 403 }] }), 'authorization.refresh_on'],
    ['another that is none', define({ detect_on: true }), 'authorization.detect_on'],
    ['test that is none', { ...define(), test: '/me' }, 'definition.test'],
    ['a base URI that is given', { ...define(), base_uri: 'https://api.example.com' }, 'connection.base_uri'],
    ['nothing that selects', { authorization: { type: 'multi', selected: 'a', options: {} } }, 'authorization.selected'],
  ]) {
    test(`${what} is an error that says so`, () => {
      assert.throws(() => connection(definition), (error) => error.code === 'invalid_option' && error.message.startsWith(`${name} `));
    });
  }

  test('a path without what it is relative to', async () => {
    for (const base_uri of [undefined, () => '/v1']) {
      const error = await rejection(connection({ ...define(), base_uri }).get('/me'));
      assert.deepEqual([error.code, error.message.split(' ')[0]], ['invalid_option', 'connection.base_uri']);
    }
  });

  test('a request is sent once, when it is looked at', async () => {
    const request = connect().get('/');
    await sleep(20);
    assert.equal(api.requests.length, 0);
    let isSettled = false;
    assert.deepEqual(await request.finally(() => (isSettled = true)), { ok: true });
    assert.deepEqual([await request, isSettled, api.requests.length], [{ ok: true }, true, 1]);
    api.reply = { status: 404 };
    assert.equal(await connect({ refresh_on: [401] }).get('/').catch(({ code }) => code), 404);
  });

  test('a binding to fetch with', async () => {
    const urls = [];
    const binding = { fetch: (url, init) => (urls.push(url), fetch(url, init)) };
    await connect({}, { fetch: binding }).get('/');
    assert.deepEqual(urls, [`${api.url}/`]);
  });

  test('a store wants a name for the functions', () => {
    assert.throws(() => connect({}, { store: new Map() }), (error) => error.code === 'invalid_option' && error.message.startsWith('identity '));
  });
});

describe('oauth2', async () => {
  const client = { id: 'my-client', secret: 'my-secret', redirectUris: ['https://www.workato.com/oauth/callback'] };
  const server = await started(startNodeOAuth2Server({ clients: [client], users: [{ username: 'ada', password: 'p' }] }));
  const api = await started(
    listen(async (request, response) => {
      const token = await server.introspect(bearer(request));
      json(response, token ?? {}, token ? 200 : 401);
    }),
  );
  const [redirectUri] = client.redirectUris;
  const define = (authorization) => ({
    authorization: {
      type: 'oauth2',
      client_id: client.id,
      client_secret: (connection) => connection.secret,
      authorization_url: () => `${server.authorizationUrl}?response_type=code&scope=a+b`,
      token_url: () => server.tokenUrl,
      refresh_on: [401],
      apply(connection, accessToken) {
        this.headers({ Authorization: `Bearer ${accessToken}` });
      },
      ...authorization,
    },
    base_uri: () => api.url,
  });
  const settings = { secret: client.secret };
  const authorize = async (one) => {
    const { url, state } = await one.authorizationUrl({ redirectUri });
    const response = await fetch(url, { redirect: 'manual' });
    return one.callback(response.headers.get('location'), { redirectUri, state });
  };
  const expire = async (accessToken) =>
    fetch(server.revocationUrl, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${client.id}:${client.secret}`)}` },
      body: new URLSearchParams({ token: accessToken }),
    });

  test("Workato's own requests", async () => {
    const one = connection(define(), settings);
    const acquired = await authorize(one);
    assert.equal(acquired.secret, client.secret);
    assert.deepEqual(await one.get('/me'), { username: 'ada', scope: 'a b' });
    // Kept, and given the next time.
    const next = connection(define(), acquired);
    assert.deepEqual(await next.get('/me'), { username: 'ada', scope: 'a b' });
    const refused = connection(define(), { ...acquired, access_token: 'expired' });
    assert.deepEqual(await refused.get('/me'), { username: 'ada', scope: 'a b' });
    const renewed = await refused.settings();
    assert.notEqual(renewed.access_token, 'expired');
    assert.notEqual(renewed.refresh_token, acquired.refresh_token);
  });

  test("the connection's own", async () => {
    const seen = [];
    const one = connection(
      define({
        async acquire(connection, code, uri) {
          seen.push([typeof code, uri]);
          const tokens = await this.post(server.tokenUrl)
            .payload({ grant_type: 'authorization_code', code, redirect_uri: uri, client_id: client.id, client_secret: client.secret })
            .request_format_www_form_urlencoded();
          return [tokens, 'the owner', { tenant: 1 }];
        },
        async refresh(connection, refreshToken) {
          seen.push(refreshToken === connection.refresh_token);
          const { access_token, refresh_token } = await this.post(server.tokenUrl)
            .payload({ grant_type: 'refresh_token', refresh_token: refreshToken, client_id: client.id, client_secret: client.secret })
            .request_format_www_form_urlencoded();
          return [{ access_token, refresh_token }, { tenant: 2 }];
        },
      }),
      settings,
    );
    const acquired = await authorize(one);
    assert.equal(acquired.tenant, 1);
    assert.equal((await one.get('/me')).username, 'ada');
    const other = connection(define({ refresh: undefined }), { ...acquired, access_token: 'expired' });
    await other.get('/me');
    assert.deepEqual(seen, [['string', redirectUri]]);
  });

  test('refresh of the connection', async () => {
    const acquired = await authorize(connection(define(), settings));
    const one = connection(
      define({
        async refresh(connection, refreshToken) {
          const tokens = await this.post(server.tokenUrl)
            .payload({ grant_type: 'refresh_token', refresh_token: refreshToken, client_id: client.id, client_secret: client.secret })
            .request_format_www_form_urlencoded();
          return [{ access_token: tokens.access_token }, { refreshed: connection.access_token }];
        },
      }),
      { ...acquired, access_token: 'expired' },
    );
    assert.equal((await one.get('/me')).username, 'ada');
    const { refreshed, refresh_token: kept } = await one.settings();
    assert.deepEqual([refreshed, kept], ['expired', acquired.refresh_token]);
  });

  for (const reply of ['{"access_token":"new"}', '{"access_token":"new","refresh_token":""}']) {
    test(`the refresh token of before stays, with ${reply}`, async () => {
      const recorder = await started(startRecorder());
      recorder.reply = { body: reply };
      const one = connection(define({ token_url: recorder.url }), { ...settings, access_token: 'expired', refresh_token: 'r' });
      assert.equal((await rejection(one.get('/me'))).code, 401);
      const { access_token, refresh_token } = await one.settings();
      assert.deepEqual([access_token, refresh_token], ['new', 'r']);
    });
  }

  test('a state that is not ours', async () => {
    const one = connection(define(), settings);
    const error = await rejection(one.callback(`${redirectUri}?code=c&state=theirs`, { redirectUri, state: 'ours' }));
    assert.equal(error.code, 'invalid_callback');
  });

  test('nothing to refresh with', async () => {
    const error = await rejection(connection(define(), settings).get('/me'));
    assert.match(error.message, /refresh_token is empty/);
    assert.equal(error.code, 'reauthorization_required');
    const nowhere = await rejection(connection(define({ token_url: undefined }), settings).get('/me'));
    assert.deepEqual([nowhere.code, nowhere.message.split(' ')[0]], ['invalid_option', 'authorization.refresh']);
  });

  test('only a user authorizes', async () => {
    const error = await rejection(connection({ authorization: { type: 'api_key' } }).authorizationUrl({ redirectUri }));
    assert.equal(error.code, 'invalid_option');
  });
});
