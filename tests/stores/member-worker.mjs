// One of a fleet of isolates in workerd, by the stores that Workers have.
import { OAuth2Client } from 'edge-oauth2';
import { coordinator } from 'edge-oauth2/cloudflare';
import { cacheApiStore } from 'edge-oauth2/stores/cache-api';
import { d1Store } from 'edge-oauth2/stores/d1';
import { upstashStore } from 'edge-oauth2/stores/upstash';
import { answer } from './member.mjs';

const stores = {
  'no store': () => undefined,
  'Workers KV': (env) => env.TOKENS,
  'a Durable Object': (env) => coordinator(env.COORDINATOR),
  D1: (env) => d1Store(env.DB),
  // Whoever has a table of that name already.
  'D1, with a table of another shape': async ({ OTHER }) => {
    await OTHER.exec('CREATE TABLE IF NOT EXISTS edge_oauth2_tokens (key TEXT)');
    return d1Store(OTHER);
  },
  'the Cache API alone': () => cacheApiStore(),
  'Upstash by fetch, in Workers': (env) => upstashStore(env.REST),
};

export default {
  async fetch(request, env) {
    if (request.method === 'GET') return Response.json(Object.keys(stores));
    const { kind, options } = await request.json();
    return Response.json(await answer({ OAuth2Client, store: stores[kind](env), options }));
  },
};
