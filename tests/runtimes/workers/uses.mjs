// The places where a Worker may make and use a client.
import { OAuth2Client } from 'edge-oauth2';

const atModuleLevel = new OAuth2Client(OPTIONS);
const inHandler = (overrides) => new OAuth2Client({ ...OPTIONS, ...overrides });

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === '/module') return await atModuleLevel.fetch('/echo?module');
    if (pathname === '/handler') return await inHandler().fetch('/echo?handler');
    if (pathname === '/binding') return await inHandler({ fetch: env.GATEWAY }).fetch('/echo?binding');
    if (pathname === '/proxy') return await inHandler().fetch('/echo?proxy', request);
    if (pathname === '/socket') return await inHandler().fetch('/socket', request);
    return new Response(null, { status: 404 });
  },
  async scheduled() {
    await inHandler().fetch('/echo?scheduled');
  },
  async queue() {
    await inHandler().fetch('/echo?queue');
  },
};
