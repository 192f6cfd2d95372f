// Whoever follows a link of the documents arrives: the file is there, and so is the heading.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { anchorsOf, linksOf } from './markdown.mjs';
import { root } from './tool.mjs';

/** Folders of what was installed, built and downloaded. */
const FOREIGN = ['node_modules', 'target', 'corpus'];

/** Every Markdown file of the repository below `folder`. */
function documents(folder = '') {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (entry.isDirectory()) return FOREIGN.includes(entry.name) || entry.name.startsWith('.') ? [] : documents(path);
    return path.endsWith('.md') ? [path] : [];
  });
}

const read = (file) => readFileSync(join(root, file), 'utf8');

/** What is wrong with a link of `file`, or nothing. */
function problemOf(file, link) {
  if (/^[a-z][a-z\d+.-]*:/i.test(link)) return undefined;
  const [path, anchor] = link.split('#');
  const target = path === '' ? file : relative(root, join(root, dirname(file), decodeURIComponent(path)));
  if (target.startsWith('..') || !existsSync(join(root, target))) return `${file}: there is no ${link}`;
  if (anchor === undefined) return undefined;
  if (!target.endsWith('.md')) return `${file}: ${link} names a heading of what is no document`;
  return anchorsOf(read(target)).has(anchor) ? undefined : `${file}: ${target} has no heading #${anchor}`;
}

test('every relative link of every document leads to a file, and every anchor to a heading', () => {
  const files = documents();
  assert.ok(files.includes('README.md') && files.includes('docs/options.md'), `found ${files.join(', ')}`);
  const problems = files.flatMap((file) => linksOf(read(file)).map((link) => problemOf(file, link)));
  assert.deepEqual(problems.filter(Boolean), []);
});

test('every page of docs can be reached from README.md', () => {
  const pages = documents().filter((file) => file.startsWith('docs/'));
  const reached = new Set(['README.md']);
  for (const file of reached) {
    const linked = linksOf(read(file)).map((link) => link.split('#')[0]);
    for (const link of linked) {
      const target = relative(root, join(root, dirname(file), link));
      if (link.endsWith('.md') && existsSync(join(root, target))) reached.add(target);
    }
  }
  assert.deepEqual(pages.filter((page) => !reached.has(page)), []);
});

test('README.md has 150 lines at most, and its first two commands for contributors are what they were', () => {
  const readme = read('README.md');
  assert.ok(readme.trimEnd().split('\n').length <= 150);
  const commands = readme.match(/^cargo xtask \w+/gm);
  assert.deepEqual(commands, ['cargo xtask demo', 'cargo xtask test']);
});
