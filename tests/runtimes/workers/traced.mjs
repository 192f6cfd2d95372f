// Calls the API with tracing, each call within a span of its own, all begun in the same turn.
import { tracing } from 'cloudflare:workers';
import { OAuth2Client } from 'edge-oauth2';
import { coordinator } from 'edge-oauth2/cloudflare';
import { spans } from 'edge-oauth2/telemetry';

export { TokenCoordinator as Coordinator } from 'edge-oauth2/cloudflare';

/** Cloudflare's tracing as it is where this runs, and as it was before July 2026. */
const tracers = {
  now: tracing,
  before: { enterSpan: (name, run) => tracing.enterSpan(name, (span) => run({ setAttribute: (...args) => span.setAttribute(...args) })) },
};

const failing = async () => {
  throw new Error('MARKER the store is down');
};

const stores = {
  none: () => undefined,
  kv: (env) => env.TOKENS,
  coordinator: (env) => coordinator(env.COORDINATOR),
  failing: () => ({ get: failing, put: failing, delete: failing }),
};

const actions = {
  fetch: async (client, init) => (await client.fetch('/echo', init)).status,
  warm: async (client) => await client.warm(),
};

export default {
  async fetch(request, env) {
    const { options, store = 'none', tracer = 'now', calls = ['call'], action = 'fetch', abandonMs, withoutWaitUntil } = await request.json();
    if (withoutWaitUntil) options.waitUntil = () => {};
    const call = async () => {
      try {
        const shared = stores[store](env);
        const client = new OAuth2Client({ ...options, ...(shared && { store: shared }), tracing: spans(tracers[tracer]) });
        return await actions[action](client, abandonMs && { signal: AbortSignal.timeout(abandonMs) });
      } catch (error) {
        return error.code ?? String(error);
      }
    };
    return Response.json(await Promise.all(calls.map((name) => tracing.enterSpan(name, call))));
  },
};
