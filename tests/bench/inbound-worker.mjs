// The Worker that checks of callers' tokens are measured in: `#contender` is the contender.
import { create } from '#contender';

/** Made by the first request, as addresses come with it. */
let shared;

const presenting = (token) => new Request('https://api.example.com/', { headers: { authorization: `Bearer ${token}` } });

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    shared ??= create(env);
    const count = Number(searchParams.get('count'));
    const way = searchParams.get('way');
    switch (pathname) {
      // One check, of a request as it comes.
      case '/check':
        return answer(await shared[way](presenting(way === 'introspected' ? env.OPAQUE_TOKEN : (await tokensOf(env, 1))[0])));
      // Tokens to be checked later: they are signed while nobody measures.
      case '/tokens':
        await tokensOf(env, count);
        return new Response('done');
      // The same token again and again.
      case '/cached': {
        const presented = presenting(way === 'introspected' ? env.OPAQUE_TOKEN : (await tokensOf(env, 1))[0]);
        let last;
        for (let i = 0; i < count; i++) last = await shared[way](presented);
        return answer(last);
      }
      // Tokens that were never seen.
      case '/new': {
        const presented = (await tokensOf(env, count)).splice(0, count).map(presenting);
        let last;
        for (const request of presented) last = await shared[way](request);
        return answer(last);
      }
      // Tokens that somebody made up.
      case '/flood': {
        for (let i = 0; i < count; i++) await shared.introspected(presenting(`${crypto.randomUUID()}${i}`)).catch(() => {});
        return new Response('done');
      }
      default:
        return new Response('ready');
    }
  },
};

function answer(subject) {
  return new Response(subject === 'alice' ? 'done' : `another: ${subject}`);
}

let key;
const tokens = [];
let serial = 0;

async function tokensOf({ ISSUER, AUDIENCE, PRIVATE_KEY }, count) {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  key ??= await crypto.subtle.importKey('jwk', JSON.parse(PRIVATE_KEY), algorithm, false, ['sign']);
  while (tokens.length < count) {
    const now = Math.floor(Date.now() / 1000);
    const header = { alg: 'ES256', typ: 'at+jwt', kid: 'bench' };
    const claims = {
      ...{ iss: ISSUER, aud: AUDIENCE, sub: 'alice', client_id: 'bench', scope: 'read write', jti: `token-${(serial += 1)}` },
      ...{ iat: now, exp: now + 3600, roles: ['editor', 'reviewer'], tenant: 'a tenant of some length', session: 'x'.repeat(300) },
    };
    const input = [header, claims].map((part) => base64url(new TextEncoder().encode(JSON.stringify(part)))).join('.');
    const signature = await crypto.subtle.sign(algorithm, key, new TextEncoder().encode(input));
    tokens.push(`${input}.${base64url(new Uint8Array(signature))}`);
  }
  return tokens;
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
