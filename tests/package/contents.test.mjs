// What is in the tarball, and what is not.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pagesOf } from '../../pkg-templates/documents.mjs';
import { manifest, packageDir, tarball } from './consumer.mjs';
import { root, tool } from './tool.mjs';

const packed = (await tool('tar', ['-tzf', tarball])).trim().split('\n').sort();
const isPage = (path) => path.startsWith('package/docs/');
const isCommonJs = (path) => path.startsWith('package/cjs/');

test('the tarball holds what require leads to, and the types of that, and no other CommonJS', () => {
  const entries = Object.values(manifest.exports).filter((conditions) => conditions.require);
  assert.ok(entries.length >= 10, `${entries.length} entries`);
  const targets = entries.flatMap((conditions) => [conditions.require, conditions.types.require]);
  const shared = ['modules.cjs', ...['', 'm2m-', 'inbound-', 'all-'].map((build) => `wasm/${build}inline.cjs`)];
  // Of types, those that others import, and those of an entry that only Workers can load.
  const types = ['compat/common.d.cts', 'stores/durable-object.d.cts'];
  const expected = new Set([...targets, ...[...shared, ...types].map((file) => `./cjs/${file}`)]);
  assert.deepEqual(packed.filter(isCommonJs), Array.from(expected, (file) => file.replace('.', 'package')).sort());
});

