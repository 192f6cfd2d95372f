// The package as a user has it: the packed tarball, installed by npm.
import { execFile } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const run = promisify(execFile);
export const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The path of the tarball that was packed into `target/npm` (or `target/npm-test`, with the hooks).
 * EDGE_OAUTH2_TARBALL names another one to be tested in its place.
 */
export async function tarball(directory = 'npm') {
  if (process.env.EDGE_OAUTH2_TARBALL) return process.env.EDGE_OAUTH2_TARBALL;
  const folder = join(root, 'target', directory);
  const files = await readdir(folder).catch(() => []);
  const packed = files.filter((name) => name.endsWith('.tgz'));
  if (packed.length !== 1) throw new Error(`expected one tarball in ${folder}, found ${packed.length}`);
  return join(folder, packed[0]);
}

/** Makes a project `name` that depends on the tarball, and gives its path. Another Node may do the same meanwhile. */
export async function install(name, from) {
  const project = join(root, 'target/runtimes', process.version, name);
  await rm(project, { recursive: true, force: true });
  await mkdir(project, { recursive: true });
  const dependencies = { 'edge-oauth2': `file:${from}` };
  const manifest = { private: true, type: 'module', dependencies };
  await writeFile(join(project, 'package.json'), JSON.stringify(manifest));
  const quietly = ['--ignore-scripts', '--offline', '--no-audit', '--no-fund', '--no-package-lock'];
  await run('npm', ['install', ...quietly], { cwd: project });
  return project;
}
