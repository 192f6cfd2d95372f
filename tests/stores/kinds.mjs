// Stores as users make them: `make({ load, … })` gives the option `store`. `load` imports a file of the package; the rest are
// addresses. A kind says whether it has a lease, and whether that is atomic; whether its records are endless, or limited in size; and
// whether its keys are paths. `runtimes` are where it is tried, Node if it names none.
import { createRequire } from 'node:module';

const redisOf = async (name, ...args) => new (await import(name)).Redis(...args);

/** What the entry `name` exports. */
const entry = async (load, name) => (await load(`stores/${name}.js`))[`${name.replace(/-./g, ([, letter]) => letter.toUpperCase())}Store`];

/** As its documentation wants it: connected, and listened to. */
async function connected(client) {
  client.on('error', () => {});
  await client.connect();
  return client;
}

const ioredis = (name) => async ({ load, redis, closing }) => {
  const client = await redisOf(name, redis);
  client.on('error', () => {});
  closing.push(() => client.disconnect());
  return (await entry(load, 'redis'))(client);
};

const nodeRedis = (name) => async ({ load, redis, closing }) => {
  const client = await connected((await import(name)).createClient({ url: redis }));
  closing.push(() => (client.destroy ?? client.disconnect).call(client));
  return (await entry(load, 'redis'))(client);
};

