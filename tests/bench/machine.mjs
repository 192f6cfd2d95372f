// Where and of what something was measured.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const require = createRequire(import.meta.url);

export function machine() {
  return `${cpus().length} × ${cpus()[0].model.trim()} (${arch()}), ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}`;
}

/** How many processes wanted to run in the last minute: more than there are cores, and times are others' too. */
export function load() {
  return Math.round(loadavg()[0] * 10) / 10;
}

/** Of all that is compared, and of what runs it. */
export function versions() {
  const [, own] = readFileSync(join(root, 'Cargo.toml'), 'utf8').match(/^version = "(.+)"$/m);
  const { dependencies } = require('./package.json');
  return { 'edge-oauth2': own, ...dependencies, workerd: require('workerd/package.json').version, 'Node.js': process.version.slice(1) };
}