test('the tarball holds these files beside, and no others', () => {
  assert.deepEqual(packed.filter(isPage), pagesOf(root).map((path) => `package/${path}`));
  assert.deepEqual(packed.filter((path) => !isPage(path) && !isCommonJs(path)), [
    'package/LICENSE-APACHE',
    'package/LICENSE-MIT',
    'package/README.md',
    'package/SECURITY.md',
    'package/THIRD-PARTY-NOTICES',
    'package/bin/arguments.js',
    'package/bin/command.js',
    'package/bin/configuration.js',
    'package/bin/edge-oauth2.js',
    'package/bin/json.js',
    'package/bin/problem.js',
    'package/bin/proxy.js',
    'package/bin/terminal.js',
    'package/bin/text-file.js',
    'package/bin/variables.js',
    'package/bin/warning.js',
    'package/compat/ballerina-client.js',
    'package/compat/ballerina-handler.js',
    'package/compat/ballerina-listener.js',
    'package/compat/ballerina-records.js',
    'package/compat/ballerina-request.js',
    'package/compat/ballerina.d.ts',
    'package/compat/ballerina.js',
    'package/compat/common.d.ts',
    'package/compat/common.js',
    'package/compat/integration-app-api.js',
    'package/compat/integration-app.d.ts',
    'package/compat/integration-app.js',
    'package/compat/lowdefy.d.ts',
    'package/compat/lowdefy.js',
    'package/compat/simple-oauth2-boom.js',
    'package/compat/simple-oauth2-options.js',
    'package/compat/simple-oauth2-request.js',
    'package/compat/simple-oauth2.d.ts',
    'package/compat/simple-oauth2.js',
    'package/compat/workato-authorization.js',
    'package/compat/workato-request.js',
    'package/compat/workato.d.ts',
    'package/compat/workato.js',
    'package/doctor/answers.js',
    'package/doctor/api-causes.js',
    'package/doctor/api.js',
    'package/doctor/assertions.js',
    'package/doctor/causes.js',
    'package/doctor/claims.js',
    'package/doctor/client-authentication.js',
    'package/doctor/clock.js',
    'package/doctor/connections.js',
    'package/doctor/diagnosis.js',
    'package/doctor/discovery.js',
    'package/doctor/doctor.js',
    'package/doctor/environments.js',
    'package/doctor/index.d.ts',
    'package/doctor/index.js',
    'package/doctor/metadata.js',
    'package/doctor/observer.js',
    'package/doctor/refusals.js',
    'package/doctor/report.js',
    'package/doctor/secrets.js',
    'package/doctor/store-failures.js',
    'package/doctor/store.js',
    'package/doctor/tokens.js',
    'package/doctor/trial.js',
    'package/doctor/wishes.js',
    'package/doctor/words.js',
    'package/entries/all-edge-light.js',
    'package/entries/all-slim.js',
    'package/entries/all-workerd.js',
    'package/entries/all.d.ts',
    'package/entries/all.js',
    'package/entries/edge-light.js',
    'package/entries/inbound-edge-light.js',
    'package/entries/inbound-slim.js',
    'package/entries/inbound-workerd.js',
    'package/entries/inbound.d.ts',
    'package/entries/inbound.js',
    'package/entries/index.d.ts',
    'package/entries/index.js',
    'package/entries/m2m-edge-light.js',
    'package/entries/m2m-slim.js',
    'package/entries/m2m-workerd.js',
    'package/entries/m2m.d.ts',
    'package/entries/m2m.js',
    'package/entries/slim.d.ts',
    'package/entries/slim.js',
    'package/entries/workerd.js',
    'package/face/abort.js',
    'package/face/admissions.js',
    'package/face/all-admissions.js',
    'package/face/all-challenges.js',
    'package/face/all-client.js',
    'package/face/all-guard-options.js',
    'package/face/all-guard.js',
    'package/face/all-jwt-verifier.js',
    'package/face/all-kernel.js',
    'package/face/all-token-introspector.js',
    'package/face/answer.js',
    'package/face/api-options.js',
    'package/face/application.js',
    'package/face/assertion.js',
    'package/face/authorised.js',
    'package/face/authorization.js',
    'package/face/body.js',
    'package/face/challenges.js',
    'package/face/circle.js',
    'package/face/client.js',
    'package/face/configurations.js',
    'package/face/crossing.js',
    'package/face/crypto.js',
    'package/face/error.js',
    'package/face/events.js',
    'package/face/fields.js',
    'package/face/functions.js',
    'package/face/guard-options.js',
    'package/face/guard.js',
    'package/face/hand.js',
    'package/face/hooks.js',
    'package/face/host.js',
    'package/face/inbound-kernel.js',
    'package/face/inbound-options.js',
    'package/face/jwt-verifier.js',
    'package/face/jwt.js',
    'package/face/kept-body.js',
    'package/face/kernel.js',
    'package/face/m2m-client.js',
    'package/face/m2m-kernel.js',
    'package/face/machine.js',
    'package/face/members.js',
    'package/face/memory.js',
    'package/face/nobody.js',
    'package/face/notices.js',
    'package/face/option-names.js',
    'package/face/options.js',
    'package/face/patience.js',
    'package/face/pem.js',
    'package/face/platform.js',
    'package/face/principal.js',
    'package/face/readers.js',
    'package/face/refusal.js',
    'package/face/refused-wasm.js',
    'package/face/request.js',
    'package/face/resource.js',
    'package/face/response.js',
    'package/face/signature.js',
    'package/face/spelling.js',
    'package/face/stack.js',
    'package/face/stored-token.js',
    'package/face/timers.js',
    'package/face/token-introspector.js',
    'package/face/token-source.js',
    'package/face/token.js',
    'package/face/unset.js',
    'package/face/url.js',
    'package/face/verification.js',
    'package/llms.txt',
    'package/package.json',
    'package/stores/any.js',
    'package/stores/cache-api.d.ts',
    'package/stores/cache-api.js',
    'package/stores/cache-place.js',
    'package/stores/claim.js',
    'package/stores/d1.d.ts',
    'package/stores/d1.js',
    'package/stores/deno-kv.d.ts',
    'package/stores/deno-kv.js',
    'package/stores/durable-object.d.ts',
    'package/stores/durable-object.js',
    'package/stores/lasting.js',
    'package/stores/location-cache.js',
    'package/stores/netlify-blobs.d.ts',
    'package/stores/netlify-blobs.js',
    'package/stores/postgres.d.ts',
    'package/stores/postgres.js',
    'package/stores/redis-scripts.js',
    'package/stores/redis.d.ts',
    'package/stores/redis.js',
    'package/stores/runtime-cache.d.ts',
    'package/stores/runtime-cache.js',
    'package/stores/sql-table.js',
    'package/stores/upstash.d.ts',
    'package/stores/upstash.js',
    'package/telemetry/index.d.ts',
    'package/telemetry/index.js',
    'package/telemetry/metrics.js',
    'package/telemetry/place.js',
    'package/telemetry/spans.js',
    'package/telemetry/wait.js',
    'package/telemetry/waits.js',
    'package/testing/authorization-server.js',
    'package/testing/clock.js',
    'package/testing/index.d.ts',
    'package/testing/index.js',
    'package/testing/issued-tokens.js',
    'package/testing/memory.js',
    'package/testing/messages.js',
    'package/testing/protected-api.js',
    'package/testing/token-endpoint.js',
    'package/testing/trouble.js',
    'package/wasm/all-inline.js',
    'package/wasm/edge_oauth2.js',
    'package/wasm/edge_oauth2_all.js',
    'package/wasm/edge_oauth2_all_bg.wasm',
    'package/wasm/edge_oauth2_bg.wasm',
    'package/wasm/edge_oauth2_inbound.js',
    'package/wasm/edge_oauth2_inbound_bg.wasm',
    'package/wasm/edge_oauth2_m2m.js',
    'package/wasm/edge_oauth2_m2m_bg.wasm',
    'package/wasm/inbound-inline.js',
    'package/wasm/inline.js',
    'package/wasm/m2m-inline.js',
  ]);
});

