// A real server of Redis's protocol: the pinned Valkey, or the machine's own redis-server.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { eventually } from '../../runtimes/assert.mjs';
import { root } from '../../runtimes/package.mjs';
import { freePort, startProcess } from './process.mjs';

const pinned = join(root, 'target/tools/bin/valkey-server');

const OF_A_CLUSTER = { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' };

/** Starts one, a cluster of one if it is to be a cluster. */
export async function startValkey({ isCluster = false } = {}) {
  const port = await freePort();
  const program = process.env.REDIS_SERVER ?? (existsSync(pinned) ? pinned : 'redis-server');
  const flags = { bind: '127.0.0.1', port, save: '', appendonly: 'no', ...(isCluster && OF_A_CLUSTER) };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const admin = new Redis(port, '127.0.0.1', { retryStrategy: () => 50, maxRetriesPerRequest: null });
  admin.on('error', () => {});
  // What one leaves behind no other may find.
  const cwd = await mkdtemp(join(tmpdir(), 'edge-oauth2-valkey-'));
  const server = await startProcess(program, args, async () => (await admin.ping()) === 'PONG', { cwd });
  if (isCluster) {
    await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    // It takes its slots, and says a moment later that it serves them.
    await eventually(async () => (await admin.call('CLUSTER', 'INFO')).includes('cluster_state:ok'), 'the cluster is up', 10_000);
  }
  return {
    ...server,
    port,
    url: `redis://127.0.0.1:${port}`,
    /** Sends a command, as an operator does. */
    command: (...words) => admin.call(...words),
    async close() {
      admin.disconnect();
      await server.end();
      await rm(cwd, { recursive: true });
    },
  };
}
