// Compiled, not run: what a user may write, and what the compiler must refuse.
import { OAuth2Client, OAuth2Error, serverTiming } from 'edge-oauth2';
import type { Authorization, Hooks, Lease, OAuth2ClientOptions, OAuth2ErrorCode, OAuth2Event, StoredToken, Token, TokenData, TokenOptions, TokenStore } from 'edge-oauth2';
import { init, OAuth2Client as SlimClient } from 'edge-oauth2/slim';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const is = <T extends true>(): T | undefined => undefined;

const required = { tokenUrl: 'https://auth.example.com/token', clientId: 'id', clientSecret: 'secret' };

const everything: OAuth2ClientOptions = {
  tokenUrl: new URL('https://auth.example.com/token'),
  clientId: 'id',
  clientSecret: 'secret',
  clientAuth: 'body',
  scopes: ['read', 'write'],
  endpointParams: { audience: 'https://api.example.com/', resource: ['a', 'b'], tries: 3, offline: true },
  headers: { 'x-tenant': 'one' },
  expirySkewSeconds: 10,
  defaultLifetimeSeconds: 3600,
  timeoutMs: 10_000,
  store: new Map<string, string>(),
  seal: true,
  sealKey: 'a key',
  previousSealKeys: ['the key of before'],
  previousClientSecret: 'the secret of before',
  storeTimeoutMs: 250,
  storePrefix: 'tokens:',
  refreshAhead: 0.75,
  errorCacheSeconds: 30,
  onEvent: (event) => void event.type,
  waitUntil: (promise) => void promise.catch(() => {}),
  baseUrl: 'https://api.example.com/v1',
  allowedOrigins: ['https://files.example.com'],
  apply: async ({ url, method, headers, body }, { accessToken, tokenType }) => {
    headers.set('x-token', `${tokenType} ${accessToken}`);
    if (method === 'GET') url.searchParams.set('token', accessToken);
    return typeof body === 'string' ? { body: body + accessToken } : undefined;
  },
  refreshOn: [401, 'expired', /session expired/i],
  detectOn: [203, 'expired', /expired/],
  apiHeaders: { 'x-api-key': 'key' },
  fetch: async (input, init) => await fetch(input, init),
};
const client = new OAuth2Client(everything);

new OAuth2Client({ ...required, scopes: 'read write', endpointParams: new URLSearchParams({ a: 'b' }) });
new OAuth2Client({ ...required, endpointParams: new Map([['a', 'b']]), headers: new Headers({ a: 'b' }) });
new OAuth2Client({ ...required, endpointParams: [['a', 'b']], headers: [['a', 'b']] });
new OAuth2Client({ ...required, fetch: { fetch } });
new OAuth2Client({ tokenUrl: required.tokenUrl, clientId: 'public', clientAuth: 'none' });
const signing = { tokenUrl: required.tokenUrl, grant: 'jwt_bearer', privateKey: { key: 'PEM' } };
new OAuth2Client({ ...signing, assertion: { issuer: 'robot', claims: { scope: 'read', roles: ['one'] }, lifetimeSeconds: 60 } });
new OAuth2Client({ ...signing, clientId: 'id', assertion: {} });
new OAuth2Client({ ...signing, assertion: async () => 'a.b.c' });

new OAuth2Client({ ...required, refreshAhead: false, seal: false, onEvent: async () => {} });

new OAuth2Client({ ...required, apply: ({ headers }, token) => headers.set('x-token', token.accessToken) });
new OAuth2Client({ ...required, apply: () => ({ body: null }), apiHeaders: new Headers({ 'x-api-key': 'key' }), refreshOn: [] });
// @ts-expect-error not a request
new OAuth2Client({ ...required, apply: () => ({ headers: {} }) });
// @ts-expect-error the URL is changed, not replaced
new OAuth2Client({ ...required, apply: (request) => void (request.url = new URL('https://api.example.com')) });
// @ts-expect-error not a list
new OAuth2Client({ ...required, refreshOn: 401 });

