// The entry beside simple-oauth2 itself: the same options and calls make the same requests, tokens and errors. Where
// the original is at fault the row says so, and what each of them does.
import assert from 'node:assert/strict';
import { after, describe, mock, test } from 'node:test';
import * as original from 'simple-oauth2';
import { installPackage } from './package.mjs';
import { startRecorder } from './recorder.mjs';

const { load } = await installPackage('compat-simple-oauth2-original');
const entry = await load('edge-oauth2/compat/simple-oauth2');
const recorder = await startRecorder();
after(recorder.close);
const nobody = await startRecorder();
await nobody.close();
// Only the date: what is computed from it has to be equal to the millisecond.
mock.timers.enable({ apis: ['Date'], now: Date.parse('2026-11-21T12:00:00.250Z') });

const granted = { access_token: 'at', token_type: 'bearer', expires_in: 3600, refresh_token: 'rt' };
const jsonOf = (value, status = 200) => ({ status, body: JSON.stringify(value) });
const nasty = `a b!'()*~+:/%&=?"<`;

/**
 * Runs `row.run` with a client of `row.grant` and gives what was seen from outside. `row.options` are a function of
 * the server's URL, or are added to the usual ones.
 */
async function observe(library, { grant = 'ClientCredentials', options = {}, reply = jsonOf(granted), run }) {
  recorder.reply = reply;
  const { auth, ...others } = typeof options === 'function' ? options(new URL(recorder.url)) : options;
  let outcome;
  try {
    const client = new library[grant]({
      client: { id: 'me', secret: 'my secret' },
      auth: { tokenHost: recorder.url, ...auth },
      ...others,
    });
    outcome = plain(await run(client, new URL(recorder.url)));
  } catch (error) {
    outcome = plainError(error);
  }
  return { outcome, requests: recorder.requests.map(plainRequest) };
}

function plainRequest({ method, url, headers, body }) {
  const own = ['accept', 'authorization', 'content-type'];
  const names = Object.keys(headers).filter((name) => own.includes(name) || name.startsWith('x-'));
  return { method, url, body, headers: Object.fromEntries(names.sort().map((name) => [name, headers[name]])) };
}

function plain(value) {
  if (Buffer.isBuffer(value)) return value.toString();
  if (typeof value?.expired !== 'function') return value;
  const windows = [-3601, -1, undefined, 0, 1, 3599, 3600, 3601];
  // An invalid date equals no other.
  const dates = Object.entries(value.token).map(([name, one]) => [
    name,
    one instanceof Date ? ['Date', one.getTime()] : one,
  ]);
  return {
    token: Object.fromEntries(dates),
    json: JSON.parse(JSON.stringify(value)),
    isFrozen: Object.isFrozen(value.token),
    expired: windows.map((window) => value.expired(window)),
  };
}

function plainError({ message, code, isBoom, isServer, output, data }) {
  const { isResponseError, payload, headers, res } = data ?? {};
  return {
    error: { message, code, isBoom, isServer, output },
    data: data && {
      isResponseError,
      payload: plain(payload),
      type: headers?.['content-type'],
      res: res && [res.statusCode, res.statusMessage, res.headers['content-type']],
    },
  };
}

function compare(title, rows) {
  describe(title, () => {
    for (const [name, row] of Object.entries(rows)) {
      test(name, async () => {
        const [theirs, ours] = [await observe(original, row), await observe(entry, row)];
        if (row.fault) row.fault(theirs, ours);
        else assert.deepEqual(ours, theirs);
      });
    }
  });
}

/** Rows that differ in their options only. */
const withOptions = (table, run = (client) => client.getToken()) =>
  Object.fromEntries(Object.entries(table).map(([name, options]) => [name, { options, run }]));

