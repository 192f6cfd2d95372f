// What the doctor says of stores: nothing of those that work, and of each that does not what is wrong, over real servers.
import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Redis } from 'ioredis';
import pg from 'pg';
import { certificate } from '../runtimes/certificate.mjs';
import { install, tarball } from '../runtimes/package.mjs';
import { kindsIn } from './kinds.mjs';
import { startPlaces } from './places.mjs';
import { freePort } from './servers/process.mjs';
import { startValkey } from './servers/valkey.mjs';

const project = await install('stores-doctor', await tarball());
const load = (file) => import(pathToFileURL(join(project, 'node_modules/edge-oauth2', file)).href);
const { checkStore } = await load('doctor/store.js');
const { redisStore } = await load('stores/redis.js');
const { postgresStore } = await load('stores/postgres.js');
const { upstashStore } = await load('stores/upstash.js');
const places = await startPlaces();
const { valkey, postgres, addresses } = places;
const closing = [];
const own = new Redis(addresses.redis);
after(async () => {
  own.disconnect();
  for (const close of closing) await close();
  await places.close();
});

/** The findings about `store`, by their codes. */
async function codes(store, options) {
  return (await checkStore(store, options)).findings.map(({ code }) => code);
}

/** What a kind that works is told, as the page on stores says it: in memory, or without an end of its records. */
const SAID = {
  'a Map': ['store_does_not_share'],
  Keyv: ['store_does_not_share'],
  unstorage: ['store_does_not_share'],
  'unstorage, in files': ['store_never_expires'],
};

describe('a store that works', { concurrency: 4 }, () => {
  for (const [kind, { make }] of kindsIn('Node')) {
    for (const seal of [true, false]) {
      test(`${kind}, ${seal ? 'sealed' : 'in plain text'}`, async () => {
        const store = await make({ load, ...addresses, closing });
        const { findings, step } = await checkStore(store, { seal });
        assert.deepEqual(findings.map(({ code }) => code), SAID[kind] ?? []);
        assert.ok(findings.every(({ severity }) => severity === 'warning'));
        assert.deepEqual([step.name, step.outcome, typeof step.durationMs], ['store', 'passed', 'number']);
      });
    }
  }

  test('has nothing of the doctor’s in it afterwards, also where it ended early', async () => {
    const store = redisStore(own);
    await store.put('another’s', 'record', { ttl: 60 });
    assert.deepEqual(await codes(store, { storePrefix: 'left:' }), []);
    const failing = { ...store, get: () => Promise.reject(new Error('no')) };
    assert.deepEqual(await codes(failing, { storePrefix: 'left:' }), ['store_failed']);
    assert.deepEqual(await valkey.command('KEYS', 'left:*'), []);
    assert.equal(await store.get('another’s'), 'record');
  });
});

/** A connection that does not try again, as a user whom the server knows by that name. */
async function as(url, options) {
  const client = new Redis(url, { retryStrategy: () => null, lazyConnect: true, ...options });
  client.on('error', () => {});
  closing.push(() => client.disconnect());
  await client.connect().catch(() => {});
  return redisStore(client);
}

/** A store in Postgres for connections with these options. */
function inPostgres(options) {
  const pool = new pg.Pool({ connectionString: postgres.url, max: 2, ...options });
  pool.on('error', () => {});
  closing.push(() => pool.end());
  return postgresStore(pool);
}

/** A server of Redis's that an operator has changed. */
async function changed(...command) {
  const server = await startValkey();
  closing.push(server.close);
  await server.command(...command);
  return await as(server.url);
}

