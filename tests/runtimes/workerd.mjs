// Workers in real workerd: bundled as a Worker's tools do it, run by miniflare.
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';

/** The oldest date with the old rules for promises of another request, and a current one. */
export const compatibilityDates = ['2024-09-01', '2026-07-01'];

/**
 * Bundles `workers/{name}` with the packages of `project`, its `workerd` condition taken and wasm left
 * as a module of its own. `define` are constants of the Worker's global scope. `#kernel` is the glue
 * of the wasm, which the package keeps to itself.
 */
export async function bundle(name, { project, define = {} }) {
  const packages = join(project, 'node_modules');
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`workers/${name}`, import.meta.url))],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*'],
    loader: { '.wasm': 'copy' },
    nodePaths: [packages],
    alias: { '#kernel': join(packages, 'edge-oauth2', 'edge_oauth2.js') },
    define: Object.fromEntries(Object.entries(define).map(([key, value]) => [key, JSON.stringify(value)])),
    outdir: 'out',
    write: false,
  });
  const [main, wasm] = ['.js', '.wasm'].map((end) => outputFiles.filter(({ path }) => path.endsWith(end)));
  return [
    ...main.map(({ path, contents }) => ({ type: 'ESModule', path: basename(path), contents })),
    ...wasm.map(({ path, contents }) => ({ type: 'CompiledWasm', path: basename(path), contents })),
  ];
}

/**
 * Starts the workers, the first being the one that `url` leads to; `output` is what they printed. `options` are
 * more of miniflare's.
 */
export async function startWorkerd(workers, options) {
  const output = [];
  const miniflare = new Miniflare({
    ...options,
    host: '127.0.0.1',
    handleRuntimeStdio(stdout, stderr) {
      for (const stream of [stdout, stderr]) stream.on('data', (chunk) => output.push(chunk.toString()));
    },
    workers: workers.map((worker) => ({ modules: true, ...worker })),
  });
  const url = await miniflare.ready;
  return {
    url: url.href,
    output,
    worker: (name) => miniflare.getWorker(name),
    namespace: (binding, worker) => miniflare.getKVNamespace(binding, worker),
    close: () => miniflare.dispose(),
  };
}
