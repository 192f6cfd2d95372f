// This package beside others, each in the same Worker, in the same workerd: `cargo xtask bench`.
//
//     node tests/bench/bench.mjs [--quick] [--json] [figure…]
import { install, tarball } from '../runtimes/package.mjs';
import { bundle, sizeOf } from './bundle.mjs';
import { compiledBeforeFirstToken } from './compiled.mjs';
import * as figures from './figures.mjs';
import { INBOUND, OUTBOUND } from './series.mjs';
import { startServers } from './servers.mjs';
import { machine, table } from './table.mjs';
import { startWorkerd } from './workerd.mjs';

const ALL = { outbound: OUTBOUND, inbound: INBOUND };
const FIGURES = Object.values(ALL).flatMap(({ plans }) => Object.keys(plans));

const flags = process.argv.slice(2).filter((argument) => argument.startsWith('--'));
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const [isQuick, isJson] = [flags.includes('--quick'), flags.includes('--json')];
const unknown = [...flags.filter((flag) => !['--quick', '--json'].includes(flag)), ...names.filter((name) => !FIGURES.includes(name))];
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(', ')}; there are --quick, --json and the figures ${FIGURES.join(', ')}`);
  process.exit(1);
}

const project = await install('bench', await tarball());
const servers = await startServers();
const results = {};
for (const [title, series] of Object.entries(ALL)) {
  const wanted = Object.keys(series.plans).filter((figure) => names.length === 0 || names.includes(figure));
  if (wanted.length > 0) results[title] = await run(series, wanted);
}
await servers.close();
const compiled = {};
if (results.outbound) for (const entry of ['edge-oauth2', 'edge-oauth2/m2m']) compiled[entry] = await compiledBeforeFirstToken(project, entry);
print();

async function run(series, wanted) {
  const contenders = [];
  for (const name of series.contenders) {
    const modules = await bundle(series.worker, `${series.folder}/${name}`, project);
    contenders.push({ name, modules, bindings: servers.bindings, grants: servers.grants, size: sizeOf(modules) });
  }
  const measured = new Map();
  for (const figure of wanted) {
    const quick = isQuick && { rounds: 1, ...series.quick[figure] };
    await measure(contenders, measured, figure, { ...series.plans[figure], ...quick });
  }
  return { series, sizes: Object.fromEntries(contenders.map(({ name, size }) => [name, size])), measured };
}

async function measure(contenders, measured, figure, { rounds, isRunning, contenders: only, ...plan }) {
  const concerned = contenders.filter(({ name }) => !only || only.includes(name));
  const running = new Map();
  if (isRunning) for (const { name, modules, bindings } of concerned) running.set(name, await startWorkerd(modules, bindings));
  for (let round = 0; round < rounds; round++) {
    if (!isJson) console.error(`  … ${figure}, round ${round + 1} of ${rounds}`);
    // Another begins each time, so that nobody always runs in another's wake.
    for (let turn = 0; turn < concerned.length; turn++) {
      const contender = concerned[(turn + round) % concerned.length];
      const values = await figures[figure]({ ...contender, workerd: running.get(contender.name) }, plan);
      for (const [name, value] of Object.entries(values)) note(measured, name, contender.name, value);
    }
  }
  for (const workerd of running.values()) await workerd.close();
}

/** `figure → contender → values`, one for each round. */
function note(measured, figure, contender, value) {
  if (!measured.has(figure)) measured.set(figure, new Map());
  const values = measured.get(figure);
  if (!values.has(contender)) values.set(contender, []);
  values.get(contender).push(value);
}

function print() {
  if (isJson) {
    const rounds = ({ measured }) => Object.fromEntries([...measured].map(([figure, values]) => [figure, Object.fromEntries(values)]));
    const shown = Object.entries(results).map(([title, result]) => [title, { sizes: result.sizes, rounds: rounds(result) }]);
    return console.log(JSON.stringify({ machine: machine(), compiled, ...Object.fromEntries(shown) }, null, 2));
  }
  console.log(`\n${machine()}; median (least–most) of the rounds; the ratios are made within rounds`);
  for (const { series, sizes, measured } of Object.values(results)) console.log(`\n${table(series, sizes, measured)}`);
  for (const [entry, cases] of Object.entries(compiled)) {
    for (const [name, { functions, bytes }] of Object.entries(cases)) {
      console.log(`\n${entry}: compiled before the first token, ${name}: ${functions} functions, ${(bytes / 1000).toFixed(1)} KB of bodies`);
    }
  }
}
