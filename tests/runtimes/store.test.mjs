// Stores as users have them, good and bad, in Node: what instances share, and what a store can do to them.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Keyv } from 'keyv';
import { createStorage } from 'unstorage';
import { eventually, sleep } from './assert.mjs';
import { newIsolate } from './isolates.mjs';
import { install, tarball } from './package.mjs';
import { createScene } from './scene.mjs';
import { startServers } from './servers.mjs';

const project = await install('store', await tarball());
const { addresses, close } = await startServers();
after(close);

/** A scene with instances of their own, whose events are kept. */
function newScene() {
  const scene = createScene({ package: {}, addresses, runtime: 'store' });
  return {
    ...scene,
    /** A client in a new instance. */
    async instance(overrides) {
      const events = [];
      const { OAuth2Client } = await newIsolate(project);
      const client = new OAuth2Client(scene.options({ onEvent: (event) => events.push(event), ...overrides }));
      const types = () => events.map(({ type }) => type);
      return { client, events, types };
    },
  };
}

/** A store as it is written by hand, over `records`. */
const asyncStore = (records = new Map()) => ({
  records,
  get: async (key) => records.get(key) ?? null,
  put: async (key, value) => void records.set(key, value),
  delete: async (key) => void records.delete(key),
});
const onlyKey = (records) => {
  assert.equal(records.size, 1);
  return [...records.keys()][0];
};

describe('a token that one instance has obtained is the other’s too', () => {
  const items = new Map();
  const stores = {
    'a Map': new Map(),
    Keyv: new Keyv(),
    unstorage: createStorage(),
    'an object that is synchronous': {
      getItem: (key) => items.get(key),
      setItem: (key, value) => void items.set(key, value),
      removeItem: (key) => items.delete(key),
    },
    'an object that is not': asyncStore(),
    'one with a lease': {
      ...asyncStore(),
      acquire: async () => ({ held: true, fence: 1 }),
      release: async () => {},
    },
  };
  for (const [title, store] of Object.entries(stores)) {
    for (const seal of [true, false]) {
      test(`${title}, ${seal ? 'sealed' : 'in plain text'}`, async () => {
        const scene = newScene();
        const [one, two, three] = await Promise.all([1, 2, 3].map(() => scene.instance({ store, seal })));
        const token = await one.client.getToken();
        let found;
        await eventually(async () => {
          const reader = await scene.instance({ store, seal });
          found = await reader.client.getToken();
          return reader.types().includes('store_hit');
        }, 'the record is found');
        // Every instance has a class of its own.
        assert.deepEqual(found.toJSON(), token.toJSON());
        assert.deepEqual((await two.client.getToken()).toJSON(), token.toJSON());
        assert.deepEqual(two.types(), ['store_hit']);
        const grants = await scene.grants();

        await two.client.invalidate();
        await three.client.getToken();
        assert.equal(await scene.grants(), grants + 1, 'the record was deleted');
      });
    }
  }
});

describe('stores that are in another shape', () => {
  const encoder = new TextEncoder();
  for (const [title, shape] of Object.entries({
    bytes: (text) => encoder.encode(text),
    'a Buffer': (text) => Buffer.from(text),
    'an ArrayBuffer': (text) => encoder.encode(text).buffer,
    'a stream': (text) => new Response(text).body,
    'a Response': (text) => new Response(text),
    'an entry of Fastly’s': (text) => ({ text: async () => text, json: async () => ({}) }),
    'an entry with a value': (value) => ({ value, metadata: null }),
  })) {
    test(`one that gives ${title}`, async () => {
      const scene = newScene();
      const store = asyncStore();
      const get = async (key) => (store.records.has(key) ? shape(store.records.get(key)) : null);
      const one = await scene.instance({ store: { ...store, get } });
      const token = await one.client.getToken();
      await eventually(() => store.records.size === 1, 'a record is put');
      const two = await scene.instance({ store: { ...store, get } });
      assert.equal((await two.client.getToken()).accessToken, token.accessToken);
      assert.deepEqual(two.types(), ['store_hit']);
    });
  }
});