/** Servers that refuse: the code, what the server said, and the store. */
const refusing = {
  // Who called ioredis is told no more.
  'a password is missing': ['store_unreachable', /Connection is closed/, () => changed('CONFIG', 'SET', 'requirepass', 'MARKER password')],
  'a wrong password': [
    'store_refuses_credentials',
    /401/,
    () => upstashStore({ ...addresses.rest, token: 'another' }),
  ],
  'a user who may run no scripts': [
    'store_forbids',
    /NOPERM/,
    async () => {
      await valkey.command('ACL', 'SETUSER', 'reader', 'on', '>reader', '~*', '+@read', '+@connection');
      return await as(addresses.redis, { username: 'reader', password: 'reader' });
    },
  ],
  'a user who may run scripts that read': [
    'store_read_only',
    /NOPERM|permission/i,
    async () => {
      await valkey.command('ACL', 'SETUSER', 'script', 'on', '>script', '~*', '+@read', '+@connection', '+eval', '+time');
      return await as(addresses.redis, { username: 'script', password: 'script' });
    },
  ],
  'a user of other keys': [
    'store_forbids',
    /key/,
    async () => {
      await valkey.command('ACL', 'SETUSER', 'other', 'on', '>other', '~other:*', '+@all');
      return await as(addresses.redis, { username: 'other', password: 'other' });
    },
  ],
  'a replica': ['store_read_only', /READONLY/, () => changed('REPLICAOF', '127.0.0.1', valkey.port)],
  'a memory that is full': ['store_full', /OOM/, () => changed('CONFIG', 'SET', 'maxmemory', '1')],
  'nobody listens': ['store_unreachable', /closed|ECONNREFUSED/, async () => as(`redis://127.0.0.1:${await freePort()}`)],
  'nobody listens, in Postgres': [
    'store_unreachable',
    /ECONNREFUSED/,
    async () => inPostgres({ connectionString: `postgres://postgres@127.0.0.1:${await freePort()}/postgres` }),
  ],
  'nobody knows the certificate': [
    'store_certificate',
    /SELF_SIGNED/,
    async () => {
      const server = createServer(certificate({ name: 'localhost' }), (_, response) => response.end());
      await new Promise((done) => server.listen(0, '127.0.0.1', done));
      closing.push(() => server.close());
      return upstashStore({ url: `https://localhost:${server.address().port}`, token: 'MARKER token' });
    },
  ],
  'a role without rights': [
    'store_forbids',
    /permission denied/,
    async () => {
      await postgres.command('CREATE ROLE nobody LOGIN');
      await postgres.command('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
      return inPostgres({ user: 'nobody', connectionString: postgres.url.replace('postgres@', 'nobody@') });
    },
  ],
  'a session that is read-only': ['store_read_only', /read-only transaction/, () => inPostgres({ options: '-c default_transaction_read_only=on' })],
  'a table of another shape': [
    'store_other_table',
    /column .* does not exist/,
    async () => {
      await postgres.command('CREATE SCHEMA other');
      await postgres.command('CREATE TABLE other.edge_oauth2_tokens (key TEXT PRIMARY KEY, token TEXT)');
      return inPostgres({ options: '-c search_path=other' });
    },
  ],
  'no such database': ['store_failed', /does not exist/, () => inPostgres({ connectionString: postgres.url.replace(/postgres$/, 'absent') })],
};

describe('a server that refuses', { concurrency: 4 }, () => {
  for (const [title, [code, said, make]] of Object.entries(refusing)) {
    test(title, async () => {
      const { findings, step } = await checkStore(await make(), {});
      assert.deepEqual(findings.map((finding) => finding.code), [code], JSON.stringify(findings));
      assert.match(findings[0].said, said);
      assert.equal(step.outcome, 'failed');
      for (const { part, severity, option, message, advice } of findings) {
        assert.deepEqual([part, severity, option], ['store', 'error', 'store']);
        assert.ok(message && advice);
      }
      assert.ok(!JSON.stringify(findings).includes('MARKER'), JSON.stringify(findings));
    });
  }

  test('says nothing', async () => {
    const silent = await startValkey();
    const store = await as(silent.url);
    await silent.stall();
    assert.deepEqual(await codes(store), ['store_silent']);
    await silent.close();
  });
});

/** A store of a user's own, as it should be; `mistakes` replace methods of it. */
function handmade(mistakes = {}) {
  const leaseOf = (key) => `${key}:lease`;
  return {
    get: (key) => own.get(key),
    put: (key, value, { ttl }) => own.set(key, value, 'EX', ttl),
    delete: (key) => own.del(key),
    async acquire(key, ttlMs) {
      const fence = crypto.randomUUID();
      const held = await own.set(leaseOf(key), fence, 'PX', ttlMs, 'NX');
      return held ? { held: true, fence } : { held: false, retryAfterMs: await own.pttl(leaseOf(key)) };
    },
    async release(key, fence) {
      if ((await own.get(leaseOf(key))) === fence) await own.del(leaseOf(key));
    },
    ...mistakes,
  };
}

/** What people write, and what is wrong with it. */
const mistaken = {
  'reads from another place than it writes to': ['store_forgets', { get: (key) => own.get(`other:${key}`) }],
  'stringifies and does not parse': ['store_changes_values', { put: (key, value, { ttl }) => own.set(key, JSON.stringify(value), 'EX', ttl) }],
  'reads text in another encoding': ['store_changes_values', { get: async (key) => (await own.getBuffer(key))?.toString('latin1') }, { seal: false }],
  'cuts what is long': ['store_truncates', { put: (key, value, { ttl }) => own.set(key, value.slice(0, 4096), 'EX', ttl) }],
  'keeps what it has': ['store_keeps_first', { put: (key, value, { ttl }) => own.set(key, value, 'EX', ttl, 'NX') }],
  'deletes another key': ['store_does_not_delete', { delete: (key) => own.del(`other:${key}`) }],
  'has no time to live': ['store_never_expires', { put: (key, value) => own.set(key, value) }],
  'looks, and then claims': [
    'store_claims_twice',
    {
      async acquire(key, ttlMs) {
        if (await own.get(`${key}:lease`)) return { held: false, retryAfterMs: ttlMs };
        await own.set(`${key}:lease`, '1', 'PX', ttlMs);
        return { held: true, fence: '1' };
      },
    },
  ],
  'gives the lease to nobody': ['store_gives_no_lease', { acquire: async (_, ttlMs) => ({ held: false, retryAfterMs: ttlMs }) }],
  'keeps the lease': ['store_keeps_lease', { release: async () => {} }],
  'answers acquire in words of its own': ['store_failed', { acquire: async () => true }],
  'is slower than it is waited for': [
    'store_slow',
    {
      async get(key) {
        await new Promise((done) => setTimeout(done, 60));
        return await own.get(key);
      },
    },
    { storeTimeoutMs: 20 },
  ],
  'reads out of a cache before it': [
    'store_reads_memory',
    (() => {
      const cache = new Map();
      return {
        get: async (key) => cache.get(key) ?? (await own.get(key)),
        async put(key, value, { ttl }) {
          if (ttl > 1) cache.set(key, value);
          await own.set(key, value, 'EX', ttl);
        },
        async delete(key) {
          cache.delete(key);
          await own.del(key);
        },
      };
    })(),
  ],
  'is a promise’s Map': [
    'store_does_not_share',
    (() => {
      const kept = new Map();
      return { get: async (key) => kept.get(key), put: async (...entry) => void kept.set(...entry), delete: async (key) => void kept.delete(key) };
    })(),
  ],
};

describe('a store of one’s own', { concurrency: 4 }, () => {
  test('that is right', async () => {
    assert.deepEqual(await codes(handmade()), []);
  });

  for (const [title, [code, mistakes, options]] of Object.entries(mistaken)) {
    test(title, async () => {
      const { findings } = await checkStore(handmade(mistakes), options);
      assert.deepEqual(findings.map((finding) => finding.code), [code], JSON.stringify(findings));
    });
  }

  test('that shows a write later, as KV may, is right', async () => {
    const kv = { get: async () => null, getWithMetadata: async () => null, put: async () => {}, delete: async () => {} };
    const { findings, step } = await checkStore(kv);
    assert.deepEqual([findings, step.outcome, typeof step.note], [[], 'passed', 'string']);
  });

  test('that parses JSON is right, since what it gives is written again', async () => {
    const parsing = { get: async (key) => JSON.parse(await own.get(key)) };
    assert.deepEqual(await codes(handmade(parsing), { seal: false }), []);
  });
});
