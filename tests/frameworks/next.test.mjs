// The package in production builds of Next.js, App Router: pages and route handlers, in Node and in its edge runtime. Its
// fetch keeps a clone of each answer, and may keep answers on disk.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { AUDIENCE, createInboundScene } from '../runtimes/inbound-scene.mjs';
import { root, run, tarball } from '../runtimes/package.mjs';
import { basic, createScene } from '../runtimes/scene.mjs';
import { startServers } from '../runtimes/servers.mjs';

const VERSIONS = ['next-14', 'next-15'];
const PLACES = ['node', 'edge', 'api/node', 'api/edge'];
const HANGS_MS = 20_000;

const { addresses, close } = await startServers();
after(close);

for (const version of VERSIONS) {
  describe(version, async () => {
    const project = await build(version);
    const inbound = createInboundScene({ package: {}, addresses, runtime: version });
    const site = await start(project, { ISSUER: inbound.issuer, AUDIENCE });
    after(site.stop);
    let number = 0;
    /** A client of its own, with a token of its own. */
    const scene = () => createScene({ package: {}, addresses, runtime: `${version}-${(number += 1)}` });
    const server = JSON.stringify({ revocation: addresses.revocation, authorization: basic(addresses.clients.header) });
    const ask = async (place, step, { options }) => {
      const query = new URLSearchParams({ step, server, options: JSON.stringify(options()) });
      const response = await fetch(`${site.url}/${place}?${query}`, { signal: AbortSignal.timeout(HANGS_MS) });
      const text = await response.text();
      const result = place.startsWith('api/') ? text : decodeURIComponent(/&lt;&lt;(.*?)(?:<!-- -->)?&gt;&gt;/s.exec(text)?.[1] ?? text);
      return JSON.parse(result);
    };

    for (const place of PLACES) {
      describe(place, () => {
        test('a redirect is followed', async () => {
          assert.deepEqual(await ask(place, 'redirect', scene()), { status: 200, redirected: true, method: 'GET' });
        });

        test('a refused token is replaced, and the request sent again', async () => {
          for (const step of ['refused', 'refusedByText']) {
            const one = scene();
            assert.deepEqual(await ask(place, step, one), { status: 200, method: 'GET', isNew: true }, step);
            assert.equal(await one.grants(), 2);
          }
        });

        test('a second refusal is returned', async () => {
          assert.deepEqual(await ask(place, 'refusedTwice', scene()), { status: 401, body: { error: 'invalid_token' } });
        });

        test('test() ends', async () => {
          assert.deepEqual(await ask(place, 'test', scene()), { ok: true, status: 200 });
          assert.deepEqual(await ask(place, 'testRefused', scene()), { ok: false, stage: 'api', status: 401 });
        });
      });
    }

    describe('a guarded route', () => {
      const ask = (path, authorization) => fetch(`${site.url}/${path}`, { headers: authorization ? { authorization } : {} });
      const metadata = `resource_metadata="${new URL('/.well-known/oauth-protected-resource', AUDIENCE)}"`;

      for (const path of ['api/guarded', 'api/guarded-edge']) {
        test(path, async () => {
          const good = await ask(path, `Bearer ${await inbound.jwt()}`);
          assert.deepEqual([good.status, await good.json()], [200, { hello: 'ada' }]);
          const none = await ask(path);
          assert.deepEqual([none.status, none.headers.get('www-authenticate')], [401, `Bearer scope="read", ${metadata}`]);
          const lacking = await ask(path, `Bearer ${await inbound.jwt({ scope: 'write' })}`);
          const description = 'the caller lacks scopes: read';
          const challenge = `Bearer error="insufficient_scope", error_description="${description}", scope="read", ${metadata}`;
          assert.deepEqual([lacking.status, lacking.headers.get('www-authenticate')], [403, challenge]);
          assert.deepEqual(await lacking.json(), { error: 'insufficient_scope', error_description: description });
          assert.equal((await ask(path, 'Bearer a, Bearer b')).status, 400);
        });
      }

      test('its metadata', async () => {
        const response = await ask('.well-known/oauth-protected-resource');
        assert.deepEqual([response.status, await response.json()], [
          200,
          { resource: AUDIENCE, authorization_servers: [inbound.issuer], bearer_methods_supported: ['header'] },
        ]);
      });
    });

    test('where every answer is kept on disk, no token is, nor handed out from there', async () => {
      assert.deepEqual(await ask('cached', 'refused', scene()), { status: 200, method: 'GET', isNew: true });
      await rm(join(project, '.next/cache/fetch-cache'), { recursive: true, force: true });
      const one = scene();
      assert.deepEqual(await ask('cached', 'status', one), { status: 200 });
      const [{ authorization }] = await one.apiRequests();
      const token = authorization.replace('Bearer ', '');
      const kept = await filesBelow(join(project, '.next/cache/fetch-cache'));
      assert.ok(kept.length > 0, "the API's answer is kept");
      for (const file of kept) {
        const { data } = JSON.parse(await readFile(file, 'utf8'));
        const text = JSON.stringify(data) + Buffer.from(data.body, 'base64');
        assert.ok(!text.includes(token) && !text.includes('access_token'), file);
      }
    });
  });
}

/** A project of that version in `target/frameworks`, its packages as the lock file says, and ours as it is packed. */
async function build(version) {
  const project = join(root, 'target/frameworks', version);
  const source = join(root, 'tests/frameworks');
  await mkdir(project, { recursive: true });
  for (const folder of ['app', '.next']) await rm(join(project, folder), { recursive: true, force: true });
  await cp(join(source, 'app'), join(project, 'app'), { recursive: true });
  const installed = await modified(join(project, 'node_modules/.package-lock.json'));
  if (installed < (await modified(join(source, version, 'package-lock.json')))) {
    for (const file of ['package.json', 'package-lock.json']) await cp(join(source, version, file), join(project, file));
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: project });
  }
  const ours = join(project, 'node_modules/edge-oauth2');
  await rm(ours, { recursive: true, force: true });
  await mkdir(ours);
  await run('tar', ['-xzf', await tarball(), '-C', ours, '--strip-components=1']);
  await run(process.execPath, [next(project), 'build'], { cwd: project, env: environment(), maxBuffer: 1e8 });
  return project;
}

async function start(project, variables) {
  const child = spawn(process.execPath, [next(project), 'start', '-H', '127.0.0.1', '-p', '0'], {
    cwd: project,
    env: { ...environment(), ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const url = await new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        printed += data;
        const [port] = /(?<=127\.0\.0\.1:)\d+/.exec(printed) ?? [];
        if (port && printed.includes('Ready')) resolve(`http://127.0.0.1:${port}`);
      });
    }
    child.on('exit', () => reject(new Error(`next start ended: ${printed}`)));
  });
  return { url, stop: () => child.kill() };
}

function next(project) {
  return join(project, 'node_modules/next/dist/bin/next');
}

/** Nothing is asked of the network, and nothing of what runs these tests is passed on. */
function environment() {
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env;
  return { ...env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', NEXT_IGNORE_INCORRECT_LOCKFILE: '1' };
}

async function modified(file) {
  return (await stat(file).catch(() => ({ mtimeMs: 0 }))).mtimeMs;
}

async function filesBelow(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}
