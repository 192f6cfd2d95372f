// A project that has installed the packed tarball, as a user's has.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, tool } from './tool.mjs';

/** The published build. */
export const packageDir = join(root, 'target/npm/package');
export const manifest = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8'));
export const tarball = join(root, `target/npm/edge-oauth2-${manifest.version}.tgz`);

/** Installs the tarball into a fresh project and returns the project's folder. Another Node may do the same meanwhile. */
export async function createConsumer(name) {
  const dir = join(root, 'target/consumers', process.version, name);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'package.json'), JSON.stringify({ name, private: true, type: 'module' }));
  // Offline, because a package without dependencies needs nothing else.
  await tool('npm', ['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', tarball], { cwd: dir });
  return dir;
}
