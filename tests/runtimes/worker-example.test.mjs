// worker-example, copied, checked, built by wrangler, run in workerd and called.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { equal, eventually, ok } from './assert.mjs';
import { startAuthorizationServer } from './authorization-server.mjs';
import { root } from './package.mjs';
import { startProtectedApi } from './protected-api.mjs';
import { startTokenEndpoint } from './token-endpoint.mjs';
import { copyWorkerExample, startWorkerExample, tool, workerExampleClient } from './worker-example.mjs';

const project = await copyWorkerExample('worker-example');
const authorizationServer = await startAuthorizationServer({ clients: [workerExampleClient] });
const tokenEndpoint = await startTokenEndpoint(authorizationServer.tokenUrl);
const api = await startProtectedApi(authorizationServer);
const worker = await startWorkerExample(project, {
  tokenUrl: `${tokenEndpoint.url}/example/token`,
  apiUrl: `${api.url}/example`,
});
after(async () => {
  for (const one of [worker, api, tokenEndpoint, authorizationServer]) await one.close();
});

const call = (path, init) => fetch(new URL(path, worker.url), init);
const seen = async ({ url }) => await (await fetch(`${url}/example/seen`)).json();
const behave = (behaviour) =>
  fetch(`${tokenEndpoint.url}/example/behaviour`, { method: 'PUT', body: JSON.stringify(behaviour) });
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
  });

  test('/token shows expiry and cache state, not the token', async () => {
    equal((await (await call('/token')).json()).cache, 'miss');
    const answer = await (await call('/token')).text();
    const { cache, expiresAt, expiresInSeconds, scope } = JSON.parse(answer);
    equal([cache, scope], ['hit', 'read']);
    ok(expiresInSeconds > 3_500 && Date.parse(expiresAt) > Date.now(), answer);
    await call('/items');
    const { authorization } = (await seen(api)).at(-1);
    const token = authorization.slice('Bearer '.length);
    ok(token.length > 20 && !answer.includes(token) && !answer.includes('MARKER'), answer);
  });

  test('everything else is passed on', async () => {
    const response = await call('/items/1?a=b&c', { method: 'POST', body: 'hello' });
    const { method, path, body, headers } = await response.json();
    equal([response.status, method, path, body], [200, 'POST', '/example/items/1?a=b&c', 'hello']);
    ok(headers.authorization.startsWith('Bearer '), 'with the token');
  });
});
