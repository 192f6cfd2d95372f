// A wrong option is an error that names it, and what was probably meant.
import { equal, ok, rejects, throws } from '../assert.mjs';

/** A valid client, but for what its assertion says. */
function signing(assertion) {
  const key = { kty: 'OKP', crv: 'Ed25519', x: 'x', d: 'd' };
  return { grant: 'jwt_bearer', clientSecret: undefined, privateKey: { key }, assertion };
}

const deep = (depth) => (depth === 0 ? 'x' : { deeper: deep(depth - 1) });

const rows = [
  // What is given, and what the message must say.
  [{ tokenUrl: 'not a url' }, 'tokenUrl'],
  [{ tokenUrl: '/oauth/token' }, 'tokenUrl'],
  [{ tokenUrl: 'ftp://auth.example/token' }, 'tokenUrl'],
  [{ tokenUrl: 'https://auth.example/token\n' }, 'tokenUrl', 'white space'],
  [{ tokenUrl: ' https://auth.example/token' }, 'tokenUrl', 'white space'],
  [{ tokenUrl: 'https:\\\\auth.example\\token' }, 'tokenUrl'],
  [{ tokenUrl: 'https://bücher.example/\\x' }, 'tokenUrl'],
  [{ tokenUrl: 'https://a.example\uff0fb' }, 'tokenUrl'],
  [{ tokenUrl: 'https://MARKER:p@auth.example/' }, 'tokenUrl', 'credentials'],
  [{ tokenUrl: new URL('https://MARKER:p@auth.example/') }, 'tokenUrl', 'credentials'],
  [{ tokenUrl: 'https://auth.example/#x' }, 'tokenUrl', 'fragment'],
  [{ tokenUrl: 'ftp://auth.example/', allowInsecureRequests: true }, 'tokenUrl'],
  [{ allowInsecureRequests: 'yes' }, 'allowInsecureRequests'],
  [{ allowInsecureRequests: 1 }, 'allowInsecureRequests'],
  [{ issuer: 'https://bücher.example' }, 'issuer', 'ASCII'],
  [{ clientId: 7 }, 'clientId'],
  [{ clientSecret: '' }, 'clientSecret'],
  [{ clientAuth: 'basic' }, 'clientAuth', 'header'],
  // What other libraries call it.
  [{ grantType: 'client_credentials' }, 'grantType', 'did you mean grant?'],
  [{ grant_type: 'client_credentials' }, 'grant_type', 'did you mean grant?'],
  [{ audience: 'MARKER' }, 'audience', 'did you mean endpointParams: { audience }?'],
  [{ tokenEndpoint: 'MARKER' }, 'did you mean tokenUrl?'],
  [{ accessTokenUri: 'MARKER' }, 'did you mean tokenUrl?'],
  [{ authorizeUrl: 'MARKER' }, 'did you mean authorizationUrl?'],
  [{ token_endpoint_auth_method: 'none' }, 'did you mean clientAuth?'],
  [{ extraParams: {} }, 'did you mean endpointParams?'],
  [{ secret: 'MARKER' }, 'did you mean clientSecret?'],
  [{ token_endpoint: 'MARKER' }, 'did you mean tokenUrl?'],
  [{ tokenHost: 'MARKER' }, 'did you mean tokenUrl?'],
  [{ access_token_url: 'MARKER' }, 'did you mean tokenUrl?'],
  [{ tenant: 'MARKER' }, 'did you mean tokenUrl?'],
  [{ clientSecretBasic: 'MARKER' }, 'did you mean clientAuth?'],
  [{ assertion_type: 'MARKER' }, 'did you mean clientAssertionType?'],
  [{ organization: 'MARKER' }, 'did you mean endpointParams: { organization }?'],
  [{ subject_token: 'MARKER' }, 'did you mean endpointParams: { subject_token }?'],
  [{ login_hint: 'MARKER' }, 'did you mean authorizationUrl({ extra: { login_hint } })?'],
  [{ redirectUri: 'MARKER' }, 'did you mean authorizationUrl({ redirectUri })?'],
  [{ cache: new Map() }, 'did you mean store?'],
  [{ leeway: 7 }, 'did you mean expirySkewSeconds?'],
  [{ constructor: 'MARKER' }, 'constructor is not an option'],
  [{ grant: 'clientCredentials' }, 'grant', "'client_credentials'"],
  [{ grant: 'refresh-token', refreshToken: 'MARKER' }, 'grant', "'refresh_token'"],
  [{ grant: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: 'a.MARKER.c' }, 'assertion', "grant: 'jwt_bearer'"],
  [{ resource: '00000003-0000-0ff1-ce00-000000000000' }, 'resource', 'endpointParams: { resource }'],
  [{ scopes: 'rea"d' }, 'scopes'],
  [{ scopes: ['read write', ''] }, 'scopes'],
  [{ scopes: 7 }, 'scopes'],
  [{ endpointParams: { grant_type: 'password' } }, 'endpointParams', 'grant_type'],
  [{ endpointParams: { client_secret: 'x' } }, 'endpointParams', 'client_secret'],
  [{ endpointParams: { scope: 'x' } }, 'endpointParams', 'scope'],
  [{ headers: { Authorization: 'x' } }, 'headers', 'authorization'],
  [{ headers: { 'content-type': 'x' } }, 'headers', 'content-type'],
  [{ headers: { 'not a name': 'x' } }, 'headers'],
  [{ expirySkewSeconds: -1 }, 'expirySkewSeconds'],
  [{ expirySkewSeconds: '10' }, 'expirySkewSeconds'],
  [{ defaultLifetimeSeconds: Number.NaN }, 'defaultLifetimeSeconds'],
  [{ timeoutMs: 0 }, 'timeoutMs'],
  [{ timeoutMs: Number.POSITIVE_INFINITY }, 'timeoutMs'],
  [{ waitUntil: 'x' }, 'waitUntil'],
  [{ hooks: () => {} }, 'hooks'],
  [{ hooks: [] }, 'hooks'],
  [{ hooks: null }, 'hooks'],
  [{ hooks: { tokenRequest: 'x' } }, 'hooks.tokenRequest'],
  [{ hooks: { credentials: null } }, 'hooks.credentials'],
  [{ hooks: { refresh: {} } }, 'hooks.refresh'],
  [{ hooks: { tokenrequest: () => {} } }, 'hooks.tokenrequest', 'did you mean hooks.tokenRequest'],
  [{ hooks: { getTokenData: () => {} } }, 'hooks.getTokenData'],
  [{ hooks: { toString: () => {} } }, 'hooks.toString'],
  [{ hooks: { tokenRequest: () => {} }, identity: '' }, 'identity'],
  [{ hooks: { tokenRequest: () => {} }, store: new Map() }, 'identity', 'hooks.tokenRequest'],
  [{ baseUrl: 'api.example' }, 'baseUrl'],
  [{ allowedOrigins: 'https://a.example' }, 'allowedOrigins'],
  [{ allowedOrigins: ['a.example'] }, 'allowedOrigins'],
  [{ fetch: {} }, 'fetch'],
  [{ apply: {} }, 'apply'],
  [{ apply: 'Token' }, 'apply', 'function'],
  [{ refreshOn: 401 }, 'refreshOn', 'array'],
  [{ refreshOn: new Set([401]) }, 'refreshOn', 'array'],
  [{ refreshOn: [''] }, 'refreshOn', 'empty'],
  [{ refreshOn: [401.5] }, 'refreshOn'],
  [{ refreshOn: [99] }, 'refreshOn', '300'],
  [{ refreshOn: [1000] }, 'refreshOn', '999'],
  [{ refreshOn: [200] }, 'refreshOn', 'detectOn'],
  [{ refreshOn: [null] }, 'refreshOn', 'null'],
  [{ refreshOn: [[401]] }, 'refreshOn'],
  [{ refreshOn: [{ status: 401 }] }, 'refreshOn'],
  [{ detectOn: /expired/ }, 'detectOn', 'array'],
  [{ detectOn: [''] }, 'detectOn', 'empty'],
  [{ detectOn: [401] }, 'detectOn', 'refreshOn'],
  [{ detectOn: [true] }, 'detectOn'],
  [{ apiHeaders: 'x-key: 1' }, 'apiHeaders', 'object'],
  [{ apiHeaders: null }, 'apiHeaders'],
  [{ apiHeaders: { Authorization: 'Token x' } }, 'apiHeaders.Authorization', 'apply'],
  [{ apiHeaders: new Headers({ authorization: 'x' }) }, 'apiHeaders.authorization'],
  [{ apiHeaders: { 'Content-Type': 'text/x' } }, 'apiHeaders.Content-Type'],
  [{ apiHeaders: { host: 'x' } }, 'apiHeaders.host'],
  [{ apiHeaders: { 'not a name': 'x' } }, 'apiHeaders'],
  [{ apiHeaders: { '': 'x' } }, 'apiHeaders'],
  [{ apiHeaders: { 'x-key': 'a\r\nx-other: b' } }, 'apiHeaders.x-key'],
  [{ apiHeaders: { 'x-key': '\u20ac' } }, 'apiHeaders.x-key'],
  [{ apiHeaders: { 'x-key': null } }, 'apiHeaders.x-key', 'null'],
  [{ apiHeaders: { 'x-key': {} } }, 'apiHeaders.x-key'],
  [{ detecton: [] }, 'detecton', 'detectOn'],
  [{ refresh_on: [] }, 'refresh_on', 'refreshOn'],
  [{ tokenURL: 'x' }, 'tokenURL', 'tokenUrl'],
  [{ client_id: 'x' }, 'client_id', 'clientId'],
  [{ clientSecrte: 'x' }, 'clientSecrte', 'clientSecret'],
  [{ scope: 'read' }, 'scope', 'scopes'],
  [{ timeout: 10 }, 'timeout', 'timeoutMs'],
  [{ unheardOf: 1 }, 'unheardOf'],
  [{ grant: 'token' }, 'token'],
  [{ grant: 'token', token: '' }, 'token'],
  [{ grant: 'token', token: 7 }, 'token'],
  [{ grant: 'token', token: () => 'a' }, 'token'],
  [{ grant: 'token', token: 'MARKER two' }, 'token'],
  [{ grant: 'token', token: 'MARKER\r\nbreak' }, 'token'],
  [{ grant: 'token', token: { access_token: 'a', refresh_token: 'MARKER' }, refreshToken: 'r' }, 'refreshToken'],
  [{ grant: 'token', token: 'a', refreshToken: 'MARKER\u0000' }, 'refreshToken'],
  [{ token: { access_token: 'MARKER' } }, 'token'],
  [{ clientId: '' }, 'clientId'],
  [{ grant: 'jwt_bearer' }, 'assertion'],
  [{ grant: 'jwt_bearer', assertion: 7 }, 'assertion'],
  [{ grant: 'jwt_bearer', assertion: null }, 'assertion'],
  [{ grant: 'jwt_bearer', assertion: ['a.b.c'] }, 'assertion'],
  [{ grant: 'jwt_bearer', assertion: 'a.b.c', clientSecret: undefined, clientId: '' }, 'clientId'],
  [{ grant: 'password', username: 'a', password: 'b', assertion: {} }, 'assertion'],
  [{ grant: 'jwt_bearer', assertion: {} }, 'privateKey'],
  [signing({ sbject: 'x' }), 'assertion.sbject', 'assertion.subject'],
  [signing({ sub: 'x' }), 'assertion.sub'],
  [signing({ issuer: 7 }), 'assertion.issuer'],
  [signing({ issuer: '' }), 'assertion.issuer'],
  [signing({ subject: null }), 'assertion.subject'],
  [signing({ subject: 'a\n' }), 'assertion.subject'],
  [signing({ audience: [] }), 'assertion.audience'],
  [signing({ audience: [7] }), 'assertion.audience'],
  [signing({ typ: '' }), 'assertion.typ'],
  [{ clientAssertion: 'a.b.c' }, 'clientAssertion', 'without clientSecret'],
  [{ clientAssertion: { typ: 'JWT' } }, 'clientAssertion', "clientAuth: 'private_key_jwt'"],
  [{ clientAssertion: {}, clientAuth: 'private_key_jwt', clientSecret: undefined }, 'privateKey'],
  [{ clientAssertion: 7 }, 'clientAssertion'],
  [{ clientAssertion: null }, 'clientAssertion'],
  [{ clientAssertion: { audiences: 'x' } }, 'clientAssertion.audiences', 'clientAssertion.audience'],
  [{ clientAssertion: () => 'a', clientSecret: undefined, clientAuth: 'body' }, 'clientAssertion'],
  [{ clientAssertion: '', clientSecret: undefined }, 'clientAssertion', 'must not be empty'],
  [{ clientAssertion: 'a', clientAssertionType: '', clientSecret: undefined }, 'clientAssertionType'],
  [{ endpointParams: { client_assertion: 'MARKER' } }, 'endpointParams', 'clientAssertion'],
  [{ endpointParams: { client_assertion_type: 'x' } }, 'endpointParams', 'clientAssertionType'],
  [signing({ lifetimeSeconds: 0 }), 'assertion.lifetimeSeconds'],
  [signing({ lifetimeSeconds: 3601 }), 'assertion.lifetimeSeconds'],
  [signing({ lifetimeSeconds: '60' }), 'assertion.lifetimeSeconds'],
  [signing({ claims: 'scope' }), 'assertion.claims'],
  [signing({ claims: [['scope', 'x']] }), 'assertion.claims'],
  [signing({ claims: { sub: 'x' } }), 'assertion.claims', 'assertion.subject'],
  [signing({ claims: { jti: 'x' } }), 'assertion.claims', 'jti'],
  [signing({ claims: { scope: null } }), 'assertion.claims.scope'],
  [signing({ claims: { scope: () => {} } }), 'assertion.claims.scope'],
  [signing({ claims: { level: Number.NaN } }), 'assertion.claims.level'],
  [signing({ claims: { big: 1n } }), 'assertion.claims.big'],
  [signing({ claims: { nested: deep(200) } }), 'assertion.claims'],
];

