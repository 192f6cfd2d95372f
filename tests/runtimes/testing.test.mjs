// edge-oauth2/testing: the fake server does to a client what real ones do, the clock moves all, and the memory is empty after a
// reset. And docs/testing.md shows what runs here and in tests/matrix/test-runners.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { blocksOf } from '../package/markdown.mjs';
import { install, root, tarball } from './package.mjs';

const project = await install('testing', await tarball());
const load = async (entry) => await import(pathToFileURL(createRequire(join(project, 'x.js')).resolve(entry)).href);
const { Clock, FakeAuthorizationServer, resetMemory } = await load('edge-oauth2/testing');
const { OAuth2Client, OAuth2Error } = await load('edge-oauth2');

const clock = new Clock();
afterEach(async () => {
  clock.restore();
  await resetMemory();
});

const HOUR = 3_600_000;

/** A server, and a client of its; both may be given more. */
function pair(options, more) {
  const server = new FakeAuthorizationServer(options);
  return { server, api: new OAuth2Client({ ...server.options, timeoutMs: 300, ...more }) };
}

const statuses = (requests) => requests.map(({ status }) => status);

describe('a server', () => {
  test('issues a token, which its API takes, and says what it was asked', async () => {
    const { server, api } = pair({}, { scopes: ['read', 'write'], endpointParams: { audience: ['a', 'b'] } });
    const response = await api.fetch('/hello', { method: 'POST', body: 'x', headers: { 'x-mine': '1' } });
    assert.deepEqual(await response.json(), { method: 'POST', path: '/hello', body: 'x' });
    assert.equal(server.grants, 1);
    const [asked] = server.requests;
    assert.deepEqual(asked.params, { grant_type: 'client_credentials', scope: 'read write', audience: ['a', 'b'] });
    assert.deepEqual([asked.url, asked.method, asked.grantType, asked.clientId, asked.status], [server.tokenUrl, 'POST', 'client_credentials', 'client', 200]);
    const { accessToken, scope } = await api.getToken();
    const [{ url, body, headers, ...seen }] = server.api.requests;
    assert.deepEqual([url, body, headers['x-mine'], seen.accessToken, seen.status], [`${server.baseUrl}hello`, 'x', '1', accessToken, 200]);
    assert.equal(scope, 'read write');
  });

  test('is somebody else than another server', async () => {
    const [one, other] = [pair(), pair()];
    const { accessToken } = await one.api.getToken();
    assert.notEqual((await other.api.getToken()).accessToken, accessToken);
    const response = await other.server.fetch(other.server.baseUrl, { headers: { authorization: `Bearer ${accessToken}` } });
    assert.equal(response.status, 401);
  });

  test('may be where the program expects it', async () => {
    const server = new FakeAuthorizationServer({ tokenUrl: 'https://auth.example.com/oauth/token', baseUrl: 'https://api.example.com/v1' });
    const api = new OAuth2Client({ ...server.options });
    assert.equal((await (await api.fetch('/hello')).json()).path, '/v1/hello');
    assert.deepEqual([server.tokenUrl, server.baseUrl], ['https://auth.example.com/oauth/token', 'https://api.example.com/v1/']);
    await assert.rejects(server.fetch('https://api.example.com/v10/hello'), { name: 'TypeError', message: /v10\/hello, and is at https:\/\/auth.example.com/ });
  });

  test('knows who it was told', async () => {
    for (const [name, value] of [['clientId', 'other'], ['clientSecret', 'wrong']]) {
      for (const clientAuth of ['header', 'body']) {
        const { api } = pair({ clientId: 'id', clientSecret: 'sécret:+%' }, { [name]: value, clientAuth });
        await assert.rejects(api.getToken(), { code: 'token_request_rejected', error: 'invalid_client', status: 401 });
      }
    }
    for (const clientAuth of ['header', 'body']) {
      const { api } = pair({ clientId: 'id', clientSecret: 'sécret:+%' }, { clientAuth });
      assert.equal((await api.fetch('/')).status, 200);
    }
  });

  test('misspelt options are errors', () => {
    assert.throws(() => new FakeAuthorizationServer({ lifetime: 1 }), { message: 'FakeAuthorizationServer has no option lifetime' });
  });

  test('tokens end', async () => {
    const { server, api } = pair({ lifetimeSeconds: 60 });
    const { accessToken } = await api.getToken();
    const ask = async () => (await server.fetch(server.baseUrl, { headers: { authorization: `Bearer ${accessToken}` } })).status;
    clock.advance(59_000);
    assert.equal(await ask(), 200);
    clock.advance(1_000);
    assert.equal(await ask(), 401);
    assert.equal((await api.fetch('/')).status, 200);
    assert.deepEqual([server.grants, statuses(server.api.requests)], [2, [200, 401, 200]]);
  });

  test('its API refuses a token once, or all that were revoked', async () => {
    const { server, api } = pair();
    await api.fetch('/');
    server.api.refuseOnce();
    assert.equal((await api.fetch('/', { method: 'POST', body: 'x' })).status, 200);
    assert.deepEqual(server.api.requests.map(({ status, body }) => [status, body]), [[200, ''], [401, 'x'], [200, 'x']]);
    clock.advance(20_000);
    server.revokeAccessTokens();
    assert.equal((await api.fetch('/')).status, 200);
    assert.equal(server.grants, 3);
    assert.equal((await server.fetch(server.baseUrl)).status, 401, 'without a token');
  });

  test('its API answers as it is told', async () => {
    const { server, api } = pair();
    server.api.respond(({ url }) => new Response(url, { status: 404 }));
    const response = await api.fetch('/nothing');
    assert.deepEqual([response.status, await response.text()], [404, `${server.baseUrl}nothing`]);
    server.revokeAccessTokens();
    assert.equal((await server.fetch(`${server.baseUrl}x`, { headers: { authorization: 'Bearer x' } })).status, 401, 'a bad token still is');
  });

  test('limits the rate, by the clock', async () => {
    const { server, api } = pair();
    server.rateLimit(30);
    const limited = { code: 'token_request_rejected', status: 429, retryable: true };
    await assert.rejects(api.getToken(), ({ status, retryable }) => status === limited.status && retryable);
    await assert.rejects(api.getToken(), ({ status }) => status === 429);
    assert.deepEqual(statuses(server.requests), [429], 'the second was answered from memory');
    assert.equal(server.requests.length, 1);
    clock.advance(31_000);
    await api.getToken();
    assert.deepEqual(statuses(server.requests), [429, 200]);
  });

  test('is down, and a token that is good stays in use', async () => {
    const { server, api } = pair();
    await api.fetch('/');
    server.down();
    clock.advance(0.9 * HOUR);
    assert.equal((await api.fetch('/')).status, 200);
    clock.advance(0.2 * HOUR);
    await assert.rejects(api.fetch('/'), { code: 'network', retryable: true });
    assert.ok(server.requests.slice(1).every(({ status }) => status === 0));
    server.recover();
    assert.equal((await api.fetch('/')).status, 200);
  });

  test('refuses once, or until it recovers', async () => {
    const { server, api } = pair({}, { timeoutMs: 10_000 });
    server.refuseOnce({ error: 'temporarily_unavailable', status: 503 });
    await api.getToken();
    assert.deepEqual(statuses(server.requests), [503, 200], 'it was asked again');
    const other = pair();
    other.server.refuse({ error: 'invalid_scope', description: 'not that one' });
    await assert.rejects(other.api.getToken(), (error) => error instanceof OAuth2Error && error.error === 'invalid_scope' && error.description === 'not that one' && error.status === 400);
    await assert.rejects(other.api.getToken());
    assert.equal(other.server.requests.length, 1, 'the second was answered from memory');
    other.server.recover();
    await other.api.invalidate();
    await other.api.getToken();
  });

  test('rotates refresh tokens, and takes a second use for theft', async () => {
    const { server, api } = pair({}, { grant: 'password', username: 'ada', password: 'p' });
    const first = await api.getToken();
    const second = await api.getToken({ forceRefresh: true });
    assert.deepEqual(server.requests.map(({ grantType }) => grantType), ['password', 'refresh_token']);
    assert.notEqual(second.refreshToken, first.refreshToken);
    const spend = (refresh_token) => server.fetch(server.tokenUrl, { method: 'POST', body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token }) });
    assert.deepEqual([(await spend(first.refreshToken)).status, (await spend(second.refreshToken)).status], [400, 400]);
    assert.equal((await server.fetch(server.baseUrl, { headers: { authorization: `Bearer ${second.accessToken}` } })).status, 401, 'its access token');
    assert.equal((await spend('made up')).status, 400);
    const keeping = pair({ rotatesRefreshTokens: false }, { grant: 'password', username: 'ada', password: 'p' });
    const { refreshToken } = await keeping.api.getToken();
    assert.equal((await keeping.api.getToken({ forceRefresh: true })).refreshToken, refreshToken);
  });

  test('takes a refresh token that it has given out, until all are revoked', async () => {
    const { server } = pair();
    const api = new OAuth2Client({ ...server.options, grant: 'refresh_token', refreshToken: server.issueRefreshToken() });
    await api.getToken();
    await api.getToken({ forceRefresh: true });
    assert.equal(server.grants, 2);
    server.revokeAll();
    assert.equal((await api.fetch('/')).status, 401);
    await assert.rejects(api.getToken({ forceRefresh: true }), { code: 'reauthorization_required' });
  });

  test('lets users authorize, with PKCE, state and iss', async () => {
    const server = new FakeAuthorizationServer();
    const { tokenUrl: _, ...rest } = server.options;
    const api = new OAuth2Client({ ...rest, issuer: server.issuer, grant: 'authorization_code', identity: 'ada', scopes: 'read' });
    const { url, ...kept } = await api.authorizationUrl({ redirectUri: 'https://app.example.com/callback' });
    const back = server.authorize(url);
    const token = await api.callback(back, kept);
    assert.equal(token.scope, 'read');
    assert.equal((await api.fetch('/')).status, 200);
    const params = { ...server.requests[0].params };
    const again = await server.fetch(server.tokenUrl, { method: 'POST', body: new URLSearchParams(params) });
    assert.equal((await again.json()).error, 'invalid_grant', 'a code is good once');
    const another = await api.authorizationUrl({ redirectUri: 'https://app.example.com/callback' });
    const wrong = { redirectUri: another.redirectUri, state: another.state, codeVerifier: kept.codeVerifier };
    await assert.rejects(api.callback(server.authorize(another.url), wrong), { error: 'invalid_grant', description: /code_verifier/ });
  });

  test('revokes, introspects, and knows grants by their URIs', async () => {
    const server = new FakeAuthorizationServer();
    const api = new OAuth2Client({ ...server.options, revocationUrl: server.revocationUrl, grant: 'urn:ietf:params:oauth:grant-type:token-exchange', scopes: 'read' });
    const { accessToken } = await api.getToken();
    const introspect = async () => (await server.fetch(server.introspectionUrl, { method: 'POST', body: new URLSearchParams({ token: accessToken }) })).json();
    const { exp, ...facts } = await introspect();
    assert.deepEqual(facts, { active: true, token_type: 'Bearer', client_id: 'client', sub: 'client', scope: 'read', iss: server.issuer });
    assert.ok(exp * 1000 > Date.now());
    await api.revoke();
    assert.deepEqual(await introspect(), { active: false });
    await assert.rejects(new OAuth2Client({ ...server.options, grant: 'nonsense' }).getToken(), { error: 'unsupported_grant_type' });
  });

  test('takes the token requests of JSON, and of the callers of a Guard', async () => {
    const { server, api } = pair({ clientId: 'client' }, { bodyFormat: 'json', clientAuth: 'body', endpointParams: { deep: { a: 1 } } });
    const { accessToken } = await api.getToken();
    assert.deepEqual(server.requests[0].params.deep, { a: 1 });
    const { Guard, TokenIntrospector } = await load('edge-oauth2/inbound');
    const { introspectionUrl, options: { clientId, clientSecret, fetch } } = server;
    const guard = new Guard({ introspector: new TokenIntrospector({ introspectionUrl, clientId, clientSecret, fetch }) });
    const from = (token) => new Request('https://me.example.com/', { headers: { authorization: `Bearer ${token}` } });
    assert.equal((await guard.authorize(from(accessToken))).clientId, 'client');
    await assert.rejects(guard.authorize(from('another')), { code: 'token_rejected' });
  });

  test('takes the place of the global fetch', async () => {
    const before = globalThis.fetch;
    const server = new FakeAuthorizationServer();
    globalThis.fetch = server.fetch;
    try {
      const { fetch: _, ...options } = server.options;
      assert.equal((await new OAuth2Client(options).fetch('/')).status, 200);
    } finally {
      globalThis.fetch = before;
    }
  });

  test('an aborted call is aborted', async () => {
    const { server } = pair();
    const reason = new Error('mine');
    await assert.rejects(server.fetch(server.baseUrl, { signal: AbortSignal.abort(reason) }), reason);
    assert.deepEqual(server.api.requests, []);
  });
});

