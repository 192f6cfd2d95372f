// The contract of stores in every runtime that has processes, over real servers and the clients that people use.
import { after, describe, test } from 'node:test';
import { install, tarball } from '../runtimes/package.mjs';
import { clausesFor } from './contract.mjs';
import { kindsIn } from './kinds.mjs';
import { startPlaces } from './places.mjs';
import { RUNTIMES, start } from './processes.mjs';

const project = await install('stores', await tarball());
const places = await startPlaces();
after(places.close);

/** What the runner printed, by kind and clause; and what else there was, if it ended otherwise. */
async function results(runtime) {
  const child = start(runtime, 'runner.mjs', { project, runtime, addresses: places.addresses });
  const printed = { stdout: [], stderr: [] };
  for (const name of ['stdout', 'stderr']) child[name].on('data', (chunk) => printed[name].push(chunk));
  await new Promise((done) => child.once('close', done).once('error', done));
  const text = (name) => Buffer.concat(printed[name]).toString();
  const lines = text('stdout').split('\n').filter((line) => line.startsWith('{'));
  return { found: lines.map((line) => JSON.parse(line)), stderr: text('stderr') };
}

describe('a store keeps the contract', { concurrency: true, timeout: 60_000 }, () => {
  for (const runtime of Object.keys(RUNTIMES)) {
    const all = results(runtime);
    for (const [kind, properties] of kindsIn(runtime)) {
      describe(`${kind} in ${runtime}`, { concurrency: true }, () => {
        for (const clause of Object.keys(clausesFor(properties))) {
          test(clause, async () => {
            const { found, stderr } = await all;
            const result = found.find((one) => one.kind === kind && one.what === clause);
            if (!result) throw new Error(`${runtime} said nothing of it: ${stderr}`);
            if (result.error) throw new Error(result.error);
          });
        }
      });
    }
  }
});
