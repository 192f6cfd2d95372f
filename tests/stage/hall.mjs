// The Worker that loads the isolates of the fleets, each when its first request comes, and is their way to the world: to their
// store, and to the servers, which it tells who asks.
//
// workerd keeps each that was loaded until it ends itself, with about 4 MB: who rotates the secret for an afternoon starts anew.
import { WorkerEntrypoint } from 'cloudflare:workers';
import modules from './modules.js';

let storeFails = false;

export default {
  async fetch(request, env, ctx) {
    if (request.headers.get('x-stage-key') !== env.KEY) return new Response(null, { status: 403 });
    const { fleet, isolate, number, clockOffsetMs, variables, ...state } = await request.json();
    storeFails = state.storeFails;
    const props = { fleet, isolate };
    const worker = env.LOADER.get(String(isolate), () => ({
      compatibilityDate: env.COMPATIBILITY_DATE,
      mainModule: 'member.js',
      modules,
      env: { ...variables, FLEET: fleet, STORE: (fleet === 'kv' ? ctx.exports.Kv : ctx.exports.Coordinator)({ props }) },
      globalOutbound: ctx.exports.Outbound({ props }),
    }));
    const headers = { 'x-clock-offset-ms': String(clockOffsetMs) };
    return await worker.getEntrypoint().fetch(`http://member/${number ?? ''}`, { headers });
  },
};

/** What an isolate fetches. */
export class Outbound extends WorkerEntrypoint {
  async fetch(request) {
    const headers = new Headers(request.headers);
    headers.set('x-isolate', String(this.ctx.props.isolate));
    return await fetch(new Request(request, { headers, redirect: 'manual' }));
  }
}

class Store extends WorkerEntrypoint {
  work() {
    if (storeFails) throw new Error('the store is down');
  }

  /** Nobody waits until the stage has heard of it. */
  tell(happening) {
    const body = JSON.stringify({ ...this.ctx.props, ...happening });
    this.ctx.waitUntil(this.env.STAGE.fetch('http://stage/store', { method: 'POST', body }));
  }
}

/** The namespace, and the cache of the one location that all isolates are at. */
export class Kv extends Store {
  async get(key) {
    this.work();
    return await this.env.TOKENS.get(key);
  }

  async getWithMetadata(key) {
    this.work();
    return await this.env.TOKENS.getWithMetadata(key);
  }

  async put(key, value, options) {
    this.work();
    await this.env.TOKENS.put(key, value, options);
    this.tell({ did: 'write' });
  }

  async delete(key) {
    this.work();
    await this.env.TOKENS.delete(key);
    this.tell({ did: 'remove' });
  }

  async cached(url) {
    this.work();
    return await (await (await cache()).match(url))?.text();
  }

  async cache(url, text, control) {
    this.work();
    await (await cache()).put(url, new Response(text, { headers: { 'cache-control': control } }));
    if (isClaim(url)) this.tell({ did: 'acquire', ttlMs: JSON.parse(text).ttlMs });
    else this.tell({ did: 'write' });
  }

  async uncache(url) {
    this.work();
    await (await cache()).delete(url);
    this.tell({ did: isClaim(url) ? 'release' : 'remove' });
  }
}

const cache = () => caches.open('stage');

const isClaim = (url) => new URL(url).pathname.startsWith('/claim/');

export class Coordinator extends Store {
  async call(name, method, ...args) {
    this.work();
    const object = this.env.COORDINATOR.get(this.env.COORDINATOR.idFromName(name));
    const answer = await object[method](...args);
    if (method === 'acquire' && answer.held) this.tell({ did: 'acquire', ttlMs: args[0] });
    else if (['write', 'remove', 'release'].includes(method)) this.tell({ did: method });
    return answer;
  }
}
