// What isolates of one location share beside KV, in real workerd: a claim, and a record that is seen at once.
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { Response } from 'miniflare';
import { equal, ok, sleep } from './assert.mjs';
import { startIssuer } from './fleet.mjs';
import { install, tarball } from './package.mjs';
import { bundle, startWorkerd } from './workerd.mjs';

/** How many isolates there are at each location; some have a slow Cache API, and some none that works. */
const MEMBERS = { oslo: 10, lima: 4, slow: 8, nothing: 3, throws: 3, rejects: 3, hangs: 3 };
const USELESS = ['nothing', 'throws', 'rejects', 'hangs'];
const LIFE = 600;

const project = await install('near', await tarball());
const names = (cache) => Array.from({ length: MEMBERS[cache] }, (_, index) => `${cache}-${index}`);
const options = { project, compatibilityDate: '2026-07-01' };
const members = await Promise.all(
  Object.keys(MEMBERS).map(async (cache) => {
    const worker = await bundle('near', { ...options, define: { CACHE: cache } });
    return names(cache).map((name) => ({ ...worker, name, kvNamespaces: { TOKENS: 'tokens' } }));
  }),
);
const issuer = await startIssuer();
const workerd = await startWorkerd([
  { ...(await bundle('front', options)), serviceBindings: Object.fromEntries(members.flat().map(({ name }) => [name, name])) },
  ...members.flat(),
]);
after(async () => {
  for (const one of [workerd, issuer]) await one.close();
});

const namespace = await workerd.namespace('TOKENS', 'oslo-0');
const keys = async () => (await namespace.list()).keys.map(({ name }) => name);
/** The keys that `work` makes KV keep. */
async function keysOf(work) {
  const before = await keys();
  await work();
  return (await keys()).filter((name) => !before.includes(name));
}

const request = async (member, message) =>
  await (await fetch(workerd.url + member, { method: 'POST', body: JSON.stringify(message) })).json();
const herd = async (cache, message) => {
  const answers = await Promise.all(names(cache).map((member) => request(member, message)));
  equal(answers.map(({ status }) => status).filter((status) => status !== 200), [], cache);
  return answers;
};
const call = async (member, method, ...args) => await request(member, { method, args });

let stores = 0;
/** A key that nobody else uses, at the store of a member. */
function newKey() {
  const key = `key ${(stores += 1)}/ü`;
  return {
    key,
    at: async (member, method, ...args) => {
      const { result, error } = await call(member, method, key, ...args);
      if (error) throw new Error(error);
      return result;
    },
  };
}
/** What the isolates at this location use. */
const oslo = async () => await (await workerd.caches()).open('edge-oauth2 at oslo');
const recordUrl = (key) => `https://edge-oauth2.invalid/record/${encodeURIComponent(key)}`;
const isHeld = ([fence]) => typeof fence === 'string';

describe('the claim', { concurrency: true, timeout: 30_000 }, () => {
  test('goes to one of many that begin together', async () => {
    const { at } = newKey();
    const answers = await Promise.all(names('oslo').map((member) => at(member, 'acquire', 5_000)));
    equal(answers.filter(isHeld).length, 1, 'holders');
    for (const [fence, retryAfterMs] of answers) ok(fence || (retryAfterMs > 0 && retryAfterMs <= 5_000), `${retryAfterMs} ms`);
  });

  test('goes to one although some are slower than others', async () => {
    const { at } = newKey();
    const answers = await Promise.all(names('slow').map((member) => at(member, 'acquire', 5_000)));
    equal(answers.filter(isHeld).length, 1, 'holders');
  });

  test('is another at each location, and for each key', async () => {
    const one = newKey();
    const two = newKey();
    ok(isHeld(await one.at('oslo-0', 'acquire', 5_000)), 'at one location');
    ok(isHeld(await one.at('lima-0', 'acquire', 5_000)), 'at another');
    ok(isHeld(await two.at('oslo-1', 'acquire', 5_000)), 'for another key');
    ok(!isHeld(await one.at('oslo-1', 'acquire', 5_000)), 'held');
  });

  test('is ended by whoever has it, and by nobody else', async () => {
    const { at } = newKey();
    const [fence] = await at('oslo-0', 'acquire', 5_000);
    await at('oslo-1', 'release', 'another’s');
    ok(!isHeld(await at('oslo-1', 'acquire', 5_000)), 'still held');
    await at('oslo-0', 'release', fence);
    const [next] = await at('oslo-1', 'acquire', 5_000);
    ok(next && next !== fence, `${next}`);
    await at('oslo-0', 'release', fence);
    ok(!isHeld(await at('oslo-2', 'acquire', 5_000)), 'a late release ends nothing');
  });

  test('ends by itself', async () => {
    const { at } = newKey();
    await at('oslo-0', 'acquire', 1_200);
    const [, retryAfterMs] = await at('oslo-1', 'acquire', 1_200);
    ok(retryAfterMs <= 1_200, `${retryAfterMs} ms`);
    await sleep(retryAfterMs);
    ok(isHeld(await at('oslo-1', 'acquire', 1_200)), 'held');
  });

  for (const cache of USELESS) {
    test(`everybody has it where the cache ${cache}`, async () => {
      const { at } = newKey();
      const answers = await Promise.all(names(cache).map((member) => at(member, 'acquire', 1_000)));
      ok(answers.every(isHeld), JSON.stringify(answers));
      await at(`${cache}-0`, 'release', answers[0][0]);
    });
  }
});

