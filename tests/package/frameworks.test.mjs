// docs/frameworks.md shows files of the projects that `cargo xtask matrix` builds and runs, as they are there.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { blocksOf } from './markdown.mjs';
import { root } from './tool.mjs';

const projects = join(root, 'tests/matrix');
const sources = readdirSync(projects, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.m?js$/.test(entry.name) && !entry.parentPath.includes('node_modules'))
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));

test('each block is a file of a project', () => {
  const blocks = blocksOf(readFileSync(join(root, 'docs/frameworks.md'), 'utf8'));
  assert.ok(blocks.length > 0);
  for (const { text } of blocks) assert.ok(sources.includes(text), `no project has this file:\n${text}`);
});
