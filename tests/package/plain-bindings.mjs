// A plain `wasm-pack build`, without this package's templates, gives bindings that work.
// Which one is told by PLAIN_TARGET; it lies in target/plain.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { root, tool } from './tool.mjs';
import { startTokenServer } from './token-server.mjs';

const target = process.env.PLAIN_TARGET;
const dir = join(root, 'target/plain', target);
const glue = join(dir, 'edge_oauth2.js');

const load = {
  async web() {
    const bindings = await import(pathToFileURL(glue).href);
    await bindings.default({ module_or_path: readFileSync(join(dir, 'edge_oauth2_bg.wasm')) });
    return bindings;
  },
  /** Node imports wasm as bundlers do: as an ES module with imports of its own. */
  bundler: () => import(pathToFileURL(glue).href),
  nodejs: async () => createRequire(import.meta.url)(glue),
}[target];

test(`wasm-pack build --target ${target}: a token, applied`, async (t) => {
  const { OAuth2Client, OAuth2Error } = await load();
  const { options, granted } = await startTokenServer(t);
  const api = new OAuth2Client(options);
  assert.equal((await api.getToken()).accessToken, 'token-1');
  assert.equal(await (await api.fetch('/hello')).text(), 'hello');
  assert.deepEqual(granted, ['token-1']);
  assert.throws(() => new OAuth2Client({}), OAuth2Error);
});

test(`wasm-pack build --target ${target}: its types compile`, async () => {
  await tool('tsc', ['--noEmit', '--strict', '--target', 'es2022', join(dir, 'edge_oauth2.d.ts')]);
});