export const kinds = {
  'ioredis 6': { isAtomic: true, runtimes: ['Node', 'Deno', 'Bun'], make: ioredis('ioredis') },
  'ioredis 5': { isAtomic: true, make: ioredis('ioredis-5') },
  'ioredis, with a prefix': {
    isAtomic: true,
    async make({ load, redis, closing }) {
      const client = await redisOf('ioredis', redis, { keyPrefix: 'app:' });
      closing.push(() => client.disconnect());
      return (await entry(load, 'redis'))(client);
    },
  },
  'ioredis, a cluster with a prefix': {
    isAtomic: true,
    async make({ load, cluster, closing }) {
      const { Cluster } = await import('ioredis');
      const client = new Cluster([cluster], { redisOptions: { keyPrefix: 'app:' }, keyPrefix: 'app:', scaleReads: 'slave' });
      closing.push(() => client.disconnect());
      return (await entry(load, 'redis'))(client);
    },
  },
  'node-redis 6': { isAtomic: true, runtimes: ['Node', 'Deno', 'Bun'], make: nodeRedis('redis') },
  'node-redis 5': { isAtomic: true, make: nodeRedis('redis-5') },
  'node-redis 4': { isAtomic: true, make: nodeRedis('redis-4') },
  'node-redis, a pool': {
    isAtomic: true,
    async make({ load, redis, closing }) {
      const { createClientPool } = await import('redis');
      const client = await connected(createClientPool({ url: redis }));
      closing.push(() => client.destroy());
      return (await entry(load, 'redis'))(client);
    },
  },
  'node-redis, a cluster': {
    isAtomic: true,
    async make({ load, cluster, closing }) {
      const { createCluster } = await import('redis');
      const client = await connected(createCluster({ rootNodes: [{ url: cluster }] }));
      closing.push(() => client.destroy());
      return (await entry(load, 'redis'))(client);
    },
  },
  'Upstash’s client': {
    isAtomic: true,
    async make({ load, rest }) {
      const { Redis } = await import('@upstash/redis');
      return (await entry(load, 'upstash'))(new Redis({ ...rest, retry: false }));
    },
  },
  'Upstash’s client, which parses nothing': {
    isAtomic: true,
    async make({ load, rest }) {
      const { Redis } = await import('@upstash/redis');
      return (await entry(load, 'upstash'))(new Redis({ ...rest, automaticDeserialization: false, retry: false }));
    },
  },
  'Vercel KV’s client': {
    isAtomic: true,
    async make({ load, rest }) {
      const { createClient } = await import('@vercel/kv');
      return (await entry(load, 'upstash'))(createClient(rest));
    },
  },
  'Upstash by fetch': {
    isAtomic: true,
    runtimes: ['Node', 'Deno', 'Bun'],
    make: async ({ load, rest }) => (await entry(load, 'upstash'))(rest),
  },
  'pg, a pool': {
    isAtomic: true,
    async make({ load, postgres, closing }) {
      const { default: pg } = await import('pg');
      const pool = new pg.Pool({ connectionString: postgres, max: 4 });
      pool.on('error', () => {});
      closing.push(() => pool.end());
      return (await entry(load, 'postgres'))(pool);
    },
  },
  'pg, a pool, with a table of another shape': {
    runtimes: [],
    async make({ load, postgres }) {
      const { default: pg } = await import('pg');
      return (await entry(load, 'postgres'))(new pg.Pool({ connectionString: postgres, options: '-c search_path=other' }));
    },
  },
  'postgres.js': {
    isAtomic: true,
    runtimes: ['Node', 'Deno'],
    async make({ load, postgres, closing }) {
      // Its own question for array types is caught by nobody: a connection that is lost meanwhile would end the process.
      const sql = (await import('postgres')).default(postgres, { max: 4, fetch_types: false, onnotice() {} });
      closing.push(() => sql.end({ timeout: 0 }));
      return (await entry(load, 'postgres'))(sql);
    },
  },
  'Neon over HTTP': {
    isAtomic: true,
    async make({ load, neon: url }) {
      const { neon, neonConfig } = await import('@neondatabase/serverless');
      neonConfig.fetchEndpoint = url;
      return (await entry(load, 'postgres'))(neon('postgres://user:password@neon.example/tokens'));
    },
  },
  'Netlify Blobs': {
    async make({ load, blobs }) {
      const { getStore } = await import('@netlify/blobs');
      return (await entry(load, 'netlify-blobs'))(getStore({ name: 'tokens', ...blobs }));
    },
  },
  'Vercel’s Runtime Cache': {
    async make({ load, runtimeCache }) {
      Object.assign(process.env, { RUNTIME_CACHE_ENDPOINT: runtimeCache, RUNTIME_CACHE_HEADERS: '{}' });
      const { getCache } = createRequire(import.meta.url)('@vercel/functions');
      return (await entry(load, 'runtime-cache'))(getCache());
    },
  },
  'a Map': { hasLease: false, isEndless: true, make: async () => new Map() },
  Keyv: { hasLease: false, make: async () => new (await import('keyv')).Keyv() },
  unstorage: { hasLease: false, isEndless: true, hasPaths: true, make: async () => (await import('unstorage')).createStorage() },
  'unstorage, in files': {
    hasLease: false,
    isEndless: true,
    hasPaths: true,
    async make({ file }) {
      const { default: driver } = await import('unstorage/drivers/fs-lite');
      return (await import('unstorage')).createStorage({ driver: driver({ base: `${file}-files` }) });
    },
  },
  'Deno KV': {
    isAtomic: true,
    isLimited: true,
    runtimes: ['Deno'],
    make: async ({ load, file, closing }) => (await entry(load, 'deno-kv'))(await openKv(file, closing)),
  },
  'Deno KV as it is': { isAtomic: true, runtimes: ['Deno'], make: ({ file, closing }) => openKv(`${file}-2`, closing) },
  'Bun’s RedisClient': {
    isAtomic: true,
    runtimes: ['Bun'],
    async make({ load, redis, closing }) {
      const client = new Bun.RedisClient(redis);
      closing.push(() => client.close());
      return (await entry(load, 'redis'))(client);
    },
  },
  'Bun’s SQL': {
    isAtomic: true,
    runtimes: ['Bun'],
    async make({ load, postgres, closing }) {
      const sql = new Bun.SQL({ url: postgres, max: 4 });
      closing.push(() => sql.end());
      return (await entry(load, 'postgres'))(sql);
    },
  },
};

async function openKv(file, closing) {
  const kv = await Deno.openKv(file);
  closing.push(() => kv.close());
  return kv;
}

/** The kinds that are tried in `runtime`. */
export const kindsIn = (runtime) => Object.entries(kinds).filter(([, { runtimes = ['Node'] }]) => runtimes.includes(runtime));
