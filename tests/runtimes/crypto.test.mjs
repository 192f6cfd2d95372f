// A bug that was: sealing and opening failed when the wasm memory grew in the middle of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aesGcm, hkdf, hmac, sha256 } from '../../pkg-templates/face/crypto.js';

/** Calls `operation` with views of a wasm memory that grows before the operation is over. */
async function whileMemoryGrows(operation, lengths) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const bytes = new Uint8Array(memory.buffer).fill(7);
  let at = 0;
  const views = lengths.map((length) => bytes.subarray(at, (at += length)));
  const copies = views.map((view) => view.slice());
  const result = operation(...views);
  memory.grow(1);
  assert.equal(views[0].length, 0, 'the views are gone');
  return [await result, await operation(...copies)];
}

for (const [name, operation, lengths] of [
  ['SHA-256', sha256, [100]],
  ['HKDF', hkdf, [32, 20]],
  ['AES-GCM', (key, nonce, data, text) => aesGcm('encrypt', key, nonce, data, text), [32, 12, 40, 100]],
]) {
  test(`${name} needs no view of the wasm memory after the call`, async () => {
    const [got, expected] = await whileMemoryGrows(operation, lengths);
    assert.deepEqual(got, expected);
  });
}

test('HMAC takes its data as a copy', async () => {
  const data = new Uint8Array(10);
  const [got, expected] = await whileMemoryGrows((secret) => hmac('HS256', secret, data), [32]);
  assert.deepEqual(got, expected);
});
