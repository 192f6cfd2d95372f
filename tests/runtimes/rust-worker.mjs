// The Rust Worker of worker-example/rust, built by the pinned tools: as worker-build does it, without what worker-build
// adds for a panic.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, run } from './package.mjs';
import { bundle } from './workerd.mjs';

const target = join(root, 'target/worker-example');

/** What worker-build's shim does, for one handler. */
const SHIM = `import * as worker from './index.js';
import module from './index_bg.wasm';
worker.initSync({ module });
export default { fetch: (request, env, context) => worker.fetch(request, env, context) };`;

/** A worker to start, without its bindings. */
export async function buildRustWorker(options) {
  const manifest = join(root, 'worker-example/rust/Cargo.toml');
  const env = { ...process.env, CARGO_PROFILE_DEV_DEBUG: '0' };
  const flags = ['--locked', '--target', 'wasm32-unknown-unknown', '--target-dir', target, '--manifest-path', manifest];
  await run('cargo', ['build', ...flags], { env });
  const wasm = join(target, 'wasm32-unknown-unknown/debug/edge_oauth2_example.wasm');
  const glue = join(target, 'glue');
  await run('wasm-bindgen', ['--target', 'web', '--no-typescript', '--out-name', 'index', '--out-dir', glue, wasm]);
  const shim = join(glue, 'shim.mjs');
  await writeFile(shim, SHIM);
  return await bundle('rust', { ...options, from: pathToFileURL(shim).href });
}
