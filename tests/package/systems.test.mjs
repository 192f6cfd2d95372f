// docs/systems.md says what other systems' options are here, each row with the test that proves it: these exist.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { contract } from '../runtimes/contract.mjs';
import { inboundContract } from '../runtimes/inbound-contract.mjs';
import { root } from './tool.mjs';

const NOTHING = '–';
/** A compat entry that leaves something to the client: what is proven of that is proven of it. */
const AS_OURS = 'as ours';

const read = (file) => readFileSync(join(root, file), 'utf8');
const isCompat = ({ file }) => file.startsWith('tests/compat/');

/** The rows of all tables: `cells` by their column's name, and what the last one cites. */
function rowsOf(markdown) {
  const rows = [];
  let columns;
  for (const [index, line] of markdown.split('\n').entries()) {
    if (!line.startsWith('|')) columns = undefined;
    else if (!columns) columns = cellsOf(line);
    else if (!/^\|[ |:-]+\|$/.test(line)) {
      const cells = cellsOf(line);
      const at = `docs/systems.md:${index + 1}`;
      assert.equal(cells.length, columns.length, `${at} has as many cells as columns`);
      rows.push({ at, columns, cells, citations: citationsOf(cells.at(-1)) });
    }
  }
  return rows;
}

const cellsOf = (line) => line.slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim());

function citationsOf(cell) {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, citation]) => {
    const [file, ...title] = citation.split(' › ');
    return { citation, file, title: title.join(' › ') };
  });
}

const groups = [contract, inboundContract].flatMap(Object.values);

/** The titles of a file's tests and of what they are grouped by; what is computed in them is `…`. */
async function titlesOf(file) {
  if (file.endsWith('.rs')) return new Set([...read(file).matchAll(/#\[test\]\s+(?:async )?fn (\w+)/g)].map(([, name]) => name));
  if (!file.endsWith('.test.mjs')) {
    const exported = Object.values(await import(pathToFileURL(join(root, file)).href));
    // What nobody runs proves nothing.
    return new Set(exported.filter((tests) => groups.includes(tests)).flatMap(Object.keys));
  }
  return new Set(namesIn(ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest)));
}

function namesIn(node, group) {
  const names = [];
  const visit = (child) => {
    const name = ts.isCallExpression(child) && titleOf(child);
    if (!name) return ts.forEachChild(child, visit);
    names.push(name, ...(group ? [`${group} › ${name}`] : []));
    if (child.expression.text === 'compare') names.push(...child.arguments.flatMap(keysOf).map((key) => `${name} › ${key}`));
    names.push(...namesIn(child, name));
  };
  ts.forEachChild(node, visit);
  return names;
}

function titleOf({ expression, arguments: [title] }) {
  if (!['test', 'describe', 'compare'].includes(expression.text) || !title) return undefined;
  if (ts.isStringLiteralLike(title)) return title.text;
  if (ts.isTemplateExpression(title)) return [title.head, ...title.templateSpans.map((span) => span.literal)].map(({ text }) => text).join('…');
  return undefined;
}

/** The names of the rows that `compare` is given. */
function keysOf(node) {
  if (ts.isCallExpression(node)) return node.arguments.flatMap(keysOf);
  if (!ts.isObjectLiteralExpression(node)) return [];
  return node.properties.flatMap((property) => (ts.isSpreadAssignment(property) ? keysOf(property.expression) : [property.name.text]));
}

const rows = rowsOf(read('docs/systems.md'));

test('every row of docs/systems.md cites a test for all that it says', () => {
  assert.ok(rows.length > 100, `${rows.length} rows`);
  for (const { at, columns, cells, citations } of rows) {
    assert.ok(citations.length > 0, `${at} cites no test`);
    assert.ok(cells.every((cell) => cell !== ''), `${at} has an empty cell`);
    const entry = columns.findIndex((column) => column.startsWith('`compat/'));
    if (entry === -1) continue;
    const [ours, theirs] = [cells[entry - 1], cells[entry]];
    if (ours !== NOTHING) assert.ok(!citations.every(isCompat), `${at} cites no test of the client`);
    if (theirs === AS_OURS) assert.notEqual(ours, NOTHING, `${at} has nothing to be as`);
    else if (theirs !== NOTHING) assert.ok(citations.some(isCompat), `${at} cites no test of the compat entry`);
  }
});

test('the tests that docs/systems.md cites exist', async () => {
  const titles = new Map();
  const missing = [];
  for (const { at, citations } of rows) {
    for (const { citation, file, title } of citations) {
      if (!existsSync(join(root, file))) missing.push(`${at}: ${citation}: no such file`);
      else {
        if (!titles.has(file)) titles.set(file, await titlesOf(file));
        if (!titles.get(file).has(title)) missing.push(`${at}: ${citation}: no such test`);
      }
    }
  }
  assert.deepEqual(missing, []);
});
