// The contract in Node, over the installed tarball.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { contract } from './contract.mjs';
import { install, tarball } from './package.mjs';
import { createScene } from './scene.mjs';
import { startServers } from './servers.mjs';

const project = await install('node', await tarball());
const entry = join(project, 'index.js');
await writeFile(entry, "export * from 'edge-oauth2';\n");
const edgeOAuth2 = await import(pathToFileURL(entry).href);
const { addresses, close } = await startServers();
after(close);
const deeply = (value) => inspect(value, { depth: 10, showHidden: true });

for (const [group, tests] of Object.entries(contract)) {
  describe(`Node: ${group}`, () => {
    for (const [title, run] of Object.entries(tests)) {
      test(title, { timeout: 20_000 }, () =>
        run(createScene({ package: edgeOAuth2, addresses, runtime: 'node', inspect: deeply })),
      );
    }
  });
}