// @ts-expect-error a misspelt option
new OAuth2Client({ ...required, scope: 'read' });
// @ts-expect-error a misspelt option
new OAuth2Client({ ...required, timeoutSeconds: 10 });
// @ts-expect-error a missing option
new OAuth2Client({ clientId: 'id', clientSecret: 'secret' });
new OAuth2Client({ issuer: 'https://auth.example.com', clientId: 'id', clientSecret: 'secret', revocationUrl: new URL('https://a.example') });
// An issuer may stand beside URLs, which win.
new OAuth2Client({ ...required, issuer: 'https://auth.example.com', allowInsecureRequests: true });
// @ts-expect-error not a way to authenticate
new OAuth2Client({ ...required, clientAuth: 'basic' });
// @ts-expect-error not a number
new OAuth2Client({ ...required, timeoutMs: '10s' });
// @ts-expect-error not a parameter
new OAuth2Client({ ...required, endpointParams: { claims: { deep: true } } });
new OAuth2Client({ ...required, bodyFormat: 'json', endpointParams: { claims: { deep: [true, null, 1] } } });
// @ts-expect-error a misspelt member
new OAuth2Client({ ...signing, assertion: { sub: 'user' } });
new OAuth2Client({ ...signing, assertion: { audience: ['a', 'b'], typ: 'JWT' } });
const keyless = { tokenUrl: required.tokenUrl, clientAssertion: async () => 'a.b.c' };
new OAuth2Client(keyless);
new OAuth2Client({ ...keyless, clientAssertion: 'a.b.c', clientAssertionType: 'urn:example:type' });
const key = { key: 'PEM', x5t: 'thumbprint', 'x5t#S256': 'thumbprint', x5c: ['certificate'], audience: ['a', 'b'] };
new OAuth2Client({ ...required, clientSecret: undefined, privateKey: key, clientAssertion: { typ: 'JWT', lifetimeSeconds: 300 } });
// @ts-expect-error not a text
new OAuth2Client({ ...keyless, clientAssertion: async () => 7 });
// @ts-expect-error one type
new OAuth2Client({ ...signing, assertion: { typ: ['JWT'] } });
// @ts-expect-error a share, or false
new OAuth2Client({ ...required, refreshAhead: true });
// @ts-expect-error needs options
new OAuth2Client();

const lease: Lease = {
  acquire: async (_key, ttlMs) => (ttlMs > 1 ? { held: true, fence: 1 } : { held: false, retryAfterMs: 100 }),
  release: () => {},
};
const own: TokenStore = {
  get: async () => null,
  put: (_key: string, _value: string, { ttl }: { ttl: number }) => ttl,
  delete: () => true,
  propagationMs: 500,
  minTtlSeconds: 5,
  ...lease,
};
declare const items: { getItem(key: string): string | null; setItem(key: string, value: string): void; removeItem(key: string): void };
for (const store of [own, items]) new OAuth2Client({ ...required, store });
// @ts-expect-error has no delete
new OAuth2Client({ ...required, store: { get: () => null, set: () => {} } });
// @ts-expect-error cannot be written
new OAuth2Client({ ...required, store: { get: () => null, delete: () => {} } });
// @ts-expect-error a lease has to be given back
new OAuth2Client({ ...required, store: { ...new Map<string, string>(), release: 1 } });

const tokenOptions: TokenOptions = { forceRefresh: true, signal: new AbortController().signal };
const token: Token = await client.getToken(tokenOptions);
is<Equal<typeof token.accessToken, string>>();
is<Equal<typeof token.tokenType, string>>();
is<Equal<typeof token.expiresAt, number>>();
is<Equal<typeof token.scope, string | undefined>>();
is<Equal<typeof token.refreshToken, string | undefined>>();
is<Equal<typeof token.idToken, string | undefined>>();
is<Equal<(typeof token.raw)['custom'], unknown>>();
// @ts-expect-error frozen
token.accessToken = 'another';
// @ts-expect-error a misspelt option
await client.getToken({ force: true });

await client.getToken({ scopes: 'read', resource: ['https://a.example'], endpointParams: { audience: 'x' }, headers: { a: 'b' }, timeoutMs: 1 });
// @ts-expect-error the client's, not the call's
await client.getToken({ clientId: 'other' });

const kept: TokenData = token.toJSON();
const wire = { access_token: 'a', expires_at: new Date(), refresh_token: null, tenant: 'blue' };
for (const stored of [token, kept, wire, { accessToken: 'a', userId: 7 }] satisfies StoredToken[]) {
  const read: Token = OAuth2Client.tokenFrom(stored);
  const renewed: Token = await client.tokenFrom(stored).refresh({ audience: 'x' });
  new OAuth2Client({ ...required, grant: 'token', token: stored });
  if (read.expired() || renewed.expired(60)) await client.refresh(new URLSearchParams({ scope: 'read' }));
}
// @ts-expect-error no access token
OAuth2Client.tokenFrom({ refresh_token: 'r' });
// @ts-expect-error not a number of seconds
token.expired('60');

