// The contract of stores in Node, over real servers and the clients that people use.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { BlobsServer } from '@netlify/blobs/server';
import { install, tarball } from '../runtimes/package.mjs';
import { contract, newKey } from './contract.mjs';
import { kinds } from './kinds.mjs';
import { startPostgres } from './servers/postgres.mjs';
import { startRedisRest } from './servers/redis-rest.mjs';
import { startValkey } from './servers/valkey.mjs';

const project = await install('stores', await tarball());
const load = (file) => import(pathToFileURL(join(project, 'node_modules/edge-oauth2', file)).href);
const { storeAdapter } = await load('stores/any.js');

const folder = await mkdtemp(join(tmpdir(), 'edge-oauth2-blobs-'));
const blobsServer = new BlobsServer({ directory: folder, token: 'a token', logger() {} });
const [valkey, cluster, postgres, blobs] = await Promise.all([startValkey(), startValkey({ isCluster: true }), startPostgres(), blobsServer.start()]);
const rest = await startRedisRest(valkey.url);
const closing = [];
after(async () => {
  for (const close of closing) await close();
  for (const one of [rest, valkey, cluster, postgres]) await one.close();
  await blobsServer.stop();
  await rm(folder, { recursive: true });
});
const edgeURL = `http://localhost:${blobs.port}`;
const addresses = {
  load,
  closing,
  redis: valkey.url,
  cluster: cluster.url,
  rest: { url: rest.url, token: rest.token },
  postgres: postgres.url,
  blobs: { edgeURL, uncachedEdgeURL: edgeURL, siteID: 'site', token: 'a token' },
};

describe('a store in Node', { concurrency: true, timeout: 60_000 }, () => {
  for (const [title, { make, isAtomic = false }] of Object.entries(kinds)) {
    describe(title, { concurrency: true }, () => {
      const store = make(addresses).then(storeAdapter);
      for (const [what, keeps] of Object.entries(contract)) test(what, async () => keeps({ store: await store, key: newKey(), isAtomic }));
    });
  }
});
