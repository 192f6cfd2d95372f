// What the package may weigh: each new isolate pays for it before its first token.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bundle, sizeOf } from '../bench/bundle.mjs';
import { compiledBeforeFirstCaller, compiledBeforeFirstToken } from '../bench/compiled.mjs';
import { createConsumer } from './consumer.mjs';

/** In bytes, of what a Worker ships by each entry: its wasm, its JavaScript minified, and all of it as brotli 11 packs it. */
const SHIPPED = {
  'edge-oauth2': { wasm: 301_500, imports: 82, js: 79_100, brotli: 139_600 },
  'edge-oauth2-m2m': { wasm: 227_500, imports: 82, js: 63_400, brotli: 108_600 },
  'inbound/edge-oauth2': { wasm: 321_500, imports: 84, js: 55_700, brotli: 136_600 },
  'gateway/all': { wasm: 454_000, imports: 92, js: 92_100, brotli: 193_600 },
};

/** Of the wasm bodies that V8 compiles before the first token, in bytes. */
const COMPILED = { withoutStore: 59_000, withStore: 78_500 };

/** The same before the first caller is let in. */
const COMPILED_INBOUND = { introspected: 113_000, verified: 117_000 };

/** The modules that a Worker ships of a contender. */
async function shipped(contender) {
  const worker = contender.includes('/') ? 'inbound-worker.mjs' : 'worker.mjs';
  return await bundle(worker, `contenders/${contender}`, await createConsumer(`size-${contender.replace('/', '-')}`));
}

for (const [contender, budget] of Object.entries(SHIPPED)) {
  test(`a Worker ships little of ${contender}`, async (t) => {
    const modules = await shipped(contender);
    const of = (isWasm) => modules.filter(({ name }) => name.endsWith('.wasm') === isWasm);
    const imports = WebAssembly.Module.imports(new WebAssembly.Module(of(true)[0].contents)).length;
    within(t, budget, { wasm: sizeOf(of(true)).raw, imports, js: sizeOf(of(false)).raw, brotli: sizeOf(modules).brotli });
  });
}

test('a Worker that uses both sides ships less of one entry than of two', async (t) => {
  const [all, two] = [sizeOf(await shipped('gateway/all')), sizeOf(await shipped('gateway/two'))];
  t.diagnostic(JSON.stringify({ all, two }));
  assert.ok(all.brotli < two.brotli * 0.9 && all.raw < two.raw * 0.9, 'which is what it is for');
});

for (const entry of ['edge-oauth2', 'edge-oauth2/m2m']) {
  test(`little of the wasm of ${entry} is compiled before the first token`, async (t) => {
    const { withoutStore, withStore } = await compiledBeforeFirstToken(await createConsumer('compiled'), entry);
    within(t, COMPILED, { withoutStore: withoutStore.bytes, withStore: withStore.bytes });
  });
}

test('little of the wasm of edge-oauth2/inbound is compiled before the first caller is let in', async (t) => {
  const { introspected, verified } = await compiledBeforeFirstCaller(await createConsumer('compiled'));
  within(t, COMPILED_INBOUND, { introspected: introspected.bytes, verified: verified.bytes });
});

function within(t, budget, sizes) {
  t.diagnostic(JSON.stringify(sizes));
  for (const [what, size] of Object.entries(sizes)) {
    assert.ok(size > 0 && size <= budget[what], `${what}: ${size} is more than the budget of ${budget[what]}`);
  }
}