test('a record in plain text comes back from unstorage as it was put, whatever it holds', async () => {
  const { storeAdapter } = await import(pathToFileURL(join(project, 'node_modules/edge-oauth2/stores/any.js')).href);
  const adapter = storeAdapter(createStorage());
  const text = '{"v":1,"raw":{"id":12345678901234567890,"share":1.0}}';
  await adapter.put('key', text, 60);
  assert.equal(await adapter.get('key'), text);
});

describe('a store is told for how long', () => {
  const isAnHour = (ms) => assert.ok(ms > 3_500_000 && ms <= 3_600_000, `${ms} ms`);

  test('Keyv in milliseconds', async () => {
    const store = new Keyv();
    const key = await keyOfRecord(store);
    isAnHour((await store.getRaw(key)).expires - Date.now());
  });

  test('unstorage in seconds', async () => {
    const records = new Map();
    const driver = {
      name: 'map',
      hasItem: (key) => records.has(key),
      getItem: (key) => records.get(key)?.value ?? null,
      setItem: (key, value, { ttl }) => void records.set(key, { value, ttl }),
      removeItem: (key) => records.delete(key),
      getKeys: () => [...records.keys()],
    };
    await keyOfRecord(createStorage({ driver }));
    isAnHour(records.get(onlyKey(records)).ttl * 1000);
  });

  test('any other in seconds, under both names', async () => {
    let told;
    await keyOfRecord({ ...asyncStore(), put: (_key, _value, options) => (told = options) });
    isAnHour(told.ttl * 1000);
    assert.deepEqual(told, { ttl: told.ttl, expirationTtl: told.ttl });
  });

  test('and not asked to keep what it would not', async () => {
    const scene = newScene();
    const store = { ...asyncStore(), minTtlSeconds: 4_000 };
    const one = await scene.instance({ store });
    await one.client.getToken();
    await sleep(100);
    assert.equal(store.records.size, 0);
  });

  /** Lets an instance put its record, and says where. */
  async function keyOfRecord(store) {
    let key;
    const put = store.put ? 'put' : 'set';
    const original = store[put].bind(store);
    store[put] = async (...args) => {
      await original(...args);
      [key] = args;
    };
    const one = await newScene().instance({ store });
    await one.client.getToken();
    await eventually(() => key, 'a record is put');
    return key;
  }
});

describe('what fits nothing is refused, by name', () => {
  const get = () => null;
  const put = () => {};
  const remove = () => {};
  for (const [title, store, missing] of [
    ['an empty object', {}, 'it has no get, no put or set, no delete'],
    ['a string', 'TOKENS', 'it has no get, no put or set, no delete'],
    ['null', null, 'it has no get, no put or set, no delete'],
    ['a store that cannot be read', { put, delete: remove }, 'it has no get'],
    ['a store that cannot be written', { get, delete: remove }, 'it has no put or set'],
    ['a store that cannot forget', { get, put }, 'it has no delete'],
  ]) {
    test(title, async () => {
      await assert.rejects(newScene().instance({ store }), { code: 'invalid_option', message: new RegExp(`^store .*; ${missing}$`) });
    });
  }

  for (const [title, store, instead] of [
    ['a Durable Object namespace', { idFromName: get, get }, 'coordinator(namespace)'],
    ['a stub', new Proxy({}, { get: () => get }), '(key) => stub.get(key)'],
    ['a promise', Promise.resolve(new Map()), 'await it first'],
    ['a client of Redis', { get, set: put, del: remove, eval: get, sendCommand: get }, "it has no delete: 'edge-oauth2/stores/redis' makes"],
    ['a client of Upstash', { get, set: put, del: remove, eval: get }, "'edge-oauth2/stores/upstash' makes a store of it"],
    ['a D1 database', { prepare: get, batch: get }, "'edge-oauth2/stores/d1' makes a store of it"],
    ['a pool of Postgres', { query: get, connect: get }, "'edge-oauth2/stores/postgres' makes a store of it"],
    ['a Cache', { match: get, put, delete: remove }, "'edge-oauth2/stores/cache-api' makes a store of it"],
    ['Netlify Blobs', { get, set: put, setJSON: put, delete: remove }, "'edge-oauth2/stores/netlify-blobs' makes a store of it"],
  ]) {
    test(`${title}, with what to give instead`, async () => {
      const error = await newScene().instance({ store }).then(assert.fail, (error) => error);
      assert.equal(error.code, 'invalid_option');
      assert.ok(error.message.startsWith('store ') && error.message.includes(instead), error.message);
    });
  }

  test('a store without anything to seal with', async () => {
    const open = { clientSecret: undefined, clientId: addresses.clients.none.id, clientAuth: 'none', store: new Map() };
    await assert.rejects(newScene().instance(open), { code: 'invalid_option', message: /^sealKey .*seal: false/ });
    for (const way of [{ sealKey: 'a key' }, { seal: false }]) await newScene().instance({ ...open, ...way });
  });
});

