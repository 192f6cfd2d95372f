// The notices that the licences of others' work in the wasm ask for: the crates that are linked into it, as cargo resolves
// them, and what comes with Rust's standard library.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Every feature that a module of the package is built with. */
const BUILD = ['--locked', '--features', 'npm,inbound'];

const TARGET = 'wasm32-unknown-unknown';

const RULE = '-'.repeat(80);

/** Where a crate may be had under several licences, it is had under MIT; what is demanded beside that is here. */
const DEMANDED = { 'Unicode-3.0': ['LICENSE-UNICODE'] };

/** What no crate of ours names: it is compiled with the compiler, and linked into every program of Rust's. */
const STANDARD_LIBRARY = [
  'alloc, core, std: Copyright (c) The Rust Project Contributors',
  'hashbrown: Copyright (c) 2016 Amanieu d\'Antras',
  'dlmalloc, cfg-if, rustc-demangle: Copyright (c) 2014 Alex Crichton',
  'memchr: Copyright (c) 2015 Andrew Gallant',
  'compiler_builtins: Copyright (c) its contributors; parts of LLVM, under Apache-2.0 WITH LLVM-exception',
  'libm: Copyright (c) 2018 Jorge Aparicio; parts of musl, Copyright (c) 2005-2020 Rich Felker, et al.',
];

export function notices(root) {
  const cargo = (...args) => execFileSync('cargo', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 });
  const { packages } = JSON.parse(cargo('metadata', ...BUILD, '--filter-platform', TARGET, '--format-version', '1'));
  const standardMit = mitOf(readFileSync(join(root, 'LICENSE-MIT'), 'utf8'));
  const sections = new Map();
  for (const [name, version] of linked(cargo)) {
    const crate = packages.find((candidate) => candidate.name === name && candidate.version === version);
    for (const text of textsOf(crate, standardMit)) sections.set(text, [...(sections.get(text) ?? []), `${name} ${version}`]);
  }
  sections.set(`${STANDARD_LIBRARY.join('\n')}\n\n${standardMit}`, ["Rust's standard library"]);
  const written = [...sections].map(([text, names]) => `${RULE}\n${names.join(', ')}\n\n${text}\n`);
  return `The WebAssembly modules of edge-oauth2 contain work of others, under these licences.\n\n${written.join('\n')}`;
}

/** Names and versions of the crates of a build, ours aside, in the order of their names. */
function linked(cargo) {
  const lines = cargo('tree', ...BUILD, '--target', TARGET, '--edges', 'normal,no-proc-macro', '--prefix', 'none', '--format', '{p}').split('\n');
  const crates = lines.map((line) => line.match(/^(\S+) v(\S+)$/)?.slice(1)).filter(Boolean);
  return new Map(crates.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** The texts of the licences that a crate is used under. */
function textsOf({ name, license, authors, manifest_path: manifest }, standardMit) {
  const folder = dirname(manifest);
  const textOf = (...files) => {
    const file = files.map((candidate) => join(folder, candidate)).find(existsSync);
    return file && readFileSync(file, 'utf8').trim();
  };
  const demanded = (license ?? '').split(' AND ').filter((part) => !/\bMIT\b/.test(part));
  const unknown = demanded.filter((part) => !DEMANDED[part]);
  if (unknown.length || !/\bMIT\b/.test(license)) throw new Error(`whose licence is that of ${name}, ${license}? See pkg-templates/notices.mjs`);
  const mit = textOf('LICENSE-MIT', 'LICENSE') ?? `Copyright (c) ${authors.join(', ')}\n\n${standardMit}`;
  return [mit, ...demanded.map((part) => textOf(...DEMANDED[part]))];
}

/** The words of the MIT licence, without a name. */
function mitOf(text) {
  return text.slice(text.indexOf('Permission is hereby granted')).trim();
}
