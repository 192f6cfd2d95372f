// What the package says of itself: its documents, its manifest, and the notices of others' licences.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { documentsOf, relinked } from '../../pkg-templates/documents.mjs';
import { manifestOf } from '../../pkg-templates/manifest.mjs';
import { packageDir } from './consumer.mjs';
import { linksOf } from './markdown.mjs';
import { root } from './tool.mjs';

const repository = 'https://git.example/owner/edge-oauth2';
const read = (path) => readFileSync(join(packageDir, path), 'utf8');
const isRelative = (link) => !/^([a-z]+:|#)/.test(link);

test('every link of a document in the package leads to what is in the package', () => {
  const documents = readdirSync(packageDir, { recursive: true }).filter((path) => /\.(md|txt)$/.test(path));
  assert.ok(documents.includes('README.md') && documents.includes('llms.txt'));
  for (const path of documents) {
    for (const link of linksOf(read(path)).filter(isRelative)) {
      assert.ok(existsSync(join(packageDir, dirname(path), link.split('#')[0])), `${path} links to ${link}`);
    }
  }
});

test('where the repository is known, the page on npm has whole URLs only', () => {
  const readme = documentsOf(root, { description: '', repository }).get('README.md');
  assert.deepEqual(linksOf(readme).filter(isRelative), []);
  assert.ok(linksOf(readme).includes(`${repository}/blob/HEAD/docs/sharing.md`));
});

test('what is not in the package is linked in the repository, or not at all', () => {
  const markdown = 'See [the test](../tests/a.mjs#b), [`options`](options.md#c), [above](#d), `[e]\n(f)`.\n\n```js\n[g](h)\n```\n';
  const shipped = ['docs/options.md'];
  assert.equal(
    relinked(markdown, 'docs/page.md', { shipped, repository }),
    markdown.replace('../tests/a.mjs', `${repository}/blob/HEAD/tests/a.mjs`),
  );
  assert.equal(relinked(markdown, 'docs/page.md', { shipped }), markdown.replace('[the test](../tests/a.mjs#b)', 'the test'));
});

test('an image is the file itself in the repository, or its words', () => {
  const markdown = '![a plot](plot.svg) and ![a picture](../picture.png)\n';
  const shipped = [];
  assert.equal(
    relinked(markdown, 'docs/page.md', { shipped, repository }),
    `![a plot](${repository}/raw/HEAD/docs/plot.svg?sanitize=true) and ![a picture](${repository}/raw/HEAD/picture.png)\n`,
  );
  assert.equal(relinked(markdown, 'docs/page.md', { shipped }), 'a plot and a picture\n');
});

test('llms.txt has a whole example, and every page', () => {
  const map = read('llms.txt');
  assert.match(map, /export default \{\n {2}async fetch\(request, env\)/);
  const pages = readdirSync(join(root, 'docs')).filter((file) => file.endsWith('.md')).map((file) => `docs/${file}`);
  const [, list] = map.split(/^## Pages$/m);
  assert.deepEqual(linksOf(list).toSorted(), pages.toSorted());
});

test('the manifest says where the package is from if the crate does', () => {
  const crate = { name: 'edge-oauth2', version: '1.0.0' };
  const { repository: none, homepage, bugs } = manifestOf(crate, {});
  assert.deepEqual([none, homepage, bugs], [undefined, undefined, undefined]);
  const known = manifestOf({ ...crate, repository }, {});
  assert.deepEqual(known.repository, { type: 'git', url: `git+${repository}.git` });
  assert.deepEqual([known.homepage, known.bugs], [`${repository}#readme`, { url: `${repository}/issues` }]);
});

test('whoever has work in the wasm is named, with a licence', () => {
  const notices = read('THIRD-PARTY-NOTICES');
  const modules = readdirSync(join(packageDir, 'wasm')).filter((file) => file.endsWith('.wasm'));
  // What can panic says where.
  const places = modules.flatMap((file) => [...readFileSync(join(packageDir, 'wasm', file), 'latin1').matchAll(/([a-z][\w-]*)-\d+\.\d+\.\d+\/src\//g)]);
  const crates = new Set(places.map(([, name]) => name));
  assert.ok(crates.has('js-sys'), [...crates].join(', '));
  for (const crate of [...crates, 'wasm-bindgen', 'serde-wasm-bindgen', 'siphasher', 'rlsf', "Rust's standard library"]) {
    assert.match(notices, new RegExp(`^(.+, )?${crate}\\b`, 'm'));
  }
  const sections = notices.split(/^-{80}$/m).slice(1);
  for (const section of sections) assert.match(section, /Permission is hereby granted/);
});
