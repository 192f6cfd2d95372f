// What the isolates of one location, a data centre of Cloudflare's, share beside KV: the Cache API shows a write at
// once and takes any number of them, but at this location only, and it has no atomic operation.
//
// It is a help, never a condition: where it fails, hangs or keeps nothing (as in previews), all is as without it.

import { clearTimeout, setTimeout } from '../face/timers.js';
import { cachePlace } from './cache-place.js';
import { claim, claimName, recordName, unclaim } from './claim.js';
import { lasting, leftMs } from './lasting.js';

/** How long the cache is waited for while somebody waits for a token; it answers within a few milliseconds. */
const PATIENCE_MS = 100;

/** The same in the background. */
const BACKGROUND_MS = 1_000;

/** Whether this is a platform with locations: elsewhere `caches` has no default, or there is none. */
export function hasLocation() {
  return globalThis.caches?.default !== undefined;
}

/** The store `kv` with what the location adds to it: a lease, and a record that is seen at once. */
export function nearby(kv) {
  return {
    ...kv,
    hasLease: true,
    // What KV keeps nothing for so short is kept here.
    minTtlSeconds: 1,

    // What was put here within KV's propagation time comes first. It may hide what another location has put since,
    // but no longer than KV might: that costs a grant at most, and saves one for each isolate here.
    async get(key) {
      const record = await attempt(() => cachePlace.read(recordName(key)), PATIENCE_MS);
      return leftMs(record) > 0 ? record.value : await kv.get(key);
    },
    async put(key, value, ttlSeconds) {
      const ttlMs = Math.min(ttlSeconds * 1000, kv.propagationMs);
      // Not after KV, which is slow, and refuses more than one write per second.
      const cached = attempt(() => cachePlace.write(recordName(key), { value, ...lasting(ttlMs) }, ttlMs), BACKGROUND_MS);
      try {
        if (ttlSeconds >= kv.minTtlSeconds) await kv.put(key, value, ttlSeconds);
      } finally {
        await cached;
      }
    },
    async delete(key) {
      await Promise.all([attempt(() => cachePlace.remove(recordName(key)), PATIENCE_MS), kv.delete(key)]);
    },
    async acquire(key, ttlMs) {
      const id = crypto.randomUUID();
      // Less than wasm waits for the answer: a cache that hangs must not count as a store that fails.
      const other = await attempt(() => claim(cachePlace, claimName(key), id, ttlMs), ttlMs / 4);
      return other ? [undefined, leftMs(other)] : [id];
    },
    async release(key, id) {
      await attempt(() => unclaim(cachePlace, claimName(key), id), BACKGROUND_MS);
    },
  };
}

/** What `work` brings within that time; nothing if it fails. */
async function attempt(work, patienceMs) {
  let timer;
  const patience = new Promise((done) => (timer = setTimeout(done, patienceMs)));
  try {
    return await Promise.race([work(), patience]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