compare('client authentication', {
  ...withOptions({
    'by default': {},
    strict: { client: { id: nasty, secret: nasty } },
    loose: { client: { id: nasty, secret: nasty }, options: { credentialsEncodingMode: 'loose' } },
    empty: { client: { id: '', secret: '' } },
    'in the body': { client: { id: nasty, secret: nasty }, options: { authorizationMethod: 'body' } },
    'in the body, as JSON': {
      client: { id: nasty, secret: nasty },
      options: { authorizationMethod: 'body', bodyFormat: 'json' },
    },
    'in the body, empty': { client: { id: '', secret: '' }, options: { authorizationMethod: 'body' } },
    'in the body, not there': { client: {}, options: { authorizationMethod: 'body' } },
    'in the body, by other names': {
      client: { id: 'i', secret: 's', idParamName: 'app_id', secretParamName: 'app key' },
      options: { authorizationMethod: 'body' },
    },
    'in the header, as JSON': { options: { bodyFormat: 'json' } },
    'in the URL too, header': ({ port }) => ({ auth: { tokenHost: `http://us%20er:pa%3Ass@127.0.0.1:${port}` } }),
    'in the URL too, body': ({ port }) => ({
      auth: { tokenHost: `http://us%20er:pa%3Ass@127.0.0.1:${port}` },
      options: { authorizationMethod: 'body' },
    }),
  }),
  'in the header, not there': {
    options: { client: {} },
    run: (client) => client.getToken(),
    fault(theirs, ours) {
      const sent = ({ requests }) => atob(requests[0].headers.authorization.replace('Basic ', ''));
      assert.deepEqual([sent(theirs), sent(ours)], ['undefined:undefined', ':']);
    },
  },
});

const parameters = {
  'an empty object': {},
  'a scope': { scope: 'read write' },
  'an array of scopes': { scope: ['read', 'write'] },
  'no scopes of an array': { scope: [] },
  'an empty scope': { scope: '' },
  'a scope of null': { scope: null },
  'others, before and after the scope': { audience: 'https://api', scope: ['a'], resource: ['x', 'y z'] },
  'of every type': {
    n: 1.5,
    b: false,
    big: 10n,
    nil: null,
    no: undefined,
    nan: NaN,
    o: { a: 1 },
    l: [1, null, 'x', []],
    e: [],
  },
  'that have to be encoded': { [nasty]: `${nasty}é😀\n` },
  'a grant_type of its own': { grant_type: 'urn:other', more: 1 },
  'credentials of its own': { client_id: 'other', client_secret: 'other' },
};
for (const options of [{}, { bodyFormat: 'json' }, { authorizationMethod: 'body', scopeSeparator: ',' }]) {
  const rows = Object.entries(parameters).map(([name, { big, ...given }]) => {
    const params = options.bodyFormat === 'json' || big === undefined ? given : { big, ...given };
    return [name, { options: { options }, run: (client) => client.getToken(params) }];
  });
  compare(`parameters ${JSON.stringify(options)}`, Object.fromEntries(rows));
}

compare('parameters', {
  'a scope of undefined': {
    run: (client) => client.getToken({ scope: undefined, a: 1 }),
    fault(theirs, ours) {
      assert.equal(theirs.requests[0].body, 'grant_type=client_credentials&scope=&a=1');
      assert.equal(ours.requests[0].body, 'grant_type=client_credentials&a=1');
    },
  },
  'of a password grant': {
    grant: 'ResourceOwnerPassword',
    run: (client) => client.getToken({ username: nasty, password: nasty, scope: ['a', 'b'] }),
  },
  'of an authorization code grant': {
    grant: 'AuthorizationCode',
    run: (client) =>
      client.getToken({ code: 'c', redirect_uri: 'https://app/cb?x=1', code_verifier: 'v', scope: ['a', 'b'] }),
  },
  'of two calls': {
    run: async (client) => [await client.getToken(), await client.getToken()].map(({ token }) => token),
  },
});

