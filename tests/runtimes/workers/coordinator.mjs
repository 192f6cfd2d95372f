// The Worker that has the Durable Object, and lets a test call it.
import { TokenCoordinator } from 'edge-oauth2/cloudflare';

export class Coordinator extends TokenCoordinator {
  /** The names of what is stored. */
  stored() {
    return [...this.ctx.storage.kv.list()].map(([name]) => name);
  }
}

export default {
  async fetch(request, env) {
    const { key, method, args } = await request.json();
    const object = env.COORDINATOR.get(env.COORDINATOR.idFromName(key));
    return Response.json({ result: await object[method](...args) });
  },
};
