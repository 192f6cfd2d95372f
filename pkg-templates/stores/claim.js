// A lease of what has no atomic operation: it shows a write at once, and of several writes the last one stays.

import { setTimeout } from '../face/timers.js';
import { lasting, leftMs } from './lasting.js';

/**
 * How long a claim must have stood to count, beyond the time that it took to make: whoever had looked before it was
 * there has overwritten it by then.
 */
const SETTLE_MS = 50;

/**
 * Claims `name` for `id` in `place`, or brings the claim of another. Of several that begin together the last to write has it.
 * `place` has `read(name)`, `write(name, content, ttlMs)` and `remove(name)`.
 */
export async function claim(place, name, id, ttlMs) {
  const begunAt = Date.now();
  const earlier = await place.read(name);
  if (leftMs(earlier) > 0) return earlier;
  await place.write(name, { id, ...lasting(ttlMs) }, ttlMs);
  // The others take about as long as we did from their look to their claim.
  const tookMs = Date.now() - begunAt;
  await new Promise((done) => setTimeout(done, SETTLE_MS + tookMs));
  const last = await place.read(name);
  return last?.id === id || leftMs(last) === 0 ? undefined : last;
}

/** Ends the claim of `id`; another's is left alone. */
export async function unclaim(place, name, id) {
  if ((await place.read(name))?.id === id) await place.remove(name);
}

/** What the record of a token and the claim on it are called in a place. */
export const recordName = (key) => `record/${key}`;
export const claimName = (key) => `claim/${key}`;

/** A store with such a lease, of a place alone. */
export function claimed(place) {
  return {
    async get(key) {
      const record = await place.read(recordName(key));
      return leftMs(record) > 0 ? record.value : undefined;
    },
    async put(key, value, { ttl }) {
      await place.write(recordName(key), { value, ...lasting(ttl * 1000) }, ttl * 1000);
    },
    async delete(key) {
      await place.remove(recordName(key));
    },
    async acquire(key, ttlMs) {
      const fence = crypto.randomUUID();
      const other = await claim(place, claimName(key), fence, ttlMs);
      return other ? { held: false, retryAfterMs: leftMs(other) } : { held: true, fence };
    },
    release: (key, fence) => unclaim(place, claimName(key), fence),
  };
}