const everyPath = async (client) => {
  const token = await client.getToken();
  await token.revoke('access_token');
  return token.refresh();
};
compare(
  'paths',
  withOptions(
    {
      'by default': {},
      'with a path on the host': ({ origin }) => ({ auth: { tokenHost: `${origin}/tenant/` } }),
      relative: ({ origin }) => ({
        auth: {
          tokenHost: `${origin}/tenant/x`,
          tokenPath: 'token',
          refreshPath: './refresh',
          revokePath: '../revoke',
        },
      }),
      absolute: { auth: { tokenPath: '/t?a=b c#d', revokePath: '/r' } },
      'of another host': ({ host, origin }) => ({
        auth: {
          tokenHost: 'http://127.0.0.2:1/',
          tokenPath: `//${host}/t`,
          revokePath: `${origin}/r`,
          refreshPath: `${origin}/f`,
        },
      }),
      'not a URL': { auth: { tokenPath: 'http://[' } },
    },
    everyPath,
  ),
);

compare('HTTP options', {
  'headers of the configuration and of the call': {
    options: { http: { headers: { 'x-one': '1', 'x-both': 'configuration', 'x-none': undefined, 'x-nil': null } } },
    run: (client) =>
      client.getToken({}, { headers: { 'x-two': 2, 'x-both': 'call', accept: 'application/vnd.x+json' } }),
  },
  'headers that the library sets': {
    options: { http: { headers: { authorization: 'Bearer a', 'Content-Type': 'text/plain' } } },
    run: (client) => client.getToken({}, { headers: { Authorization: 'Bearer b', 'Content-Type': 'text/html' } }),
  },
  'an authorization header beside the body': {
    options: { options: { authorizationMethod: 'body' }, http: { headers: { authorization: 'Bearer a' } } },
    run: (client) => client.getToken(),
  },
  'headers of different case': {
    options: { http: { headers: { accept: 'application/a+json', 'Content-Type': 'text/a' } } },
    run: (client) => client.getToken({}, { headers: { Accept: 'application/b+json', 'content-type': 'text/b' } }),
    fault(theirs, ours) {
      const sent = ({ requests: [{ headers }] }) => [headers.accept, headers['content-type']];
      assert.deepEqual(sent(theirs), ['application/a+json', 'text/b']);
      assert.deepEqual(sent(ours), ['application/b+json', 'application/x-www-form-urlencoded']);
    },
  },
  'those of the call before those of the configuration': {
    options: { http: { json: 'force', maxBytes: 5 } },
    reply: { headers: { 'content-type': 'text/html' }, body: '{"a": 1}' },
    run: (client) => client.getToken({}, { json: 'strict', maxBytes: 100 }),
  },
  'a payload and an agent': { run: (client) => client.getToken({}, { payload: 'x', agent: false, gunzip: true }) },
  'a base URL of the call': { run: (client, { origin }) => client.getToken({}, { baseUrl: `${origin}/else/where` }) },
  'a base URL of the configuration': { options: { http: { baseUrl: 'http://a' } }, run: (client) => client.getToken() },
  'options of refresh, revoke and revokeAll': {
    async run(client) {
      const token = client.createToken(granted);
      const http = { headers: { 'x-one': '1' } };
      await token.revoke('refresh_token', http);
      await token.revokeAll(http);
      return token.refresh({}, http);
    },
  },
});

compare('tokens that are refreshed', {
  'as it is': { run: (client) => client.createToken(granted).refresh() },
  'with parameters': {
    run: (client) =>
      client.createToken(granted).refresh({ scope: ['a', 'b'], refresh_token: 'other', grant_type: 'x', y: 'z' }),
  },
  'without a refresh token': { run: (client) => client.createToken({ access_token: 'at' }).refresh() },
  'by an answer with another refresh token': {
    reply: jsonOf({ ...granted, refresh_token: 'new' }),
    run: (client) => client.createToken(granted).refresh(),
  },
  'by an answer without one': {
    reply: jsonOf({ access_token: 'new' }),
    run: (client) => client.createToken(granted).refresh(),
    fault(theirs, ours) {
      assert.deepEqual(theirs.requests, ours.requests);
      assert.deepEqual(theirs.outcome.json, { access_token: 'new' });
      assert.deepEqual(ours.outcome.json, { access_token: 'new', refresh_token: 'rt' });
    },
  },
});