describe('a bad store fails no request', () => {
  const fails = () => {
    throw new Error('MARKER-not-secret: the store is down');
  };
  const never = () => new Promise(() => {});
  const all = (does) => ({ get: does, put: does, delete: does });

  for (const [title, store] of [
    ['it throws', all(fails)],
    ['it rejects', all(async () => fails())],
    ['it throws, its lease too', { ...all(fails), acquire: fails, release: fails }],
    ['only writing fails', { ...asyncStore(), put: fails, delete: fails }],
    ['its lease answers nonsense', { ...asyncStore(), acquire: async () => 'yes', release: async () => {} }],
  ]) {
    test(title, async () => {
      const scene = newScene();
      const { client, events } = await scene.instance({ store });
      for (let attempt = 0; attempt < 5; attempt += 1) {
        assert.equal((await client.fetch('/echo')).status, 200);
        await client.invalidate();
      }
      await eventually(() => events.some(({ type }) => type === 'store_error') || store.records, 'it is told');
    });
  }

  test('it never answers: the token is late by storeTimeoutMs', async () => {
    const scene = newScene();
    await (await scene.instance({})).client.getToken();
    for (const storeTimeoutMs of [undefined, 50]) {
      const { client, events } = await scene.instance({ store: all(never), storeTimeoutMs });
      const start = performance.now();
      await client.getToken();
      const ms = performance.now() - start;
      const expected = storeTimeoutMs ?? 250;
      assert.ok(ms >= expected - 5 && ms < expected + 300, `${ms} ms`);
      const reason = `no answer within ${expected} ms`;
      assert.deepEqual(events[0], { type: 'store_error', operation: 'get', reason });
    }
  });

  test('it is left alone for a while after three failures', async () => {
    let calls = 0;
    const { client } = await newScene().instance({ store: { ...all(fails), get: () => (calls += 1, fails()) } });
    for (let attempt = 0; attempt < 8; attempt += 1) await client.getToken({ forceRefresh: attempt > 0 });
    assert.ok(calls <= 3, `${calls} calls`);
  });
});

