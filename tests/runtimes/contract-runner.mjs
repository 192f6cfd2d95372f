// Runs the whole contract in whichever runtime this is, and prints each result as one line of JSON.
import { contract } from './contract.mjs';
import { createScene } from './scene.mjs';

export async function runContract({ edgeOAuth2, addresses, runtime }) {
  for (const [group, tests] of Object.entries(contract)) {
    for (const [title, run] of Object.entries(tests)) {
      const scene = createScene({ package: edgeOAuth2, addresses, runtime });
      const result = await (async () => run(scene))().then(() => ({ passed: true }), ({ message, stack }) => ({ message, stack }));
      console.log(JSON.stringify({ group, title, ...result }));
    }
  }
}
