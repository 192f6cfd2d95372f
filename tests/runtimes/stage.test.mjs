// The live page's fleets, in real workerd before real servers: what each button does, and what it proves.
import { after, describe, test } from 'node:test';
import { SIZE } from '../stage/fleet.mjs';
import { equal, eventually, ok, sleep } from './assert.mjs';
import { startStage } from './stage.mjs';

// So long that none is renewed by itself meanwhile, however busy the machine is.
const LIFETIME_SECONDS = 600;

const stage = await startStage({ lifetimeSeconds: LIFETIME_SECONDS });
after(() => stage.close());
const { origin } = new URL(stage.url);

const get = (path, init) => fetch(new URL(path, origin), init);
const snapshot = async (after = 0) => await (await get(`/development/snapshot?after=${after}`)).json();
const press = (action, headers = { origin }) => get(`/development/actions/${action}`, { method: 'POST', headers });
const byStore = ({ fleets }) => Object.fromEntries(fleets.map((fleet) => [fleet.store, fleet]));
const newest = ({ proofs }) => proofs.at(-1);

/** Asks until `check` holds of a snapshot, which it gives: the machine may be busy. */
async function until(check, what) {
  let last;
  const look = async () => check((last = await snapshot()));
  await eventually(look, what, 20_000).catch(({ message }) => {
    throw new Error(`${message}: ${JSON.stringify(newest(last))}`);
  });
  return last;
}

/** Presses the button, and gives the first snapshot in which `check` holds and the promise of the newest proof was kept. */
async function pressUntil(action, check) {
  equal((await press(action)).status, 204, action);
  const last = await until((seen) => newest(seen).action === action && check(seen), action);
  equal([newest(last).action, newest(last).isPromised], [action, true], newest(last).text);
  return last;
}

/** Whether each isolate of each fleet has answered the action. */
const isSwept = (seen) => newest(seen).text.includes(`${3 * SIZE} requests, all answered 200`);
const GRANTS = 'grants: 8 without a store, 1 with KV, 1 with a Durable Object';

/** How many requests a proof speaks of, of which all were answered. */
const answered = ({ text }) => Number(/(\d+) requests since, all answered 200/.exec(text)?.[1] ?? 0);