compare('tokens that are refreshed without a new refresh token', {
  'but with null': {
    reply: jsonOf({ access_token: 'new', refresh_token: null }),
    run: (client) => client.createToken(granted).refresh(),
    fault(theirs, ours) {
      assert.equal(theirs.outcome.json.refresh_token, null);
      assert.equal(ours.outcome.json.refresh_token, 'rt');
    },
  },
});

compare('tokens that are revoked', {
  'of the wrong kind': {
    run: (client) => client.createToken(granted).revoke('id_token'),
  },
  'the payload of the answer': {
    reply: jsonOf({ revoked: 1 }),
    run: (client) => client.createToken(granted).revoke('access_token'),
  },
  'an empty answer that is JSON': {
    reply: { body: '' },
    run: (client) => client.createToken(granted).revoke('access_token'),
  },
  'what both give': { run: (client) => client.createToken(granted).revokeAll() },
  'both, if the first fails': {
    reply: [jsonOf({ error: 'x' }, 503), jsonOf({})],
    run: (client) => client.createToken(granted).revokeAll(),
  },
  'a text for an answer': {
    reply: { headers: { 'content-type': 'text/plain' }, body: 'ok' },
    run: (client) => client.createToken(granted).revokeAll(),
  },
  'an empty answer that says no': {
    reply: { status: 400, headers: {} },
    run: (client) => client.createToken(granted).revokeAll(),
  },
  'an empty answer': {
    reply: { headers: {} },
    run: (client) => client.createToken(granted).revokeAll(),
    fault(theirs, ours) {
      assert.deepEqual([theirs.outcome.error.output.statusCode, theirs.requests.length], [406, 1]);
      assert.deepEqual([ours.outcome, ours.requests.length], [undefined, 2]);
    },
  },
});

const created = {
  'nothing known': {},
  'expires_in, a number': { expires_in: 3600 },
  'expires_in, a string': { expires_in: '3600' },
  'expires_in, a fraction': { expires_in: 1.9 },
  'expires_in, with a unit': { expires_in: '60s' },
  'expires_in, no number': { expires_in: 'soon' },
  'expires_in, null': { expires_in: null },
  'expires_in, zero': { expires_in: 0 },
  'expires_in, negative': { expires_in: -5 },
  'expires_at, a number': { expires_at: 1795262400 },
  'expires_at, a fraction': { expires_at: 1795262400.5 },
  'expires_at, a date': { expires_at: new Date('2026-11-21T12:30:00.123Z') },
  'expires_at, ISO 8601': { expires_at: '2026-11-21T13:00:00+02:00' },
  'expires_at, digits': { expires_at: '1795262400' },
  'expires_at, null': { expires_at: null },
  'expires_at, undefined': { expires_at: undefined, expires_in: 3600 },
  both: { expires_at: '2026-11-21T12:00:01Z', expires_in: 3600 },
};
compare(
  'tokens that are created',
  Object.fromEntries([
    ...Object.entries(created).map(([name, token]) => [
      name,
      { run: (client) => client.createToken({ access_token: 'a', ...token }) },
    ]),
    ...['', null, undefined, 0].map((token) => [
      String(JSON.stringify(token)),
      { run: (client) => client.createToken(token) },
    ]),
  ]),
);

