// Draws the report again from what was measured: `node tests/bench/report/draw.mjs`, after a change of its texts or plots.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesOf } from './drawing.mjs';

const root = join(import.meta.dirname, '../../..');

/** What was measured, and what is said of it. */
export function read() {
  const text = (path) => readFileSync(join(root, path), 'utf8');
  return { data: JSON.parse(text('docs/report.json')), said: text('docs/bench.md') };
}

export function draw() {
  const { data, said } = read();
  for (const [path, content] of filesOf(data, said)) write(path, content);
}

export function write(path, content) {
  writeFileSync(join(root, path), content);
  console.log(`${path}: ${(content.length / 1000).toFixed(0)} KB`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) draw();
