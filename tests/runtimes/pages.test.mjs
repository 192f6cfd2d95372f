// The programs that README.md and the pages of the platforms show, as they are written there, each in its runtime.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { after, afterEach, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { blocksOf } from '../package/markdown.mjs';
import { eventually } from './assert.mjs';
import { install, root, tarball } from './package.mjs';
import { createScene } from './scene.mjs';
import { startServers } from './servers.mjs';
import { bundle, startWorkerd } from './workerd.mjs';

const project = await install('pages', await tarball());
const { addresses, close } = await startServers();
after(close);

const scene = () => createScene({ package: {}, addresses, runtime: 'pages' });
const blocks = (page, language) => blocksOf(readFileSync(join(root, page), 'utf8')).filter((block) => block.language === language);

/** The whole programs of a page, in which nothing is left out (`…`), each written to a file of the project. */
function programsOf(page) {
  const programs = blocks(page, 'js').filter(({ text }) => text.startsWith('import ') && !text.includes('…'));
  return programs.map(({ text }, index) => {
    const file = join(project, `${page.replaceAll(/\W/g, '-')}-${index}.mjs`);
    writeFileSync(file, text);
    return file;
  });
}

/** What the pages call the settings, for that scene. */
const settingsOf = ({ tokenEndpoint, baseUrl, clients }) => ({
  TOKEN_URL: `${tokenEndpoint}/token`,
  API_URL: baseUrl,
  CLIENT_ID: clients.header.id,
  CLIENT_SECRET: clients.header.secret,
});

/** `ask()` gets what the API was asked, with a token that it took: the API answers no other. */
async function serves({ tokenRequests, apiRequests }, ask) {
  for (const response of [await ask(), await ask()]) {
    const text = await response.text();
    assert.equal(response.status, 200, text);
  }
  assert.deepEqual((await apiRequests()).map(({ path }) => path.split('/').at(-1)), ['hello', 'hello']);
  assert.equal((await tokenRequests()).length, 1);
}

