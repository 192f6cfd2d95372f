// This package beside others, each in the same Worker, in the same workerd: `cargo xtask bench`.
//
//     node tests/bench/bench.mjs [--quick] [--json] [figure…]
import { cpus } from 'node:os';
import { install, tarball } from '../runtimes/package.mjs';
import { bundle, sizeOf } from './bundle.mjs';
import { compiledBeforeFirstToken } from './compiled.mjs';
import * as figures from './figures.mjs';
import { startServers } from './servers.mjs';
import { ratios, summary } from './statistics.mjs';
import { startWorkerd } from './workerd.mjs';

const CONTENDERS = ['edge-oauth2', 'edge-oauth2-m2m', 'oauth4webapi', 'openid-client', 'badgateway', 'simple-oauth2', 'hand-written'];

/** Our contenders, by the entries of the package. */
const OURS = { 'edge-oauth2': 'edge-oauth2', 'edge-oauth2/m2m': 'edge-oauth2-m2m' };

/** Ours are told as a ratio to these. */
const MEASURES = ['oauth4webapi', 'hand-written'];

/** What each figure needs: how often it is repeated, how much it does, and of whom it is worth knowing. */
const PLANS = {
  cold: { rounds: 15 },
  isolates: { rounds: 9, copies: 40 },
  proxy: { rounds: 7, requests: 2000, isRunning: true },
  hits: { rounds: 7, count: 200_000, isRunning: true },
  memory: { rounds: 1, count: 2_000_000 },
  herd: { rounds: 3 },
  identities: { rounds: 3, count: 100_000, sizes: [1, 100, 10_000], contenders: ['edge-oauth2', 'edge-oauth2-m2m', 'hand-written'] },
};

const QUICK = { cold: { rounds: 5 }, isolates: { rounds: 3, copies: 20 }, proxy: { rounds: 3, requests: 500 }, hits: { rounds: 3, count: 50_000 } };

const flags = process.argv.slice(2).filter((argument) => argument.startsWith('--'));
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const [isQuick, isJson] = [flags.includes('--quick'), flags.includes('--json')];
const unknown = [...flags.filter((flag) => !['--quick', '--json'].includes(flag)), ...names.filter((name) => !PLANS[name])];
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(', ')}; there are --quick, --json and the figures ${Object.keys(PLANS).join(', ')}`);
  process.exit(1);
}

const project = await install('bench', await tarball());
const servers = await startServers();
const contenders = [];
for (const name of CONTENDERS) {
  const modules = await bundle(name, project);
  contenders.push({ name, modules, bindings: servers.bindings, grants: servers.grants, size: sizeOf(modules) });
}
const compiled = {};
for (const entry of Object.keys(OURS)) compiled[entry] = await compiledBeforeFirstToken(project, entry);

/** `figure → contender → values`, one for each round. */
const measured = new Map();
for (const figure of names.length > 0 ? names : Object.keys(PLANS)) {
  await measure(figure, { ...PLANS[figure], ...(isQuick && { ...QUICK[figure], rounds: QUICK[figure]?.rounds ?? 1 }) });
}
await servers.close();
print();

async function measure(figure, { rounds, isRunning, contenders: only, ...plan }) {
  const concerned = contenders.filter(({ name }) => !only || only.includes(name));
  const running = new Map();
  if (isRunning) for (const { name, modules, bindings } of concerned) running.set(name, await startWorkerd(modules, bindings));
  for (let round = 0; round < rounds; round++) {
    progress(`${figure}, round ${round + 1} of ${rounds}`);
    // Another begins each time, so that nobody always runs in another's wake.
    for (let turn = 0; turn < concerned.length; turn++) {
      const contender = concerned[(turn + round) % concerned.length];
      const values = await figures[figure]({ ...contender, workerd: running.get(contender.name) }, plan);
      for (const [name, value] of Object.entries(values)) note(name, contender.name, value);
    }
  }
  for (const workerd of running.values()) await workerd.close();
}

function note(figure, contender, value) {
  if (!measured.has(figure)) measured.set(figure, new Map());
  const values = measured.get(figure);
  if (!values.has(contender)) values.set(contender, []);
  values.get(contender).push(value);
}

function progress(text) {
  if (!isJson) console.error(`  … ${text}`);
}

function print() {
  const sizes = Object.fromEntries(contenders.map(({ name, size }) => [name, size]));
  if (isJson) {
    const rounds = Object.fromEntries([...measured].map(([figure, values]) => [figure, Object.fromEntries(values)]));
    return console.log(JSON.stringify({ machine: machine(), sizes, compiled, rounds }, null, 2));
  }
  console.log(`\n${machine()}; median (least–most) of the rounds; the ratios are made within rounds\n`);
  console.log(`| figure | ${CONTENDERS.join(' | ')} | ${Object.values(OURS).flatMap((our) => MEASURES.map((name) => `${our} × ${name}`)).join(' | ')} |`);
  console.log(`|---|${'---|'.repeat(CONTENDERS.length + Object.keys(OURS).length * MEASURES.length)}`);
  row('shipped, brotli 11, KB', (name) => [sizes[name].brotli / 1000]);
  row('shipped, raw, KB', (name) => [sizes[name].raw / 1000]);
  for (const [figure, values] of measured) row(figure, (name) => values.get(name));
  for (const [entry, cases] of Object.entries(compiled)) {
    for (const [name, { functions, bytes }] of Object.entries(cases)) {
      console.log(`\n${entry}: compiled before the first token, ${name}: ${functions} functions, ${(bytes / 1000).toFixed(1)} KB of bodies`);
    }
  }
}

function row(figure, valuesOf) {
  const cells = CONTENDERS.map((name) => cell(valuesOf(name) && summary(valuesOf(name))));
  const compared = Object.values(OURS).flatMap((our) => MEASURES.map((name) => cell(valuesOf(name) && ratios(valuesOf(our), valuesOf(name)))));
  console.log(`| ${figure} | ${[...cells, ...compared].join(' | ')} |`);
}

function cell(summary) {
  if (!summary) return '–';
  const { median, least, most } = summary;
  return least === most ? shown(median) : `${shown(median)} (${shown(least)}–${shown(most)})`;
}

function shown(value) {
  if (!Number.isFinite(value)) return '–';
  if (Number.isInteger(value)) return String(value);
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function machine() {
  return `${cpus().length} × ${cpus()[0].model.trim()}, Node ${process.version}`;
}
