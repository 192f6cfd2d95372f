// Runs the contract over the stores of whichever runtime this is, and prints each result as one line of JSON:
//
//     … runner.mjs '{ "project": …, "runtime": …, "addresses": … }'
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { clausesFor, newKey } from './contract.mjs';
import { kindsIn } from './kinds.mjs';

const { project, runtime, addresses } = JSON.parse(process.argv[2]);
const load = (file) => import(pathToFileURL(join(project, 'node_modules/edge-oauth2', file)).href);
const { storeAdapter } = await load('stores/any.js');
const closing = [];

async function run([kind, properties]) {
  const made = await properties.make({ ...addresses, load, closing }).then((store) => ({ store: storeAdapter(store) }), String);
  for (const [what, keeps] of Object.entries(clausesFor(properties))) {
    const kept = made.store ? keeps({ ...properties, store: made.store, key: newKey() }) : Promise.reject(made);
    const error = await kept.then(() => undefined, (error) => String(error?.stack ?? error));
    console.log(JSON.stringify({ kind, what, error }));
  }
}

await Promise.all(kindsIn(runtime).map(run));
for (const close of closing) await close();
process.exit();