describe('a clock', () => {
  test('moves all that Date says, and nothing else', (t) => {
    const before = 1_700_000_000_000;
    t.mock.timers.enable({ apis: ['Date'], now: before });
    const hosts = Date;
    clock.advance(HOUR);
    clock.advance(HOUR);
    for (const now of [Date.now(), new Date().getTime(), Date.parse(Date())]) assert.equal(now, before + 2 * HOUR);
    assert.equal(new Date(0).getTime(), 0);
    assert.equal(Date.UTC(2000, 0), 946_684_800_000);
    assert.ok(new Date() instanceof Date && new hosts() instanceof Date);
    clock.restore();
    assert.equal(Date, hosts);
    assert.equal(Date.now(), before);
    assert.throws(() => clock.advance('1'), TypeError);
    assert.equal(Date, hosts);
  });

  test('leaves Date what programs extend', () => {
    clock.advance(HOUR);
    class Later extends Date {}
    assert.ok(new Later() instanceof Later && new Later(5).getTime() === 5);
  });

  test('moves on where fake timers have put another Date', async (t) => {
    const { server, api } = pair();
    await api.getToken();
    t.mock.timers.enable({ apis: ['Date', 'setTimeout'], now: Date.now() });
    clock.advance(2 * HOUR);
    assert.ok((await api.getToken()).expiresAt > Date.now());
    assert.equal(server.grants, 2);
    clock.restore();
    t.mock.timers.reset();
    t.mock.timers.enable({ apis: ['Date', 'setTimeout'], now: Date.now() + 4 * HOUR });
    await api.getToken();
    assert.equal(server.grants, 3, 'they do it alone, too');
  });
});

