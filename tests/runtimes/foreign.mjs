// The contract in a runtime other than Node, over the installed tarball: a process of that runtime.
import { spawn } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { equal } from './assert.mjs';
import { entries, titleOf } from './entries.mjs';
import { install, root, run, tarball } from './package.mjs';
import { startServers } from './servers.mjs';

const IDLE_MS = 30_000;

/** npm has a package with the `binary` for this platform `under` that scope; `args` come before the script. */
export async function runContractIn(name, { under, binary, args }) {
  const scope = join(root, 'tests/node_modules', under);
  const [platform] = await readdir(scope);
  const project = await install(name.toLowerCase(), await tarball());
  const { addresses, close } = await startServers();
  after(close);
  const file = join(project, 'contract.mjs');
  const runner = pathToFileURL(join(root, 'tests/runtimes/contract-runner.mjs')).href;
  await writeFile(
    file,
    `import { runContract } from ${JSON.stringify(runner)};
    const packages = { ${Object.keys(entries).map((one) => `'${one}': await import('${one}')`)} };
    await runContract({ packages, addresses: ${JSON.stringify(addresses)}, runtime: ${JSON.stringify(name)} });`,
  );
  const stdio = ['ignore', 'pipe', 'pipe'];
  const child = spawn(join(scope, platform, binary), [...args, file], { cwd: project, stdio });
  after(() => child.kill());

  test(`${name}: require and import give one instance`, async () => {
    const both = join(project, 'both.cjs');
    const compared = `required.OAuth2Client === imported.OAuth2Client`;
    await writeFile(both, `const required = require('edge-oauth2'); import('edge-oauth2').then((imported) => console.log(${compared}));`);
    equal((await run(join(scope, platform, binary), [...args, both], { cwd: project })).stdout.trim(), 'true');
  });

  const printed = [];
  child.stderr.on('data', (data) => printed.push(data));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.on('error', (error) => printed.push(error.message));

  for (const [entry, groups] of Object.entries(entries)) {
    for (const [group, tests] of Object.entries(groups)) {
      describe(titleOf(name, entry, group), () => {
        for (const title of Object.keys(tests)) {
          test(title, { timeout: IDLE_MS }, async () => {
            const { value, done } = await lines.next();
            if (done) throw new Error(`${name} ended: ${printed.join('')}`);
            const result = JSON.parse(value);
            const isThis = result.entry === entry && result.group === group && result.title === title;
            if (!isThis) throw new Error(`expected the result of this test, got ${value}`);
            if (!result.passed) throw new Error(`${result.message}\n${result.stack}`);
          });
        }
      });
    }
  }
}
