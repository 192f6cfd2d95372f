// One isolate of a fleet: the example as it is deployed, with what a stage can do to its clock and its store.
import { env } from 'cloudflare:workers';
import example from './index.js';
import { courseOf, provenance } from './provenance.js';

let offsetMs = 0;
const now = Date.now;
Date.now = () => now() + offsetMs;

// An isolate that was loaded at run time can be given a service, and neither a namespace nor a cache.
const { STORE } = env;
const stores = {
  none: {},
  kv: {
    TOKENS: {
      get: (key) => STORE.get(key),
      getWithMetadata: (key) => STORE.getWithMetadata(key),
      put: (key, value, options) => STORE.put(key, value, options),
      delete: (key) => STORE.delete(key),
    },
  },
  durable_object: {
    COORDINATOR: {
      idFromName: (name) => name,
      get: (name) => ({
        read: () => STORE.call(name, 'read'),
        write: (...args) => STORE.call(name, 'write', ...args),
        remove: () => STORE.call(name, 'remove'),
        acquire: (ttlMs) => STORE.call(name, 'acquire', ttlMs),
        release: (fence) => STORE.call(name, 'release', fence),
      }),
    },
  },
};

caches.open = async () => ({
  async match(url) {
    const text = await STORE.cached(url);
    return text === undefined ? undefined : new Response(text);
  },
  put: async (url, response) => await STORE.cache(url, await response.text(), response.headers.get('cache-control')),
  delete: (url) => STORE.uncache(url),
});

export default {
  /**
   * Passes a request on to the API, as the example does; gives what came of it, and how it came by its token. One without a path only
   * had the isolate loaded.
   */
  async fetch(request, { FLEET, ...bindings }) {
    if (new URL(request.url).pathname === '/') return Response.json({});
    offsetMs = Number(request.headers.get('x-clock-offset-ms'));
    const events = [];
    const onEvent = ({ type }) => events.push(type);
    const response = await example.fetch(new Request(request.url), { ...bindings, ...stores[FLEET], onEvent });
    const course = await courseOf(response, events);
    return Response.json({ status: course.status, code: course.code, from: provenance(course) });
  },
};
