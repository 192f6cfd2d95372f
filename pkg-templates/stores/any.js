// Stores come in many shapes; wasm knows one.

import { invalidOption } from '../face/error.js';
import { denoKvStore } from './deno-kv.js';
import { hasLocation, nearby } from './location-cache.js';
import { whole } from '../face/readers.js';

/** KV needs up to a minute until a write is seen everywhere, and keeps nothing for less than one. */
const KV = { propagationMs: 60_000, minTtlSeconds: 60 };

/** Adapts a KV namespace, a Map, unstorage, Keyv, Deno.Kv, or any object with get, put or set, and delete. */
export function storeAdapter(given) {
  const problem = problemOf(given);
  if (problem) throw invalidOption('store', problem);
  const store = isFunction(given?.atomic) && isFunction(given.set) ? denoKvStore(given) : given;
  const method = (...names) => names.find((name) => isFunction(store?.[name]));
  // By its other names unstorage parses what looks like JSON.
  const get = method('getItemRaw', 'get', 'getItem');
  const put = method('put', 'set', 'setItem');
  const remove = method('delete', 'remove', 'removeItem');
  if (!get || !put || !remove) {
    const missing = [!get && 'get', !put && 'put or set', !remove && 'delete'].filter(Boolean);
    const methods = `get, put or set, and delete; it has no ${missing.join(', no ')}`;
    throw invalidOption('store', `must be a KV namespace or an object with ${methods}${makerOf(store)}`);
  }
  const isKv = isFunction(store.getWithMetadata);
  const number = (name) => (store[name] === undefined ? 0 : whole(`store.${name}`, store[name]));
  const adapter = {
    propagationMs: isKv ? KV.propagationMs : number('propagationMs'),
    minTtlSeconds: isKv ? KV.minTtlSeconds : number('minTtlSeconds'),
    hasLease: isFunction(store.acquire) && isFunction(store.release),

    async get(key) {
      return await textOf(await store[get](key));
    },
    async put(key, value, ttlSeconds, fence) {
      await store[put](key, value, putOptions(store, ttlSeconds, fence));
    },
    async delete(key) {
      await store[remove](key);
    },
    async acquire(key, ttlMs) {
      const { held, fence, retryAfterMs } = await store.acquire(key, ttlMs);
      if (held) return [String(fence)];
      if (typeof retryAfterMs === 'number') return [undefined, retryAfterMs];
      throw new TypeError('acquire gave neither held: true nor retryAfterMs');
    },
    async release(key, fence) {
      await store.release(key, fence);
    },
  };
  return isKv && !adapter.hasLease && hasLocation() ? nearby(adapter) : adapter;
}

/** What is easily taken for a store, and would never keep anything. */
function problemOf(store) {
  // Before all else: a stub of a Durable Object or of a service has what is asked for below as well.
  if (isFunction(store?.['no such method'])) {
    return 'has a method of every name, as stubs have: give an object with the methods that there are, { get: (key) => stub.get(key), … }';
  }
  if (isFunction(store?.idFromName)) {
    return "must not be a Durable Object namespace itself: give coordinator(namespace), of 'edge-oauth2/cloudflare'";
  }
  if (isFunction(store?.then)) return 'must not be a promise: await it first';
  // One keeps what is over, and nobody can look into the other.
  const other = isFunction(store?.createMultipartUpload) ? 'an R2 bucket' : isFunction(store?.sendBatch) && 'a queue';
  if (other) return `must not be ${other}: give a KV namespace, or coordinator(namespace)`;
  if (isFunction(store?.setJSON)) return `would keep tokens for ever${makerOf(store)}`;
  return undefined;
}

/** The entries that make stores of others' clients, by a method that these have. */
const MAKERS = {
  setJSON: 'netlify-blobs',
  prepare: 'd1',
  unsafe: 'postgres',
  query: 'postgres',
  match: 'cache-api',
  sendCommand: 'redis',
  send: 'redis',
  eval: 'upstash',
};

/** What to say of a client of somebody's. */
function makerOf(client) {
  const method = Object.keys(MAKERS).find((name) => typeof client !== 'string' && isFunction(client?.[name]));
  return method ? `: 'edge-oauth2/stores/${MAKERS[method]}' makes a store of it` : '';
}

/** Of what stores give: a text, bytes, an entry that can be read, or what was parsed because it looked like JSON. */
async function textOf(value) {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object') return String(value);
  if (ArrayBuffer.isView(value) || Object.prototype.toString.call(value) === '[object ArrayBuffer]') {
    return new TextDecoder().decode(value);
  }
  if (isFunction(value.text)) return await value.text();
  if (isFunction(value.getReader)) return await new Response(value).text();
  return typeof value.value === 'string' ? value.value : JSON.stringify(value);
}

/** The time to live, as KV and unstorage take it, or as Keyv and lru-cache do; and the writer's lease. */
function putOptions(store, ttlSeconds, fence) {
  if ('namespace' in store && isFunction(store.disconnect)) return ttlSeconds * 1000;
  const ttl = isFunction(store.getRemainingTTL) ? ttlSeconds * 1000 : ttlSeconds;
  return { expirationTtl: ttlSeconds, ttl, ...(fence !== undefined && { fence }) };
}

function isFunction(value) {
  return typeof value === 'function';
}
