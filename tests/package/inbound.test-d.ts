// Compiled, not run: what a user of `edge-oauth2/inbound` may write, and what the compiler must refuse.
import { OAuth2Client } from 'edge-oauth2';
import * as all from 'edge-oauth2/all';
import { Guard, JwtVerifier, OAuth2Error, parseChallenges, serverTiming, TokenIntrospector } from 'edge-oauth2/inbound';
import type { Challenge, InboundEvent, Introspection, OAuth2ErrorCode, Principal, TokenIntrospectorOptions, TokenStore } from 'edge-oauth2/inbound';
import { OAuth2Client as MachineClient } from 'edge-oauth2/m2m';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const is = <T extends true>(): T | undefined => undefined;

const client = { tokenUrl: 'https://auth.example.com/token', clientId: 'id', clientSecret: 'secret' };
const url = 'https://auth.example.com/introspect';

const everything: TokenIntrospectorOptions = {
  introspectionUrl: new URL(url),
  issuer: 'https://auth.example.com',
  clientId: 'id',
  clientSecret: async () => 'secret',
  clientAuth: 'body',
  tokenTypeHint: 'access_token',
  endpointParams: { realm: 'one' },
  headers: { 'x-tenant': 'one' },
  timeoutMs: 5_000,
  maxAgeSeconds: 30,
  inactiveAgeSeconds: 5,
  staleIfErrorSeconds: 60,
  cacheEntries: 1_000,
  errorCacheSeconds: 10,
  store: new Map<string, string>() satisfies TokenStore,
  sealKey: 'a key',
  identity: 'mine',
  onEvent: (event: InboundEvent) => void event.type,
  waitUntil: (promise) => void promise.catch(() => {}),
  fetch,
};
const introspector = new TokenIntrospector(everything);
new TokenIntrospector({ introspectionUrl: url });
new TokenIntrospector({ ...everything, signedResponse: true });
new TokenIntrospector({ ...everything, signedResponse: { jwksUri: 'https://auth.example.com/jwks', algorithms: ['ES256'] } });
new TokenIntrospector({ issuer: 'https://auth.example.com', clientId: 'id', privateKey: { key: 'PEM', kid: 'one' } });
new TokenIntrospector({ introspectionUrl: url, client: new OAuth2Client(client) });
new TokenIntrospector({ introspectionUrl: url, client: new MachineClient(client) });
new TokenIntrospector({ introspectionUrl: url, fetch: { fetch } });
// @ts-expect-error: there is nobody to be asked
new TokenIntrospector({ clientId: 'id', clientSecret: 'secret' });
// @ts-expect-error: misspelt
new TokenIntrospector({ introspectionURL: url });
// @ts-expect-error: one or the other
new TokenIntrospector({ introspectionUrl: url, client: new OAuth2Client(client), clientSecret: 'secret' });
// @ts-expect-error: not an option of this side
new TokenIntrospector({ introspectionUrl: url, baseUrl: 'https://api.example.com' });

const answer = await introspector.introspect('token', { params: { resource: 'x' }, maxAgeSeconds: 5, signal: AbortSignal.abort() });
is<Equal<typeof answer, Introspection>>();
is<Equal<typeof answer.active, boolean>>();
is<Equal<typeof answer.aud, string | readonly string[] | undefined>>();
is<Equal<(typeof answer.raw)[string], unknown>>();
const typed = await new TokenIntrospector<{ readonly tenant: number }>(everything).introspect('token');
is<Equal<typeof typed.raw.tenant, number>>();
await introspector.forget('token');
// @ts-expect-error: frozen
answer.active = true;

