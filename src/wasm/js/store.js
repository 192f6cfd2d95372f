// Stores come in many shapes; wasm knows one.

import { invalidOption } from './error.js';
import { hasLocation, nearby } from './near.js';

/** KV needs up to a minute until a write is seen everywhere, and keeps nothing for less than one. */
const KV = { propagationMs: 60_000, minTtlSeconds: 60 };

/** Adapts a KV namespace, a Map, unstorage, Keyv, or any object with get, put or set, and delete. */
export function storeAdapter(store) {
  const method = (...names) => names.find((name) => typeof store?.[name] === 'function');
  const get = method('get', 'getItem');
  const put = method('put', 'set', 'setItem');
  const remove = method('delete', 'remove', 'removeItem');
  if (!get || !put || !remove) {
    const missing = [!get && 'get', !put && 'put or set', !remove && 'delete'].filter(Boolean);
    throw invalidOption('store', `must be a KV namespace or an object with get, put or set, and delete; it has no ${missing.join(', no ')}`);
  }
  const isKv = typeof store.getWithMetadata === 'function';
  const adapter = {
    propagationMs: isKv ? KV.propagationMs : (store.propagationMs ?? 0),
    minTtlSeconds: isKv ? KV.minTtlSeconds : (store.minTtlSeconds ?? 0),
    hasLease: typeof store.acquire === 'function' && typeof store.release === 'function',

    async get(key) {
      const value = await store[get](key);
      // Some stores parse what looks like JSON.
      return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
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

/** The time to live, as KV and unstorage take it, or as Keyv does; and the writer's lease. */
function putOptions(store, ttlSeconds, fence) {
  const isKeyv = 'namespace' in store && typeof store.disconnect === 'function';
  return isKeyv ? ttlSeconds * 1000 : { expirationTtl: ttlSeconds, ttl: ttlSeconds, ...(fence !== undefined && { fence }) };
}
