// docs/support.md is what `cargo xtask matrix` has written, of the consumers that there are.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { consumers } from '../matrix/consumers.mjs';
import { file, merge, readRows, render } from '../matrix/table.mjs';

const row = (consumer, where, rest) => ({
  consumer,
  version: 'one 1.0.0',
  where,
  'what was proven': 'it runs',
  result: 'passes',
  date: '2026-11-26',
  ...rest,
});

test('it has a row for each cell of each consumer', async () => {
  const cells = (await consumers()).flatMap(({ title, cells }) => cells.map(({ where }) => `${title}: ${where}`));
  assert.deepEqual(readRows().map(({ consumer, where }) => `${consumer}: ${where}`), cells);
});

test('it is written as it is read', () => {
  assert.equal(render(readRows()), readFileSync(file, 'utf8'));
});

test('what failed has its reason in it, in one line', () => {
  const [line] = render([row('a', 'here', { 'what was proven': '', result: 'fails: a | b\nc' })]).split('\n').slice(-2);
  assert.equal(line, '| a | one 1.0.0 | here |  | fails: a \\| b c | 2026-11-26 |');
});

test('a run of some consumers leaves the rows of the others, and the order of all', () => {
  const old = [row('a', 'here'), row('b', 'here'), row('b', 'there'), row('gone', 'here')];
  const fresh = [row('b', 'here', { result: 'fails: no' })];
  assert.deepEqual(merge(old, fresh, ['a', 'b', 'c']), [old[0], fresh[0]]);
  assert.deepEqual(merge(old, [row('c', 'here')], ['c', 'b', 'a']), [row('c', 'here'), old[1], old[2], old[0]]);
});
