// What instances tell each other of tokens through a store, and what is believed of it.
import { equal, eventually, ok } from '../assert.mjs';
import { later } from '../inbound-scene.mjs';

const sealKey = 'a key of the store that nobody else has';

export const stores = {
  'a store has no token, no secret and no answer to read': async ({ introspector, opaque, introspection }) => {
    const records = new Map();
    const token = opaque({ sub: 'MARKER', scope: 'MARKER' });
    await introspector({ store: records }).introspect(token);
    await eventually(() => records.size > 0, 'it is put');
    const stored = JSON.stringify([...records]);
    ok(!stored.includes('MARKER') && !stored.includes(token) && !stored.includes(introspection().clientId), stored);
  },

  'what a store says is not believed of whoever wrote it': async ({ introspector, opaque, count }) => {
    const records = new Map();
    const [token, bad] = [opaque(), 'nobody-knows-this-either'];
    const one = introspector({ store: records, sealKey });
    await one.introspect(token);
    await eventually(() => records.size > 0, 'it is put');
    const [[, sealed]] = records;
    const lying = { get: () => sealed, put() {}, delete() {} };
    equal((await introspector({ store: lying, sealKey }).introspect(bad)).active, false, 'a record of another token');
    const plain = { get: () => '{"active":true}', put() {}, delete() {} };
    equal((await introspector({ store: plain, sealKey }).introspect(`${bad}-2`)).active, false, 'a record that nobody sealed');
    equal(await count('introspect'), 3);
  },

  'a store that throws, is silent or full costs nothing but time': async ({ introspector, opaque }) => {
    const never = () => new Promise(() => {});
    const fails = () => {
      throw new Error('MARKER');
    };
    const events = [];
    for (const member of [never, fails, async () => fails(), async () => 7, async () => 'rubbish']) {
      const store = { get: member, put: member, delete: member };
      const one = introspector({ store, storeTimeoutMs: 50, onEvent: (event) => events.push(event) });
      equal((await one.introspect(opaque())).active, true);
      await one.forget(opaque());
    }
    ok(events.some(({ type }) => type === 'store_error'), JSON.stringify(events));
    ok(!JSON.stringify(events).includes(sealKey), 'no secret');
  },

  'a store wants a key to seal with': async ({ TokenIntrospector, introspection }) => {
    const options = introspection({ clientSecret: undefined, clientAuth: 'none', store: new Map() });
    try {
      new TokenIntrospector(options);
    } catch (error) {
      equal(error.code, 'invalid_option');
      return ok(error.message.includes('sealKey'), error.message);
    }
    throw new Error('it was taken');
  },

  'a store that keeps for ever is believed no longer than memory': async ({ introspector, opaque, behave }) => {
    const records = new Map();
    const token = opaque();
    const one = (cacheEntries) => introspector({ store: { get: (key) => records.get(key), put: (key, value) => void records.set(key, value), delete() {} }, cacheEntries });
    await one(100).introspect(token);
    await eventually(() => records.size > 0, 'it is put');
    await behave('introspect', { merge: { active: false } });
    await later(61, async () => equal((await one(101).introspect(token)).active, false));
  },

  'forget forgets it in the store too': async ({ introspector, opaque, behave }) => {
    const records = new Map();
    const token = opaque();
    const one = introspector({ store: records });
    await one.introspect(token);
    await eventually(() => records.size > 0, 'it is put');
    await one.forget(token);
    await behave('introspect', { merge: { active: false } });
    // Another instance, as it were: nothing in memory, the store alone.
    equal((await introspector({ store: records, cacheEntries: 7 }).introspect(token)).active, false);
  },
};
