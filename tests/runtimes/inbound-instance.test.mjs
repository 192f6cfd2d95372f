// The wasm instance of `edge-oauth2/inbound`, beside that of others: that it is lost costs those who wait for it, and
// nobody else; that it forgets a configuration costs nobody.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { install, run, tarball } from './package.mjs';

const project = await install('inbound-instance', await tarball('npm-test'));

/** Runs `body` in a process of its own, and gives its `result`. The server is a function. */
async function inChild(body, entry = 'inbound') {
  const script = join(project, 'child.mjs');
  await writeFile(
    script,
    `import * as edgeOAuth2 from 'edge-oauth2/${entry}';
    import * as glue from './node_modules/edge-oauth2/wasm/edge_oauth2_${entry}.js';
    import { enter } from './node_modules/edge-oauth2/face/${entry}-kernel.js';
    const { Guard, JwtVerifier, OAuth2Error, TokenIntrospector } = edgeOAuth2;
    let asked = 0;
    const answer = { active: true, sub: 'ada', scope: 'read' };
    let fetch = async () => ((asked += 1), Response.json(answer));
    const options = { introspectionUrl: 'https://auth.example/introspect', fetch: (...call) => fetch(...call), timeoutMs: 600 };
    const introspector = new TokenIntrospector(options);
    const guard = new Guard({ introspector });
    const request = (token) => new Request('https://api.example/', { headers: { authorization: 'Bearer ' + token } });
    const outcome = (call) => call.then(({ subject, sub }) => subject ?? sub, ({ code, response }) => [code, response?.status].join(' '));
    const lose = (name) => { try { enter(() => glue[name]()); } catch {} };
    ${body}
    console.log(JSON.stringify(result));`,
  );
  return JSON.parse((await run(process.execPath, [script], { cwd: project })).stdout);
}

for (const [what, name] of [
  ['a panic', '__panic'],
  ['memory that cannot grow', '__exhaust'],
]) {
  test(`${what}, with a check in flight`, async () => {
    const result = await inChild(
      `await guard.authorize(request('known'));
      fetch = () => new Promise(() => {});
      const inFlight = [outcome(guard.authorize(request('one'))), outcome(introspector.introspect('another'))];
      await new Promise((done) => setTimeout(done, 50));
      lose('${name}');
      fetch = async () => ((asked += 1), Response.json(answer));
      const next = [await outcome(guard.authorize(request('next'))), await outcome(introspector.introspect('next')), await outcome(guard.authorize(request('known')))];
      const result = { next, asked, inFlight: await Promise.all(inFlight) };`,
    );
    assert.deepEqual(result, { next: ['ada', 'ada', 'ada'], asked: 3, inFlight: ['token_unverifiable 503', 'internal '] });
  });
}

test('where there is no instance any more, callers have an answer all the same', async () => {
  const result = await inChild(
    `const { Instance } = WebAssembly;
    WebAssembly.Instance = class { constructor() { throw new RangeError('out of memory'); } };
    lose('__panic');
    const calls = [guard.authorize(request('x')), guard.authorize(request('x'), { scope: 'read' }), guard.authorize(), guard.authorize({ headers: new Proxy({}, { get() { throw 1; } }) })];
    const result = await Promise.all(calls.map(outcome));
    WebAssembly.Instance = Instance;
    result.push(await outcome(guard.authorize(request('x'))));`,
  );
  assert.deepEqual(result.map((it) => it.split(' ').at(-1)), ['503', '503', '503', '503', 'ada']);
});

test('a panic of one entry takes nothing of the others along', async () => {
  const result = await inChild(
    `const { OAuth2Client, OAuth2Error: sameError } = await import('edge-oauth2');
    let granted = 0;
    const client = new OAuth2Client({
      tokenUrl: 'https://auth.example/token',
      clientId: 'id',
      clientSecret: 'a secret',
      fetch: async () => Response.json({ access_token: 'token-' + (granted += 1), expires_in: 3600 }),
    });
    const before = await client.getToken();
    lose('__panic');
    const after = await client.getToken();
    const asker = new TokenIntrospector({ ...options, client });
    const result = [before === after, granted, sameError === OAuth2Error, await outcome(asker.introspect('x'))];`,
  );
  assert.deepEqual(result, [true, 1, true, 'ada']);
});

test('a panic of the entry that has both sides costs both what they knew, and neither its next call', async () => {
  const result = await inChild(
    `let granted = 0;
    const client = new edgeOAuth2.OAuth2Client({
      tokenUrl: 'https://auth.example/token',
      clientId: 'id',
      clientSecret: 'a secret',
      fetch: async () => Response.json({ access_token: 'token-' + (granted += 1), expires_in: 3600 }),
    });
    const both = async () => [(await client.getToken()).accessToken, await outcome(guard.authorize(request('x')))];
    const result = [await both(), await both()];
    lose('__panic');
    result.push(await both(), asked);`,
    'all',
  );
  assert.deepEqual(result, [['token-1', 'ada'], ['token-1', 'ada'], ['token-2', 'ada'], 2]);
});

