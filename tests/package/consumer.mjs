// A project that has installed the packed tarball, as a user's has.
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const root = join(import.meta.dirname, '../..');

/** The published build. */
export const packageDir = join(root, 'target/npm/package');
export const manifest = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8'));
export const tarball = join(root, `target/npm/edge-oauth2-${manifest.version}.tgz`);

/** Installs the tarball into a fresh project and returns the project's folder. */
export async function createConsumer(name) {
  const dir = join(root, 'target/consumers', name);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'package.json'), JSON.stringify({ name, private: true, type: 'module' }));
  // Offline, because a package without dependencies needs nothing else.
  await tool('npm', ['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', tarball], { cwd: dir });
  return dir;
}

/** Runs a program, the pinned one if there is one; when it fails, what it printed is in the error. */
export async function tool(program, args, options) {
  const PATH = `${join(root, 'tests/node_modules/.bin')}${delimiter}${process.env.PATH}`;
  try {
    return (await run(program, args, { cwd: root, env: { ...process.env, PATH }, ...options })).stdout;
  } catch (error) {
    throw new Error(`${error.message}\n${error.stdout}`, { cause: error });
  }
}
