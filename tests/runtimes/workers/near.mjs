// A member of the fleet at the location CACHE, with a cache of its own there, or with a Cache API that is of no use.
// Lets a test call what the package makes of the KV namespace, too.
import { env } from 'cloudflare:workers';
import { storeAdapter } from '#store';
import member from './member.mjs';

const every = (method) => ({ match: method, put: method, delete: method });

const useless = {
  nothing: every(async () => undefined),
  throws: every(() => {
    throw new Error('no cache');
  }),
  rejects: every(async () => {
    throw new Error('no cache');
  }),
  hangs: every(() => new Promise(() => {})),
};

/** Writes take a while, each another. */
const slow = (cache) => ({
  match: (url) => cache.match(url),
  async put(url, response) {
    await new Promise((done) => setTimeout(done, 40 * Math.random()));
    await cache.put(url, response);
  },
  delete: (url) => cache.delete(url),
});

const { caches: real } = globalThis;
async function open(name) {
  if (useless[CACHE]) return useless[CACHE];
  const cache = await real.open(`${name} at ${CACHE}`);
  return CACHE === 'slow' ? slow(cache) : cache;
}
Object.defineProperty(globalThis, 'caches', { value: { default: real.default, open } });

// In global scope, as users may: no cache may be used there.
const store = storeAdapter(env.TOKENS);

export default {
  async fetch(request, bindings) {
    const { method, args } = await request.clone().json();
    if (!method) return await member.fetch(request, bindings);
    try {
      return Response.json({ result: await store[method](...args) });
    } catch (error) {
      return Response.json({ error: error.message });
    }
  },
};
