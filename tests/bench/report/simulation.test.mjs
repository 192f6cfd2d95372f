// What was simulated is drawn beside what no store can beat, and nothing that was seen beats it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { soakSections } from './soak.mjs';
import { simulationSections } from './simulation.mjs';

const STORES = ['none', 'kv', 'do'];
const NAMES = ['no store', 'Workers KV', 'Durable Object'];

const seen = {
  grantsPerHour: [3, 5],
  herdGrants: [1, 1],
  waited: [0.01, 0.01],
  waitedForGrant: [0, 0],
  p50Ms: [40, 41],
  p99Ms: [80, 81],
  coldP99Ms: [80, 90],
  storePeak: [0, 0],
};
const limits = { onePerLife: 1, onePerPlace: 40, onePerIsolate: 39, onePerRequest: 3600, grantMs: [50, 500] };
const fleet = (isolates, lifeSeconds) => ({
  isolates,
  lifeSeconds,
  seeds: 2,
  command: `simulate ${isolates}`,
  limits,
  stores: Object.fromEntries(STORES.map((store) => [store, seen])),
});
const twenty = (of) => Array.from({ length: 20 }, (_, index) => of(index));
const world = { failedSoFar: twenty((index) => index / 20), askedPerRequest: twenty(() => 3) };
const outage = {
  isolates: 100,
  lifeSeconds: 3600,
  seeds: 2,
  command: 'simulate --outage 120',
  limits: { reserveSeconds: 897, gone: twenty((index) => index / 20) },
  stores: Object.fromEntries(STORES.map((store) => [store, [world, world]])),
};
const data = { fleets: [3600, 300].flatMap((life) => [fleet(1, life), fleet(10, life)]), outages: [outage] };

test('every store has a line in every plot of a fleet, and limits are named', () => {
  const sections = simulationSections(data);
  assert.deepEqual(sections.map(({ id }) => id), ['fleet-grants', 'fleet-waits', 'fleet-cold', 'fleet-outage']);
  for (const { id, plots, command, text } of sections) {
    assert.match(command, /^simulate/);
    assert.ok(text.length > 200);
    for (const { name, table } of plots) {
      // Without a store nothing is asked of one.
      const expected = name.startsWith('Asked of') ? NAMES.slice(1) : NAMES;
      assert.deepEqual(expected.filter((store) => !table.head.includes(store)), [], `${id}: ${name}`);
      assert.ok(table.head.length > expected.length + 1, `${name} has no limit`);
    }
  }
  const [grants] = sections[0].plots;
  assert.ok(grants.table.rows.some((row) => row.includes('4.00 (3–5)') || row.includes('4 (3–5)')), JSON.stringify(grants.table.rows));
});

test('an outage is no worse than a token that was just due, and no better than one that was new', () => {
  const [{ table }] = simulationSections(data).at(-1).plots;
  const column = (name) => table.rows.map((row) => Number.parseFloat(row[table.head.indexOf(name)]));
  const [isNew, isDue] = ['token just new', 'token just due'].map(column);
  assert.equal(isNew[9], 0);
  assert.equal(isNew[19], 50);
  assert.ok(isDue.every((share, index) => share >= isNew[index]));
  assert.ok(Math.abs(isDue[19] - 87.5) < 0.1, `${isDue[19]}`);
});

test('a soak shows each store over time with its phases, and counts what failed', () => {
  const phases = [{ name: 'cold', from: 0 }, { name: 'steady', from: 1 }];
  const own = { requests: [10, 10, 10], failed: [0, 1, 0], waited: [4, 0, 0], grants: [0, 8], phases };
  const fleet = { isolates: 8, lifeSeconds: 90, stores: { kv: own, coordinator: own }, memory: [[5, 100], [10, null]] };
  const soaked = { measured: '2026-11-26', seconds: 15, stretchSeconds: 5, ...fleet };
  const [{ text, plots }] = soakSections(soaked);
  assert.match(text, /Of 60 requests\s+2 failed and 8 waited/);
  assert.equal(plots.length, 4);
  assert.ok(plots.every(({ svg }) => svg.includes('steady')));
  assert.deepEqual(plots[0].table.rows[0], ['5', '2', '2']);
});