test('the inlined wasm is the wasm', async () => {
  for (const [inline, file] of [['inline.js', 'edge_oauth2_bg.wasm'], ['m2m-inline.js', 'edge_oauth2_m2m_bg.wasm'], ['inbound-inline.js', 'edge_oauth2_inbound_bg.wasm'], ['all-inline.js', 'edge_oauth2_all_bg.wasm']]) {
    const { wasm } = await import(join(packageDir, 'wasm', inline));
    assert.deepEqual(Buffer.from(wasm), readFileSync(join(packageDir, 'wasm', file)));
  }
});

test('what exists for tests is in the test build only', () => {
  // The wasm's own names are short.
  const exportsPanic = (build) => /^export function \w*panic\b/m.test(readFileSync(join(root, build, 'package/wasm/edge_oauth2.js'), 'utf8'));
  assert.equal(exportsPanic('target/npm-test'), true, 'the test build has an export that panics');
  assert.equal(exportsPanic('target/npm'), false, 'the published build has none');
});

/** The files of the package, by their paths. */
function files() {
  const entries = readdirSync(packageDir, { recursive: true, withFileTypes: true });
  const found = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  assert.ok(found.length > 50, `${found.length} files`);
  return found;
}

// Convex has no FinalizationRegistry, bundlers lose what import.meta.url leads to, and Workers evaluate no text. The command runs
// where there are files, and nobody bundles it.
test('nothing is used that some hosts lack', () => {
  for (const file of files().filter((name) => name.endsWith('.js') && !name.startsWith(join(packageDir, 'bin')))) {
    const missing = /FinalizationRegistry|WeakRef|SharedArrayBuffer|import\.meta|(?<!\.)\beval\(|new Function|\brequire\(/.exec(readFileSync(file, 'utf8'));
    assert.equal(missing, null, `${file} uses ${missing?.[0]}`);
  }
});

test('nothing tells where it was built', () => {
  for (const file of files()) {
    const content = readFileSync(file, 'latin1');
    for (const place of [root, homedir(), '.cargo/registry']) {
      assert.ok(!content.includes(place), `${file} contains ${place}`);
    }
  }
});
