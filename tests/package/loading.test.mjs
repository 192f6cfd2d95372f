// Every entry starts by itself and brings a token, in the way its runtime loads it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { EdgeVM } from '@edge-runtime/vm';
import * as esbuild from 'esbuild';
import { wasmModules } from '../runtimes/wasm-modules.mjs';
import { createConsumer, manifest } from './consumer.mjs';
import { tool } from './tool.mjs';
import { startTokenServer } from './token-server.mjs';

let dir;
before(async () => {
  dir = await createConsumer('loading');
});

/** Uses a client twice and checks that one grant was enough. */
async function obtain(test, { OAuth2Client }) {
  const { options, granted } = await startTokenServer(test);
  const api = new OAuth2Client(options);
  assert.equal((await api.getToken()).accessToken, 'token-1');
  const response = await api.fetch('/hello');
  assert.equal(await response.text(), 'hello');
  assert.deepEqual(granted, ['token-1']);
}

/** Lets a caller in twice and checks that one introspection was enough. */
async function admit(test, { Guard, TokenIntrospector }) {
  const { introspection, introspected } = await startTokenServer(test);
  const guard = new Guard({ introspector: new TokenIntrospector(introspection) });
  const request = { method: 'GET', url: 'https://api.example/', headers: new Headers({ authorization: 'Bearer token-1' }) };
  for (const _ of [1, 2]) assert.equal((await guard.authorize(request)).subject, 'ada');
  assert.deepEqual(introspected, ['token-1']);
}

const resolve = (specifier) => createRequire(join(dir, 'index.js')).resolve(specifier);

/** The entries that start by themselves, the wasm of each, and what they are for. */
const entries = {
  'edge-oauth2': ['edge-oauth2/edge_oauth2.wasm', obtain],
  'edge-oauth2/m2m': ['edge-oauth2/edge_oauth2_m2m.wasm', obtain],
  'edge-oauth2/inbound': ['edge-oauth2/edge_oauth2_inbound.wasm', admit],
  'edge-oauth2/all': ['edge-oauth2/edge_oauth2_all.wasm', async (...args) => (await obtain(...args), await admit(...args))],
};

for (const [entry, [, use]] of Object.entries(entries)) {
  test(`import of ${entry}, in this Node`, async (t) => {
    await use(t, await import(pathToFileURL(resolve(entry)).href));
  });
}

test('import and require give one instance: they share a token', async (t) => {
  const { options, granted } = await startTokenServer(t);
  const printed = await script(
    'both.cjs',
    `const { OAuth2Client } = require('edge-oauth2');
    const { connection } = require('edge-oauth2/compat/lowdefy');
    (async () => {
      const imported = await import('edge-oauth2');
      const options = ${JSON.stringify(options)};
      const tokens = [await new OAuth2Client(options).getToken(), await new imported.OAuth2Client(options).getToken()];
      console.log(tokens[0].accessToken === tokens[1].accessToken, OAuth2Client === imported.OAuth2Client, typeof connection);
    })();`,
  );
  assert.equal(printed, 'true true function');
  assert.deepEqual(granted, ['token-1']);
});

for (const [entry, [, use]] of Object.entries(entries)) {
  test(`require of ${entry} as CommonJS, for tools that know nothing else`, async (t) => {
    const { [entry.replace('edge-oauth2', '.')]: conditions } = manifest.exports;
    const required = createRequire(resolve('edge-oauth2/package.json'))(conditions.require);
    await use(t, required);
  });
}

test('require as CommonJS gives the same names as import, of every entry', async () => {
  const both = Object.values(manifest.exports).filter((conditions) => conditions.require);
  assert.ok(both.length >= 15, `${both.length} entries`);
  for (const conditions of both) {
    const required = createRequire(resolve('edge-oauth2/package.json'))(conditions.require);
    const imported = await import(pathToFileURL(join(dir, 'node_modules/edge-oauth2', conditions.default)).href);
    assert.deepEqual(Object.keys(required).sort(), Object.keys(imported).sort(), conditions.require);
  }
});