describe('a reset', () => {
  test('forgets tokens, refusals and statistics, of clients of before and of new ones', async () => {
    const { server, api } = pair();
    await api.getToken();
    await api.getToken();
    await resetMemory();
    const again = new OAuth2Client({ ...server.options, timeoutMs: 300 });
    assert.deepEqual([again.stats().grant, again.stats().l1_hit], [undefined, 0]);
    await again.getToken();
    await api.getToken();
    assert.equal(server.grants, 2, 'they share what came after it');
    server.refuse();
    await assert.rejects(api.getToken({ forceRefresh: true }));
    await resetMemory();
    server.recover();
    await api.getToken();
  });

  test('waits for what goes on in the background, and what that begins', async () => {
    const stored = new Map();
    const slow = async (work) => {
      await new Promise((done) => setTimeout(done, 50));
      return work();
    };
    const store = { get: async (key) => stored.get(key), put: (key, value) => slow(() => stored.set(key, value)), delete: (key) => slow(() => stored.delete(key)) };
    const { api, server } = pair({}, { store, identity: 'mine', timeoutMs: 10_000 });
    await api.getToken();
    assert.equal(stored.size, 0);
    await resetMemory();
    assert.equal(stored.size, 1);
    await api.getToken();
    assert.equal(server.grants, 1, 'the store has it');
  });

  test('does not wait for ever', async () => {
    const { api } = pair({}, { identity: 'mine', store: { get: async () => undefined, put: () => new Promise(() => {}), delete: async () => {} } });
    await api.getToken();
    await resetMemory();
    await api.getToken();
  });

  test('reaches every entry, however it was loaded', async () => {
    const server = new FakeAuthorizationServer();
    const entries = ['edge-oauth2', 'edge-oauth2/m2m', 'edge-oauth2/all'];
    const required = createRequire(join(project, 'x.js'));
    const clients = [];
    for (const entry of entries) {
      for (const { OAuth2Client } of [await load(entry), required(entry)]) clients.push(new OAuth2Client(server.options));
    }
    for (const client of clients) await client.getToken();
    const before = server.grants;
    for (const client of clients) await client.getToken();
    assert.equal(server.grants, before);
    await resetMemory();
    for (const client of clients) await client.getToken();
    assert.equal(server.grants, 2 * before);
  });

  test('reaches those who were let in', async () => {
    const server = new FakeAuthorizationServer();
    const { accessToken } = await new OAuth2Client(server.options).getToken();
    const { Guard, TokenIntrospector } = await load('edge-oauth2/inbound');
    let asked = 0;
    const fetch = (...call) => {
      asked += 1;
      return server.fetch(...call);
    };
    const guard = new Guard({ introspector: new TokenIntrospector({ introspectionUrl: server.introspectionUrl, clientId: 'a', clientSecret: 'b', fetch }) });
    const authorize = () => guard.authorize(new Request('https://me.example.com/', { headers: { authorization: `Bearer ${accessToken}` } }));
    await authorize();
    await authorize();
    assert.equal(asked, 1);
    await resetMemory();
    await authorize();
    assert.equal(asked, 2);
  });

  test('forgets what hooks have not finished', async () => {
    const { server } = pair();
    const refreshToken = server.issueRefreshToken();
    const failing = async (_, next) => {
      await next();
      throw new Error('mine');
    };
    const client = () => new OAuth2Client({ ...server.options, grant: 'refresh_token', refreshToken, hooks: { refresh: failing } });
    await assert.rejects(client().getToken(), { code: 'hook_failed' });
    await assert.rejects(client().getToken(), { code: 'hook_failed' });
    assert.equal(server.requests.length, 1);
    await resetMemory();
    await assert.rejects(client().getToken());
    assert.equal(server.requests.length, 2);
  });

  test('forgets how many clients there were that share nothing', async (t) => {
    const warn = t.mock.method(console, 'warn', () => {});
    const tokenUrl = 'https://auth.example.com/token';
    for (let count = 0; count < 40; count += 1) {
      new OAuth2Client(new FakeAuthorizationServer({ tokenUrl, baseUrl: 'https://api.example.com' }).options);
      if (count % 8 === 0) await resetMemory();
    }
    assert.equal(warn.mock.callCount(), 0);
  });

  test('forgets what the console was told', async (t) => {
    const warn = t.mock.method(console, 'warn', () => {});
    const fail = async () => {
      throw new Error('broken');
    };
    for (const times of [1, 2]) {
      for (const identity of ['one', 'other']) {
        const { api } = pair({}, { identity, store: { get: fail, put: fail, delete: fail }, timeoutMs: 10_000 });
        await api.getToken();
      }
      assert.equal(warn.mock.callCount(), times);
      await resetMemory();
    }
  });

  test('a process ends at once after it', () => {
    const file = join(project, 'ends.mjs');
    writeFileSync(
      file,
      `import { OAuth2Client } from 'edge-oauth2';
      import { FakeAuthorizationServer, resetMemory } from 'edge-oauth2/testing';
      const server = new FakeAuthorizationServer();
      await new OAuth2Client(server.options).fetch('/');
      await resetMemory();
      process.on('exit', () => console.log(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length));`,
    );
    assert.equal(execFileSync(process.execPath, [file], { encoding: 'utf8', timeout: 60_000 }).trim(), '0');
  });
});

