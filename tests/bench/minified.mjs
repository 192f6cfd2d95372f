// What JavaScript a Worker ships, minified, by file:
//
//     node tests/bench/minified.mjs [<entry>]      after cargo xtask build; an entry is workerd.js or m2m-workerd.js
import { basename, join } from 'node:path';
import { build } from 'esbuild';

const { metafile } = await build({
  entryPoints: [join(import.meta.dirname, '../../target/npm/package/entries', process.argv[2] ?? 'workerd.js')],
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  external: ['cloudflare:*'],
  loader: { '.wasm': 'copy' },
  outdir: 'out',
  write: false,
  metafile: true,
});
const { inputs, bytes } = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint?.endsWith('.js'));
const files = Object.entries(inputs).map(([path, { bytesInOutput }]) => [bytesInOutput, basename(path)]);
files.sort(([left], [right]) => right - left);
for (const [size, file] of [...files, [bytes, 'in all']]) console.log(`${size}`.padStart(7), file);
