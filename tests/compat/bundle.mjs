// Bundles as users make them.
import { build } from 'esbuild';

/** Bundles `contents`, a module of `project`; gives the `files` and the names of the `inputs`. */
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
  return { files: outputFiles, inputs: Object.keys(metafile.inputs).map((path) => path.split('/').at(-1)) };
}

/** What workerd runs, of the `files` of a bundle. */
export function modules(files) {
  return files.map(({ path, contents }) =>
    path.endsWith('.wasm')
      ? { type: 'CompiledWasm', path: path.split('/').at(-1), contents }
      : { type: 'ESModule', path: 'index.js', contents },
  );
}