/** The same for a call. */
const callRows = [
  [{ forcerefresh: true }, 'forcerefresh', 'forceRefresh'],
  [{ scope: 'read' }, 'scopes'],
  [{ scopes: 7 }, 'scopes'],
  [{ scopes: null }, 'scopes'],
  [{ scopes: [7] }, 'scopes'],
  [{ scopes: 'rea"d' }, 'scopes'],
  [{ scopes: ['read write', ''] }, 'scopes'],
  [{ endpointParams: 'x' }, 'endpointParams'],
  [{ endpointParams: null }, 'endpointParams'],
  [{ endpointParams: ['x'] }, 'endpointParams'],
  [{ endpointParams: { grant_type: 'x' } }, 'endpointParams', 'grant_type'],
  [{ endpointParams: { client_secret: 'MARKER' } }, 'endpointParams', 'client_secret'],
  [{ endpointParams: { a: {} } }, 'endpointParams.a'],
  [{ endpointParams: { '': 'x' } }, 'endpointParams'],
  [{ resource: 7 }, 'resource'],
  [{ resource: [7] }, 'resource'],
  [{ resource: 'not absolute' }, 'resource'],
  [{ resource: 'https://a.example/#part' }, 'resource'],
  [{ headers: 'x' }, 'headers'],
  [{ headers: { authorization: 'MARKER' } }, 'headers', 'authorization'],
  [{ headers: { 'not a name': 'x' } }, 'headers'],
  [{ headers: { 'x-a': 'MARKER\r\nx-b: 1' } }, 'headers'],
  [{ headers: { 'x-a': {} } }, 'headers.x-a'],
  [{ timeoutMs: 0 }, 'timeoutMs'],
  [{ timeoutMs: -1 }, 'timeoutMs'],
  [{ timeoutMs: 0.5 }, 'timeoutMs'],
  [{ timeoutMs: '1' }, 'timeoutMs'],
  [{ timeoutMs: Number.POSITIVE_INFINITY }, 'timeoutMs'],
  [{ forceRefresh: 1 }, 'forceRefresh'],
  [{ signal: 'x' }, 'signal'],
  [{ clientId: 'x' }, 'clientId'],
  [{ hooks: {} }, 'hooks'],
  [null, 'options'],
  ['text', 'options'],
  [[], 'options'],
];

