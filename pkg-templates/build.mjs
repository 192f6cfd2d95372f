// Assembles the npm package from what wasm-pack made (`--target web`) and packs it:
//
//     node pkg-templates/build.mjs <dir>      reads <dir>/glue, writes <dir>/package and <dir>/<name>-<version>.tgz
//
// The package is flat, so that every file is a neighbour of every other whichever entry is used.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const templates = import.meta.dirname;
const root = join(templates, '..');
if (!process.argv[2]) fail('usage: node pkg-templates/build.mjs <dir>');
const dir = resolve(process.argv[2]);
const glue = join(dir, 'glue');
const out = join(dir, 'package');

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const manifest = { ...cargoMetadata(), ...JSON.parse(readFileSync(join(templates, 'package.json'), 'utf8')) };
write('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
for (const licence of ['LICENSE-MIT', 'LICENSE-APACHE']) copy(root, licence);
for (const file of readdirSync(templates)) {
  if (!['package.json', 'build.mjs'].includes(file)) copy(templates, file);
}
copyFace();
copy(glue, 'edge_oauth2_bg.wasm');
writeInlineWasm();
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

/**
 * The JavaScript face lies in a folder of wasm-bindgen's, named after the crate and a hash: it moves up beside
 * the glue, whose imports are rewritten.
 */
function copyFace() {
  const snippets = join(glue, 'snippets');
  const folders = existsSync(snippets) ? readdirSync(snippets) : [];
  if (folders.length !== 1) fail(`expected one folder in ${snippets}, found: ${folders.join(', ') || 'none'}`);
  const face = `snippets/${folders[0]}/src/wasm/js`;
  for (const file of readdirSync(join(glue, face))) copy(join(glue, face), file);

  // Only the imports: the wasm knows its import by the same path, which has to stay as it is.
  const before = readFileSync(join(glue, 'edge_oauth2.js'), 'utf8');
  const after = before.replace(/^(import .* from ['"])\.\/snippets\/[^/]+\/src\/wasm\/js\//gm, '$1./');
  if (after === before) fail(`the glue does not import './${face}/…': has wasm-bindgen changed its layout?`);
  if (/^import .*snippets\//m.test(after)) fail('the glue imports a snippet that is not part of the JavaScript face');
  if (!/^\s+queueMicrotask\(/m.test(after)) fail('the glue calls no queueMicrotask: how does wasm-bindgen run its tasks now?');
  // What a task throws ends a process of Node's: ours replaces the instance instead.
  write('edge_oauth2.js', `import { microtask as queueMicrotask } from './kernel.js';\n${after}`);
}

function writeInlineWasm() {
  const base64 = readFileSync(join(glue, 'edge_oauth2_bg.wasm')).toString('base64');
  write(
    'wasm-inline.js',
    `// edge_oauth2_bg.wasm as text.\nexport const wasm = Uint8Array.from(atob('${base64}'), (c) => c.charCodeAt(0));\n`,
  );
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
