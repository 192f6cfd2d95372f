// A plain `wasm-pack build`, without this package's templates, gives bindings that work.
// Which one is told by PLAIN_TARGET; it lies in target/plain.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { root, tool } from './tool.mjs';
import { startTokenServer } from './token-server.mjs';

const target = process.env.PLAIN_TARGET;
const dir = join(root, 'target/plain', target);
const glue = pathToFileURL(join(dir, 'edge_oauth2.js')).href;
const consumer = join(import.meta.dirname, 'plain-consumer.mjs');

const [program, ...flags] = target === 'deno' ? ['deno', 'run', '--quiet', '--allow-net=127.0.0.1', '--allow-read'] : [process.execPath];

// As docs/rust.md says: the glue is CommonJS, and what it requires is not.
if (target === 'nodejs') writeFileSync(join(dir, 'snippets/package.json'), '{ "type": "module" }');

test(`wasm-pack build --target ${target}: a token, applied`, async (t) => {
  const { options, granted } = await startTokenServer(t);
  const child = spawn(program, [...flags, consumer, target, glue, JSON.stringify(options)]);
  const [out, complaints] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  assert.doesNotMatch(complaints, /Error|Module type/);
  assert.deepEqual(JSON.parse(out), { accessToken: 'token-1', answer: 'hello', refusal: 'invalid_option' });
  assert.deepEqual(granted, ['token-1']);
});

test(`wasm-pack build --target ${target}: its types compile`, async () => {
  await tool('tsc', ['--noEmit', '--strict', '--target', 'es2022', join(dir, 'edge_oauth2.d.ts')]);
});
