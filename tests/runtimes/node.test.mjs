// The contract in Node, over the installed tarball.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { entries, sceneOf, titleOf } from './entries.mjs';
import { install, tarball } from './package.mjs';
import { startServers } from './servers.mjs';

const project = await install('node', await tarball());
const { addresses, close } = await startServers();
after(close);
const deeply = (value) => inspect(value, { depth: 10, showHidden: true });

/** By entries, what `import *` gives. */
const packages = {};
for (const entry of Object.keys(entries)) {
  const file = join(project, `${entry.replaceAll('/', '-')}.js`);
  await writeFile(file, `export * from '${entry}';\n`);
  packages[entry] = await import(pathToFileURL(file).href);
}

for (const [entry, groups] of Object.entries(entries)) {
  for (const [group, tests] of Object.entries(groups)) {
    describe(titleOf('Node', entry, group), () => {
      for (const [title, run] of Object.entries(tests)) {
        test(title, { timeout: 20_000 }, () =>
          run(sceneOf(entry, group, { package: packages[entry], addresses, runtime: 'node', inspect: deeply })),
        );
      }
    });
  }
}