const types = [
  'application/json',
  'Application/JSON ; charset=utf-8',
  'application/vnd.x+json',
  'application/x-json',
  'text/json',
  'text/html',
];
for (const json of ['strict', true, 'force', false]) {
  const rows = types.map((type) => [
    type,
    {
      options: { http: { json } },
      reply: { headers: { 'content-type': type }, body: '{"a": 1}' },
      run: (client) => client.createToken(granted).revoke('access_token'),
    },
  ]);
  compare(`answers of any type, json: ${JSON.stringify(json)}`, Object.fromEntries(rows));
}

const html = { headers: { 'content-type': 'text/html' }, body: '<html>' };
compare('answers that are no token', {
  ...Object.fromEntries(
    [400, 401, 403, 404, 408, 418, 429, 500, 502, 503, 504, 599].map((status) => [
      `status ${status}`,
      { reply: jsonOf({ error: 'x', error_description: 'y' }, status), run: (client) => client.getToken() },
    ]),
  ),
  'an error in HTML': { reply: { ...html, status: 503 }, run: (client) => client.getToken() },
  'an error in HTML, as text': {
    reply: { ...html, status: 503 },
    run: (client) => client.getToken({}, { json: true }),
  },
  'an error without a body': { reply: { status: 500 }, run: (client) => client.getToken() },
  HTML: { reply: html, run: (client) => client.getToken() },
  'no content': { reply: { status: 204, headers: {} }, run: (client) => client.getToken() },
  'empty JSON': { reply: { body: '' }, run: (client) => client.getToken() },
  'JSON null': { reply: { body: 'null' }, run: (client) => client.getToken() },
  'a redirect': { reply: { ...html, status: 302 }, run: (client) => client.getToken() },
  'a redirect that is JSON': { reply: jsonOf(granted, 302), run: (client) => client.getToken() },
  'a character in two halves': {
    reply(response) {
      const body = Buffer.from('{"access_token": "\u00e9"}');
      const half = body.indexOf(0xa9);
      response.writeHead(200, { 'content-type': 'application/json' }).write(body.subarray(0, half));
      setTimeout(() => response.end(body.subarray(half)), 50);
    },
    run: (client) => client.getToken(),
  },
  'too much': { run: (client) => client.getToken({}, { maxBytes: 10 }) },
  'not too much': { run: (client) => client.getToken({}, { maxBytes: JSON.stringify(granted).length }) },
  'no answer': { reply: () => {}, run: (client) => client.getToken({}, { timeout: 50 }) },
  'half an answer': {
    reply: (response) => response.writeHead(200, { 'content-type': 'application/json' }).write('{'),
    run: (client) => client.getToken({}, { timeout: 50 }),
  },
  'a connection that is refused': {
    options: { auth: { tokenHost: nobody.url } },
    run: (client) => client.getToken(),
  },
  'a connection that breaks': {
    reply(response) {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 }).write('{');
      setTimeout(() => response.destroy(), 20);
    },
    run: (client) => client.getToken(),
    fault(theirs, ours) {
      assert.deepEqual(
        [theirs.outcome.error.output, ours.outcome.data],
        [ours.outcome.error.output, theirs.outcome.data],
      );
    },
  },
  'a redirect to be followed': {
    reply: [{ status: 307, headers: { location: '/evil' } }, jsonOf(granted)],
    run: (client) => client.getToken({}, { redirects: 1 }),
    fault(theirs, ours) {
      assert.deepEqual([theirs.requests.length, ours.requests.length], [2, 1]);
      assert.equal(ours.outcome.error.output.statusCode, 502);
    },
  },
  'no redirect to be followed': {
    reply: { status: 307, headers: { location: '/evil' } },
    run: (client) => client.getToken({}, { redirects: 0 }),
    fault(theirs, ours) {
      // The original has a trace of its requests here.
      assert.deepEqual([ours.outcome.error, ours.requests], [theirs.outcome.error, theirs.requests]);
    },
  },
  'what is not JSON': {
    reply: { body: '{"access_token": secret}' },
    run: (client) => client.getToken(),
    fault(theirs, ours) {
      assert.match(theirs.outcome.error.message, /secret|Unexpected token/);
      assert.equal(ours.outcome.error.message, 'The payload is not valid JSON');
      assert.deepEqual(ours.outcome.data, theirs.outcome.data);
      assert.equal(ours.outcome.error.output.statusCode, theirs.outcome.error.output.statusCode);
    },
  },
  'a prototype': {
    reply: { body: '{"access_token": "a", "more": [{"__proto__": {"a": 1}}]}' },
    run: (client) => client.getToken(),
    fault(theirs, ours) {
      assert.equal(theirs.outcome.error.message, 'Object contains forbidden prototype property');
      assert.deepEqual(ours.outcome.data, theirs.outcome.data);
      assert.equal(ours.outcome.error.output.statusCode, theirs.outcome.error.output.statusCode);
    },
  },
  'a text': {
    reply: { body: '"SECRET"' },
    run: (client) => client.getToken(),
    fault(theirs, ours) {
      assert.match(theirs.outcome.error.message, /SECRET/);
      assert.equal(ours.outcome.error.message, 'Cannot create access token without a token to parse');
    },
  },
});

