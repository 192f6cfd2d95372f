// One of the fleet: every request makes a client, obtains a token and calls the API.
import { OAuth2Client } from 'edge-oauth2';
import { coordinator } from 'edge-oauth2/cloudflare';

export default {
  async fetch(request, env) {
    const { options, store, spoiled } = await request.json();
    const events = [];
    const start = Date.now();
    try {
      const shared = stores[store](env);
      const client = new OAuth2Client({
        ...options,
        store: spoiled ? spoil(shared, spoils[spoiled]) : shared,
        onEvent: ({ type }) => events.push(type),
      });
      const { accessToken } = await client.getToken();
      // What comes later happens in the background.
      const before = [...events];
      const ms = Date.now() - start;
      const { status } = await client.fetch('/echo');
      return Response.json({ status, events: before, ms, accessToken });
    } catch (error) {
      return Response.json({ status: error.code ?? String(error), message: error.message, events, ms: Date.now() - start });
    }
  },
};

const stores = {
  kv: (env) => env.TOKENS,
  coordinator: (env) => coordinator(env.COORDINATOR),
  unbound: (env) => coordinator(env.NOTHING),
  stub: ({ COORDINATOR: namespace }) => coordinator(namespace.get(namespace.idFromName('one'))),
};

const spoils = {
  async slow(answer) {
    await new Promise((done) => setTimeout(done, 400));
    return await answer();
  },
  async failing() {
    throw new Error('the store is down');
  },
  async lying(answer) {
    const value = await answer();
    return typeof value === 'string' ? `${value.slice(0, 40)}x${value.slice(41)}` : value;
  },
  async full(answer, name) {
    if (name === 'put') throw new Error('KV PUT failed: 429 Too Many Requests');
    return await answer();
  },
};

/** `store` with all its methods called by `how`. */
function spoil(store, how) {
  return new Proxy(store, {
    get(_, name) {
      const method = store[name];
      return typeof method === 'function' ? (...args) => how(() => method.apply(store, args), name) : method;
    },
  });
}