describe('docs/testing.md', () => {
  const examples = join(root, 'tests/matrix/test-runners');
  const read = (file) => readFileSync(join(examples, file), 'utf8');
  const [first, ...shown] = blocksOf(readFileSync(join(root, 'docs/testing.md'), 'utf8')).map(({ text }) => text);
  const node = (...args) => execFileSync(process.execPath, args, { cwd: project, encoding: 'utf8', env: { ...process.env, NODE_TEST_CONTEXT: undefined } });

  test('shows what is tested', () => {
    const files = ['orders.js', 'orders.node.test.js', 'orders.vitest.test.js', 'workers/index.test.js'];
    assert.deepEqual(shown.slice(0, -1), files.map(read));
  });

  test('says where the tests of Jest are others than those of Vitest', () => {
    const [vitest, jest] = ['orders.vitest.test.js', 'orders.jest.test.js'].map((file) => read(file).split('\n'));
    const others = jest.filter((line, index) => line !== vitest[index].replace('vi.useFakeTimers', 'jest.useFakeTimers').replace('vi.useRealTimers', 'jest.useRealTimers').replace('vi.advance', 'jest.advance'));
    assert.equal(jest.length, vitest.length);
    assert.deepEqual(others.map((line) => line.trim()), shown.at(-1).split('\n').filter(Boolean));
  });

  test('begins with what prints what it says', () => {
    writeFileSync(join(project, 'first.mjs'), first);
    const [, says] = /\/\/ (.*)$/m.exec(first);
    assert.equal(node('first.mjs').trim(), says);
  });

  test('has tests that pass in this Node', () => {
    for (const file of ['orders.js', 'orders.node.test.js']) copyFileSync(join(examples, file), join(project, file));
    assert.match(node('--test', '--test-reporter=tap', 'orders.node.test.js'), /^# pass 4$/m);
  });
});
