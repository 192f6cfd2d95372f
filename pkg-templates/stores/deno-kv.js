// Deno.Kv as a store. Its keys are lists, what it gives are entries, and it can compare and set: so it has a lease.

import { invalidOption } from '../face/error.js';
import { setTimeout } from '../face/timers.js';
import { lasting, leftMs } from './lasting.js';

/** How often a write is tried while others write. */
const ATTEMPTS = 8;

/** The option `store` over what `Deno.openKv` gives. */
export function denoKvStore(kv) {
  if (typeof kv?.atomic !== 'function') throw invalidOption('store', 'needs a Deno.Kv: denoKvStore(await Deno.openKv())');
  const leaseKey = (key) => [key, 'lease'];
  /** Writes unless somebody has since `current` was read, and says so; gives the version written. */
  const replace = (current, content, ms) =>
    unlocked(() => kv.atomic().check(current).set(current.key, { ...content, ...lasting(ms) }, { expireIn: ms }).commit());
  return {
    async get(key) {
      const { value: record } = await kv.get([key]);
      return leftMs(record) > 0 ? record.value : undefined;
    },
    // A fence is the version of the lease: versions are texts that increase, whatever a clock says.
    async put(key, value, { ttl, fence }) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const current = await kv.get([key]);
        const last = current.value?.fence ?? '';
        const own = fence ?? last;
        if (own < last && leftMs(current.value) > 0) return;
        if ((await replace(current, { value, fence: own }, ttl * 1000)).ok) return;
      }
      throw new Error('others wrote meanwhile');
    },
    delete: (key) => unlocked(() => kv.delete([key])),
    async acquire(key, ttlMs) {
      const current = await kv.get(leaseKey(key));
      const left = leftMs(current.value);
      if (left > 0) return { held: false, retryAfterMs: left };
      const { ok, versionstamp } = await replace(current, {}, ttlMs);
      return ok ? { held: true, fence: versionstamp } : { held: false, retryAfterMs: ttlMs };
    },
    async release(key, fence) {
      const current = await kv.get(leaseKey(key));
      if (current.versionstamp === fence) await unlocked(() => kv.atomic().check(current).delete(current.key).commit());
    },
  };
}

/** What `write` gives. A file that several processes have open is locked for moments at a time. */
async function unlocked(write) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      if (attempt === ATTEMPTS || !String(error?.message).includes('locked')) throw error;
      await new Promise((done) => setTimeout(done, 20 * attempt * Math.random()));
    }
  }
}
