// What Redis and its clients do beside the contract.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Redis } from 'ioredis';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { install, tarball } from '../runtimes/package.mjs';
import { newKey } from './contract.mjs';
import { startRedisRest } from './servers/redis-rest.mjs';
import { startValkey } from './servers/valkey.mjs';

const project = await install('stores-redis', await tarball());
const load = (file) => import(pathToFileURL(join(project, 'node_modules/edge-oauth2', file)).href);
const { redisStore } = await load('stores/redis.js');
const { upstashStore } = await load('stores/upstash.js');
const valkey = await startValkey();
const { close: closeRest, ...rest } = await startRedisRest(valkey.url);
const client = new Redis(valkey.url);
after(async () => {
  client.disconnect();
  await closeRest();
  await valkey.close();
});

// ioredis and Upstash's client send a command again whose answer was lost with the connection.
test('a lease is given to who asks for it twice, since the first answer was lost', async () => {
  const twice = async (...args) => {
    await client.eval(...args);
    return await client.eval(...args);
  };
  const store = redisStore({ call() {}, eval: twice });
  const key = newKey();
  const { held, fence } = await store.acquire(key, 60_000);
  assert.equal(held, true);
  assert.equal((await store.acquire(key, 60_000)).held, false, 'another question is another’s');
  await store.put(key, 'record', { ttl: 60, fence });
  assert.equal(await store.get(key), 'record');
  await store.release(key, fence);
  assert.equal((await store.acquire(key, 60_000)).held, true);
});

test('a fence that is yet to come, of a server whose clock was ahead, keeps no record from being written', async () => {
  const store = redisStore(client);
  const key = newKey();
  const { fence } = await store.acquire(key, 60_000);
  await client.set(key, `${Number(fence) + 3_600_000_000} record of the future`);
  await store.put(key, 'record of now', { ttl: 60, fence });
  assert.equal(await store.get(key), 'record of now');
});

// Its client puts what several callers send into one request, and repeats all of it in each error.
test('an error of Upstash’s says nothing of what was sent, neither here nor by others', async () => {
  const key = newKey();
  await client.lpush(key, 'no text');
  const { Redis: Upstash } = await import('@upstash/redis');
  for (const given of [rest, new Upstash({ ...rest, retry: false })]) {
    const store = upstashStore(given);
    const results = await Promise.allSettled([store.get(key), store.put(newKey(), 'MARKER-record', { ttl: 60 })]);
    const { message } = results[0].reason;
    assert.match(message, /WRONGTYPE/);
    assert.ok(!/MARKER|redis\.call|edge-oauth2:/.test(message), message);
  }
});

test('an answer that is none of Upstash’s is an error with its status', async () => {
  const refused = upstashStore({ ...rest, token: 'another' });
  await assert.rejects(refused.get(newKey()), { message: '401: Unauthorized' });
});

for (const [title, given] of Object.entries({
  'a URL': 'redis://127.0.0.1',
  'an options object': { url: 'https://example.upstash.io' },
  'a URL that is none': { url: 'example', token: 'token' },
  nothing: undefined,
})) {
  test(`${title} is no client, and the error names one`, () => {
    assert.throws(() => redisStore(given), { code: 'invalid_option', message: /^store needs a client of ioredis or node-redis/ });
    assert.throws(() => upstashStore(given), { code: 'invalid_option', message: /^store needs a client of @upstash\/redis, or \{ url, token \}/ });
  });
}