test('who is forgotten opens again', async () => {
  const result = await inChild(
    `for (let tenant = 0; tenant < 1100; tenant += 1) {
      new Guard({ introspector: new TokenIntrospector({ ...options, headers: { 'x-tenant': String(tenant) } }) });
      new JwtVerifier({ issuer: 'https://auth.example/' + tenant, audience: 'api' });
    }
    const kept = new Guard({ introspector, resource: 'https://api.example/' });
    const result = [
      await outcome(guard.authorize(request('x'))),
      await outcome(introspector.introspect('x')),
      kept.metadata(new Request('https://api.example/.well-known/oauth-protected-resource')).status,
      asked,
    ];`,
  );
  assert.deepEqual(result, ['ada', 'ada', 200, 1]);
});

test('a token that turns out to be good no more is turned away by every route', async () => {
  const result = await inChild(
    `const routes = [undefined, { scopes: 'read' }, { anyScope: ['read'] }];
    const all = () => Promise.all(routes.map((route) => outcome(guard.authorize(request('one'), route))));
    await all();
    const result = [await all()];
    fetch = async () => Response.json({ active: false });
    result.push(await outcome(guard.authorize(request('one'), { maxAgeSeconds: 0 })), await all());
    fetch = async () => Response.json(answer);
    await guard.authorize(request('two'));
    result.push(await outcome(guard.authorize(request('two'))));
    fetch = async () => Response.json({ active: false });
    await introspector.forget('two');
    result.push(await outcome(guard.authorize(request('two'))));`,
  );
  const refused = 'token_rejected 401';
  assert.deepEqual(result, [['ada', 'ada', 'ada'], refused, [refused, refused, refused], 'ada', refused]);
});

test('who was let in a moment ago is not once the token is over, nor by a clock of before', async () => {
  const result = await inChild(
    `const start = Date.now();
    const { now } = Date;
    const at = (ms) => (Date.now = () => start + ms);
    const exp = Math.ceil(start / 1000) + 1;
    fetch = async () => Response.json({ ...answer, exp });
    const come = () => outcome(guard.authorize(request('short')));
    at(0);
    const result = [await come(), await come(), await come()];
    fetch = async () => Response.json({ active: false });
    at(exp * 1000 - start - 1);
    result.push(await come(), await come());
    at(exp * 1000 - start);
    result.push(await come());
    Date.now = now;`,
  );
  assert.deepEqual(result, ['ada', 'ada', 'ada', 'ada', 'ada', 'token_rejected 401']);
});

test('callers of many tokens are let in, and take no memory each', async () => {
  const result = await inChild(
    `const { setFlagsFromString } = await import('node:v8');
    setFlagsFromString('--expose-gc');
    const gc = (await import('node:vm')).runInNewContext('gc');
    const small = new Guard({ introspector: new TokenIntrospector({ ...options, cacheEntries: 100 }) });
    const memory = () => (gc(), process.memoryUsage().heapUsed);
    const come = async (from) => { for (let token = from; token < from + 2000; token += 1) for (const _ of 'ab') await small.authorize(request('token-' + token + 'x'.repeat(4000))); };
    await come(0);
    const before = memory();
    for (const from of [2000, 4000, 6000]) await come(from);
    const result = [asked, memory() - before];`,
  );
  const [asked, growth] = result;
  assert.equal(asked, 8000);
  // The 6,000 tokens alone have 24 MB.
  assert.ok(growth < 4_000_000, `${growth} bytes more`);
});

test('functions that wait for their own guard meet an answer', async () => {
  const result = await inChild(
    `const mapping = new Guard({ introspector, principal: (admitted, incoming) => mapping.authorize(incoming) });
    const proving = new Guard({ introspector, proof: (confirmation, incoming) => proving.authorize(incoming).then(() => true) });
    const result = [await outcome(mapping.authorize(request('x')))];
    fetch = async () => Response.json({ ...answer, cnf: { jkt: 'x' } });
    result.push(await outcome(proving.authorize(request('bound'))));
    const asking = new TokenIntrospector({ ...options, fetch: () => asking.introspect('y') });
    result.push(await outcome(asking.introspect('z')));`,
  );
  assert.deepEqual(result, ['token_unverifiable 503', 'token_unverifiable 503', 'hook_failed ']);
});

test('the token of a client that asks is in no error', async () => {
  const result = await inChild(
    `const client = { authorizationHeader: async ({ forceRefresh }) => 'Bearer token-of-ours-' + (forceRefresh ? 2 : 1) };
    const seen = [];
    fetch = async (url, init) => {
      seen.push(new Headers(init.headers).get('authorization'));
      const repeated = seen.at(-1) + ' is not good enough';
      return Response.json({ error: 'invalid_client', error_description: repeated }, { status: 401 });
    };
    const events = [];
    const asking = new TokenIntrospector({ ...options, client, onEvent: (event) => events.push(event) });
    const error = await asking.introspect('x').catch((error) => error);
    const next = await asking.introspect('y').catch((error) => error);
    const told = [error, next].map((error) => [error.code, error.status, error.error]);
    const result = [told, seen, /token-of-ours/.test([error.stack, JSON.stringify([error, events]), next.stack])];`,
  );
  const refused = ['token_request_rejected', 401, 'invalid_client'];
  assert.deepEqual(result, [[refused, refused], ['Bearer token-of-ours-1', 'Bearer token-of-ours-2'], false]);
});