const verifier = new JwtVerifier({
  issuer: 'https://auth.example.com',
  jwksUri: new URL('https://auth.example.com/jwks'),
  audience: ['https://api.example.com'],
  algorithms: ['ES256', 'EdDSA'],
  plainJwt: true,
  requiredClaims: ['tenant'],
  clockSkewSeconds: 5,
  jwksMaxAgeSeconds: 300,
  jwksCooldownSeconds: 10,
  store: new Map<string, string>(),
  sealKey: 'a key',
  timeoutMs: 1_000,
  fetch,
  onEvent: ({ type }) => void type,
});
new JwtVerifier({ issuer: 'https://auth.example.com', audience: false, jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] } });
// @ts-expect-error: whom the tokens are for has to be said
new JwtVerifier({ issuer: 'https://auth.example.com' });
// @ts-expect-error: whoever can check an HMAC can make one
new JwtVerifier({ issuer: 'https://auth.example.com', audience: 'x', algorithms: ['HS256'] });
// @ts-expect-error: nothing is no signature
new JwtVerifier({ issuer: 'https://auth.example.com', audience: 'x', algorithms: ['none'] });

const { header, claims } = await verifier.verify('token', { audience: 'x' });
is<Equal<typeof claims.iss, string>>();
is<Equal<typeof claims.tenant, unknown>>();
is<Equal<typeof header.kid, string | undefined>>();
const own = await new JwtVerifier<{ readonly tenant: number }>({ issuer: 'x', audience: 'y' }).verify('token');
is<Equal<typeof own.claims, { readonly tenant: number }>>();

const request = new Request('https://api.example.com/');
const guard = new Guard({ introspector, verifier, realm: 'api', resource: 'https://api.example.com', scopesSupported: ['read'] });
const principal = await guard.authorize(request, { scopes: 'read write', anyScope: ['a', 'b'], audience: 'x', check: 'both', maxAgeSeconds: 10 });
is<Equal<typeof principal, Principal>>();
is<Equal<typeof principal.principal, undefined>>();
is<Equal<typeof principal.by, 'introspection' | 'jwt' | 'both'>>();
is<Equal<typeof principal.subject, string | undefined>>();
is<Equal<ReturnType<typeof guard.metadata>, Response | undefined>>();

const mapping = new Guard({ verifier, principal: async ({ subject }, { url }) => (subject ? { user: subject, url, scopes: ['read'] } : undefined) });
is<Equal<Awaited<ReturnType<typeof mapping.authorize>>['principal'], { user: string; url: string; scopes: string[] }>>();
new Guard({ verifier, proof: async (confirmation, { headers }, { subject }) => Boolean(confirmation && headers.get('dpop') && subject) });
const open = await new Guard({ verifier, preflight: true }).authorize(request);
is<Equal<typeof open, Principal | undefined>>();
// @ts-expect-error: somebody has to check the tokens
new Guard({ realm: 'api' });
// @ts-expect-error: misspelt
new Guard({ verifier, resouce: 'https://api.example.com' });
// @ts-expect-error: misspelt
await guard.authorize(request, { scope: 'read' });
// @ts-expect-error: there is no such way
await guard.authorize(request, { check: 'neither' });

const challenges: Challenge[] = parseChallenges(new Response().headers.get('www-authenticate'));
is<Equal<(typeof challenges)[number]['token68'], string | undefined>>();
const scope: string | undefined = challenges[0]?.parameters.scope;
serverTiming([{ type: 'stale_served' }, { type: 'introspection', active: true, durationMs: 3 }]);

try {
  await guard.authorize(request);
} catch (error) {
  if (error instanceof OAuth2Error) {
    is<Equal<typeof error.code, OAuth2ErrorCode>>();
    if (error.code === 'token_rejected') void error.response?.status;
    const retryable: boolean = error.retryable;
    void retryable;
  }
}
void scope;

// One entry has both sides.
const both: OAuth2Client = new all.OAuth2Client(client);
new all.Guard({ introspector: new all.TokenIntrospector({ introspectionUrl: url, client: both }) });
is<Equal<typeof all.OAuth2Error, typeof OAuth2Error>>();
const event: all.InboundEvent | all.OAuth2Event = { type: 'key_set', durationMs: 1 };
void event;
