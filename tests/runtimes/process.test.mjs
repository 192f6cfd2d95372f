// What must not end a process of Node's: a child process does it, over the installed tarball, and has to live.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { install, run, tarball } from './package.mjs';

const project = await install('process', await tarball('npm-test'));

/** Runs `body` in a process of its own, with `url` in it; gives what it logged as JSON. */
async function inChild(body, url) {
  const script = join(project, 'child.mjs');
  await writeFile(
    script,
    `import { OAuth2Client } from 'edge-oauth2';
    const url = ${JSON.stringify(url)};
    const options = { tokenUrl: url + 'token', clientId: 'id', clientSecret: 'a secret of the client', baseUrl: url };
    ${body}
    // What nobody handles would come after the calls.
    await new Promise((done) => setTimeout(done, 200));
    console.log(JSON.stringify(result));`,
  );
  const { stdout } = await run(process.execPath, [script], { cwd: project });
  return JSON.parse(stdout);
}

async function listen(handle) {
  const server = createServer(handle);
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  after(() => (server.closeAllConnections(), server.close()));
  return `http://127.0.0.1:${server.address().port}/`;
}

test('an answer that is compressed more often than the host takes', async () => {
  let body = Buffer.from(JSON.stringify({ access_token: 'mine', padding: randomBytes(2_000_000).toString('hex') }));
  for (let times = 0; times < 6; times++) body = gzipSync(body);
  const url = await listen((_, response) => response.writeHead(200, { 'content-encoding': 'gzip, '.repeat(5) + 'gzip' }).end(body));
  const codes = await inChild(
    `const codeOf = (call) => call.then(() => 'ok', ({ code }) => code);
    const revocationUrl = url + 'revoke';
    const one = new OAuth2Client({ ...options, revocationUrl, timeoutMs: 1000 });
    const hooked = new OAuth2Client({ ...options, timeoutMs: 1000, hooks: {
      tokenRequest: (_, next) => next().catch(() => new Promise(() => {})),
    } });
    const found = new OAuth2Client({ issuer: url, clientId: 'id', clientSecret: 'a secret of the client' });
    const result = [
      await codeOf(one.getToken()),
      await codeOf(one.tokenFrom({ access_token: 'mine' }).revoke()),
      await codeOf(hooked.getToken()),
      await codeOf(found.getToken()),
    ];`,
    url,
  );
  assert.deepEqual(codes, ['network', 'network', 'timeout', 'discovery_failed']);
});

test('functions of the user’s that nobody waits for', async () => {
  const url = await listen((_, response) => response.end('{"access_token":"mine","expires_in":3600}'));
  const result = await inChild(
    `const fails = [() => { throw Object.create(null); }, async () => { throw undefined; }, () => Promise.reject(new Proxy({}, { get() { throw 1; } }))];
    const result = [];
    for (const [index, fail] of fails.entries()) {
      const client = new OAuth2Client({ ...options, scopes: 's' + index, onEvent: fail, waitUntil: fail });
      result.push((await client.getToken()).accessToken, (await client.fetch('/hello')).status);
    }`,
    url,
  );
  assert.deepEqual(result, ['mine', 200, 'mine', 200, 'mine', 200]);
});

for (const [what, lose] of [
  ['a panic', '__panic'],
  ['memory that cannot grow', '__exhaust'],
]) {
  test(`${what} in wasm, with a request in flight`, async () => {
    const url = await listen((request, response) =>
      setTimeout(() => response.end('{"access_token":"mine","expires_in":3600}'), request.url === '/token' ? 300 : 0),
    );
    const result = await inChild(
      `import * as glue from './node_modules/edge-oauth2/wasm/edge_oauth2.js';
      import { enter } from './node_modules/edge-oauth2/face/kernel.js';
      const client = () => new OAuth2Client({ ...options, timeoutMs: 600 });
      const inFlight = client().getToken().then(() => 'ok', ({ code }) => code);
      await new Promise((done) => setTimeout(done, 50));
      const thrown = (() => { try { return enter(() => glue.${lose}()); } catch ({ code, retryable, cause }) { return [code, retryable, cause.name]; } })();
      const next = (await client().getToken()).accessToken;
      const result = { thrown, next, inFlight: await inFlight };`,
      url,
    );
    assert.deepEqual(result, { thrown: ['internal', true, 'RuntimeError'], next: 'mine', inFlight: 'internal' });
  });
}

test('what an instance waited for that is lost reaches none of the next', async () => {
  const result = await inChild(
    `import * as glue from './node_modules/edge-oauth2/wasm/edge_oauth2.js';
    import { enter } from './node_modules/edge-oauth2/face/kernel.js';
    const pause = () => new Promise((done) => setTimeout(done, 50));
    const answers = [];
    const fetch = () => new Promise((answer) => answers.push((access_token) => answer(Response.json({ access_token, expires_in: 3600 }))));
    const tokenFor = (clientId) => new OAuth2Client({ ...options, clientId, fetch, timeoutMs: 600 }).getToken();
    const lost = tokenFor('one').then(() => 'ok', ({ code }) => code);
    await pause();
    try { enter(() => glue.__panic()); } catch {}
    // In the new instance the promise has the number that the first had in the old one.
    const next = tokenFor('another').then(({ accessToken }) => accessToken, ({ code }) => code);
    await pause();
    answers[0]('of-one');
    await pause();
    answers[1]('of-another');
    const result = { asked: answers.length, lost: await lost, next: await next };`,
    'https://auth.example.com/',
  );
  assert.deepEqual(result, { asked: 2, lost: 'internal', next: 'of-another' });
});
