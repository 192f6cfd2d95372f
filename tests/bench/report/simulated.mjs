// Runs the simulation for the report: fleets of every size, and outages, by the stores that Cloudflare has and by none.
import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const STORES = ['none', 'kv', 'do'];
const ROOT = join(import.meta.dirname, '../../..');
/** What waits for memory is not hurried by a third who wants it too. */
const MOST_AT_ONCE = 2;

/** By number of isolates: large fleets differ little from seed to seed, and show soon what there is to see. */
const SIZES = new Map([
  [1, { seeds: 8, hours: 24 }],
  [10, { seeds: 8, hours: 24 }],
  [100, { seeds: 8, hours: 12 }],
  [1_000, { seeds: 4, hours: 6 }],
  [10_000, { seeds: 1, hours: 3 }],
  [100_000, { seeds: 1, hours: 1.5 }],
]);
const QUICK_SIZES = new Map([...SIZES.keys()].slice(0, 4).map((isolates) => [isolates, { seeds: 2, hours: 3 }]));

/** Which share of these hours tokens of so many seconds are looked at. */
const LIFETIMES = new Map([
  [3600, 1],
  [300, 1 / 6],
]);
const OUTAGE_LIFETIMES = [3600, 600];
const OUTAGE_ISOLATES = 100;
/** Points of an outage's curve in a token's life. */
export const STEPS = 10;

/** What sections are made of: `{ fleets, outages }`. */
export async function simulate({ isQuick, onDone = () => {} }) {
  const sizes = isQuick ? QUICK_SIZES : SIZES;
  const fleets = [...LIFETIMES].flatMap(([lifeSeconds, share]) =>
    [...sizes].map(([isolates, { seeds, hours }]) => ({ isolates, lifeSeconds, seeds, hours: wholeHours(lifeSeconds, hours * share) })),
  );
  const outages = (isQuick ? OUTAGE_LIFETIMES.slice(1) : OUTAGE_LIFETIMES).map((lifeSeconds) => ({ lifeSeconds, seeds: isQuick ? 2 : 4 }));
  // The largest first, or one would run alone at the end.
  const jobs = [
    ...outages.map((outage) => ({ ...outage, of: 'outages', command: outageCommand(outage), facts: outageFacts })),
    ...fleets.toReversed().map((fleet) => ({ ...fleet, of: 'fleets', command: fleetCommand(fleet), facts: fleetFacts })),
  ];
  const runs = jobs.flatMap((job) => STORES.map((store) => ({ job, store })));
  const done = await inTurn(runs, async ({ job, store }) => {
    const worlds = await run(`${job.command} --store ${store}`);
    onDone(`${job.command} --store ${store}`);
    return { job, store, ...job.facts(worlds, job) };
  });
  const of = (kind) => jobs.filter((job) => job.of === kind).map((job) => merged(job, done.filter((it) => it.job === job)));
  return { fleets: of('fleets').toReversed(), outages: of('outages') };
}

/** The five minutes of the cold start, then about `hours` in which tokens are due a whole number of times. */
function wholeHours(lifeSeconds, hours) {
  const dueHours = ((lifeSeconds - 10) * 0.75) / 3600;
  return Number((300 / 3600 + dueHours * Math.round(hours / dueHours)).toFixed(3));
}

function fleetCommand({ isolates, hours, seeds, lifeSeconds }) {
  return `cargo xtask simulate --isolates ${isolates} --hours ${hours} --seeds ${seeds} --lifetime ${lifeSeconds}`;
}

function outageCommand({ lifeSeconds, seeds }) {
  const minutes = (2 * lifeSeconds) / 60;
  return `cargo xtask simulate --isolates ${OUTAGE_ISOLATES} --outage ${minutes} --seeds ${seeds} --lifetime ${lifeSeconds}`;
}

function merged({ isolates = OUTAGE_ISOLATES, lifeSeconds, seeds, command }, done) {
  const stores = Object.fromEntries(done.map(({ store, seen }) => [store, seen]));
  return { isolates, lifeSeconds, seeds, command, limits: Object.assign({}, ...done.map(({ limits }) => limits)), stores };
}

/** Of each seed. */
function fleetFacts(worlds) {
  const each = (of) => worlds.map(of);
  const [{ limits, store }] = worlds;
  return {
    limits: { ...limits, storeMs: undefined, [`${store}Ms`]: limits.storeMs },
    seen: {
      grantsPerHour: each((world) => world.grantsPerHour),
      herdGrants: each((world) => world.herdGrants),
      waited: each((world) => world.steady.requests / world.steadyRequests),
      waitedForGrant: each((world) => world.steadyWaits / world.steadyRequests),
      p50Ms: each((world) => world.steady.p50Ms),
      p99Ms: each((world) => world.steady.p99Ms),
      coldP99Ms: each((world) => world.cold.p99Ms),
      storePeak: each((world) => world.storePeakPerSecond),
    },
  };
}

/** Of each seed, at each tenth of a token's life: which share has failed so far, and what is asked of the server just then. */
function outageFacts(worlds, { lifeSeconds }) {
  const step = lifeSeconds / 60 / STEPS;
  const stretches = Array.from({ length: 2 * STEPS }, (_, index) => [index * step, (index + 1) * step]);
  const sum = (list, [from, to]) => list.slice(from, to).reduce((total, one) => total + one, 0);
  const [{ limits }] = worlds;
  return {
    limits: { reserveSeconds: limits.shortestReserveSeconds, gone: stretches.map(([, to]) => 1 - mean(limits.survivors.slice(0, to + 1))) },
    seen: worlds.map((world) => ({
      failedSoFar: stretches.map(([, to]) => sum(world.failed, [0, to]) / sum(world.requests, [0, to])),
      askedPerRequest: stretches.map((stretch) => sum(world.asked, stretch) / sum(world.requests, stretch)),
    })),
  };
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

async function run(command) {
  const [program, ...args] = command.split(' ');
  const { stdout } = await promisify(execFile)(program, [...args, '--json'], { cwd: ROOT, maxBuffer: 2 ** 26 });
  return JSON.parse(stdout);
}

async function inTurn(things, step) {
  const results = [];
  let next = 0;
  const worker = async () => {
    while (next < things.length) {
      const place = next++;
      results[place] = await step(things[place]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(MOST_AT_ONCE, availableParallelism()) }, worker));
  return results;
}
