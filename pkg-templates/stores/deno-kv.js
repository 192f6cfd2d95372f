// Deno.Kv as a store. Its keys are lists, what it gives are entries, and it can compare and set: so it has a lease.

/** The store over `kv`, as `Deno.openKv` gives it. */
export function denoKv(kv) {
  const leaseKey = (key) => [key, 'lease'];
  return {
    get: async (key) => (await kv.get([key])).value,
    put: (key, value, { ttl }) => kv.set([key], value, { expireIn: ttl * 1000 }),
    delete: (key) => kv.delete([key]),
    async acquire(key, ttlMs) {
      const current = await kv.get(leaseKey(key));
      const leftMs = (current.value?.endsAt ?? 0) - Date.now();
      if (leftMs > 0) return { held: false, retryAfterMs: leftMs };
      const fence = crypto.randomUUID();
      const lease = { fence, endsAt: Date.now() + ttlMs };
      const { ok } = await kv.atomic().check(current).set(leaseKey(key), lease, { expireIn: ttlMs }).commit();
      return ok ? { held: true, fence } : { held: false, retryAfterMs: ttlMs };
    },
    async release(key, fence) {
      const current = await kv.get(leaseKey(key));
      if (current.value?.fence === fence) await kv.atomic().check(current).delete(leaseKey(key)).commit();
    },
  };
}