describe('a record that is not right is a miss', () => {
  const flip = (record, at) => record.slice(0, at) + (record[at] === 'A' ? 'B' : 'A') + record.slice(at + 1);
  for (const [title, spoil, seal = true] of [
    ['garbage', () => 'garbage'],
    ['an empty text', () => ''],
    ['a number', () => 42],
    ['a megabyte', () => 'A'.repeat(1_000_000)],
    ['another version', (record) => `B${record.slice(1)}`],
    ['a changed nonce', (record) => flip(record, 5)],
    ['a changed token', (record) => flip(record, 40)],
    ['a changed tag', (record) => flip(record, record.length - 5)],
    ['half of it', (record) => record.slice(0, record.length / 2)],
    ['plain text where sealed is expected', () => '{"v":1}'],
    ['plain text of another version', (record) => JSON.stringify({ ...JSON.parse(record), v: 2 }), false],
    ['plain text of another key', (record) => JSON.stringify({ ...JSON.parse(record), key: 'x' }), false],
    ['plain text without a token', (record) => JSON.stringify({ ...JSON.parse(record), access_token: null }), false],
  ]) {
    test(title, async () => {
      const scene = newScene();
      const store = asyncStore();
      const options = { store, seal };
      await (await scene.instance(options)).client.getToken();
      await eventually(() => store.records.size === 1, 'a record is put');
      const key = onlyKey(store.records);
      store.records.set(key, spoil(store.records.get(key)));
      const { client, types } = await scene.instance(options);
      assert.equal((await client.fetch('/echo')).status, 200);
      assert.equal(await scene.grants(), 2);
      if (title !== 'a number') assert.ok(types().includes('store_unreadable'), types().join());
    });
  }

  test('a record under the key of another client', async () => {
    const scene = newScene();
    const store = asyncStore();
    await (await scene.instance({ store, scopes: 'read' })).client.getToken();
    await eventually(() => store.records.size === 1, 'a record is put');
    const [[, record]] = store.records;
    const everywhere = { ...store, get: async () => record };
    const { client, types } = await scene.instance({ store: everywhere, scopes: 'write' });
    assert.equal((await client.getToken()).scope, 'write');
    assert.ok(types().includes('store_unreadable'));
  });
});

describe('what a store gets to see', () => {
  const recordOf = async (overrides) => {
    const store = asyncStore();
    const { client } = await newScene().instance({ store, ...overrides });
    const token = await client.getToken();
    await eventually(() => store.records.size === 1, 'a record is put');
    const [[key, record]] = store.records;
    return { token, key, record };
  };

  test('sealed: nothing', async () => {
    const { token, key, record } = await recordOf();
    const seen = [key, record, Buffer.from(record, 'base64url').toString('latin1')].join();
    for (const secret of [token.accessToken, addresses.clients.header.id, addresses.clients.header.secret, 'access_token']) {
      assert.ok(!seen.includes(secret), `${secret} in ${seen}`);
    }
    assert.match(key, /^edge-oauth2:[0-9a-f]{64}$/);
  });

  test('two records of one token have nothing in common', async () => {
    const [one, two] = [await recordOf({ storePrefix: '' }), await recordOf({ storePrefix: 'mine/' })];
    assert.match(one.key, /^[0-9a-f]{64}$/);
    assert.match(two.key, /^mine\/[0-9a-f]{64}$/);
    assert.notEqual(one.record.slice(2, 60), two.record.slice(2, 60));
  });

  test('with seal: false, JSON that can be read', async () => {
    const { token, key, record } = await recordOf({ seal: false });
    const { v, key: written, access_token, expires_at } = JSON.parse(record);
    assert.deepEqual([v, written, access_token, expires_at], [1, key, token.accessToken, token.expiresAt]);
  });
});

describe('keys and secrets change without a grant', () => {
  const { secret } = addresses.clients.header;
  for (const [title, before, now, grants] of [
    ['another sealKey', { sealKey: 'one' }, { sealKey: 'two' }, 2],
    ['another sealKey, that of before being known', { sealKey: 'one' }, { sealKey: 'two', previousSealKeys: ['zero', 'one'] }, 1],
    ['a sealKey instead of the secret', {}, { sealKey: 'two', previousSealKeys: [secret] }, 1],
    // The server does not know the new secret yet: it is not asked.
    ['another client secret', {}, { clientSecret: 'new', previousClientSecret: secret }, 1],
    ['another client secret, with a sealKey', { sealKey: 'one' }, { sealKey: 'one', clientSecret: 'new', previousClientSecret: secret }, 1],
  ]) {
    test(title, async () => {
      const scene = newScene();
      const store = asyncStore();
      const token = await (await scene.instance({ store, ...before })).client.getToken();
      await eventually(() => store.records.size === 1, 'a record is put');
      const { client } = await scene.instance({ store, ...now });
      const { accessToken } = await client.getToken();
      assert.equal(await scene.grants(), grants);
      assert.equal(accessToken === token.accessToken, grants === 1);
    });
  }
});

