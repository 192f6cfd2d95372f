import assert from 'node:assert/strict';
import test from 'node:test';
import { bars, heightOf, LANES, marks, reachOf, shape, TICKS } from '../../worker-example/src/development/page/charts.js';
import { KINDS } from '../../worker-example/src/development/page/figures.js';

const area = { width: 600, height: 200, margin: 10, r: 4 };

test('a factor of ten is as high everywhere, and what is off the scale stands at its end', () => {
  const heights = TICKS.map(({ ms }) => heightOf(ms, area));
  assert.deepEqual(heights, [190, 145, 100, 55, 10]);
  assert.equal(heightOf(0, area), 190);
  assert.equal(heightOf(60_000, area), 10);
});

test('each way to a token has a shape of its own', () => {
  assert.equal(new Set(KINDS.map(({ from }) => shape(from, 0, 0, 4))).size, KINDS.length);
});

test('requests stand where they belong in time, the newest at the right', () => {
  const at = (atMs) => marks([{ id: 1, atMs, durationMs: 1, from: 'store' }], 60_000, area).store;
  assert.match(at(60_000), /^M596 /);
  assert.match(at(30_000), /^M296 /);
  assert.match(at(0), /^M-4 /);
});

test('requests of one moment are not one mark, and keep their places', () => {
  const requests = Array.from({ length: 11 }, (_, id) => ({ id, atMs: 0, durationMs: 5, from: 'store' }));
  const { store } = marks(requests, 0, area);
  assert.equal(new Set(store.match(/M[^h]+/g)).size, 11);
  assert.equal(marks(requests, 0, area).store, store);
});

const life = (number, parts) => ({ number, obtainedAtMs: 0, refreshAtMs: 45_000, expiresAtMs: 60_000, ...parts });

test('a bar is fresh, then stale, with the number after its end', () => {
  const { paths, labels, reach } = bars([life(1)], 0, { width: 600, height: 80 });
  assert.equal(reach, 60_000);
  assert.deepEqual(paths, { fresh: 'M300 1H525v8H300z', stale: 'M525 3H600v4H525z', revoked: '' });
  assert.deepEqual(labels, [{ number: 1, x: 600, y: 5 }]);
});

test('a bar ends where the token was taken back, and shows what it would have lived', () => {
  const { paths } = bars([life(1, { revokedAtMs: 30_000 })], 0, { width: 600, height: 80 });
  assert.deepEqual(paths, { fresh: 'M300 1H450v8H300z', stale: '', revoked: 'M450 3H600v4H450z' });
});

test('a token keeps its lane, and leaves when its end has passed out of sight', () => {
  const lives = [life(LANES), life(LANES + 1)];
  assert.deepEqual(bars(lives, 0, { width: 600, height: 80 }).labels.map(({ y }) => y), [75, 5]);
  assert.deepEqual(bars(lives, 120_000, { width: 600, height: 80 }).labels, []);
});

test('a token of an hour fits, and one of a month goes out of the picture', () => {
  assert.equal(reachOf([]), 60_000);
  assert.equal(reachOf([life(1, { expiresAtMs: 3_599_000 })]), 3_600_000);
  const { paths } = bars([life(1, { refreshAtMs: 2e9, expiresAtMs: 2.6e9 })], 0, { width: 600, height: 80 });
  assert.equal(paths.fresh, 'M300 1H600v8H300z');
});
