// Runs the consumers, all or those that are named, one after the other, and writes what came of it into docs/support.md.
import { writeFileSync } from 'node:fs';
import { root } from '../runtimes/package.mjs';
import { startServers } from '../runtimes/servers.mjs';
import { consumers } from './consumers.mjs';
import { processesIn, versionOf } from './processes.mjs';
import { createProject } from './project.mjs';
import { ask, createService } from './service.mjs';
import { file, merge, readRows, render } from './table.mjs';

const all = await consumers();
const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !all.some((consumer) => consumer.name === name));
if (unknown) {
  console.error(`no consumer is called ${unknown}; there are ${all.map(({ name }) => name).join(', ')}`);
  process.exit(1);
}

const servers = await startServers();
const titles = all.map(({ title }) => title);
const rows = [];
for (const consumer of all.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  console.log(`\n${consumer.title}`);
  rows.push(...(await rowsOf(consumer)));
  // After each, so that a run which is broken off has not been for nothing.
  writeFileSync(file, render(merge(readRows(), rows, titles)));
}
await servers.close();
const failed = rows.filter(({ result }) => result !== 'passes').length;
console.log(`\n${rows.length - failed} pass, ${failed} fail`);
process.exit(failed ? 1 : 0);

/** What a consumer's cells show. Where it cannot be installed, that is what all of them show. */
async function rowsOf({ name, title, packages, shared, cells }) {
  const date = new Date().toISOString().slice(0, 10);
  let dir;
  let broken;
  try {
    dir = await createProject(name, shared);
  } catch (error) {
    broken = error;
  }
  const version = broken ? 'not installed' : packages.map((one) => `${one} ${versionOf(one, dir)}`).join(', ');
  const made = [];
  for (const { where, run } of cells) {
    const { proven, failure } = broken ? { proven: [], failure: broken } : await runCell(`${name}-${made.length}`, dir, run);
    const result = failure ? `fails: ${reasonOf(failure)}` : 'passes';
    console.log(`  ${failure ? '✘' : '✔'} ${where}: ${failure ? failure.stack : proven.join('; ')}`);
    made.push({ consumer: title, version, where, 'what was proven': proven.join('; '), result, date });
  }
  return made;
}

/**
 * A cell proves what it claims, one `prove(claim, check)` after the other; it throws where a check does. `service()` is
 * something of its own to talk to.
 */
async function runCell(name, dir, run) {
  const { addresses } = servers;
  const processes = processesIn(dir);
  const proven = [];
  const prove = async (claim, check) => {
    await check();
    if (!proven.includes(claim)) proven.push(claim);
  };
  const service = () => createService({ addresses, name, prove });
  let failure;
  try {
    await run({ name, dir, addresses, run: processes.run, start: processes.start, ask, prove, service, versions: (one) => versionOf(one, dir) });
    if (proven.length === 0) throw new Error('nothing was proven');
  } catch (error) {
    failure = error;
  }
  await processes.close();
  return { proven, failure };
}

/** One line, without the paths of this machine: the one that names an error, if there is one. */
function reasonOf({ message, printed = message }) {
  const lines = printed.replaceAll(root, '').replaceAll(/[^\P{Cc}\n]/gu, '').split('\n').map((line) => line.trim());
  return (lines.find((line) => /Error: /.test(line)) ?? lines.find((line) => /error/i.test(line)) ?? lines[0]).slice(0, 200);
}
