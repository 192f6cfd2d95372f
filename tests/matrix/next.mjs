// Production builds of Next.js, App Router: pages, route handlers and the middleware, in Node and in its edge runtime. Its
// fetch keeps a clone of each answer, and may keep answers on disk.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AUDIENCE, createInboundScene } from '../runtimes/inbound-scene.mjs';
import { revocation } from './service.mjs';

/** Below `next-app/app`: what takes the steps of its `perform.js`. */
const PLACES = { 'a page': 'node', 'an edge page': 'edge', 'a route handler': 'api/node', 'an edge route handler': 'api/edge' };

/**
 * `through` is what stands before all routes: the middleware, or the proxy of Next.js 16. `other` is the bundler that this
 * version does not take by itself.
 */
export function nextConsumer({ title, shared, through, other }) {
  const client = (where, path) => ({
    where,
    run: async (context) => {
      const { environment, proveClient } = context.service();
      const { url } = await site(context, environment);
      await proveClient(`${url}/${path}`);
    },
  });
  return {
    title,
    packages: ['next'],
    shared,
    cells: [
      client('a route handler, built without secrets', 'api/hello'),
      client('an edge route handler, built without secrets', 'api/hello-edge'),
      client(through, 'through'),
      ...Object.entries(PLACES).map(([where, place]) => ({ where, run: (context) => takeSteps(context, place) })),
      { where: 'a guarded route handler', run: (context) => guard(context, 'api/guarded') },
      { where: 'a guarded edge route handler', run: (context) => guard(context, 'api/guarded-edge') },
      { where: 'a page whose answers are kept on disk', run: keepNothing },
      { where: 'a page with `revalidate`', run: makeAnew },
      ...(other ? [{ where: `built with \`${other}\``, run: (context) => buildOtherwise(context, other) }] : []),
      { where: '`next dev`', run: develop },
    ],
  };
}

async function takeSteps(context, place) {
  const { prove, service } = context;
  const { url } = await site(context);
  const take = (step, { scene }) => ask(context, url, place, step, scene);
  await prove('a redirect is followed', async () => {
    assert.deepEqual(await take('redirect', service()), { status: 200, redirected: true, method: 'GET' });
  });
  await prove('a 401 is renewed once, by status and by text', async () => {
    for (const step of ['refused', 'refusedByText']) {
      const one = service();
      assert.deepEqual(await take(step, one), { status: 200, method: 'GET', isNew: true }, step);
      assert.equal(await one.scene.grants(), 2);
    }
  });
  await prove('a second 401 is returned', async () => {
    assert.deepEqual(await take('refusedTwice', service()), { status: 401, body: { error: 'invalid_token' } });
  });
  await prove('`test()` ends', async () => {
    assert.deepEqual(await take('test', service()), { ok: true, status: 200 });
    assert.deepEqual(await take('testRefused', service()), { ok: false, stage: 'api', status: 401 });
  });
}

async function guard(context, path) {
  const { addresses, name, prove } = context;
  const inbound = createInboundScene({ package: {}, addresses, runtime: name });
  const { url } = await site(context, { ISSUER: inbound.issuer, AUDIENCE });
  const call = (path, authorization) => fetch(`${url}/${path}`, { headers: authorization ? { authorization } : {} });
  const metadata = `resource_metadata="${new URL('/.well-known/oauth-protected-resource', AUDIENCE)}"`;
  await prove('a caller with a good token is let in', async () => {
    const good = await call(path, `Bearer ${await inbound.jwt()}`);
    assert.deepEqual([good.status, await good.json()], [200, { hello: 'ada' }]);
  });
  await prove('others are told what is wanted (400, 401, 403)', async () => {
    const none = await call(path);
    assert.deepEqual([none.status, none.headers.get('www-authenticate')], [401, `Bearer scope="read", ${metadata}`]);
    const lacking = await call(path, `Bearer ${await inbound.jwt({ scope: 'write' })}`);
    const description = 'the caller lacks scopes: read';
    const challenge = `Bearer error="insufficient_scope", error_description="${description}", scope="read", ${metadata}`;
    assert.deepEqual([lacking.status, lacking.headers.get('www-authenticate')], [403, challenge]);
    assert.deepEqual(await lacking.json(), { error: 'insufficient_scope', error_description: description });
    assert.equal((await call(path, 'Bearer a, Bearer b')).status, 400);
  });
  await prove('metadata is served', async () => {
    const response = await call('.well-known/oauth-protected-resource');
    const expected = { resource: AUDIENCE, authorization_servers: [inbound.issuer], bearer_methods_supported: ['header'] };
    assert.deepEqual([response.status, await response.json()], [200, expected]);
  });
}

