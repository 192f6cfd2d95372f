// What is in the tarball, and what is not.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageDir, tarball } from './consumer.mjs';
import { root, tool } from './tool.mjs';

test('the tarball holds these files and no others', async () => {
  const packed = (await tool('tar', ['-tzf', tarball])).trim().split('\n');
  assert.deepEqual(packed.sort(), [
    'package/LICENSE-APACHE',
    'package/LICENSE-MIT',
    'package/README.md',
    'package/abort.js',
    'package/api-options.js',
    'package/application.js',
    'package/assertion.js',
    'package/authorization.js',
    'package/body.js',
    'package/circle.js',
    'package/client.js',
    'package/cloudflare.d.ts',
    'package/cloudflare.js',
    'package/compat-ballerina-client.js',
    'package/compat-ballerina-listener.js',
    'package/compat-ballerina-records.js',
    'package/compat-ballerina-request.js',
    'package/compat-ballerina.d.ts',
    'package/compat-ballerina.js',
    'package/compat-common.d.ts',
    'package/compat-common.js',
    'package/compat-integration-app-api.js',
    'package/compat-integration-app.d.ts',
    'package/compat-integration-app.js',
    'package/compat-lowdefy.d.ts',
    'package/compat-lowdefy.js',
    'package/compat-simple-oauth2-boom.js',
    'package/compat-simple-oauth2-options.js',
    'package/compat-simple-oauth2-request.js',
    'package/compat-simple-oauth2.d.ts',
    'package/compat-simple-oauth2.js',
    'package/compat-workato-authorization.js',
    'package/compat-workato-request.js',
    'package/compat-workato.d.ts',
    'package/compat-workato.js',
    'package/configurations.js',
    'package/crypto.js',
    'package/deno-kv.js',
    'package/edge-light.js',
    'package/edge_oauth2.js',
    'package/edge_oauth2_bg.wasm',
    'package/edge_oauth2_m2m.js',
    'package/edge_oauth2_m2m_bg.wasm',
    'package/error.js',
    'package/events.js',
    'package/fields.js',
    'package/functions.js',
    'package/hand.js',
    'package/hooks.js',
    'package/host.js',
    'package/index.d.ts',
    'package/index.js',
    'package/jwt.js',
    'package/kernel.js',
    'package/m2m-client.js',
    'package/m2m-edge-light.js',
    'package/m2m-kernel.js',
    'package/m2m-slim.js',
    'package/m2m-wasm-inline.js',
    'package/m2m-workerd.js',
    'package/m2m.d.ts',
    'package/m2m.js',
    'package/machine.js',
    'package/members.js',
    'package/near.js',
    'package/options.js',
    'package/package.json',
    'package/pem.js',
    'package/readers.js',
    'package/refusal.js',
    'package/request.js',
    'package/resource.js',
    'package/response.js',
    'package/slim.d.ts',
    'package/slim.js',
    'package/spelling.js',
    'package/store.js',
    'package/stored-token.js',
    'package/token-source.js',
    'package/token.js',
    'package/wasm-inline.js',
    'package/workerd.js',
  ]);
});

test('the inlined wasm is the wasm', async () => {
  for (const [inline, file] of [['wasm-inline.js', 'edge_oauth2_bg.wasm'], ['m2m-wasm-inline.js', 'edge_oauth2_m2m_bg.wasm']]) {
    const { wasm } = await import(join(packageDir, inline));
    assert.deepEqual(Buffer.from(wasm), readFileSync(join(packageDir, file)));
  }
});

test('what exists for tests is in the test build only', () => {
  // The wasm's own names are short.
  const exportsPanic = (build) => /^export function \w*panic\b/m.test(readFileSync(join(root, build, 'package/edge_oauth2.js'), 'utf8'));
  assert.equal(exportsPanic('target/npm-test'), true, 'the test build has an export that panics');
  assert.equal(exportsPanic('target/npm'), false, 'the published build has none');
});

test('nothing tells where it was built', () => {
  for (const file of readdirSync(packageDir)) {
    const content = readFileSync(join(packageDir, file), 'latin1');
    for (const place of [root, homedir(), '.cargo/registry']) {
      assert.ok(!content.includes(place), `${file} contains ${place}`);
    }
  }
});