test('a bundle that imports and requires it has it once', async () => {
  const contents = `import { OAuth2Client } from 'edge-oauth2'; export const isOne = OAuth2Client === require('edge-oauth2').OAuth2Client;`;
  for (const platform of ['node', 'browser']) {
    const { metafile } = await esbuild.build({ stdin: { contents, resolveDir: dir }, bundle: true, write: false, metafile: true, platform });
    assert.deepEqual(Object.keys(metafile.inputs).filter((file) => file.includes('/cjs/')), [], platform);
  }
});

for (const [what, given] of Object.entries({ bytes: 'bytes', 'a compiled module': 'new WebAssembly.Module(bytes)' })) {
  test(`slim, started with ${what}, and started again`, async (t) => {
    const { options } = await startTokenServer(t);
    const printed = await script(
      'slim.mjs',
      `import { readFileSync } from 'node:fs';
      import { init, OAuth2Client } from 'edge-oauth2/slim';
      const bytes = readFileSync(new URL(import.meta.resolve('edge-oauth2/edge_oauth2.wasm')));
      init(${given});
      const api = new OAuth2Client(${JSON.stringify(options)});
      const { accessToken } = await api.getToken();
      init(${given});
      console.log(accessToken, await api.authorizationHeader());`,
    );
    assert.equal(printed, 'token-1 Bearer token-1');
  });
}

/** Runs a script of the project's in a process of its own, and gives what it printed. */
async function script(name, text) {
  const file = join(dir, name);
  writeFileSync(file, text);
  return (await tool(process.execPath, ['--no-warnings', file])).trim();
}

for (const [entry, [wasm, use]] of Object.entries(entries)) {
  test(`${entry}, bundled for browsers`, async (t) => {
    const bundle = await bundleFor(entry, { platform: 'browser', format: 'esm' });
    await use(t, await import(`data:text/javascript;base64,${Buffer.from(bundle).toString('base64')}`));
  });

  test(`${entry}, bundled for the edge runtime`, async (t) => {
    const bundle = await bundleFor(entry, {
      platform: 'neutral',
      format: 'iife',
      globalName: 'bundle',
      conditions: ['edge-light'],
      plugins: [wasmModules],
    });
    const edge = new EdgeVM();
    // Compiled out here, as Vercel does it: in another realm than the code that uses it.
    edge.context.compiled = new WebAssembly.Module(readFileSync(resolve(wasm)));
    edge.evaluate(bundle);
    await use(t, edge.evaluate('bundle'));
  });
}

test('a token is obtained where there is no crypto, as in old test runners', async (t) => {
  const { options } = await startTokenServer(t);
  const printed = await script(
    'without-crypto.mjs',
    `delete globalThis.crypto;
    const { OAuth2Client } = await import('edge-oauth2');
    console.log(typeof crypto, (await new OAuth2Client(${JSON.stringify(options)}).getToken()).accessToken);`,
  );
  assert.equal(printed, 'undefined token-1');
});

// Node prints the line that an uncaught error comes from, and of a minified bundle the first is nearly all of it: with the wasm 460 KB.
for (const [format, name] of Object.entries({ cjs: 'lambda.cjs', esm: 'lambda.mjs' })) {
  test(`an error at start prints no wasm where all is bundled and minified, as ${format}`, async () => {
    const contents = `import { OAuth2Client } from 'edge-oauth2'; new OAuth2Client({ clientId: 'me' });`;
    const [{ text }] = (
      await esbuild.build({ stdin: { contents, resolveDir: dir }, bundle: true, minify: true, write: false, platform: 'node', format })
    ).outputFiles;
    writeFileSync(join(dir, name), text);
    const { stderr } = spawnSync(process.execPath, [join(dir, name)], { encoding: 'utf8' });
    assert.match(stderr, /tokenUrl/);
    const wasm = text.split('\n').find((line) => line.length > 100_000);
    assert.ok(wasm, 'the wasm is on a line of its own');
    assert.ok(!stderr.includes(wasm.slice(0, 100)), `${stderr.length} characters with the wasm`);
    assert.ok(stderr.length < 90_000, `${stderr.length} characters`);
  });
}

async function bundleFor(name, options) {
  const entry = { contents: `export * from '${name}';`, resolveDir: dir };
  const result = await esbuild.build({ stdin: entry, bundle: true, write: false, ...options });
  assert.deepEqual(result.warnings, []);
  return result.outputFiles[0].text;
}
