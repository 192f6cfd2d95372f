// A Worker that has the doctor look at the stores that Workers have.
import { coordinator } from 'edge-oauth2/cloudflare';
import { doctor } from 'edge-oauth2/doctor';
import { cacheApiStore } from 'edge-oauth2/stores/cache-api';
import { d1Store } from 'edge-oauth2/stores/d1';
import { FakeAuthorizationServer } from 'edge-oauth2/testing';

/** By what they are called in the test. */
const stores = {
  'Workers KV': (env) => env.TOKENS,
  D1: (env) => d1Store(env.DB),
  async 'D1, with a table of another shape'(env) {
    await env.OTHER.exec('CREATE TABLE edge_oauth2_tokens (key TEXT PRIMARY KEY, token TEXT)');
    return d1Store(env.OTHER);
  },
  'the Cache API': () => cacheApiStore(),
  'a Durable Object of another Worker': (env) => coordinator(env.COORDINATOR),
  'a Map': () => new Map(),
  // The cache of its location would have it at once.
  'a KV namespace that shows a write later': ({ TOKENS }) => ({
    get: async () => null,
    getWithMetadata: async () => null,
    put: (...entry) => TOKENS.put(...entry),
    delete: (key) => TOKENS.delete(key),
  }),
};

export default {
  async fetch(request, env) {
    const store = await stores[await request.text()](env);
    const server = new FakeAuthorizationServer();
    return Response.json(await doctor({ ...server.options, store, identity: 'the test' }));
  },
};
