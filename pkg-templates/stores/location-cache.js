// What the isolates of one location, a data centre of Cloudflare's, share beside KV: the Cache API shows a write at
// once and takes any number of them, but at this location only, and it has no atomic operation.
//
// It is a help, never a condition: where it fails, hangs or keeps nothing (as in previews), all is as without it.

import { clearTimeout, setTimeout } from '../face/timers.js';

/** A cache of its own: nothing that the Worker fetches for others can read or write it, as it could the default one. */
const CACHE = 'edge-oauth2';

/** No host has this name, so that there is nothing else under these URLs. */
const ORIGIN = 'https://edge-oauth2.invalid';

/**
 * How long a claim must have stood to count, beyond the time that it took to make: whoever had looked before it was
 * there has overwritten it by then.
 */
const SETTLE_MS = 50;

/** How long the cache is waited for while somebody waits for a token; it answers within a few milliseconds. */
const PATIENCE_MS = 100;

/** The same in the background. */
const BACKGROUND_MS = 1_000;

/** How much the clocks of isolates may differ that are right. */
const CLOCKS_DIFFER_MS = 5_000;

/** Whether this is a platform with locations: elsewhere `caches` has no default, or there is none. */
export function hasLocation() {
  return globalThis.caches?.default !== undefined;
}

/** The store `kv` with what the location adds to it: a lease, and a record that is seen at once. */
export function nearby(kv) {
  return {
    ...kv,
    hasLease: true,

    // What was put here within KV's propagation time comes first. It may hide what another location has put since,
    // but no longer than KV might: that costs a grant at most, and saves one for each isolate here.
    async get(key) {
      const record = await attempt(() => read(recordUrl(key)), PATIENCE_MS);
      return record ? record.value : await kv.get(key);
    },
    async put(key, value, ttlSeconds) {
      const ttlMs = Math.min(ttlSeconds * 1000, kv.propagationMs);
      // Not after KV, which is slow, and refuses more than one write per second.
      const cached = attempt(() => write(recordUrl(key), { value }, ttlMs), BACKGROUND_MS);
      try {
        await kv.put(key, value, ttlSeconds);
      } finally {
        await cached;
      }
    },
    async delete(key) {
      await Promise.all([attempt(() => remove(recordUrl(key)), PATIENCE_MS), kv.delete(key)]);
    },
    async acquire(key, ttlMs) {
      const id = crypto.randomUUID();
      // Less than wasm waits for the answer: a cache that hangs must not count as a store that fails.
      const other = await attempt(() => claim(key, id, ttlMs), ttlMs / 4);
      return other ? [undefined, other.endsAt - Date.now()] : [id];
    },
    async release(key, id) {
      await attempt(async () => {
        if ((await read(claimUrl(key)))?.id === id) await remove(claimUrl(key));
      }, BACKGROUND_MS);
    },
  };
}

const recordUrl = (key) => `${ORIGIN}/record/${encodeURIComponent(key)}`;
const claimUrl = (key) => `${ORIGIN}/claim/${encodeURIComponent(key)}`;

/** Claims `key` for `id`, or brings the claim of another. Of several that begin together the last to write has it. */
async function claim(key, id, ttlMs) {
  const url = claimUrl(key);
  const begunAt = Date.now();
  const earlier = await read(url);
  if (earlier) return earlier;
  await write(url, { id }, ttlMs);
  // The others take about as long as we did from their look to their claim.
  const tookMs = Date.now() - begunAt;
  await new Promise((done) => setTimeout(done, SETTLE_MS + tookMs));
  const last = await read(url);
  return last?.id === id ? undefined : last;
}

/** What is under `url`, unless it is over: a cache rule of the zone's may keep it for longer than it was told to. */
async function read(url) {
  const response = await (await cache()).match(url);
  const content = await response?.json();
  const leftMs = content?.endsAt - Date.now();
  // More than it was to last, but for what clocks differ by: it is from one that was wrong.
  return leftMs > 0 && leftMs <= content.ttlMs + CLOCKS_DIFFER_MS ? content : undefined;
}

async function write(url, content, ttlMs) {
  const headers = { 'cache-control': `max-age=${Math.ceil(ttlMs / 1000)}` };
  await (await cache()).put(url, Response.json({ ...content, endsAt: Date.now() + ttlMs, ttlMs }, { headers }));
}

async function remove(url) {
  await (await cache()).delete(url);
}

/** Never kept: it belongs to the request that it is used in. */
function cache() {
  return caches.open(CACHE);
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
