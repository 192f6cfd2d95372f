// Runs the contract of every entry in whichever runtime this is, and prints each result as one line of JSON.
import { contractOf, everyTest, sceneOf } from './entries.mjs';

/** `packages` are what `import *` gave, by entries. */
export async function runContract({ packages, addresses, runtime }) {
  for (const { entry, group, title } of everyTest()) {
    const scene = sceneOf(entry, group, { package: packages[entry], addresses, runtime });
    const run = contractOf(entry)[group][title];
    const result = await (async () => run(scene))().then(() => ({ passed: true }), ({ message, stack }) => ({ message, stack }));
    console.log(JSON.stringify({ entry, group, title, ...result }));
  }
}
