// The live page's fleets, in real workerd before real servers: what each button does, and what it proves.
import { after, describe, test } from 'node:test';
import { equal, eventually, ok } from './assert.mjs';
import { startStage } from './stage.mjs';

const stage = await startStage();
after(() => stage.close());
const { origin } = new URL(stage.url);

const get = (path, init) => fetch(new URL(path, origin), init);
const snapshot = async (after = 0) => await (await get(`/development/snapshot?after=${after}`)).json();
const press = (action, headers = { origin }) => get(`/development/actions/${action}`, { method: 'POST', headers });
const byStore = ({ fleets }) => Object.fromEntries(fleets.map((fleet) => [fleet.store, fleet]));
const newest = ({ proofs }) => proofs.at(-1);

/** Presses the button, and waits until the snapshot shows it: the machine may be busy. */
async function pressUntil(action, check) {
  equal((await press(action)).status, 204, action);
  let last;
  await eventually(async () => check((last = await snapshot())), `${action} is seen`, 20_000).catch((error) => {
    throw new Error(`${error.message}: ${JSON.stringify(newest(last))}`);
  });
  equal([newest(last).action, newest(last).isPromised], [action, true], newest(last).text);
  return last;
}

describe('the stage', { timeout: 120_000 }, () => {
  test('a cold herd costs a grant for each isolate without a store, and one with either', async () => {
    await eventually(async () => !newest(await snapshot()).text.includes('so far'), 'the herd is over', 30_000);
    const { text, isPromised } = newest(await snapshot());
    equal(text, '50 requests at once to each fleet, all isolates cold: grants: 8 without a store, 1 with KV, 1 with a Durable Object.');
    ok(isPromised, text);
  });
});
