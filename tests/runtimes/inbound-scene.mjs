// The place where one test of `edge-oauth2/inbound` happens: an issuer of its own (scripted-issuer.mjs), and callers whose
// tokens are as the test wants them. Plain JavaScript over fetch: it runs in every runtime.

let scenes = 0;

/** What opaque tokens begin with that say themselves what there is to know of them. */
export const OPAQUE = 'opaque-';

/** Who the tokens of these tests are for. */
export const AUDIENCE = 'https://api.example/';

export const client = { id: 'resource server:+%/', secret: 'MARKER secret:%+&=/"~-._*' };

export const seconds = () => Math.floor(Date.now() / 1000);

/** As `createScene`, of what `import * from 'edge-oauth2/inbound'` gave. */
export function createInboundScene({ package: edgeOAuth2, addresses, runtime, inspect }) {
  const { TokenIntrospector, JwtVerifier, Guard } = edgeOAuth2;
  const name = `${runtime}-inbound-${(scenes += 1)}`;
  const issuer = `${addresses.scriptedIssuer}/${name}`;
  let tokens = 0;

  const introspection = (overrides) => ({
    introspectionUrl: `${issuer}/introspect`,
    clientId: client.id,
    clientSecret: client.secret,
    timeoutMs: 5_000,
    ...overrides,
  });
  const verification = (overrides) => ({ issuer, jwksUri: `${issuer}/jwks`, audience: AUDIENCE, timeoutMs: 5_000, ...overrides });

  const scene = {
    ...edgeOAuth2,
    inspect,
    issuer,
    /** Options, and what is made of them anew each time, as a Worker does in every request. */
    introspection,
    verification,
    introspector: (overrides) => new TokenIntrospector(introspection(overrides)),
    verifier: (overrides) => new JwtVerifier(verification(overrides)),
    guard: (overrides) => new Guard({ introspector: scene.introspector(), verifier: scene.verifier(), ...overrides }),

    /** A token that its server answers with `answer`; no two are the same. */
    opaque(answer) {
      const told = { active: true, n: (tokens += 1), ...answer };
      const bytes = String.fromCharCode(...new TextEncoder().encode(JSON.stringify(told)));
      return OPAQUE + btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
    },
    /**
     * An access token by RFC 9068. `claims` and `header` are laid over what it says, undefined leaving out; `order` over
     * how it is signed: see scripted-issuer.mjs.
     */
    async jwt(claims, header, order) {
      const now = seconds();
      const key = order && 'key' in order ? order.key : 'ES256';
      const payload = {
        iss: issuer,
        sub: 'ada',
        aud: AUDIENCE,
        client_id: 'app',
        iat: now,
        exp: now + 300,
        jti: String((tokens += 1)),
        scope: 'read write',
        ...claims,
      };
      const head = { alg: ALGORITHM_OF[key] ?? key, kid: key, typ: 'at+jwt', ...header };
      const body = JSON.stringify({ header: head, payload, key, ...order });
      const response = await fetch(`${issuer}/sign`, { method: 'POST', body });
      return (await response.json()).token;
    },
    /** The public keys of these names. */
    jwks: async () => await (await fetch(`${addresses.scriptedIssuer}/keys-of-${name}/jwks`)).json(),

    /** What an endpoint (`introspect`, `jwks`, `.well-known`) does from now on. */
    async behave(endpoint, behaviour) {
      await fetch(`${issuer}/behaviour/${endpoint}`, { method: 'PUT', body: JSON.stringify(behaviour) });
    },
    /** The requests that came there. */
    seen: async (endpoint) => await (await fetch(`${issuer}/seen/${endpoint}`)).json(),
    count: async (endpoint) => (await scene.seen(endpoint)).length,
  };
  return scene;
}

const ALGORITHM_OF = { next: 'ES256', stranger: 'ES256', short: 'RS256' };

/** A request with that header, or with none. */
export function request(authorization, init = {}) {
  const headers = new Headers(init.headers);
  if (authorization !== undefined) headers.set('authorization', authorization);
  return new Request('https://api.example/things?a=b', { ...init, headers });
}

/**
 * Runs `run` with a clock that is ahead by so many seconds. What is waited for in it is real; what is remembered
 * of now is that much older.
 */
export async function later(ahead, run) {
  const { now } = Date;
  Date.now = () => now.call(Date) + ahead * 1000;
  try {
    return await run();
  } finally {
    Date.now = now;
  }
}
