// Bundles as users make them.
import { basename } from 'node:path';
import { build } from 'esbuild';

/** Bundles `contents`, a module of `project`; gives the `files` and the `inputs`, those of the package by folder and name. */
export async function bundle(project, contents, options) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: project },
    bundle: true,
    target: 'es2022',
    loader: { '.wasm': 'copy' },
    external: ['cloudflare:*'],
    metafile: true,
    outdir: 'out',
    write: false,
    ...options,
  });
  return { files: outputFiles, inputs: Object.keys(metafile.inputs).map((path) => path.split('/').slice(-2).join('/')) };
}

/** What workerd runs, of the `files` of a bundle; the first is its main module. */
export function modules(files) {
  const named = (end) => files.filter(({ path }) => path.endsWith(end));
  return [
    ...named('.js').map(({ contents }) => ({ type: 'ESModule', path: 'index.js', contents })),
    ...named('.wasm').map(({ path, contents }) => ({ type: 'CompiledWasm', path: basename(path), contents })),
  ];
}
