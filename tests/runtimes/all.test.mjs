// The entry that has both sides over one wasm, in workerd: what is promised of each, as far as it is wasm that keeps it.
import { after, describe, test } from 'node:test';
import { contractOf, titleOf } from './entries.mjs';
import { inboundContract } from './inbound-contract.mjs';
import { install, tarball } from './package.mjs';
import { startServers } from './servers.mjs';
import { bundle, compatibilityDates, startWorkerd } from './workerd.mjs';

const ENTRY = 'edge-oauth2/all';

/** Of the client these; the others take long, and are about what both entries have in common. */
const GROUPS = ['token endpoint', 'cache', 'separation', 'client authentication', 'client assertions', 'grants', 'authorization', 'discovery', 'revocation', 'token object'];

const project = await install('all', await tarball());
const { addresses, close } = await startServers();
after(close);
const define = { ADDRESSES: addresses, RUNTIME: 'all-workerd' };
const workerd = await startWorkerd([await bundle('contract', { project, entry: ENTRY, compatibilityDate: compatibilityDates.at(-1), define })]);
after(workerd.close);

for (const group of [...GROUPS, ...Object.keys(inboundContract)]) {
  describe(titleOf('workerd', ENTRY, group), () => {
    for (const title of Object.keys(contractOf(ENTRY)[group])) {
      test(title, { timeout: 20_000 }, async () => {
        const body = JSON.stringify({ group, title });
        const result = await (await fetch(workerd.url, { method: 'POST', body })).json();
        if (!result.passed) throw new Error(`${result.message}\n${result.stack}`);
      });
    }
  });
}