describe('the record', { concurrency: true, timeout: 30_000 }, () => {
  test('is seen at its location although KV has another, and elsewhere from KV', async () => {
    const { key, at } = newKey();
    await at('oslo-0', 'put', 'near', 60);
    equal(await namespace.get(key), 'near');
    await namespace.put(key, 'far');
    equal(await at('oslo-1', 'get'), 'near');
    equal(await at('lima-0', 'get'), 'far');
    await at('oslo-1', 'put', 'nearer', 60);
    equal(await at('oslo-0', 'get'), 'nearer');
  });

  test('is no longer cached than KV needs to show it, nor than it lives', async () => {
    const cache = await oslo();
    for (const [ttl, expected] of [[3_600, 60], [30, 30]]) {
      const { key } = newKey();
      await call('oslo-0', 'put', key, 'near', ttl);
      const response = await cache.match(recordUrl(key));
      equal(response.headers.get('cache-control'), `max-age=${expected}`);
    }
  });

  test('is KV’s once its time is over, even if the cache keeps it', async () => {
    const { key, at } = newKey();
    await namespace.put(key, 'far');
    const kept = Response.json({ value: 'near', endsAt: Date.now() - 1 }, { headers: { 'cache-control': 'max-age=60' } });
    await (await oslo()).put(recordUrl(key), kept);
    equal(await at('oslo-0', 'get'), 'far');
  });

  test('is cached although KV refuses it, and that is told', async () => {
    for (let round = 0; round < 5; round += 1) {
      // Longer than KV takes.
      const key = newKey().key.padEnd(600, '-');
      const { error } = await call('slow-0', 'put', key, 'near', 60);
      ok(error?.includes('exceeds key length limit'), error);
      equal((await call('slow-1', 'get', key)).result, 'near');
      equal((await call('lima-1', 'get', key)).result, undefined);
    }
  });

  test('of a shorter life than KV gives anything is cached, and KV is not troubled with it', async () => {
    const { key, at } = newKey();
    equal((await call('oslo-0', 'put', key, 'near', 30)).error, undefined);
    equal(await at('oslo-1', 'get'), 'near');
    equal(await namespace.get(key), null);
  });

  test('is deleted here and in KV', async () => {
    const { key, at } = newKey();
    await at('oslo-0', 'put', 'near', 60);
    await at('oslo-1', 'delete');
    equal(await at('oslo-0', 'get'), undefined);
    equal(await namespace.get(key), null);
  });

  for (const cache of USELESS) {
    test(`is KV’s where the cache ${cache}`, async () => {
      const { at } = newKey();
      const [one, two] = names(cache);
      await at(one, 'put', 'far', 60);
      equal(await at(two, 'get'), 'far');
      await at(two, 'delete');
      equal(await at(one, 'get'), undefined);
    });
  }
});

describe('a cold herd', { timeout: 60_000 }, () => {
  test('makes one grant', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { scene, message } = await issuer.newScene('kv', LIFE);
      await herd('oslo', message);
      equal(await scene.grants(), 1, `round ${round}`);
    }
  });

  test('makes one grant at each location at most', async () => {
    const { scene, message } = await issuer.newScene('kv', LIFE);
    await Promise.all(['oslo', 'lima'].map((location) => herd(location, message)));
    ok((await scene.grants()) <= 2, `${await scene.grants()} grants`);
  });

  test('makes one grant although KV refuses the record', async () => {
    const { scene, message } = await issuer.newScene('kv', LIFE);
    equal(await keysOf(() => herd('oslo', { ...message, spoiled: 'full' })), [], 'in KV');
    equal(await scene.grants(), 1);
  });

  test('waits for the claim of an isolate that died, and no longer', async () => {
    const { scene, message } = await issuer.newScene('kv', LIFE);
    // KV is told its key by an isolate of another location.
    const [key] = await keysOf(async () => {
      await request('lima-0', message);
      await sleep(200);
    });
    await namespace.delete(key);
    ok(isHeld((await call('oslo-0', 'acquire', key, 2_000)).result), 'held');
    const answers = await herd('oslo', message);
    equal(await scene.grants(), 2, 'one before, and one of the herd');
    const times = answers.map(({ ms }) => ms);
    ok(Math.min(...times) > 1_500 && Math.max(...times) < 4_000, `${times} ms`);
  });

  for (const cache of USELESS) {
    test(`is as without a cache where that ${cache}: nothing fails, nobody waits for others`, async () => {
      const { scene, message } = await issuer.newScene('kv', LIFE);
      let answers;
      const kept = await keysOf(async () => {
        answers = await herd(cache, message);
        await sleep(200);
      });
      equal(kept.length, 1, 'records in KV');
      ok((await scene.grants()) <= MEMBERS[cache], 'grants');
      const bad = answers.filter(({ events }) => events.some((type) => ['lease_wait', 'store_error'].includes(type)));
      equal(bad, [], 'who waited, or called the store failing');
    });
  }
});
