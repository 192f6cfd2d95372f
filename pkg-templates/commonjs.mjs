// What tools get that load CommonJS only: Jest, and TypeScript and bundlers where they look for neither `module-sync` nor
// `module`. Node looks for the first, Bun for its own, and so have one instance of all modules, whoever imports or requires them.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';

const esbuild = createRequire(new URL('../tests/package.json', import.meta.url))('esbuild');

/** One file of all modules, which so have in common what they have in the package; each runs when it is first asked for. */
const ALL = 'cjs/modules.cjs';

const inlined = (file) => `wasm/${basename(file, '.js')}.cjs`;
const twinOf = (file, extension) => `cjs/${file.replace(/^\.\//, '').replace(/(\.d)?\.[jt]s$/, extension)}`;

/** Writes what `require` gets of the package in `out`; gives its `files`, and `exports` with the conditions that lead to them. */
export async function addCommonJs(out, exports) {
  const files = [];
  const write = (file, text) => {
    mkdirSync(dirname(join(out, file)), { recursive: true });
    writeFileSync(join(out, file), text);
    files.push(file);
  };
  const entries = await entriesOf(out, exports);
  write(ALL, await modulesOf(out, [...entries.keys()]));
  for (const file of readdirSync(join(out, 'wasm')).filter((name) => name.endsWith('inline.js'))) {
    const { code } = await esbuild.transform(readFileSync(join(out, 'wasm', file), 'utf8'), { format: 'cjs' });
    write(`cjs/${inlined(file)}`, code);
  }
  for (const [module, names] of entries) {
    const file = twinOf(module, '.cjs');
    const list = `{ ${names.join(', ')} }`;
    write(file, `const ${list} = require('${relative(dirname(file), ALL)}')['${module}']();\nmodule.exports = ${list};\n`);
  }
  for (const file of readdirSync(out, { recursive: true }).filter((name) => name.endsWith('.d.ts'))) {
    write(twinOf(file, '.d.cts'), readFileSync(join(out, file), 'utf8').replaceAll(/(?<=['"]\.\.?\/[\w./-]+)\.js(?=['"])/g, '.cjs'));
  }
  const both = ([name, conditions]) => [name, entries.has(conditions.default) ? forBoth(conditions) : conditions];
  return { exports: Object.fromEntries(Object.entries(exports).map(both)), files };
}

/** The modules that entries begin with, and the names that each exports: but for those that a platform has to help to load. */
async function entriesOf(out, exports) {
  const modules = new Set(Object.values(exports).flatMap((conditions) => conditions.default ?? []));
  const { metafile } = await esbuild.build({
    absWorkingDir: out,
    entryPoints: [...modules],
    outdir: 'out',
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    external: ['cloudflare:*'],
  });
  const outputs = Object.values(metafile.outputs).filter(({ imports }) => imports.length === 0);
  return new Map(outputs.map(({ entryPoint, exports }) => [`./${entryPoint}`, exports]));
}

/** A module that gives each of `modules` by its path. Their wasm stays in files of its own. */
async function modulesOf(out, modules) {
  const lazily = modules.map((module) => `'${module}': () => require('${module}'),\n`).join('');
  const { outputFiles } = await esbuild.build({
    stdin: { contents: `module.exports = {\n${lazily}};`, resolveDir: out },
    absWorkingDir: out,
    bundle: true,
    write: false,
    format: 'cjs',
    plugins: [
      {
        name: 'inlined',
        setup: ({ onResolve }) => onResolve({ filter: /inline\.js$/ }, ({ path }) => ({ path: `./${inlined(path)}`, external: true })),
      },
    ],
  });
  return outputFiles[0].text;
}

/** Before `default`: in Node and Bun the same for `require` and `import`, and in bundlers too; then what `require` gets elsewhere. */
function forBoth({ types, default: module, ...conditions }) {
  return {
    types: { require: `./${twinOf(types, '.d.cts')}`, default: types },
    ...conditions,
    'module-sync': module,
    bun: module,
    module,
    require: `./${twinOf(module, '.cjs')}`,
    default: module,
  };
}