describe('the stage', { timeout: 240_000 }, () => {
  test('a cold herd costs a grant for each isolate without a store, and one with either', async () => {
    const { proofs, fleets, actions } = await snapshot();
    equal(proofs[0].text, `50 requests at once to each fleet, all isolates cold: ${GRANTS}.`);
    equal([proofs[0].action, proofs[0].isPromised], ['herd', true]);
    equal(fleets.map(({ store, totals }) => [store, totals.grants]), [['none', 8], ['kv', 1], ['durable_object', 1]], 'grants');
    equal(actions.length, 13);
  });

  test('each fleet gets the same requests, and shows how each came by its token', async () => {
    const seen = await until(({ fleets }) => fleets.every(({ totals }) => totals.requests > 60), 'traffic');
    for (const { store, requests, totals, isolates, lives } of seen.fleets) {
      const from = (way) => requests.filter((request) => request.from === way).length;
      equal([from('granted'), from('waited')], store === 'none' ? [8, 0] : [1, 7], store);
      ok(from('memory') > 5 && from('another_request') > 20, store);
      ok(totals.waitedMs > 300 && requests.every(({ status, durationMs }) => status === 200 && durationMs > 0), store);
      equal(isolates.length, SIZE);
      ok(isolates.every(({ token, requests }) => token >= 1 && requests > 5), JSON.stringify(isolates));
      const [{ number, obtainedAtMs, refreshAtMs, expiresAtMs }] = lives;
      // docs/options.md: 10 s before its end it is no longer handed out, and after three quarters of that it is renewed.
      equal([number, refreshAtMs - obtainedAtMs, expiresAtMs - obtainedAtMs], [1, 442_500, 600_000], store);
    }
    const { none, kv, durable_object } = byStore(seen);
    equal([none.record, kv.record.token, durable_object.record.token], [undefined, 1, 1], 'what the stores hold');
    const ids = seen.fleets.flatMap(({ requests }) => requests.map(({ id }) => id));
    equal(new Set(ids).size, ids.length, 'ids');
    const last = Math.max(...ids);
    ok((await snapshot(last)).fleets.every(({ requests }) => requests.every(({ id }) => id > last)), 'after the last');
  });

  test('a herd on warm isolates costs nothing', async () => {
    const { fleets } = await pressUntil('herd', (seen) => newest(seen).text.startsWith('50') && !newest(seen).text.includes('so far'));
    ok(fleets.every(({ totals }) => totals.requests > 110), JSON.stringify(fleets.map(({ totals }) => totals)));
  });

  test('while the token server is stopped, memory serves all, and the store serves cold isolates', async () => {
    const { tokenServer } = await pressUntil('stop', (seen) => answered(newest(seen)) > 20);
    equal(tokenServer, 'stopped');
    const { proofs } = await pressUntil('replace', (seen) => newest(seen).text.includes('not at all (network)'));
    ok(/with KV from the store, \d+ ms; with a Durable Object from the store, \d+ ms/.test(proofs.at(-1).text), proofs.at(-1).text);
    ok(/^A cold isolate got its token: without a store not at all \(network\);/.test(proofs.at(-1).text), proofs.at(-1).text);
    equal((await pressUntil('heal', (seen) => answered(newest(seen)) > 20)).tokenServer, 'well');
  });

  test('a slow and a confused token server are not noticed', async () => {
    equal((await pressUntil('slow', (seen) => answered(newest(seen)) > 20)).tokenServer, 'slow');
    equal((await pressUntil('confuse', (seen) => answered(newest(seen)) > 20)).tokenServer, 'confused');
    await pressUntil('heal', (seen) => answered(newest(seen)) > 5);
  });

  test('an isolate that is replaced finds the token in the store, or obtains one', async () => {
    const before = byStore(await snapshot());
    const after = byStore(await pressUntil('replace', (seen) => newest(seen).text.split(', ').length > 3));
    for (const [store, { isolates, totals }] of Object.entries(after)) {
      const gone = isolates.filter(({ endedAtMs }) => endedAtMs);
      equal(isolates.length - gone.length, SIZE, store);
      ok(gone.length > before[store].isolates.filter(({ endedAtMs }) => endedAtMs).length, store);
      equal(totals.grants - before[store].totals.grants, store === 'none' ? 1 : 0, store);
    }
  });

  test('a token that is over costs one grant for each place that keeps it', async () => {
    const { nowMs, fleets, proofs } = await pressUntil('expire', isSwept);
    ok(proofs.at(-1).text.endsWith(`${GRANTS}.`), proofs.at(-1).text);
    for (const { lives } of fleets) ok(lives.at(-1).expiresAtMs > nowMs, JSON.stringify(lives));
    for (const { lives } of fleets.slice(1)) ok(lives.at(-2).expiresAtMs <= nowMs, JSON.stringify(lives));
  });

  test('a token that was taken back is refused by the API, and renewed', async () => {
    const { fleets, proofs } = await pressUntil('revoke', isSwept);
    ok(Number(/refused by the API (\d+) times/.exec(proofs.at(-1).text)[1]) > 0, proofs.at(-1).text);
    ok(proofs.at(-1).text.endsWith(`${GRANTS}.`), proofs.at(-1).text);
    for (const { lives } of fleets.slice(1)) ok(lives.at(-2).revokedAtMs > 0 && !lives.at(-1).revokedAtMs, JSON.stringify(lives));
  });

  test('isolates with a new secret obtain tokens of their own', async () => {
    const before = byStore(await snapshot());
    const seen = await pressUntil('rotate', isSwept);
    const after = byStore(seen);
    for (const [store, { isolates }] of Object.entries(after)) {
      const old = before[store].isolates.map(({ id }) => id);
      equal(isolates.filter(({ id, endedAtMs }) => !endedAtMs && !old.includes(id)).length, SIZE, store);
    }
    ok(newest(seen).text.endsWith(`${GRANTS}.`), newest(seen).text);
  });

  test('when the store fails, requests go on', async () => {
    equal((await pressUntil('fail_store', (seen) => /with KV \d\d requests since, all/.test(newest(seen).text))).storeFails, true);
    const { proofs } = await pressUntil('replace', (seen) => newest(seen).text.split(', ').length > 3);
    ok(proofs.at(-1).text.includes('with a Durable Object by a grant of its own'), proofs.at(-1).text);
    equal((await pressUntil('mend_store', (seen) => /with KV \d\d requests since, all/.test(newest(seen).text))).storeFails, false);
  });

  test('traffic can be paused', async () => {
    const seen = await pressUntil('pause', ({ hasTraffic }) => !hasTraffic);
    equal(newest(seen).text, 'Traffic paused: no request since.');
    await sleep(1_000);
    equal(newest(await snapshot()).text, 'Traffic paused: no request since.', 'a second later');
    equal((await pressUntil('resume', (seen) => answered(newest(seen)) > 5)).hasTraffic, true);
  });

  test('no token and no secret is shown or logged, and nobody failed who was promised a token', async () => {
    const seen = await snapshot();
    const text = JSON.stringify(seen) + stage.output();
    ok(stage.issued().length > 30, String(stage.issued().length));
    equal(stage.issued().filter((one) => text.includes(one)).length, 0);
    const [none, ...others] = seen.fleets.map(({ totals }) => totals.failed);
    equal(others, [0, 0], 'with a store');
    ok(none > 0, 'the cold isolate without a store, while the token server was stopped');
    ok(seen.proofs.every(({ isPromised }) => isPromised), JSON.stringify(seen.proofs));
  });
});