const cycle = { access_token: 'a' };
cycle.itself = cycle;

/** What cannot be read as a token, and the member at fault. */
const tokenRows = [
  [undefined, 'token'],
  [null, 'token'],
  ['a-token', 'token'],
  [7, 'token'],
  [[], 'token'],
  [new Map(), 'token'],
  [{}, 'access_token'],
  [{ access_token: '' }, 'access_token'],
  [{ access_token: 7.5 }, 'access_token'],
  [{ access_token: 2 ** 60 }, 'access_token'],
  [{ access_token: 'MARKER\r\nbreak' }, 'access_token'],
  [{ accessToken: 'MARKER two' }, 'accessToken'],
  [{ accessToken: null }, 'access_token'],
  [{ access_token: 'a', token_type: 7 }, 'token_type'],
  [{ access_token: 'a', refresh_token: {} }, 'refresh_token'],
  [{ accessToken: 'a', refreshToken: 'MARKER\u0000' }, 'refreshToken'],
  [{ access_token: 'a', id_token: 7 }, 'id_token'],
  [{ access_token: 'a', scope: [7] }, 'scope'],
  [{ access_token: 'a', expires_at: 'soon' }, 'expires_at'],
  [{ access_token: 'a', expires_at: new Date('no') }, 'expires_at'],
  [{ access_token: 'a', expires_at: -1 }, 'expires_at'],
  [{ accessToken: 'a', expiresAt: Number.NaN }, 'expiresAt'],
  [{ accessToken: 'a', expiresAt: {} }, 'expiresAt'],
  [{ access_token: 'a', expires_in: 'soon' }, 'expires_in'],
  [{ access_token: 'a', expiry: 'soon' }, 'expiry'],
  [{ access_token: 'a', expiry_date: {} }, 'expiry_date'],
  [{ accessToken: 'a', expiresIn: 'soon' }, 'expiresIn'],
  [{ access_token: 'a', expires_in: -1 }, 'expires_in'],
  [{ accessToken: 'a', raw: 'MARKER' }, 'raw'],
  [{ access_token: 'a', log() {} }, 'log'],
  [{ access_token: 'a', big: 1n }, 'big'],
  [cycle, 'token'],
];

