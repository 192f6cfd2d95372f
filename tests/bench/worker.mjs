// The Worker that each contender is measured in: `#contender` is the contender.
import { create } from '#contender';

/** Made by the first request, as secrets come with it. */
let shared;

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    const number = (name) => Number(searchParams.get(name));
    switch (pathname) {
      // An authorised proxy.
      case '/api':
        return (shared ??= create(env)).fetch(env.API_URL);
      case '/hits':
        return hits(env, searchParams.get('way'), number('count'));
      case '/identities':
        return identities(env, number('identities'), number('count'));
      default:
        return new Response('ready');
    }
  },
};

/** Asks `count` times for a token that is there, in one of the ways people do. */
async function hits(env, way, count) {
  shared ??= create(env);
  await shared.getToken();
  let last;
  if (way === 'per-request') for (let i = 0; i < count; i++) last = await create(env).getToken();
  else for (let i = 0; i < count; i++) last = await shared[way]();
  return new Response(last ? 'done' : 'no token');
}

const clients = [];

/** Tokens of many tenants, asked for in turn. */
async function identities(env, size, count) {
  while (clients.length < size) clients.push(create(env, [`tenant-${clients.length}`]));
  let last;
  for (let i = 0; i < count; i++) last = await clients[i % size].getToken();
  return new Response(last || count === 0 ? 'done' : 'no token');
}