async function keepNothing(context) {
  const { dir, prove, service } = context;
  const { url } = await site(context);
  const folder = join(dir, '.next/cache/fetch-cache');
  await prove('a 401 is renewed once', async () => {
    assert.deepEqual(await ask(context, url, 'cached', 'refused', service().scene), { status: 200, method: 'GET', isNew: true });
  });
  await prove('no token is on the disk', async () => {
    await rm(folder, { recursive: true, force: true });
    const one = service();
    assert.deepEqual(await ask(context, url, 'cached', 'status', one.scene), { status: 200 });
    const token = await one.lastToken();
    const kept = await filesBelow(folder);
    assert.ok(kept.length > 0, "the API's answer is kept");
    for (const file of kept) {
      const { data } = JSON.parse(await readFile(file, 'utf8'));
      const text = JSON.stringify(data) + Buffer.from(data.body, 'base64');
      assert.ok(!text.includes(token) && !text.includes('access_token'), file);
    }
  });
}

async function makeAnew(context) {
  const { environment, scene } = context.service();
  await context.prove('it is made anew for each request, and does not fail the build', async () => {
    const { url } = await site(context, environment);
    for (const count of [1, 2]) {
      assert.match(await (await fetch(`${url}/timed`)).text(), /answered 200/);
      assert.equal((await scene.apiRequests()).length, count);
    }
  });
}

/** All that is bundled for a runtime of its own: nothing of another bundler is in it. */
async function buildOtherwise(context, bundler) {
  await rm(join(context.dir, '.next'), { recursive: true });
  await build(context, bundler);
  const { environment, proveClient } = context.service();
  const { url } = await site(context, environment);
  for (const path of ['api/hello', 'api/hello-edge']) await proveClient(`${url}/${path}`);
}

async function develop(context) {
  const { environment, proveClient } = context.service();
  const { url } = await serve(context, 'dev', environment);
  for (const path of ['api/hello', 'api/hello-edge']) await proveClient(`${url}/${path}`);
}

const build = ({ run }, ...options) => run('next', ['build', ...options], { env: { NEXT_IGNORE_INCORRECT_LOCKFILE: '1' } });

/** The application, built once for all cells, and started. */
export async function site(context, env = {}) {
  if (!existsSync(join(context.dir, '.next/BUILD_ID'))) await build(context);
  return await serve(context, 'start', env);
}

const serve = ({ start }, command, env) =>
  start('next', [command, '-H', '127.0.0.1', '-p', '0'], { env, ready: /127\.0\.0\.1:(\d+)(?=[^]*Ready)/ });

/** Has a place take a step, with a token of its own. */
async function ask(context, url, place, step, { options }) {
  const query = new URLSearchParams({ step, server: JSON.stringify(revocation(context)), options: JSON.stringify(options()) });
  const response = await fetch(`${url}/${place}?${query}`, { signal: AbortSignal.timeout(20_000) });
  const text = await response.text();
  const result = place.startsWith('api/') ? text : decodeURIComponent(/&lt;&lt;(.*?)(?:<!-- -->)?&gt;&gt;/s.exec(text)?.[1] ?? text);
  return JSON.parse(result);
}

async function filesBelow(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}