/** Parameters that a refresh must not have. */
const refreshRows = [
  ['audience', 'params'],
  [null, 'params'],
  [7, 'params'],
  [['audience'], 'params'],
  [{ audience: {} }, 'params.audience'],
  [{ grant_type: 'x' }, 'params', 'grant_type'],
  [{ refresh_token: 'MARKER' }, 'params', 'refresh_token'],
  [{ client_secret: 'MARKER' }, 'params', 'client_secret'],
  [{ client_id: 'x' }, 'params', 'client_id'],
  [{ '': 'x' }, 'params'],
];

/** Whether the message has all of the words, and nothing of what is secret. */
function names(error, words) {
  for (const word of words) {
    ok(error.message.toLowerCase().includes(word.toLowerCase()), `'${word}' in: ${error.message}`);
  }
  ok(!error.message.includes('MARKER'), error.message);
}

const insecure = ['auth.example', '10.0.0.1', '127.0.0.1.example', 'localhost.example', '[::2]'];
const loopback = ['localhost', 'a.localhost', '127.1.2.3', '[::1]'];

/** Clients that have every option there is, in whatever form, among them. */
const everyOption = [
  {
    tokenUrl: 'https://auth.example/token',
    issuer: 'https://auth.example',
    allowInsecureRequests: true,
    authorizationUrl: 'https://auth.example/authorize',
    revocationUrl: 'https://auth.example/revoke',
    refreshUrl: 'https://auth.example/refresh',
    clientId: 'id',
    clientSecret: () => 'secret',
    clientAuth: 'both',
    credentialEncoding: 'interop',
    clientIdParam: 'app_id',
    clientSecretParam: 'app_secret',
    clientAssertionType: 'urn:a',
    grant: 'urn:a:grant',
    scopes: ['a', 'b'],
    scopeSeparator: ',',
    resource: ['https://api.example'],
    endpointParams: { audience: 'a' },
    refreshParams: {},
    headers: { 'x-a': '1' },
    bodyFormat: 'json',
    tokenMapping: { accessToken: ['data', 'token'] },
    noRefreshToken: true,
    skipPkce: true,
    identity: 'every option',
    hooks: { tokenRequest: () => {} },
    expirySkewSeconds: 5,
    defaultLifetimeSeconds: 60,
    timeoutMs: 500,
    errorCacheSeconds: 0,
    classify: () => {},
    refreshAhead: 0.333,
    store: new Map(),
    seal: true,
    sealKey: 'k',
    previousSealKeys: ['l'],
    previousClientSecret: 's',
    storeTimeoutMs: 10,
    storePrefix: 'p:',
    waitUntil: () => {},
    onEvent: () => {},
    tracing: (ask) => ask(),
    baseUrl: 'https://api.example',
    allowedOrigins: ['https://api.example'],
    apply: () => {},
    refreshOn: [419],
    detectOn: ['expired'],
    apiHeaders: { 'x-b': '2' },
    fetch: () => {},
  },
  { clientAuth: 'client_secret_jwt', clientSecret: 's'.repeat(32), clientAssertion: { issuer: 'i', subject: 's', audience: ['a'], typ: 'JWT', lifetimeSeconds: 30, claims: { a: { b: 1 } } } },
  { clientSecret: undefined, clientAssertion: () => 'a.b.c', refreshAhead: false },
  { grant: 'password', username: 'u', password: 'p', seal: false },
  { grant: 'refresh_token', refreshToken: 'r' },
  { grant: 'jwt_bearer', assertion: 'a.b.c' },
  { grant: 'token', token: 'a', refreshToken: 'r' },
  { grant: 'token', token: { access_token: 'a', refresh_token: 'r', expires_in: 60, scope: 'a' } },
  { ...signing({ issuer: 'i', claims: { a: [] } }), privateKey: { key: { kty: 'OKP', crv: 'Ed25519', x: 'x', d: 'd' }, alg: 'EdDSA', kid: 'k', audience: ['a', 'b'], x5t: '00'.repeat(20) } },
];