const hooks: Hooks = {
  tokenRequest: async ({ grant, scopes, params, fetch, signal }, next) => {
    is<Equal<typeof grant, string>>();
    const answer = await fetch(scopes[0] ?? String(params['scope']), { signal });
    return answer.ok ? { access_token: await answer.text(), expires_at: new Date(), tenant: 7 } : await next();
  },
  credentials: ({ tokenResponse }) => ({ user: tokenResponse['user'], expires_in: '60' }),
  refresh: async ({ credentials, refreshToken }, next) => ({ ...credentials, ...(await next()), refresh_token: refreshToken }),
};
new OAuth2Client({ ...required, hooks, identity: 'mine' });
new OAuth2Client({ ...required, hooks: {} });
// @ts-expect-error not an object
new OAuth2Client({ ...required, hooks: { tokenRequest: () => 'a token' } });
// @ts-expect-error not a hook
new OAuth2Client({ ...required, hooks: { getTokenData: () => ({}) } });

const header: string = await client.authorizationHeader({ forceRefresh: false });
const nothing: void = (await client.invalidate(), await client.warm());

const tested = await client.test('/me', { method: 'HEAD' });
is<Equal<typeof tested.status, number | undefined>>();
if (!tested.ok) is<Equal<typeof tested.stage, 'configuration' | 'token' | 'api'>>();

const grants: number | undefined = client.stats().grant;
// @ts-expect-error not an event
client.stats().grants;
const described = (event: OAuth2Event): string | number | undefined => {
  switch (event.type) {
    case 'store_error':
      return `${event.operation}: ${event.reason}`;
    case 'lifetime_assumed':
      return `${event.lifetimeSeconds}: ${event.reason}`;
    case 'grant_failed':
      is<Equal<typeof event.code, OAuth2ErrorCode>>();
      return event.durationMs;
    case 'retry':
      return event.attempt + event.delayMs;
    case 'lease_wait':
      return event.retryAfterMs;
    case 'flight_wait':
    case 'store_hit':
    case 'store_miss':
    case 'grant':
      return event.durationMs;
    case 'l1_hit':
    case 'stale_served':
    case 'taken_over':
    case 'store_unreadable':
    case 'refused':
    case 'invalidated':
    case 'evicted':
    case 'authorization_lost':
    case 'authorization_restored':
      // @ts-expect-error took no time
      return event.durationMs;
    default:
      is<Equal<typeof event, never>>();
      return undefined;
  }
};
const timing: string = serverTiming([{ type: 'grant', durationMs: 81 }]);
// @ts-expect-error not an event
serverTiming([{ type: 'grants' }]);

const response: Response = await client.fetch('/hello', { method: 'POST', body: header });
await client.fetch(new URL('https://api.example.com/v1/hello'));
await client.fetch(new Request('https://api.example.com/v1/hello'));
is<Equal<typeof client.fetch, typeof globalThis.fetch>>();
// @ts-expect-error not a URL
await client.fetch(42);

try {
  await response.json();
} catch (error) {
  if (error instanceof OAuth2Error) {
    const asError: Error = error;
    const code: OAuth2ErrorCode = error.code;
    is<Equal<typeof error.name, 'OAuth2Error'>>();
    is<Equal<typeof error.error, string | undefined>>();
    is<Equal<typeof error.description, string | undefined>>();
    is<Equal<typeof error.uri, string | undefined>>();
    is<Equal<typeof error.status, number | undefined>>();
    is<Equal<typeof error.retryable, boolean>>();
    is<Equal<typeof error.cause, unknown>>();
    // @ts-expect-error not a code
    if (code === 'timed_out') throw asError;
  }
}

init(new Uint8Array());
is<Equal<typeof SlimClient, typeof OAuth2Client>>();
export { described, grants, nothing, timing };

async function users(client: OAuth2Client, token: Token, request: Request) {
  const redirectUri = 'https://app.example/callback';
  const begun: Authorization = await client.authorizationUrl({ redirectUri, scopes: ['openid'], extra: { prompt: 'login' } });
  const arrived: Token = await client.callback(request, begun);
  await client.callback(new URL(request.url), { redirectUri, state: begun.state });
  // @ts-expect-error where they come back to is missing
  await client.authorizationUrl({ scopes: 'openid' });
  // @ts-expect-error the state is missing
  await client.callback(request.url, { redirectUri });
  await arrived.revoke();
  await token.revoke('refresh_token', { reason: 'logout' });
  await client.revoke('access_token');
  await Promise.all([client.revokeAll(), token.revokeAll()]);
  // @ts-expect-error not a token of ours
  await token.revoke('id_token');
}
void users;

/** What a user may come back with. */
void (async (client: OAuth2Client, kept: { redirectUri: string; state: string; codeVerifier: string }) => {
  await client.callback(new URLSearchParams(), kept);
  await client.callback(new FormData(), kept);
  await client.callback({ code: 'a', state: ['b'] }, kept);
  new OAuth2Client({ ...required, tokenMapping: { accessToken: ['data', 0, 'a.b'] } });
  OAuth2Client.tokenFrom({ access_token: 7, expiry_date: 0 });
});
