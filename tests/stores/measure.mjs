// What a fleet costs by each kind of store: `cargo xtask stores`. First 50 isolates are cold at once; then 50 new ones come, one by one,
// and find the token in the store; then eight are in steady traffic, while tokens end. Exits non-zero where a request fails, or
// where a lease that is atomic let two ask for one token.
import { grantsPerLife, startIssuer, traffic } from '../runtimes/fleet.mjs';
import { install, tarball } from '../runtimes/package.mjs';
import { kinds, kindsIn } from './kinds.mjs';
import { startPlaces } from './places.mjs';
import { startProcesses } from './processes.mjs';
import { startWorkers } from './workers.mjs';

const SIZE = 50;

/** KV keeps nothing for less than a minute. */
const LIFE_SECONDS = 65;
const STEADY_SECONDS = 150;

/** So that no store is given up because the machine is slow. */
const PATIENT = { timeoutMs: 40_000, storeTimeoutMs: 5_000 };

/** That is for the tests. */
const SPOILED = 'D1, with a table of another shape';

const ATOMIC = ['a Durable Object', 'D1', 'Upstash by fetch, in Workers', ...Object.keys(kinds).filter((kind) => kinds[kind].isAtomic)];

const project = await install('stores-measure', await tarball());
const [places, issuer] = await Promise.all([startPlaces(), startIssuer()]);
const { addresses } = places;
const processes = { project, addresses, processes: 10, isolates: 5 };
const rows = [];
let isGood = true;

const starts = {
  Node: () => startProcesses({ ...processes, runtime: 'Node' }),
  Deno: () => startProcesses({ ...processes, runtime: 'Deno' }),
  Bun: () => startProcesses({ ...processes, runtime: 'Bun' }),
  Workers: () => startWorkers({ project, addresses, size: SIZE }),
};
for (const [runtime, start] of Object.entries(starts)) {
  const fleet = await start();
  const measured = fleet.kinds?.filter((kind) => kind !== SPOILED) ?? kindsIn(runtime).flatMap(([kind, { hasLease = true }]) => (hasLease ? [kind] : []));
  const cold = [];
  for (const kind of measured) cold.push(await startCold(fleet, kind));
  const steady = await Promise.all(measured.map((kind) => runSteady(fleet, kind)));
  measured.forEach((kind, index) => rows.push({ runtime, kind, ...cold[index], ...steady[index] }));
  await fleet.close();
  console.log(`… ${runtime}, ${Math.round(process.uptime())} s`);
}
await issuer.close();
await places.close();
print();
process.exitCode = isGood ? 0 : 1;

async function newScene(kind, life) {
  const { scene, message } = await issuer.newScene(kind, life);
  return { scene, message: { kind, options: { ...message.options, ...PATIENT } } };
}

/** All at once, after each has connected by another token; then each anew, with nothing in memory. */
async function startCold(fleet, kind) {
  const everybody = (message) => Promise.all(Array.from({ length: fleet.size }, (_, member) => fleet.request(member, message)));
  await everybody((await newScene(kind, 600)).message);
  const { scene, message } = await newScene(kind, 600);
  const herd = good(kind, await everybody(message));
  const herdGrants = await scene.grants();
  if (ATOMIC.includes(kind) && herdGrants !== 1) isGood = false;
  // What the first has put the others find, one after the other.
  const found = await newScene(kind, 600);
  const hits = [];
  for (let member = 0; member < fleet.size; member += 1) hits.push(...good(kind, [await fleet.request(member, found.message)]));
  const ms = hits.slice(1).flatMap(({ hitMs }) => hitMs ?? []);
  return { herdGrants, herdMs: herd.map(({ ms }) => ms), hitMs: ms };
}

async function runSteady(fleet, kind) {
  const { scene, message } = await newScene(kind, LIFE_SECONDS);
  const answers = good(kind, await traffic(fleet, message, { seconds: STEADY_SECONDS }));
  const [, ...lives] = await grantsPerLife(scene, LIFE_SECONDS);
  if (ATOMIC.includes(kind) && lives.some((grants) => grants !== 1)) isGood = false;
  return { requests: answers.length, lives };
}

function good(kind, answers) {
  const failed = answers.filter(({ status }) => status !== 200);
  if (failed.length > 0) isGood = false;
  if (failed.length > 0) console.log(`${kind}: ${failed.length} of ${answers.length} requests failed: ${JSON.stringify(failed[0])}`);
  return answers;
}

function print() {
  const at = (values, share) => [...values].sort((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? '–';
  const columns = [
    'store',
    `grants, ${SIZE} cold at once`,
    'their wait p50 / p99 (ms)',
    'a new isolate’s read p50 / p99 (ms)',
    'grants per token life',
  ];
  const line = (cells) => console.log(`| ${cells.join(' | ')} |`);
  line(columns);
  line(columns.map(() => '---'));
  for (const { runtime, kind, herdGrants, herdMs, hitMs, lives } of rows) {
    const both = (values) => `${at(values, 0.5)} / ${at(values, 0.99)}`;
    const perLife = (lives.reduce((sum, one) => sum + one, 0) / lives.length).toFixed(2);
    line([`${kind} (${runtime})`, herdGrants, both(herdMs), both(hitMs), perLife]);
  }
}
