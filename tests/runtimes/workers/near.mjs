// A member of the fleet at the location CACHE, with a cache of its own there, or with a Cache API that is of no use.
// Lets a test call what the package makes of the KV namespace, too.
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

const { caches: real } = globalThis;
Object.defineProperty(globalThis, 'caches', {
  value: {
    default: real.default,
    open: async (name) => useless[CACHE] ?? (await real.open(`${name} at ${CACHE}`)),
  },
});

export default {
  async fetch(request, env) {
    const { method, args } = await request.clone().json();
    if (!method) return await member.fetch(request, env);
    const store = storeAdapter(env.TOKENS);
    try {
      return Response.json({ result: await store[method](...args), hasLease: store.hasLease });
    } catch (error) {
      return Response.json({ error: error.message });
    }
  },
};
