// Every server that a store needs, on loopback.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobsServer } from '@netlify/blobs/server';
import { startNeon } from './servers/neon.mjs';
import { startPostgres } from './servers/postgres.mjs';
import { startRedisRest } from './servers/redis-rest.mjs';
import { startRuntimeCache } from './servers/runtime-cache.mjs';
import { startValkey } from './servers/valkey.mjs';

/** Starts them all; `addresses` is plain data, of which stores are made. */
export async function startPlaces() {
  const folder = await mkdtemp(join(tmpdir(), 'edge-oauth2-stores-'));
  const blobsServer = new BlobsServer({ directory: join(folder, 'blobs'), token: 'a token', logger() {} });
  const [valkey, cluster, postgres, { port }] = await Promise.all([
    startValkey(),
    startValkey({ isCluster: true }),
    startPostgres(),
    blobsServer.start(),
  ]);
  const [rest, neon, runtimeCache] = await Promise.all([startRedisRest(valkey.url), startNeon(postgres.url), startRuntimeCache()]);
  const edgeURL = `http://localhost:${port}`;
  const servers = [rest, neon, runtimeCache, valkey, cluster, postgres, { close: () => blobsServer.stop() }];
  /** Nobody is there any more. */
  const end = async () => {
    for (const one of servers.splice(0)) await one.close();
  };
  return {
    valkey,
    cluster,
    postgres,
    addresses: {
      redis: valkey.url,
      cluster: cluster.url,
      rest: { url: rest.url, token: rest.token },
      postgres: postgres.url,
      neon: neon.url,
      runtimeCache: runtimeCache.url,
      blobs: { edgeURL, uncachedEdgeURL: edgeURL, siteID: 'site', token: 'a token' },
      file: join(folder, 'deno-kv'),
    },
    end,
    async close() {
      await end();
      await rm(folder, { recursive: true });
    },
  };
}
