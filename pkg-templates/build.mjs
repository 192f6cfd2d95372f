// Assembles the npm package from what wasm-pack made (`--target web`) and packs it:
//
//     node pkg-templates/build.mjs <dir>      reads <dir>/glue, <dir>/glue-m2m, <dir>/glue-inbound and <dir>/glue-all, writes
//                                             <dir>/package and <dir>/<name>-<version>.tgz
//
// The package has the folders that lie here, so that imports resolve in both, and `wasm` with what was built.
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { addCommonJs } from './commonjs.mjs';
import { documentsOf, pagesOf } from './documents.mjs';
import { withoutUnused, withShortNames } from './glue.mjs';
import { crateOf, manifestOf } from './manifest.mjs';
import { notices } from './notices.mjs';

const templates = import.meta.dirname;
const root = join(templates, '..');
if (!process.argv[2]) fail('usage: node pkg-templates/build.mjs <dir>');
const dir = resolve(process.argv[2]);
const out = join(dir, 'package');

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, 'wasm'), { recursive: true });

// What wasm-opt is told of the wasm by Cargo.toml.
const features = readFileSync(join(root, 'Cargo.toml'), 'utf8').match(/--enable-[\w-]+/g);
const template = JSON.parse(readFileSync(join(templates, 'package.json'), 'utf8'));
const crate = crateOf(root);
const manifest = manifestOf(crate, { ...template, files: [...template.files, ...pagesOf(root)] });
writeManifest();
for (const licence of ['LICENSE-MIT', 'LICENSE-APACHE']) copy(root, licence);
write('THIRD-PARTY-NOTICES', notices(root));
mkdirSync(join(out, 'docs'));
for (const [path, text] of documentsOf(root, crate)) write(path, text);
for (const folder of ['bin', 'entries', 'face', 'stores', 'doctor', 'telemetry', 'compat', 'testing']) {
  cpSync(join(templates, folder), join(out, folder), { recursive: true });
}
// All wasm modules have the face in common, but for the way to them.
for (const prefix of ['m2m-', 'inbound-', 'all-']) copyFileSync(join(templates, 'face/kernel.js'), join(out, `face/${prefix}kernel.js`));
copyWasm('glue', 'edge_oauth2', 'kernel.js', 'inline.js');
copyWasm('glue-m2m', 'edge_oauth2_m2m', 'm2m-kernel.js', 'm2m-inline.js');
copyWasm('glue-inbound', 'edge_oauth2_inbound', 'inbound-kernel.js', 'inbound-inline.js');
copyWasm('glue-all', 'edge_oauth2_all', 'all-kernel.js', 'all-inline.js');
bindFace('all');
const commonJs = await addCommonJs(out, manifest.exports);
manifest.exports = commonJs.exports;
manifest.files.push(...commonJs.files);
writeManifest();
checkFiles();
pack();

/** What wasm-pack made in `folder`, under `name`: its imports of the face are rewritten, as are those of its `kernel`. */
function copyWasm(folder, name, kernel, inline) {
  // Only the imports: the wasm knows its import by the same path, which has to stay as it is.
  const before = readFileSync(join(dir, folder, 'edge_oauth2.js'), 'utf8');
  const after = before
    .replace(/^(import .* from ['"])\.\/snippets\/[^/]+\/pkg-templates\//gm, '$1../')
    .replace(/^(import .* from ['"])\.\.\/face\/kernel\.js/gm, `$1../face/${kernel}`);
  if (after === before) fail(`the glue does not import './snippets/…': has wasm-bindgen changed its layout?`);
  if (/^import .*snippets\//m.test(after)) fail('the glue imports a snippet that is not part of the JavaScript face');
  if (!/^\s+queueMicrotask\(/m.test(after)) fail('the glue calls no queueMicrotask: how does wasm-bindgen run its tasks now?');
  const file = join(out, 'wasm', `${name}_bg.wasm`);
  copyFileSync(join(dir, folder, 'edge_oauth2_bg.wasm'), file);
  const glue = withShortNames(withoutUnused(after), file, features);
  // What a task throws ends a process of Node's: ours replaces the instance instead.
  write(`wasm/${name}.js`, `import { microtask as queueMicrotask } from '../face/${kernel}';\n${glue}`);
  const wasm = readFileSync(file);
  // On a line of its own, since Node prints the whole line that an uncaught error comes from: minifiers leave this line as
  // it is where they would join strings, and other literals, with the code around them.
  const text = `String.raw\`\n${wasm.toString('base64')}\n\``;
  write(`wasm/${inline}`, `// ${name}_bg.wasm as text.\nexport const wasm = Uint8Array.from(atob(${text}), (c) => c.charCodeAt(0));\n`);
}

/** Copies the modules of the face that know their way to wasm, with that of the entry `prefix` in its place: there both sides have one. */
function bindFace(prefix) {
  const modules = new Map(readdirSync(join(templates, 'face')).map((file) => [file, readFileSync(join(templates, 'face', file), 'utf8')]));
  const importsOf = (file) => Array.from(modules.get(file).matchAll(/ from '\.\/(.+)';$/gm), ([, imported]) => imported);
  const bound = new Map(['kernel.js', 'inbound-kernel.js'].map((file) => [file, `${prefix}-kernel.js`]));
  for (let size = 0; size < bound.size; ) {
    size = bound.size;
    for (const file of modules.keys()) if (importsOf(file).some((imported) => bound.has(imported))) bound.set(file, `${prefix}-${file}`);
  }
  for (const [file, name] of bound) {
    if (name === `${prefix}-kernel.js`) continue;
    write(`face/${name}`, modules.get(file).replaceAll(/(?<= from '\.\/).+(?=';$)/gm, (imported) => bound.get(imported) ?? imported));
  }
}

/** `files` is written by hand, so that nothing but pages of docs and what is made here is published by accident; it is held against what is there. */
function checkFiles() {
  const expected = [...manifest.files, 'package.json', 'README.md'].sort();
  const entries = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const found = entries.map(({ parentPath, name }) => relative(out, join(parentPath, name)).replaceAll('\\', '/')).sort();
  const missing = expected.filter((file) => !found.includes(file));
  const unlisted = found.filter((file) => !expected.includes(file));
  if (missing.length) fail(`listed in "files" of pkg-templates/package.json, but not there: ${missing.join(', ')}`);
  if (unlisted.length) fail(`not listed in "files" of pkg-templates/package.json: ${unlisted.join(', ')}`);
}

function pack() {
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', dir], { cwd: out });
  console.log(join(dir, `${manifest.name}-${manifest.version}.tgz`));
}

function writeManifest() {
  write('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
}

function copy(from, file) {
  copyFileSync(join(from, file), join(out, file));
}

function write(file, text) {
  writeFileSync(join(out, file), text);
}

function fail(message) {
  console.error(`build.mjs: ${message}`);
  process.exit(1);
}
