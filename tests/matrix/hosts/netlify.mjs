// The code of a Netlify edge function in Deno, with what Netlify gives it: its global, and its context. Run by Deno, with
// the function's file. It prints `waitUntil` for each promise that it is asked to wait for.
import { pathToFileURL } from 'node:url';

let current;
globalThis.Netlify = {
  env: Deno.env,
  get context() {
    return current;
  },
};

const { default: handler } = await import(pathToFileURL(Deno.realPathSync(Deno.args[0])).href);

function contextFor(request) {
  const next = async () => new Response('not found', { status: 404 });
  return {
    account: { id: 'account' },
    cookies: { get: () => undefined, set() {}, delete() {} },
    deploy: { context: 'production', id: 'deploy', published: true },
    geo: {},
    ip: '127.0.0.1',
    json: (value, init) => Response.json(value, init),
    log: console.log,
    next,
    params: {},
    requestId: crypto.randomUUID(),
    rewrite: next,
    server: { region: 'local' },
    site: { id: 'site', name: 'site', url: new URL(request.url).origin },
    url: new URL(request.url),
    waitUntil(promise) {
      console.log('waitUntil');
      Promise.resolve(promise).catch(() => {});
    },
  };
}

Deno.serve({ hostname: '127.0.0.1', port: 0 }, async (request) => {
  current = contextFor(request);
  return (await handler(request, current)) ?? (await current.next());
});
