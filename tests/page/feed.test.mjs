import assert from 'node:assert/strict';
import test, { mock } from 'node:test';
import { startFeed } from '../../worker-example/src/development/page/feed.js';

/** A feed over a scripted Worker: `answers` resolve or reject when the test says so. */
function feed(t) {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const asked = [];
  const shown = [];
  let gone = 0;
  const { hurry, rest } = startFeed({
    ask: (after) => new Promise((resolve, reject) => asked.push({ after, resolve, reject })),
    onSnapshot: (snapshot, isAnew) => shown.push({ ids: snapshot.fleets[0].requests.map(({ id }) => id), isAnew }),
    onGone: () => (gone += 1),
  });
  return {
    asked,
    shown,
    hurry,
    rest,
    gone: () => gone,
    answer: (...ids) => settle(() => asked.at(-1).resolve({ fleets: [{ requests: ids.map((id) => ({ id })) }, { requests: [] }] })),
    fail: () => settle(() => asked.at(-1).reject(new Error('gone'))),
    pass: (ms) => settle(() => mock.timers.tick(ms)),
  };
}

async function settle(act) {
  act();
  await new Promise(setImmediate);
}

test('one snapshot is asked for at a time, for what came after the last', async (t) => {
  const { asked, shown, answer, pass } = feed(t);
  await pass(10_000);
  assert.equal(asked.length, 1);
  await answer(1, 2);
  await pass(250);
  assert.deepEqual(asked.map(({ after }) => after), [0, 2]);
  await answer();
  await pass(250);
  assert.deepEqual(asked.map(({ after }) => after), [0, 2, 2]);
  assert.deepEqual(shown, [{ ids: [1, 2], isAnew: true }, { ids: [], isAnew: false }]);
});

test('a Worker that is gone is asked less and less, and what comes back begins anew', async (t) => {
  const { asked, shown, answer, fail, pass, gone } = feed(t);
  await answer(7);
  await pass(250);
  for (const pause of [500, 1000, 2000, 4000, 4000]) {
    await fail();
    const { length } = asked;
    await pass(pause - 1);
    assert.equal(asked.length, length);
    await pass(1);
    assert.equal(asked.length, length + 1);
  }
  assert.equal(gone(), 5);
  assert.equal(asked.at(-1).after, 0);
  await answer(1);
  assert.deepEqual(shown.at(-1), { ids: [1], isAnew: true });
  await pass(250);
  assert.equal(asked.at(-1).after, 1);
});

test('whoever does not look asks for nothing, and sees all anew', async (t) => {
  const { asked, shown, hurry, rest, answer, pass } = feed(t);
  await answer(5);
  rest('hidden', true);
  rest('held', true);
  await pass(60_000);
  rest('hidden', false);
  hurry();
  await pass(60_000);
  assert.equal(asked.length, 1);
  await settle(() => rest('held', false));
  assert.deepEqual(asked.map(({ after }) => after), [0, 0]);
  await answer(5, 6);
  assert.deepEqual(shown.at(-1), { ids: [5, 6], isAnew: true });
});

test('an answer from before a rest is not taken for what comes after it', async (t) => {
  const { asked, shown, rest, answer, pass } = feed(t);
  await answer(5);
  await pass(250);
  rest('hidden', true);
  rest('hidden', false);
  assert.equal(asked.length, 2);
  await answer(6);
  assert.equal(shown.length, 1);
  await pass(0);
  assert.equal(asked.at(-1).after, 0);
});

test('a hurry waits for what is under way, and for nothing else', async (t) => {
  const { asked, hurry, answer, pass } = feed(t);
  hurry();
  hurry();
  assert.equal(asked.length, 1);
  await answer();
  await pass(0);
  assert.equal(asked.length, 2);
  await answer();
  await pass(100);
  assert.equal(asked.length, 2);
  hurry();
  assert.equal(asked.length, 3);
});