const authorizations = {
  nothing: undefined,
  'the usual': { redirect_uri: 'https://app/cb?a=b', scope: 'a b', state: nasty },
  scopes: { scope: ['a', 'b'], prompt: 'consent' },
  'of every type': { n: 1, b: true, l: ['x', 'y'], o: {} },
  'what the library sets': { response_type: 'token', client_id: 'other' },
};
const authorizationOptions = {
  'by default': {},
  'of another host': {
    auth: { authorizeHost: 'https://login.example.com/x/', authorizePath: 'authorize?client_id=0&tenant=1#f' },
  },
  'by another name': { client: { id: nasty, idParamName: 'app_id' }, options: { scopeSeparator: ',' } },
};
for (const [title, options] of Object.entries(authorizationOptions)) {
  const rows = Object.entries(authorizations).map(([name, params]) => [
    name,
    { grant: 'AuthorizationCode', options, run: (client) => client.authorizeURL(params) },
  ]);
  compare(`authorization URLs ${title}`, Object.fromEntries(rows));
}
compare('authorization URLs', {
  'of nothing known': {
    grant: 'AuthorizationCode',
    run: (client) => client.authorizeURL({ scope: undefined, state: null, x: undefined, y: 1 }),
    fault(theirs, ours) {
      const query = ({ outcome }) => new URL(outcome).search;
      assert.equal(query(theirs), '?response_type=code&client_id=me&scope=undefined&state=null&x=undefined&y=1');
      assert.equal(query(ours), '?response_type=code&client_id=me&y=1');
    },
  },
});