async function startWorker(file, options) {
  const worker = await bundle('page', { project, from: pathToFileURL(file).href, compatibilityDate: '2026-07-01' });
  const workerd = await startWorkerd([{ ...worker, ...options }]);
  after(workerd.close);
  return workerd;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Whether somebody listens there. */
async function listens(port) {
  const socket = connect(port, '127.0.0.1');
  const isConnected = await once(socket, 'connect').then(() => true, () => false);
  socket.destroy();
  return isConnected;
}

/** A server in a process of its own. */
async function startProcess(program, args, env) {
  const port = await freePort();
  const child = spawn(program, args, { cwd: project, stdio: 'inherit', env: { ...process.env, ...env(port) } });
  after(() => child.kill());
  await eventually(() => listens(port), `${program} listens`, 20_000);
  return `http://127.0.0.1:${port}`;
}

/** A program of Deno's, with the permissions that its page gives. */
const startDeno = (args, one) =>
  startProcess(deno(), ['run', '--no-prompt', '--node-modules-dir=manual', '--allow-env', ...args], (port) => ({
    ...settingsOf(one),
    DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}`,
  }));

const deno = () => {
  const scope = join(root, 'tests/node_modules/@deno');
  return join(scope, readdirSync(scope)[0], 'deno');
};

describe('the programs of the pages', { timeout: 60_000 }, () => {
  // Where Next.js builds there is no environment yet, whatever pages were before.
  afterEach(() => {
    for (const name of Object.keys(settingsOf(scene()))) delete process.env[name];
  });

  test('README.md', async () => {
    const [file, ...others] = programsOf('README.md');
    assert.deepEqual(others, []);
    const one = scene();
    const { CLIENT_ID, CLIENT_SECRET } = settingsOf(one);
    const outboundService = (request) => {
      const url = request.url.replace('https://auth.example.com/oauth', one.tokenEndpoint).replace('https://api.example.com/v1', one.baseUrl);
      return fetch(url, { method: request.method, headers: request.headers, body: request.body, duplex: 'half' });
    };
    const { url } = await startWorker(file, { bindings: { CLIENT_ID, CLIENT_SECRET }, outboundService });
    await serves(one, () => fetch(url));
  });

  test('docs/cloudflare.md', async () => {
    const [file, ...others] = programsOf('docs/cloudflare.md');
    assert.deepEqual(others, []);
    const [configuration] = blocks('docs/cloudflare.md', 'jsonc').map(({ text }) => text);
    const { vars, kv_namespaces: kv } = JSON.parse(configuration);
    const one = scene();
    const bindings = settingsOf(one);
    const secrets = readFileSync(join(root, 'docs/cloudflare.md'), 'utf8').match(/^\w+(?==my-)/gm);
    assert.deepEqual([...Object.keys(vars), ...secrets].toSorted(), Object.keys(bindings).toSorted());
    const { url, worker, namespace } = await startWorker(file, { bindings, kvNamespaces: kv.map(({ binding }) => binding) });
    await serves(one, () => fetch(url));
    const tokens = await namespace('TOKENS', 'page');
    await eventually(async () => (await tokens.list()).keys.length === 1, 'the token is in KV');
    const { outcome } = await (await worker('page')).scheduled({ cron: '*/5 * * * *' });
    assert.equal(outcome, 'ok');
  });

  test('docs/telemetry.md', async () => {
    const [worker, traced, metered, ...others] = programsOf('docs/telemetry.md');
    assert.deepEqual(others, []);
    const [one, another] = [scene(), scene()];
    const { url } = await startWorker(worker, { bindings: settingsOf(one), kvNamespaces: ['TOKENS'] });
    await serves(one, () => fetch(url));
    symlinkSync(join(root, 'tests/node_modules/@opentelemetry'), join(project, 'node_modules/@opentelemetry'));
    Object.assign(process.env, settingsOf(another));
    const { api } = await import(pathToFileURL(traced).href);
    assert.equal((await api.fetch('/hello')).status, 200);
    const { onEvent } = await import(pathToFileURL(metered).href);
    onEvent({ type: 'grant', durationMs: 1 });
  });

  test('docs/users.md, in two isolates', async () => {
    const [file, ...others] = programsOf('docs/users.md');
    assert.deepEqual(others, []);
    const { loginServer, redirectUri, clients } = addresses;
    const bindings = { ISSUER: loginServer, API_URL: loginServer, CLIENT_ID: clients.web.id, CLIENT_SECRET: clients.web.secret };
    const COORDINATOR = { className: 'TokenCoordinator', useSQLite: true };
    const one = await bundle('page', { project, from: pathToFileURL(file).href, compatibilityDate: '2026-07-01' });
    const workerd = await startWorkerd([
      { ...one, bindings, durableObjects: { COORDINATOR } },
      { ...one, name: 'another isolate', bindings, durableObjects: { COORDINATOR: { ...COORDINATOR, scriptName: 'page' } } },
    ]);
    after(workerd.close);
    let app = await workerd.worker('page');
    const cookies = new Map();
    const visit = async (url, init) => {
      const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
      const response = await app.fetch(new URL(url, redirectUri).href, { redirect: 'manual', headers: { cookie }, ...init });
      for (const set of response.headers.getSetCookie()) {
        const [, name, value] = /^(__Host-\w+)=([^;]*); Path=\/; Max-Age=\d+; Secure; HttpOnly; SameSite=(?:Lax|None)$/.exec(set);
        if (value) cookies.set(name, value);
        else cookies.delete(name);
      }
      return response;
    };
    const arrivesAt = async (response) => [(await response).status, (await response).headers.get('location')];

    assert.deepEqual(await arrivesAt(visit('/')), [303, '/login']);
    assert.equal((await visit('/callback?code=stolen&state=stolen')).status, 400);
    const comeBack = async () => {
      const begun = await visit('/login');
      const query = new URLSearchParams({ url: begun.headers.get('location'), until: redirectUri });
      return (await (await fetch(`${loginServer}/browser?${query}`)).json()).url;
    };
    const callback = await comeBack();
    assert.equal((await visit(`${callback}&state=another`)).status, 400);
    assert.deepEqual(await arrivesAt(visit(callback)), [303, '/']);
    app = await workerd.worker('another isolate');
    assert.equal((await visit(callback)).status, 400);
    assert.deepEqual(await (await visit('/')).json(), { sub: 'ada' });
    assert.deepEqual([...cookies.keys()], ['__Host-session']);
    const session = cookies.get('__Host-session');
    assert.deepEqual(await arrivesAt(visit('/logout')), [303, '/login']);
    cookies.set('__Host-session', session);
    assert.deepEqual(await arrivesAt(visit('/')), [303, '/login']);
    // With `response_mode: 'form_post'`.
    const { searchParams } = new URL(await comeBack());
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    assert.deepEqual(await arrivesAt(visit('/callback', { method: 'POST', body: searchParams, headers: { cookie } })), [303, '/']);
  });

  test('docs/vercel.md', async () => {
    const [route, atModuleLevel, ...others] = programsOf('docs/vercel.md');
    assert.deepEqual(others, []);
    // As when Next.js builds: no environment yet.
    const { GET } = await import(pathToFileURL(route).href);
    const { api: built } = await import(`${pathToFileURL(atModuleLevel).href}?built`);
    await assert.rejects(built.getToken(), /^OAuth2Error: tokenUrl is given, but undefined/);
    const one = scene();
    Object.assign(process.env, settingsOf(one));
    await serves(one, GET);
    const { api } = await import(pathToFileURL(atModuleLevel).href);
    assert.equal((await api.fetch('/hello')).status, 200);
  });

  test('docs/netlify.md, in Deno, as Netlify calls it', async () => {
    const [edge, ...others] = programsOf('docs/netlify.md');
    assert.deepEqual(others, []);
    const one = scene();
    const main = join(project, 'netlify.mjs');
    writeFileSync(
      main,
      `globalThis.Netlify = { env: Deno.env, context: { waitUntil() {} } };
      const { default: handler } = await import(${JSON.stringify(pathToFileURL(edge).href)});
      Deno.serve((request) => handler(request, Netlify.context));`,
    );
    const url = await startDeno(['--allow-net=127.0.0.1', main], one);
    await serves(one, () => fetch(url));
  });

  test('docs/deno.md', async () => {
    const [file, ...others] = programsOf('docs/deno.md');
    assert.deepEqual(others, []);
    const one = scene();
    const url = await startDeno(['--allow-net', file], one);
    await serves(one, () => fetch(url));
  });

  test('docs/node.md', async () => {
    const [file, ...others] = programsOf('docs/node.md');
    assert.deepEqual(others, []);
    const one = scene();
    const url = await startProcess(process.execPath, [file], (port) => ({ ...settingsOf(one), PORT: port }));
    await serves(one, () => fetch(url));
  });
});
