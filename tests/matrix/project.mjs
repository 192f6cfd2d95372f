// A consumer's project, made anew: its files, its packages as its lock file says, and the packed tarball.
import { cp, mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { root, tarball } from '../runtimes/package.mjs';
import { processesIn } from './processes.mjs';

/** Not the user's business. */
const LEFT_OUT = ['consumer.mjs', 'node_modules'];

/** Makes `target/matrix/{name}` of the consumer's folder and of the folders `shared` beside it; gives its path. */
export async function createProject(name, shared = []) {
  const dir = join(root, 'target/matrix', name);
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  for (const folder of [...shared, name]) {
    const filter = (path) => !LEFT_OUT.includes(basename(path));
    await cp(join(import.meta.dirname, folder), dir, { recursive: true, filter });
  }
  const { run } = processesIn(dir);
  const quietly = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  await run('npm', ['ci', ...quietly]);
  // Not saved: what is packed is another tarball each time, and a lock file would hold its digest.
  await run('npm', ['install', '--no-save', ...quietly, await tarball()]);
  return dir;
}