const auth = { tokenHost: 'https://auth.example.com' };
const client = { id: 'me', secret: 'my secret' };
const wrong = {
  'no client': { auth },
  'no auth': { client },
  'no host': { client, auth: {} },
  'a client that is none': { client: 'me', auth },
  'an array': { client: [], auth },
  null: { client: null, auth },
  'unknown, at the top': { client, auth, store: {} },
  'unknown, in client': { client: { ...client, ID: 'x' }, auth },
  'unknown, in auth': { client, auth: { ...auth, tokenUrl: 'x' } },
  'unknown, in options': { client, auth, options: { scopes: 'x' } },
  'unknown, undefined': { client, auth, options: { scopes: undefined } },
  'http, none': { client, auth, http: 'x' },
  'http, an array': { client, auth, http: [] },
  'options, none': { client, auth, options: null },
  'an id that is a number': { client: { id: 1 }, auth },
  'a secret that is null': { client: { id: 'me', secret: null }, auth },
  'a name that is empty': { client: { ...client, idParamName: '' }, auth },
  'a path that is empty': { client, auth: { ...auth, revokePath: '' } },
  'a path that is a URL object': { client, auth: { ...auth, refreshPath: new URL('https://a') } },
  'a separator that is empty': { client, auth, options: { scopeSeparator: '' } },
  'a mode that is none': { client, auth, options: { credentialsEncodingMode: 'Strict' } },
  'a format that is none': { client, auth, options: { bodyFormat: 'xml' } },
  'a method that is none': { client, auth, options: { authorizationMethod: 'none' } },
  ...Object.fromEntries(
    [
      [
        'ftp://a',
        'http:a',
        'https://',
        '//a',
        'a',
        '',
        'HTTPS://a',
        ' https://a',
        'https://a b',
        'https://a/{x}',
        'https://ä',
      ],
      [
        'https:///a',
        'https://[',
        'https://a:b',
        'https://:80',
        'https://?',
        'https:\\\\a',
        'https://a/"',
        'https://a\n',
        'javascript:alert(1)',
        1,
      ],
    ]
      .flat()
      .map((tokenHost) => [`the host ${JSON.stringify(tokenHost)}`, { client, auth: { tokenHost } }]),
  ),
  'the authorization host': { client, auth: { ...auth, authorizeHost: 'https://login.example.com' } },
  'the authorization path': { client, auth: { ...auth, authorizePath: '/a' } },
  'the authorization host, wrong': { client, auth: { ...auth, authorizeHost: 'login.example.com' } },
};
const right = {
  everything: {
    client: { ...client, idParamName: 'a', secretParamName: 'b' },
    auth: { ...auth, tokenPath: 'a', refreshPath: 'b', revokePath: 'c' },
    http: { timeout: 1, headers: {}, agent: {}, anything: 1 },
    options: { scopeSeparator: ',', credentialsEncodingMode: 'loose', bodyFormat: 'json', authorizationMethod: 'body' },
  },
  undefined: {
    client: { id: undefined },
    auth: { ...auth, tokenPath: undefined },
    http: undefined,
    options: undefined,
  },
  'printable ASCII': { client: { id: nasty, secret: nasty }, auth },
  'http:': { client, auth: { tokenHost: 'http://a.example.com:8080/x?y#z' } },
  'an underscore': { client, auth: { tokenHost: 'https://a_b.example.com' } },
  'an IPv6 address': { client, auth: { tokenHost: 'http://[::1]:80' } },
  'what is inherited': { client: Object.create(client), auth },
};
for (const grant of ['ClientCredentials', 'ResourceOwnerPassword', 'AuthorizationCode']) {
  const construct = (library, options) => {
    try {
      new library[grant](options);
      return 'accepted';
    } catch ({ name, message }) {
      return { name, message };
    }
  };
  describe(`options of ${grant}`, () => {
    for (const [title, options] of Object.entries({ ...right, ...wrong })) {
      test(title, () => {
        const theirs = construct(original, options);
        assert.deepEqual(construct(entry, options), theirs);
        if (right[title]) assert.equal(theirs, 'accepted');
      });
    }

    test('credentials that are not ASCII: both refuse, the original shows them', () => {
      for (const member of ['id', 'secret']) {
        const options = { client: { ...client, [member]: 'SECRET\u00e9' }, auth };
        const { name, message } = construct(entry, options);
        const theirs = construct(original, options).message;
        assert.equal(message, theirs.replace(' with value "SECRET\u00e9"', ''));
        assert.notEqual(message, theirs);
        assert.equal(name, 'ValidationError');
      }
    });

    test('a host that no request can be sent to: the original says so only then', () => {
      const options = { client, auth: { tokenHost: 'https://a:99999' } };
      assert.equal(construct(original, options), 'accepted');
      assert.match(construct(entry, options).message, /"auth.tokenHost" must be a valid uri/);
    });

    test('no options at all: the original fails for another reason', () => {
      assert.equal(construct(original).name, 'TypeError');
      assert.equal(
        construct(entry).message,
        'Invalid options provided to simple-oauth2 "value" must be of type object',
      );
    });
  });
}