describe('tokens that the API refuses', () => {
  test('one instance renews, the others find its token', async () => {
    const scene = newScene();
    const store = asyncStore();
    const [one, two] = await Promise.all([1, 2].map(() => scene.instance({ store })));
    const token = await one.client.getToken();
    await eventually(() => store.records.size === 1, 'a record is put');
    const key = onlyKey(store.records);
    const refused = store.records.get(key);
    await two.client.getToken();
    await scene.revoke(token);
    assert.equal((await one.client.fetch('/echo')).status, 200);
    await eventually(() => store.records.get(key) !== refused, 'the new record is put');
    assert.equal((await two.client.fetch('/echo')).status, 200);
    assert.deepEqual((await two.client.getToken()).toJSON(), (await one.client.getToken()).toJSON());
    assert.equal(await scene.grants(), 2);
  });

  test('a record that is served on is not believed', async () => {
    const scene = newScene();
    const records = new Map();
    // As KV may: what was written first stays visible.
    const store = { ...asyncStore(records), put: async (key, value) => void (records.has(key) || records.set(key, value)) };
    const { client } = await scene.instance({ store });
    const token = await client.getToken();
    await eventually(() => records.size === 1, 'a record is put');
    await scene.revoke(token);
    assert.equal((await client.fetch('/echo')).status, 200);
    assert.notEqual((await client.getToken()).accessToken, token.accessToken);
  });
});

