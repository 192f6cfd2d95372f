// A Worker that lets a test hold its stores to the contract.
import { neon, neonConfig } from '@neondatabase/serverless';
import { cacheApiStore } from 'edge-oauth2/stores/cache-api';
import { coordinator } from 'edge-oauth2/cloudflare';
import { d1Store } from 'edge-oauth2/stores/d1';
import { postgresStore } from 'edge-oauth2/stores/postgres';
import { upstashStore } from 'edge-oauth2/stores/upstash';
import { storeAdapter } from '#store';
import { clausesFor, newKey } from './contract.mjs';

const stores = {
  D1: { isAtomic: true, make: (env) => d1Store(env.DB) },
  'the Cache API': { make: () => cacheApiStore() },
  'a Durable Object of another Worker': { isAtomic: true, make: (env) => coordinator(env.COORDINATOR) },
  'Upstash by fetch': { isAtomic: true, make: (env) => upstashStore(env.REST) },
  'Neon over HTTP': {
    isAtomic: true,
    make(env) {
      neonConfig.fetchEndpoint = env.NEON;
      return postgresStore(neon('postgres://user:password@neon.example/tokens'));
    },
  },
};

export default {
  async fetch(request, env) {
    const clauses = Object.entries(stores).map(([kind, properties]) => [kind, Object.keys(clausesFor(properties))]);
    if (request.method === 'GET') return Response.json(clauses);
    const { kind, clause } = await request.json();
    const properties = stores[kind];
    const kept = clausesFor(properties)[clause]({ store: storeAdapter(properties.make(env)), key: newKey() });
    return Response.json(await kept.then(() => ({}), ({ message, stack }) => ({ error: `${message}\n${stack}` })));
  },
};
