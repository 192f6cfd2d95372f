// worker-example in development: the live page of one Worker alone, who may use it, and that none of it is deployed.
import { readdir, readFile } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { equal, ok } from './assert.mjs';
import { startAuthorizationServer } from './authorization-server.mjs';
import { root } from './package.mjs';
import { startProtectedApi } from './protected-api.mjs';
import { copyWorkerExample, DEVELOPMENT, startWorkerExample, workerExampleClient } from './worker-example.mjs';

const PAGE = join(root, 'worker-example/src/development/page');

const authorizationServer = await startAuthorizationServer({ clients: [workerExampleClient] });
const api = await startProtectedApi(authorizationServer);
const project = await copyWorkerExample('development');
const servers = { tokenUrl: authorizationServer.tokenUrl, issuer: authorizationServer.url };
const developed = await startWorkerExample(project, { ...servers, apiUrl: `${api.url}/developed`, entry: DEVELOPMENT });
const deployed = await startWorkerExample(project, { ...servers, apiUrl: `${api.url}/deployed` });
after(async () => {
  for (const one of [developed, deployed, api, authorizationServer]) await one.close();
});

const { origin, host } = new URL(developed.url);
const get = (path) => fetch(new URL(path, origin));
const snapshot = async (after = 0) => await (await get(`/development/snapshot?after=${after}`)).json();
const press = (action, headers = { origin }) => fetch(`${origin}/development/actions/${action}`, { method: 'POST', headers });

/** The status of a request with that Host, which fetch does not let anybody set; and what the API echoes, if it was asked. */
const requestAs = (host, path, method = 'GET', headers = {}) =>
  new Promise((done, fail) => {
    const request = http.request(new URL(path, origin), { method, headers: { ...headers, host } }, async (response) => {
      const chunks = await response.toArray();
      done([response.statusCode, Buffer.concat(chunks).toString()]);
    });
    request.on('error', fail).end();
  });

describe('worker-example as it is deployed', { timeout: 60_000 }, () => {
  test('it has nothing of the live page', async () => {
    const modules = await readdir(join(project, 'dist'));
    equal(modules.filter((name) => !/^(index\.js(\.map)?|README\.md|.*\.wasm)$/.test(name)), [], 'modules that are neither code nor wasm');
    const code = await readFile(join(project, 'dist/index.js'), 'utf8');
    for (const word of ['development', 'snapshot', 'proofs', 'STAGE', 'clockOffset']) ok(!code.includes(word), word);
    const development = await readFile(join(project, `dist-${DEVELOPMENT.replaceAll('/', '-')}`, 'index.js'), 'utf8');
    ok(['development', 'snapshot', 'STAGE'].every((word) => development.includes(word)), 'the words are those of the page');
  });

  test('/development and what is below it are passed on to the API like any other path', async () => {
    for (const [path, method] of [
      ['/development', 'GET'],
      ['/development/snapshot?after=0', 'GET'],
      ['/development/page.js', 'GET'],
      ['/development/actions/expire', 'POST'],
    ]) {
      const response = await fetch(new URL(path, deployed.url), { method, headers: { origin: new URL(deployed.url).origin } });
      const echo = await response.json();
      equal([response.status, echo.method, echo.path], [200, method, `/deployed${path}`]);
    }
  });
});