describe('events', () => {
  test('all that are declared happen, with what is declared and nothing secret', async () => {
    const scene = newScene();
    const all = [];
    const hear = async (use, overrides) => {
      const { client, events } = await scene.instance(overrides);
      await use(client);
      await sleep(50);
      all.push(...events);
    };
    const store = asyncStore();
    const token = await scene.instance({ store }).then(({ client }) => client.getToken());
    await eventually(() => store.records.size === 1, 'a record is put');
    await hear(async (client) => {
      await Promise.all([client.getToken(), client.getToken()]);
      await client.fetch('/echo');
      await client.fetch('/refuse');
      await client.invalidate();
    }, { store });
    await hear((client) => client.getToken(), { store: { ...asyncStore(), get: () => 'garbage' } });
    await hear((client) => client.getToken(), { store: { ...asyncStore(), get: () => Promise.reject(new Error(token.accessToken)) } });
    let asked = 0;
    const lease = { acquire: () => ((asked += 1) > 1 ? { held: true, fence: 1 } : { held: false, retryAfterMs: 20 }), release() {} };
    await hear((client) => client.getToken(), { store: { ...asyncStore(), ...lease } });
    await scene.behave({ status: 503, body: 'MARKER', times: 1 });
    await hear((client) => client.getToken());
    await scene.behave({ status: 400, body: JSON.stringify({ error: 'invalid_client', error_description: addresses.clients.header.secret }), times: 1 });
    await hear((client) => assert.rejects(client.getToken(), { code: 'token_request_rejected' }));
    await scene.behave({ merge: { expires_in: 2 } });
    await hear(async (client) => {
      await client.getToken();
      await sleep(1_100);
      await client.getToken();
    }, { refreshAhead: 0.4 });
    await scene.behave({ merge: { expires_in: null }, times: 1 });
    await hear((client) => client.getToken());
    await scene.behave({ status: 400, body: JSON.stringify({ error: 'invalid_grant' }), times: 1 });
    await hear((client) => assert.rejects(client.getToken(), { code: 'reauthorization_required' }), { grant: 'refresh_token', refreshToken: 'MARKER refresh token' });
    await scene.behave({ status: 400, body: JSON.stringify({ error: 'locked' }), times: 1 });
    await hear(async (client) => {
      await assert.rejects(client.getToken(), { code: 'reauthorization_required' });
      await client.getToken();
    }, { classify: () => 'reauthorize', errorCacheSeconds: 0 });

    const declared = await declaredEvents();
    // Leaders die in workerd only (workerd-concurrency.test.mjs), and memory is filled natively (tests/cache.rs).
    const { taken_over, evicted, ...expected } = declared;
    assert.ok(taken_over && evicted);
    assert.deepEqual([...new Set(all.map(({ type }) => type))].sort(), Object.keys(expected).sort());
    for (const { type, ...members } of all) {
      assert.deepEqual(Object.keys(members).sort(), declared[type], type);
      if ('durationMs' in members) assert.ok(members.durationMs >= 0 && members.durationMs < 5_000, type);
    }
    const text = JSON.stringify(all);
    for (const secret of [addresses.clients.header.secret, 'MARKER']) assert.ok(!text.includes(secret), text);
  });

  test('the listener may do what it likes', async () => {
    const listeners = {
      throws() {
        throw new Error('MARKER');
      },
      rejects: async () => Promise.reject(new Error('MARKER')),
      'never ends': () => new Promise(() => {}),
      'has a catch that throws': () => ({ catch: () => { throw new Error('MARKER'); } }),
    };
    for (const [title, onEvent] of Object.entries(listeners)) {
      const { client } = await newScene().instance({ onEvent, store: new Map() });
      for (let attempt = 0; attempt < 3; attempt += 1) assert.equal((await client.fetch('/echo')).status, 200, title);
    }
  });

  test('stats count, for all clients of equal options; serverTiming sums up', async () => {
    const scene = newScene();
    const { OAuth2Client, serverTiming } = await newIsolate(project);
    const options = scene.options({ store: new Map() });
    const events = [];
    const client = new OAuth2Client({ ...options, onEvent: (event) => events.push(event) });
    await client.getToken();
    await client.getToken();
    const stats = new OAuth2Client(options).stats();
    assert.deepEqual(stats, { l1_hit: 1, store_miss: 1, grant: 1 });
    stats.grant = 7;
    assert.equal(client.stats().grant, 1, 'what is given out is a copy');
    assert.equal(new OAuth2Client({ ...options, scopes: 'read' }).stats().grant, undefined);
    assert.match(serverTiming(events), /^oauth2_store_miss;dur=\d+, oauth2_grant;dur=\d+$/);
    assert.equal(serverTiming([]), '');
  });

  /** The union in index.d.ts: names, and the members of each. */
  async function declaredEvents() {
    const types = await readFile(join(project, 'node_modules/edge-oauth2/entries/index.d.ts'), 'utf8');
    const union = types.slice(types.indexOf('type OAuth2Event ='), types.indexOf('type OAuth2Stats'));
    const objects = [...union.matchAll(/\{([^{}]*readonly type: '(\w+)'[^{}]*)\}/g)];
    return Object.fromEntries(
      objects.map(([, body, name]) => [name, [...body.matchAll(/readonly (\w+):/g)].map(([, member]) => member).filter((member) => member !== 'type').sort()]),
    );
  }
});

describe('warm', () => {
  test('obtains what is missing, renews what is due, and does nothing otherwise', async () => {
    const scene = newScene();
    const store = asyncStore();
    await scene.behave({ merge: { expires_in: 4 } });
    const { client } = await scene.instance({ store, refreshAhead: 0.25 });
    await client.warm();
    assert.equal(await scene.grants(), 1);
    const token = await client.getToken();
    await client.warm();
    assert.equal(await scene.grants(), 1);
    await sleep(2_200);
    await client.warm();
    assert.equal(await scene.grants(), 2);
    assert.notEqual((await client.getToken()).accessToken, token.accessToken);
  });

  test('says what went wrong', async () => {
    const scene = newScene();
    await scene.behave({ status: 400, body: '{"error":"invalid_client"}' });
    const { client } = await scene.instance({ store: new Map() });
    await assert.rejects(client.warm(), { code: 'token_request_rejected' });
  });
});
