// Workers in real workerd: bundled as a Worker's tools do it, run by miniflare.
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';

/** The oldest date that docs/entries.md promises, which has the old rules for promises of another request, and a current one. */
export const compatibilityDates = ['2023-03-01', '2026-07-01'];

/**
 * Bundles `workers/{name}.mjs`, or the file that `from` is, with the packages of `project`, its `workerd` condition taken and wasm
 * left as a module of its own; gives a worker to start. `define` are constants of its global scope.
 * `#entry` is the package's `entry`, and ENTRY its name.
 * `#kernel` is the glue of the wasm and `#store` what it makes of stores, which the package keeps to itself.
 */
export async function bundle(name, { project, entry = 'edge-oauth2', from = `workers/${name}.mjs`, compatibilityDate, define = {} }) {
  const constants = Object.fromEntries(
    Object.entries({ ...define, ENTRY: entry }).map(([constant, value]) => [constant, JSON.stringify(value)]),
  );
  const packages = join(project, 'node_modules');
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(from, import.meta.url))],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*'],
    loader: { '.wasm': 'copy' },
    nodePaths: [packages],
    alias: {
      '#entry': entry,
      '#kernel': join(packages, 'edge-oauth2/wasm/edge_oauth2.js'),
      '#store': join(packages, 'edge-oauth2/stores/any.js'),
    },
    define: constants,
    outdir: 'out',
    write: false,
  });
  const named = (end) => outputFiles.filter(({ path }) => path.endsWith(end));
  const modules = [
    ...named('.js').map(({ contents }) => ({ type: 'ESModule', path: 'index.js', contents })),
    ...named('.wasm').map(({ path, contents }) => ({ type: 'CompiledWasm', path: basename(path), contents })),
  ];
  return { name, compatibilityDate, modules };
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
    workers,
  });
  const url = await miniflare.ready.catch(async (error) => {
    await miniflare.dispose().catch(() => {});
    throw error;
  });
  return {
    url: url.href,
    output,
    worker: (name) => miniflare.getWorker(name),
    namespace: (binding, worker) => miniflare.getKVNamespace(binding, worker),
    caches: () => miniflare.getCaches(),
    close: () => miniflare.dispose(),
  };
}