export const options = {
  'every option that is read is known to wasm': async ({ client, OAuth2Client, leftOut }) => {
    const { message } = await throws(() => new OAuth2Client({ 'what is like no option at all': 1 }), { code: 'invalid_option' });
    const [, names] = /there are (.*)$/.exec(message);
    const given = new Set(everyOption.flatMap(Object.keys));
    equal(names.split(', ').filter((name) => !given.has(name)), []);
    for (const overrides of everyOption) {
      const error = (await Promise.allSettled([(async () => client(overrides))()]))[0].reason;
      const isLeftOut = leftOut.some((room) => error?.message.endsWith(` leaves ${room} out`));
      ok(error === undefined || isLeftOut, `${error?.message}`);
    }
  },

  'a wrong or misspelt option is named': async ({ client, leftOut }) => {
    for (const [overrides, ...words] of rows) {
      const error = await rejects((async () => client(overrides))(), { code: 'invalid_option' });
      const isLeftOut = leftOut.some((room) => error.message.endsWith(` leaves ${room} out`));
      names(error, isLeftOut ? [] : words);
    }
  },

  'no options at all is an option error': async ({ OAuth2Client }) => {
    for (const given of [undefined, null, 'text', []]) {
      await rejects((async () => new OAuth2Client(given))(), { code: 'invalid_option' });
    }
  },

  'an option that is undefined is an option left out': async ({ client }) => {
    ok((await client({ timeoutMs: undefined, scopes: undefined }).getToken()).accessToken, 'a token');
  },

  'http: is for loopback hosts only': async ({ client }) => {
    for (const option of ['tokenUrl', 'baseUrl']) {
      for (const host of insecure) {
        const made = (async () => client({ [option]: `http://${host}/` }))();
        const error = await rejects(made, { code: 'invalid_option' });
        ok(error.message.includes(option), `${host}: ${error.message}`);
      }
      for (const host of loopback) client({ [option]: `http://${host}:8080/` });
    }
  },

  'http: elsewhere is allowed by name': async ({ client, OAuth2Client, clients }) => {
    const asked = [];
    const fetch = (url, init) => {
      asked.push(url instanceof Request ? url.url : String(url));
      return Promise.resolve(Response.json({ access_token: 'a', url }));
    };
    const internal = 'http://auth.default.svc/token';
    for (const given of [undefined, fetch]) {
      const error = await throws(() => client({ tokenUrl: internal, fetch: given }), { code: 'invalid_option' });
      ok(error.message.includes('allowInsecureRequests'), error.message);
    }
    const one = client({ tokenUrl: internal, baseUrl: 'http://api.default.svc/', allowInsecureRequests: true, fetch });
    equal((await one.fetch('/x')).status, 200);
    equal(asked, [internal, 'http://api.default.svc/x']);
    for (const allowInsecureRequests of [false, undefined]) {
      throws(() => new OAuth2Client({ tokenUrl: internal, clientId: clients.header.id, clientSecret: 's', allowInsecureRequests }));
    }
    await client({ baseUrl: 'http://api.default.svc/', allowInsecureRequests: true });
  },

  'a URL and its text are the same': async ({ client }) => {
    const asked = [];
    const fetch = (url) => (asked.push(String(url)), Promise.resolve(Response.json({ access_token: `a${asked.length}` })));
    const identity = `urls ${Date.now()}`;
    for (const text of ['https://bücher.example/töken', 'HTTPS://BÜCHER.example:443/t?x=ü']) {
      for (const tokenUrl of [text, new URL(text), { href: new URL(text).href }]) await client({ tokenUrl, fetch, identity }).getToken();
    }
    equal(asked, ['https://xn--bcher-kva.example/t%C3%B6ken', 'https://xn--bcher-kva.example/t?x=%C3%BC']);
  },

  'what a function gives is checked like what is given': async ({ client, inspect }) => {
    for (const given of ['', 'MARKER\r\nx-injected: 1', 'MARKER\u0000', undefined, 7, {}]) {
      for (const [option, options] of [
        ['clientSecret', { clientSecret: () => given }],
        ['assertion', { grant: 'jwt_bearer', assertion: async () => given }],
      ]) {
        const error = await rejects(client(options).getToken());
        ok(['invalid_option', 'hook_failed'].includes(error.code), `${error}`);
        ok(error.message.includes(option), error.message);
        ok(!`${error.stack}${inspect?.(error)}`.includes('MARKER'), `${option} is shown`);
      }
    }
  },

  'a wrong option of a call is named': async ({ client }) => {
    const one = client();
    for (const [options, ...words] of callRows) {
      for (const call of [() => one.getToken(options), () => one.authorizationHeader(options)]) {
        names(await rejects(call(), { code: 'invalid_option' }), words);
      }
    }
  },

  'a stored token that is none is named': async ({ client, OAuth2Client }) => {
    const one = client();
    for (const [object, word] of tokenRows) {
      for (const read of [OAuth2Client.tokenFrom, (given) => one.tokenFrom(given)]) {
        names(await throws(() => read(object), { code: 'invalid_option' }), [word]);
      }
      if (typeof object === 'string') continue;
      const made = (async () => client({ grant: 'token', token: object ?? null }))();
      const error = await rejects(made, { code: 'invalid_option' });
      names(error, [word]);
      ok(error.message.startsWith('token'), `the option in: ${error.message}`);
    }
  },

  'a wrong parameter of a refresh is named': async ({ client, behave, tokenRequests }) => {
    await behave({ status: 200, body: '{"access_token":"a","refresh_token":"r"}' });
    const one = client({ grant: 'password', username: 'ada', password: 'a password' });
    const token = await one.getToken();
    const stored = one.tokenFrom({ accessToken: 'b', refreshToken: 's' });
    for (const [params, ...words] of refreshRows) {
      for (const renew of [() => token.refresh(params), () => one.refresh(params), () => stored.refresh(params)]) {
        names(await rejects(renew(), { code: 'invalid_option' }), words);
      }
    }
    ok((await tokenRequests()).length === 1, 'nothing is sent');
  },

  'a wrong window of an expiry is named': async ({ OAuth2Client }) => {
    const token = OAuth2Client.tokenFrom({ accessToken: 'a' });
    for (const window of ['10', Number.NaN, Number.POSITIVE_INFINITY, null, {}, 10n]) {
      names(await throws(() => token.expired(window), { code: 'invalid_option' }), ['windowSeconds']);
    }
  },
};
