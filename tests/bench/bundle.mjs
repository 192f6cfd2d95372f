// Bundles a contender as a Worker's tools do: minified, the `workerd` condition taken, wasm a module of its own.
import { basename, join } from 'node:path';
import { builtinModules } from 'node:module';
import { brotliCompressSync, constants } from 'node:zlib';
import { build } from 'esbuild';

const here = import.meta.dirname;

/** `worker` runs the module `contender`; `project` has our package installed. Gives the modules that workerd runs. */
export async function bundle(worker, contender, project) {
  const { outputFiles } = await build({
    entryPoints: [join(here, worker)],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
    loader: { '.wasm': 'copy' },
    nodePaths: [join(project, 'node_modules'), join(here, 'node_modules')],
    alias: { '#contender': join(here, `${contender}.mjs`) },
    plugins: [nodeBuiltins],
    outdir: 'out',
    write: false,
  });
  return outputFiles.map(({ path, contents }) => ({ name: basename(path), contents: Buffer.from(contents) }));
}

/** All that a Worker ships, in bytes. */
export function sizeOf(modules) {
  const sum = (of) => modules.reduce((total, { contents }) => total + of(contents), 0);
  return { raw: sum(({ length }) => length), brotli: sum((contents) => brotli(contents)) };
}

function brotli(contents) {
  return brotliCompressSync(contents, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
}

/** What older packages `require` of Node, as wrangler hands it to them. */
const nodeBuiltins = {
  name: 'node-builtins',
  setup(build) {
    const filter = new RegExp(`^(${builtinModules.map((name) => name.replaceAll('/', '\\/')).join('|')})$`);
    build.onResolve({ filter }, ({ path }) => ({ path, namespace: 'node-builtin' }));
    build.onLoad({ filter: /.*/, namespace: 'node-builtin' }, ({ path }) => ({
      contents: `import builtin from 'node:${path}';\nmodule.exports = builtin;`,
    }));
  },
};
