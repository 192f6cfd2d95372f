// No flight, no bounds by bytes, no answer for who is refused.

const MAX_ENTRIES = 10_000;

export function bearer(request) {
  const [, token] = /^Bearer ([\w.~+/-]+=*)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
  if (!token) throw new Error('no token');
  return token;
}

export function demand({ sub, scope }) {
  if (!scope.split(' ').includes('read')) throw new Error('not enough');
  return sub;
}

/** `keyOf` is what the cache knows a token by. */
export function checks({ INTROSPECTION_URL, JWKS_URL, ISSUER, AUDIENCE, CLIENT_ID, CLIENT_SECRET }, keyOf) {
  const cache = new Map();
  const cached = async (request, find) => {
    const token = bearer(request);
    const key = await keyOf(token);
    const entry = cache.get(key);
    if (entry && Date.now() < entry.until) return demand(entry.claims);
    const claims = await find(token);
    if (cache.size >= MAX_ENTRIES) cache.delete(cache.keys().next().value);
    cache.set(key, { claims, until: Math.min(claims.exp * 1000, Date.now() + 60_000) });
    return demand(claims);
  };
  let keys;
  return {
    introspected: (request) =>
      cached(request, async (token) => {
        const response = await fetch(INTROSPECTION_URL, {
          method: 'POST',
          headers: { authorization: `Basic ${btoa(`${CLIENT_ID}:${CLIENT_SECRET}`)}` },
          body: new URLSearchParams({ token }),
        });
        const answer = await response.json();
        if (!answer.active) throw new Error('inactive');
        return answer;
      }),
    verified: (request) =>
      cached(request, async (token) => {
        const [header, payload, signature] = token.split('.');
        const { alg, kid, typ } = json(header);
        if (alg !== 'ES256' || typ !== 'at+jwt') throw new Error('another kind');
        keys ??= imported(JWKS_URL);
        const key = (await keys).get(kid);
        const data = new TextEncoder().encode(`${header}.${payload}`);
        if (!(await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, bytes(signature), data))) throw new Error('another signature');
        const claims = json(payload);
        if (claims.iss !== ISSUER || ![claims.aud].flat().includes(AUDIENCE) || claims.exp * 1000 < Date.now()) throw new Error('not for us');
        return claims;
      }),
  };
}

async function imported(url) {
  const { keys } = await (await fetch(url)).json();
  const imports = keys.map(async (key) => [key.kid, await crypto.subtle.importKey('jwk', key, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify'])]);
  return new Map(await Promise.all(imports));
}

function bytes(base64url) {
  return Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
}

function json(base64url) {
  return JSON.parse(new TextDecoder().decode(bytes(base64url)));
}
