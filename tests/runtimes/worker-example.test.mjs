// worker-example, copied, checked, built by wrangler, run in workerd and called.
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { equal, eventually, ok } from './assert.mjs';
import { startAuthorizationServer } from './authorization-server.mjs';
import { root } from './package.mjs';
import { startProtectedApi } from './protected-api.mjs';
import { basic } from './scene.mjs';
import { startTokenEndpoint } from './token-endpoint.mjs';
import {
  chooseCoordinator,
  copyWorkerExample,
  emptyStores,
  startWorkerExample,
  tool,
  workerExampleAudience,
  workerExampleClient,
} from './worker-example.mjs';

const authorizationServer = await startAuthorizationServer({
  clients: [workerExampleClient],
  resources: { [workerExampleAudience]: 'jwt', 'https://another.example/': 'jwt' },
});
const tokenEndpoint = await startTokenEndpoint(authorizationServer.tokenUrl);
const api = await startProtectedApi(authorizationServer);
after(async () => {
  for (const one of [api, tokenEndpoint, authorizationServer]) await one.close();
});

const project = await copyWorkerExample('worker-example');
const coordinated = await copyWorkerExample('worker-example-coordinated');
await chooseCoordinator(coordinated);

const readJson = async (path) => JSON.parse(await readFile(join(root, path), 'utf8'));

describe('worker-example', { timeout: 60_000 }, () => {
  test('its types are right', async () => {
    await tool(project, 'tsc', '--noEmit');
  });

  test('it asks for the versions that it is tested with', async () => {
    const { dependencies, devDependencies } = await readJson('worker-example/package.json');
    const { devDependencies: pinned } = await readJson('tests/package.json');
    const { version } = await readJson('target/npm/package/package.json');
    const expected = { 'edge-oauth2': version, ...pinned };
    for (const [name, range] of Object.entries({ ...dependencies, ...devDependencies })) {
      equal(range, `^${expected[name]}`, name);
    }
  });
});

for (const [title, folder] of Object.entries({ 'Workers KV': project, 'the Durable Object': coordinated })) {
  describe(`worker-example with ${title}`, { timeout: 60_000 }, async () => {
    const name = basename(folder);
    const start = () =>
      startWorkerExample(folder, {
        tokenUrl: `${tokenEndpoint.url}/${name}/token`,
        apiUrl: `${api.url}/${name}`,
        issuer: authorizationServer.url,
      });
    let worker = await start();
    after(() => worker.close());

    const call = (path, init) => fetch(new URL(path, worker.url), init);
    const seen = async ({ url }) => await (await fetch(`${url}/${name}/seen`)).json();
    const behave = (behaviour) =>
      fetch(`${tokenEndpoint.url}/${name}/behaviour`, { method: 'PUT', body: JSON.stringify(behaviour) });
    const restart = async (meanwhile = async () => {}) => {
      await worker.close();
      await meanwhile();
      worker = await start();
    };

    test('a failing token endpoint is a 503 or 502 that tells the code', async () => {
      for (const [behaviour, status, error] of [
        [{ status: 500, body: 'MARKER' }, 503, 'http_status'],
        [{ status: 400, body: '{"error":"invalid_client"}' }, 502, 'token_request_rejected'],
      ]) {
        await behave(behaviour);
        for (const path of ['/items', '/token']) {
          const response = await call(path);
          equal([response.status, (await response.json()).error], [status, error], path);
        }
      }
      const log = () => worker.output.join('');
      await eventually(() => log().includes('token_request_rejected'), 'the errors are logged');
      ok(!log().includes('MARKER'), `the log: ${log()}`);
      await behave({});
      // The refusal is remembered for a while, by all that share the store.
      await restart(() => emptyStores(folder));
    });

    test('/token shows expiry and where the token was, not the token', async () => {
      const first = await call('/token');
      equal((await first.json()).from, 'server');
      ok(/oauth2_grant;dur=\d+/.test(first.headers.get('server-timing')), 'Server-Timing');
      const answer = await (await call('/token')).text();
      const { from, expiresAt, expiresInSeconds, scope, stats } = JSON.parse(answer);
      equal([from, scope, stats.grant, stats.l1_hit], ['memory', 'read', 1, 1]);
      ok(expiresInSeconds > 3_500 && Date.parse(expiresAt) > Date.now(), answer);
      await call('/items');
      const { authorization } = (await seen(api)).at(-1);
      const token = authorization.slice('Bearer '.length);
      ok(token.length > 20 && !answer.includes(token) && !answer.includes('MARKER'), answer);
    });

    test('/me is for callers with a token for the Worker', async () => {
      const { client_id: id, client_secret: secret } = workerExampleClient;
      const tokenFor = async (resource, scope) => {
        const body = new URLSearchParams({ grant_type: 'client_credentials', resource, scope });
        const init = { method: 'POST', headers: { authorization: basic({ id, secret }) }, body };
        return (await (await fetch(authorizationServer.tokenUrl, init)).json()).access_token;
      };
      const answer = async (authorization) => {
        const response = await call('/me', { headers: authorization ? { authorization } : {} });
        return [response.status, response.headers.get('www-authenticate')?.match(/error="(\w+)"/)?.[1], await response.text()];
      };
      const good = await tokenFor(workerExampleAudience, 'read');
      equal(await answer(`Bearer ${good}`), [200, undefined, JSON.stringify({ subject: id, clientId: id, scopes: ['read'] })]);
      equal(await answer(), [401, undefined, '']);
      for (const [token, status, error] of [
        ['x.y.z', 401, 'invalid_token'],
        [`${good}x`, 401, 'invalid_token'],
        [await tokenFor('https://another.example/', 'read'), 401, 'invalid_token'],
        [await tokenFor(workerExampleAudience, 'write'), 403, 'insufficient_scope'],
        ['a b', 400, 'invalid_request'],
      ]) {
        equal((await answer(`Bearer ${token}`)).slice(0, 2), [status, error], error);
      }
      ok(!worker.output.join('').includes(good), 'no token in the log');
    });

    test('everything else is passed on', async () => {
      const response = await call('/items/1?a=b&c', { method: 'POST', body: 'hello' });
      const { method, path, body, headers } = await response.json();
      equal([response.status, method, path, body], [200, 'POST', `/${name}/items/1?a=b&c`, 'hello']);
      ok(headers.authorization.startsWith('Bearer '), 'with the token');
    });

    test('a new isolate finds the token in the store, and the cron trigger has nothing to do', async () => {
      await restart();
      await (await worker.worker('edge-oauth2-example')).scheduled({ cron: '*/5 * * * *' });
      equal((await (await call('/token')).json()).stats, { l1_hit: 1, store_hit: 1 });
      await restart();
      equal((await (await call('/token')).json()).from, 'store');
      equal((await seen(tokenEndpoint)).grants, 1, 'grants');
    });
  });
}
