import assert from 'node:assert/strict';
import test from 'node:test';
import {
  accounts, count, duration, lifeWords, money, priceOf, span, stateOf, storeWords, tally, timelineWords,
} from '../../worker-example/src/development/page/figures.js';

const fleet = (store, totals) => ({ store, totals: { requests: 0, failed: 0, grants: 0, waitedMs: 0, ...totals } });

test('what is saved counts answered requests alone, and what was paid is taken off', () => {
  const none = fleet('none', { requests: 1000, failed: 100, grants: 40 });
  const kv = fleet('kv', { requests: 1000, grants: 5 });
  assert.deepEqual(accounts(none, [none, kv]), { grants: 40, saved: 860, more: undefined, million: 40 / 900 * 1e6 });
  assert.deepEqual(accounts(kv, [none, kv]), { grants: 5, saved: 995, more: 35, million: 5000 });
});

test('a fleet that paid more than it saved is not flattered', () => {
  const none = fleet('none', { requests: 3, failed: 2, grants: 1 });
  const kv = fleet('kv', { requests: 3, failed: 2, grants: 4 });
  assert.deepEqual(accounts(kv, [none, kv]), { grants: 4, saved: -3, more: -3, million: 4e6 });
  assert.equal(count(-3), '−3');
  assert.equal(money(-0.003), '−$0.003');
});

test('without an answered request there is no rate, and without a fleet to compare with no comparison', () => {
  const alone = fleet('kv', { requests: 2, failed: 2, grants: 0 });
  assert.deepEqual(accounts(alone, [alone]), { grants: 0, saved: 0, more: undefined, million: undefined });
});

test('a price is what was typed, or none where that may mean two things', () => {
  assert.deepEqual(['2', '2.', '2.50', ' 2,5 ', '0', '0.001', '999999'].map(priceOf), [2, 2, 2.5, 2.5, 0, 0.001, 999999]);
  for (const text of ['', '1,000', '1.000.000', '-1', '1e3', '$2', 'NaN', 'Infinity', '1000000', '.']) assert.equal(priceOf(text), undefined, text);
});

test('money has its cents, and below a dollar what a single grant costs', () => {
  assert.deepEqual([0, 0.001, 0.5, 1, 1234.567].map(money), ['$0.00', '$0.001', '$0.50', '$1.00', '$1,234.57']);
});

test('durations have their unit', () => {
  assert.deepEqual([0, 0.44, 9.94, 10, 999, 1000, 2540].map(duration), ['0.0 ms', '0.4 ms', '9.9 ms', '10 ms', '999 ms', '1.0 s', '2.5 s']);
  assert.deepEqual([-5, 0, 400, 59_001, 120_000, 7_200_000].map(span), ['0 s', '0 s', '1 s', '60 s', '2 min', '2 h']);
});

test('a token is fresh, then stale, then over, each from the moment on', () => {
  const life = { number: 3, obtainedAtMs: 0, refreshAtMs: 45_000, expiresAtMs: 60_000 };
  assert.deepEqual([0, 44_999, 45_000, 59_999, 60_000].map((now) => stateOf(life, now)), ['fresh', 'fresh', 'stale', 'stale', 'ended']);
  assert.equal(stateOf(undefined, 0), 'none');
  assert.equal(lifeWords(life, 5_000), 'Token 3 is fresh for 40 s, and ends in 55 s.');
  assert.equal(lifeWords(life, 50_000), 'Token 3 is stale, and ends in 10 s.');
  assert.equal(lifeWords(life, 63_000), 'Token 3 ended 3 s ago.');
});

test('a token that was taken back is neither fresh nor stale', () => {
  const life = { number: 3, obtainedAtMs: 0, refreshAtMs: 45_000, expiresAtMs: 60_000, revokedAtMs: 10_000 };
  assert.equal(stateOf(life, 9_999), 'fresh');
  assert.equal(lifeWords(life, 12_000), 'Token 3 was revoked 2 s ago.');
  assert.equal(lifeWords(life, 70_000), 'Token 3 was revoked 60 s ago.');
});

test('the store says what it holds and who renews it', () => {
  assert.equal(storeWords(undefined, false, 0), 'There is none.');
  assert.equal(storeWords({}, false, 0), 'It is empty. Nobody holds the lease.');
  assert.equal(storeWords({ token: 2 }, true, 0), 'It fails now. Nobody holds the lease.');
  const lease = { isolate: 7, untilMs: 9_000 };
  assert.equal(storeWords({ token: 2, lease }, false, 1_000), 'It holds token 2. Isolate 7 holds the lease for 8 s.');
  assert.equal(storeWords({ lease: { untilMs: 1_000 } }, false, 0), 'It is empty. An isolate holds the lease for 1 s.');
});

test('the timeline is told in words, with what never happened left out', () => {
  const request = (from, durationMs) => ({ id: 1, atMs: 0, durationMs, isolate: 1, from });
  const requests = [request('memory', 0.5), request('memory', 1), request('granted', 312)];
  assert.deepEqual(tally(requests), { memory: 2, another_request: 0, store: 0, waited: 0, granted: 1, failed: 0 });
  assert.equal(timelineWords(requests), 'Requests in the last 60 seconds: 2 from memory, 1 granted. The slowest took 312 ms.');
  assert.equal(timelineWords([]), 'No request in the last 60 seconds.');
});
