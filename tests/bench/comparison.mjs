// Runs the contenders: all figures of all, in rounds.
import { install, tarball } from '../runtimes/package.mjs';
import { bundle, sizeOf } from './bundle.mjs';
import { compiledBeforeFirstToken } from './compiled.mjs';
import * as figures from './figures.mjs';
import { SERIES } from './series.mjs';
import { startServers } from './servers.mjs';
import { startWorkerd } from './workerd.mjs';

/**
 * What came of the figures `names`, of each series: `sizes` by contender, and `rounds`, by figure and contender a value for each round.
 * `compiled` is what V8 compiles of our wasm before the first token.
 */
export async function compare({ names, isQuick, onRound }) {
  const project = await install('bench', await tarball());
  const servers = await startServers();
  const results = {};
  for (const [title, series] of Object.entries(SERIES)) {
    const wanted = Object.keys(series.plans).filter((figure) => names.includes(figure));
    if (wanted.length > 0) results[title] = await run({ series, wanted, isQuick, onRound, project, servers });
  }
  await servers.close();
  const compiled = {};
  if (results.outbound) for (const entry of ['edge-oauth2', 'edge-oauth2/m2m']) compiled[entry] = await compiledBeforeFirstToken(project, entry);
  return { results, compiled };
}

async function run({ series, wanted, isQuick, onRound, project, servers }) {
  const contenders = [];
  for (const name of series.contenders) {
    const modules = await bundle(series.worker, `${series.folder}/${name}`, project);
    contenders.push({ name, modules, bindings: servers.bindings, grants: servers.grants, size: sizeOf(modules) });
  }
  const rounds = {};
  for (const figure of wanted) {
    const quick = isQuick && { rounds: 1, ...series.quick[figure] };
    await measure({ contenders, rounds, figure, onRound, plan: { ...series.plans[figure], ...quick } });
  }
  return { sizes: Object.fromEntries(contenders.map(({ name, size }) => [name, size])), rounds };
}

async function measure({ contenders, rounds, figure, onRound, plan: { rounds: times, isRunning, contenders: only, ...plan } }) {
  const concerned = contenders.filter(({ name }) => !only || only.includes(name));
  const running = new Map();
  if (isRunning) for (const { name, modules, bindings } of concerned) running.set(name, await startWorkerd(modules, bindings));
  for (let round = 0; round < times; round++) {
    onRound(`${figure}, round ${round + 1} of ${times}`);
    // Another begins each time, so that nobody always runs in another's wake.
    for (let turn = 0; turn < concerned.length; turn++) {
      const contender = concerned[(turn + round) % concerned.length];
      const values = await figures[figure]({ ...contender, workerd: running.get(contender.name) }, plan);
      for (const [name, value] of Object.entries(values)) ((rounds[name] ??= {})[contender.name] ??= []).push(value);
    }
  }
  for (const workerd of running.values()) await workerd.close();
}
