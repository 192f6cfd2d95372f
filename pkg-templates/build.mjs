// Assembles the npm package from what wasm-pack made (`--target web`) and packs it:
//
//     node pkg-templates/build.mjs <dir>      reads <dir>/glue and <dir>/glue-m2m, writes <dir>/package and <dir>/<name>-<version>.tgz
//
// The package is flat, so that every file is a neighbour of every other whichever entry is used.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { withoutUnused, withShortNames } from './glue.mjs';

const templates = import.meta.dirname;
const root = join(templates, '..');
if (!process.argv[2]) fail('usage: node pkg-templates/build.mjs <dir>');
const dir = resolve(process.argv[2]);
const out = join(dir, 'package');

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

// What wasm-opt is told of the wasm by Cargo.toml.
const features = readFileSync(join(root, 'Cargo.toml'), 'utf8').match(/--enable-[\w-]+/g);
const manifest = { ...cargoMetadata(), ...JSON.parse(readFileSync(join(templates, 'package.json'), 'utf8')) };
write('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
for (const licence of ['LICENSE-MIT', 'LICENSE-APACHE']) copy(root, licence);
for (const file of readdirSync(templates)) {
  if (!['package.json', 'build.mjs', 'glue.mjs'].includes(file)) copy(templates, file);
}
copyFace();
copyWasm('glue', 'edge_oauth2', 'kernel.js', 'wasm-inline.js');
copyWasm('glue-m2m', 'edge_oauth2_m2m', 'm2m-kernel.js', 'm2m-wasm-inline.js');
checkFiles();
pack();

/** What the crate says about itself, in npm's words. */
function cargoMetadata() {
  const json = execFileSync('cargo', ['metadata', '--no-deps', '--format-version', '1'], { cwd: root });
  const { name, version, description, license, repository, keywords } = JSON.parse(json).packages.find(
    (candidate) => candidate.name === 'edge-oauth2',
  );
  return {
    name,
    version,
    description,
    license,
    repository: repository ? { type: 'git', url: `git+${repository}.git` } : undefined,
    keywords,
  };
}

/** The JavaScript face, which both wasm modules have in common but for the way to them. */
function copyFace() {
  const face = join(root, 'src/wasm/js');
  for (const file of readdirSync(face)) copy(face, file);
  copyFileSync(join(face, 'kernel.js'), join(out, 'm2m-kernel.js'));
}

/** What wasm-pack made in `folder`, under `name`: its imports of the face are rewritten, as are those of its `kernel`. */
function copyWasm(folder, name, kernel, inline) {
  // Only the imports: the wasm knows its import by the same path, which has to stay as it is.
  const before = readFileSync(join(dir, folder, 'edge_oauth2.js'), 'utf8');
  const after = before
    .replace(/^(import .* from ['"])\.\/snippets\/[^/]+\/src\/wasm\/js\//gm, '$1./')
    .replace(/^(import .* from ['"])\.\/kernel\.js/gm, `$1./${kernel}`);
  if (after === before) fail(`the glue does not import './snippets/…': has wasm-bindgen changed its layout?`);
  if (/^import .*snippets\//m.test(after)) fail('the glue imports a snippet that is not part of the JavaScript face');
  if (!/^\s+queueMicrotask\(/m.test(after)) fail('the glue calls no queueMicrotask: how does wasm-bindgen run its tasks now?');
  const file = join(out, `${name}_bg.wasm`);
  copyFileSync(join(dir, folder, 'edge_oauth2_bg.wasm'), file);
  const glue = withShortNames(withoutUnused(after), file, features);
  // What a task throws ends a process of Node's: ours replaces the instance instead.
  write(`${name}.js`, `import { microtask as queueMicrotask } from './${kernel}';\n${glue}`);
  const wasm = readFileSync(file);
  const bytes = `Uint8Array.from(atob('${wasm.toString('base64')}'), (c) => c.charCodeAt(0))`;
  write(inline, `// ${name}_bg.wasm as text.\nexport const wasm = ${bytes};\n`);
}

/** `files` is written by hand, so that nothing is published by accident; here it is held against what is there. */
function checkFiles() {
  const expected = [...manifest.files, 'package.json', 'README.md'].sort();
  const found = readdirSync(out).sort();
  const missing = expected.filter((file) => !found.includes(file));
  const unlisted = found.filter((file) => !expected.includes(file));
  if (missing.length) fail(`listed in "files" of pkg-templates/package.json, but not there: ${missing.join(', ')}`);
  if (unlisted.length) fail(`not listed in "files" of pkg-templates/package.json: ${unlisted.join(', ')}`);
}

function pack() {
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', dir], { cwd: out });
  console.log(join(dir, `${manifest.name}-${manifest.version}.tgz`));
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
