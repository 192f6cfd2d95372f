// docs/support.md: what a run has shown, a row for each cell.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../runtimes/package.mjs';

export const file = join(root, 'docs/support.md');

const HEAD = `# Where it runs

Each row is a run: the packed tarball, installed by npm into a fresh project, built by that project's own tool, and run
against a real authorization server and a real API, over sockets. \`cargo xtask matrix\` writes this page (\`cargo xtask matrix
vite next-15\` only the rows of these); the projects are in [\`tests/matrix\`](../tests/matrix), and what they are
made of is in [frameworks and bundlers](frameworks.md). That the package holds everything it promises is tested besides, in
workerd, Deno, Bun, Node and Vercel's edge runtime, by [\`tests/runtimes\`](../tests/runtimes).

`;
const COLUMNS = ['consumer', 'version', 'where', 'what was proven', 'result', 'date'];

/** The rows of the page as it is; none where there is none. */
export function readRows() {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter((line) => line.startsWith('| '));
  return lines.slice(1).map((line) => {
    const cells = line.slice(2, -2).split(' | ').map((cell) => cell.replaceAll('\\|', '|'));
    return Object.fromEntries(COLUMNS.map((column, index) => [column, cells[index]]));
  });
}

export function render(rows) {
  const line = (cells) => `| ${cells.join(' | ')} |\n`;
  const rule = `|${'---|'.repeat(COLUMNS.length)}\n`;
  const cellsOf = (row) => COLUMNS.map((column) => row[column].replaceAll('|', '\\|').replaceAll(/\s+/g, ' '));
  return HEAD + line(COLUMNS) + rule + rows.map((row) => line(cellsOf(row))).join('');
}

/** The rows of consumers that were not run stay; in the order of `titles`. */
export function merge(old, fresh, titles) {
  const ran = new Set(fresh.map(({ consumer }) => consumer));
  const kept = old.filter(({ consumer }) => !ran.has(consumer) && titles.includes(consumer));
  const all = [...kept, ...fresh];
  return titles.flatMap((title) => all.filter(({ consumer }) => consumer === title));
}