describe('worker-example in development', { timeout: 60_000 }, () => {
  test('every file of the page is served, by its type, and runs nothing from elsewhere', async () => {
    const types = { html: 'text/html', css: 'text/css', js: 'text/javascript' };
    const names = await readdir(PAGE);
    ok(names.includes('index.html'), String(names));
    for (const name of names) {
      const response = await get(name === 'index.html' ? '/development' : `/development/${name}`);
      const { headers } = response;
      equal(await response.text(), await readFile(join(PAGE, name), 'utf8'), name);
      equal(headers.get('content-type'), `${types[name.split('.').at(-1)]}; charset=utf-8`, name);
      ok(headers.get('content-security-policy').startsWith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"), name);
      ok(headers.get('content-security-policy').endsWith("base-uri 'none'; form-action 'none'; frame-ancestors 'none'"), name);
      equal([headers.get('cache-control'), headers.get('x-content-type-options')], ['no-store', 'nosniff'], name);
      equal(headers.get('cross-origin-resource-policy'), 'same-origin', `${name}, in a script element of another site`);
    }
    equal((await get('/development/nothing')).status, 404);
    equal((await get('/development/snapshot')).headers.get('access-control-allow-origin'), null, 'for other sites');
  });

  test('only its own page may press a button', async () => {
    const { proofs } = await snapshot();
    for (const headers of [
      {},
      { origin: 'null' },
      { origin: 'https://evil.example' },
      { origin: 'http://localhost' },
      { origin: 'no origin' },
      { origin: `https://${host}` },
      { origin, 'sec-fetch-site': 'cross-site' },
      { origin, 'sec-fetch-site': 'same-site' },
    ]) {
      equal((await press('expire', headers)).status, 403, JSON.stringify(headers));
    }
    equal((await get('/development/actions/expire')).status, 405, 'a link');
    const preflight = await fetch(`${origin}/development/actions/expire`, { method: 'OPTIONS', headers: { origin: 'https://evil.example' } });
    equal([preflight.status, preflight.headers.get('access-control-allow-origin')], [405, null], 'may another site ask?');
    equal((await press('nothing')).status, 404);
    equal((await press('toString')).status, 404);
    equal((await snapshot()).proofs, proofs, 'nothing was done');
  });

  test('there is no page at a name that somebody has lead to this machine', async () => {
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '192.168.0.7:8787', '1270001']) {
      for (const path of ['/development', '/development/snapshot']) {
        const [status, body] = await requestAs(host, path);
        equal([status, JSON.parse(body).path], [200, `/developed${path}`], `${host}: it is the API's`);
      }
      const [, body] = await requestAs(host, '/development/actions/expire', 'POST', { origin: `http://${host}` });
      equal(JSON.parse(body).path, '/developed/development/actions/expire', host);
    }
    for (const host of ['a b', '[::1', '%', '@localhost']) {
      const [, body] = await requestAs(host, '/development');
      ok(!body.includes('<html'), `${host} is no name`);
    }
    for (const host of ['localhost', 'localhost:8787', 'worker.localhost:8787', '127.0.0.1', '[::1]:8787']) {
      equal((await requestAs(host, '/development'))[1], await readFile(join(PAGE, 'index.html'), 'utf8'), host);
    }
  });

  test('what passes through it is shown, by how it came by its token; and no token', async () => {
    const grants = authorizationServer.grants;
    await press('expire');
    const before = (await snapshot()).fleets[0];
    const last = before.requests.at(-1).id;
    for (const path of ['/items/1', '/items/2']) equal((await get(path)).status, 200, path);
    const [fleet] = (await snapshot(last)).fleets;
    equal(fleet.requests.map(({ from, status }) => [from, status]), [['granted', 200], ['memory', 200]]);
    equal([fleet.store, fleet.totals.grants - before.totals.grants, authorizationServer.grants - grants], ['kv', 1, 1], 'grants');
    const [life, now] = [fleet.lives.at(-1), (await snapshot()).nowMs];
    ok(life.obtainedAtMs <= now && now < life.refreshAtMs && life.refreshAtMs < life.expiresAtMs, JSON.stringify(life));
    equal([fleet.isolates[0].token, fleet.record.token], [life.number, life.number]);
    const { headers } = await (await get('/echo')).json();
    const token = headers.authorization.slice('Bearer '.length);
    const text = JSON.stringify(await snapshot());
    ok(token.length > 20 && !text.includes(token) && !text.includes('MARKER'), text);
  });

  test('its buttons do what they say', async () => {
    const proofOf = async (action) => {
      equal((await press(action)).status, 204, action);
      const { proofs } = await snapshot();
      equal([proofs.at(-1).action, proofs.at(-1).isPromised], [action, true]);
      return proofs.at(-1).text;
    };
    await proofOf('expire');
    const { fleets, nowMs } = await snapshot();
    ok(fleets[0].lives.at(-1).expiresAtMs <= nowMs, 'the token is over');
    equal(await proofOf('herd'), '50 requests for a token at once: 1 grant, all answered.');
    await proofOf('fail_store');
    equal((await snapshot()).storeFails, true);
    await proofOf('expire');
    const answer = await get('/items');
    equal([answer.status, answer.ok || (await answer.json())], [200, true], 'without a store');
    await proofOf('mend_store');
    equal((await snapshot()).storeFails, false);
    equal((await snapshot()).actions, ['herd', 'expire', 'fail_store', 'mend_store']);
  });
});
