// Compiled, not run: clients that stores are made of.
import { OAuth2Client } from 'edge-oauth2';
import { cacheApiStore } from 'edge-oauth2/stores/cache-api';
import { denoKvStore } from 'edge-oauth2/stores/deno-kv';
import { netlifyBlobsStore } from 'edge-oauth2/stores/netlify-blobs';
import { postgresStore } from 'edge-oauth2/stores/postgres';
import { redisStore } from 'edge-oauth2/stores/redis';
import { runtimeCacheStore } from 'edge-oauth2/stores/runtime-cache';
import { upstashStore } from 'edge-oauth2/stores/upstash';
import { getStore } from '@netlify/blobs';
import { Redis as Upstash } from '@upstash/redis';
import { getCache } from '@vercel/functions';
import { Cluster, Redis } from 'ioredis';
import { createClient, createClientPool, createCluster } from 'redis';
import postgres from 'postgres';
import { neon } from '@neondatabase/serverless';

const required = { tokenUrl: 'https://auth.example.com/token', clientId: 'id', clientSecret: 'secret' };
declare const kv: {
  get(key: string[]): Promise<{ value: unknown }>;
  set(key: string[], value: unknown): unknown;
  delete(key: string[]): unknown;
  atomic(): unknown;
};
for (const store of [
  redisStore(new Redis()),
  redisStore(new Cluster([])),
  redisStore(createClient()),
  redisStore(createClientPool()),
  redisStore(createCluster({ rootNodes: [] })),
  upstashStore(Upstash.fromEnv()),
  upstashStore({ url: 'https://example.upstash.io', token: 'token' }),
  postgresStore(postgres()),
  postgresStore(neon('postgres://')),
  denoKvStore(kv),
  netlifyBlobsStore(getStore('tokens')),
  runtimeCacheStore(getCache()),
  cacheApiStore(),
]) {
  new OAuth2Client({ ...required, store });
}

// @ts-expect-error no client
redisStore('redis://127.0.0.1');
// @ts-expect-error no token
upstashStore({ url: 'https://example.upstash.io' });
// @ts-expect-error no client
postgresStore('postgres://127.0.0.1');
// @ts-expect-error not a store, but what one is made of
new OAuth2Client({ ...required, store: new Redis() });
