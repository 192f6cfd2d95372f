// Requests the API with a client, and tells what came of it.
import { OAuth2Client } from 'edge-oauth2';
import { coordinator, TokenCoordinator } from 'edge-oauth2/cloudflare';

export { TokenCoordinator };

export default {
  async fetch(_request, env) {
    const events = [];
    try {
      const store = STORE === 'coordinator' ? coordinator(env.COORDINATOR) : undefined;
      const api = new OAuth2Client({ ...OPTIONS, store, onEvent: ({ type }) => events.push(type) });
      const { status } = await api.fetch('/hello');
      return Response.json({ status, events });
    } catch ({ code, message }) {
      return Response.json({ code, message });
    }
  },
};
