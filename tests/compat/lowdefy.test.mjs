// The entry against a real authorization server, with the example of the plugin's documentation; and the details of
// the original, against a server that records.
import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { beforeEach, describe, test } from 'node:test';
import { startAuthorizationServer } from '../runtimes/authorization-server.mjs';
import { json, listen } from '../runtimes/http.mjs';
import { startProtectedApi } from '../runtimes/protected-api.mjs';
import { rejection, started } from './harness.mjs';
import { installPackage } from './package.mjs';
import { startRecorder } from './recorder.mjs';

const { load } = await installPackage('compat-lowdefy');
const { connection } = await load('edge-oauth2/compat/lowdefy');

describe("the plugin's example", async () => {
  const MY_CLIENT_ID = 'my client';
  const MY_CLIENT_SECRET = 'MARKER secret:%+&=/"~-._*';
  const server = await started(
    startAuthorizationServer({
      clients: [{ client_id: MY_CLIENT_ID, client_secret: MY_CLIENT_SECRET, token_endpoint_auth_method: 'client_secret_post' }],
    }),
  );
  const seen = [];
  // Some servers take JSON, as Auth0 does; the real one here takes forms.
  const idp = await started(
    listen(async (request, response) => {
      const parameters = JSON.parse(await text(request));
      seen.push({ path: request.url, type: request.headers['content-type'], authorization: request.headers.authorization, parameters });
      const answer = await fetch(server.tokenUrl, { method: 'POST', body: new URLSearchParams(parameters) });
      json(response, await answer.json(), answer.status);
    }),
  );
  const api = await started(startProtectedApi(server));
  const IDP_BASEURL = idp.url;
  const properties = {
    baseURL: `${api.url}/v1/`,
    auth: {
      tokenUrl: `${IDP_BASEURL}/oauth/token`,
      clientId: MY_CLIENT_ID,
      clientSecret: MY_CLIENT_SECRET,
      endpointParams: { audience: 'https://api.example.com/' },
    },
  };

  test('hello_get', async () => {
    const data = await connection(properties).request({ url: '/hello' });
    assert.deepEqual([data.method, data.path], ['GET', '/v1/hello']);
    assert.match(data.headers.authorization, /^Bearer \S+$/);
    assert.deepEqual(seen, [
      {
        path: '/oauth/token',
        type: 'application/json',
        authorization: undefined,
        parameters: {
          grant_type: 'client_credentials',
          client_id: MY_CLIENT_ID,
          client_secret: MY_CLIENT_SECRET,
          audience: 'https://api.example.com/',
        },
      },
    ]);
  });

  test('all connections of these properties share one token', async () => {
    const before = server.grants;
    const my_oauth2_api = connection(properties);
    await Promise.all([1, 2, 3].map(() => my_oauth2_api.request({ url: '/hello' })));
    await connection(structuredClone(properties)).request({ url: '/hello' });
    assert.equal(server.grants, before);
  });

  test('a scope goes into endpointParams', async () => {
    const auth = { ...properties.auth, endpointParams: { scope: 'read write' } };
    await connection({ ...properties, auth }).request({ url: '/hello' });
    assert.equal(seen.at(-1).parameters.scope, 'read write');
  });

  test('a wrong secret is what the token endpoint says, as axios says it', async () => {
    const auth = { ...properties.auth, clientSecret: 'another MARKER' };
    const error = await rejection(connection({ ...properties, auth }).request({ url: '/hello' }));
    assert.deepEqual([error.name, error.code, error.message], ['AxiosError', 'ERR_BAD_REQUEST', 'Request failed with status code 401']);
    assert.equal(error.response.status, 401);
    assert.equal(error.response.data.error, 'invalid_client');
    assert.ok(!JSON.stringify([error, error.message, error.stack]).includes('MARKER'));
  });
});

describe('the original', async () => {
  const tokens = await started(startRecorder());
  const api = await started(startRecorder());
  let count = 0;
  let auth;
  beforeEach(() => {
    auth = { tokenUrl: `${tokens.url}/token`, clientId: `client ${(count += 1)}`, clientSecret: 'secret' };
    tokens.reply = issue({ expires_in: 3600 });
    api.reply = { body: '{"hello":"world"}' };
  });
  const issue = (members) => ({ body: JSON.stringify({ access_token: `token-${count}`, token_type: 'Bearer', ...members }) });
  const connect = (properties, options) => connection({ baseURL: `${api.url}/v1`, auth, ...properties }, options);
  const parametersOf = ({ body }) => JSON.parse(body);

  test('endpointParams come last, and may replace anything', async () => {
    const endpointParams = { client_id: 'other', grant_type: 'password', deep: { a: [1] }, audience: 'x' };
    await connect({ auth: { ...auth, endpointParams } }).request({ url: '/hello' });
    const [{ headers, method, body }] = tokens.requests;
    assert.deepEqual([method, headers['content-type'], headers.authorization], ['POST', 'application/json', undefined]);
    assert.equal(body, '{"grant_type":"password","client_id":"other","client_secret":"secret","deep":{"a":[1]},"audience":"x"}');
  });

  for (const [expiresIn, requests] of [[3600, 1], ['3600', 1], [62, 1], [61, 1], [60.5, 3], [60, 3], [59, 3], [0, 3], [-1, 3], [undefined, 3], [null, 3], ['zzz', 3]]) {
    test(`of three requests, with expires_in ${JSON.stringify(expiresIn)}, the token is asked for ${requests} times`, async () => {
      tokens.reply = issue({ expires_in: expiresIn });
      for (let i = 0; i < 3; i++) assert.deepEqual(await connect().request({ url: '/hello' }), { hello: 'world' });
      assert.equal(tokens.requests.length, requests);
    });
  }

  test('a token ends 60 seconds before its end', async () => {
    tokens.reply = issue({ expires_in: 61 });
    await connect().request({ url: '/hello' });
    await new Promise((done) => setTimeout(done, 1100));
    await connect().request({ url: '/hello' });
    assert.equal(tokens.requests.length, 2);
  });

  test('whatever its type, it is sent as a bearer token', async () => {
    tokens.reply = issue({ expires_in: 3600, token_type: 'MAC' });
    await connect().request({ url: '/hello' });
    assert.equal(api.requests[0].headers.authorization, `Bearer token-${count}`);
  });

  test('a refusal is an error, and no new token is asked for', async () => {
    api.reply = { status: 401, body: '{"why":"because"}' };
    const error = await rejection(connect().request({ url: '/hello' }));
    assert.deepEqual(error.response, { status: 401, data: { why: 'because' } });
    assert.deepEqual([tokens.requests.length, api.requests.length], [1, 1]);
  });

  test('what differs in one thing has a token of its own', async () => {
    const others = [
      { auth: { ...auth, endpointParams: { audience: 'a', scope: 'b' } } },
      { auth: { ...auth, endpointParams: { x: 'a', y: 'b' } } },
      { auth: { ...auth, clientSecret: 'other' } },
      { auth: { ...auth, tokenUrl: `${tokens.url}/other` } },
    ];
    for (const other of [{}, ...others, {}, ...others]) await connect(other).request({ url: '/hello' });
    assert.equal(tokens.requests.length, 5);
  });

  test('a secret that rotates', async () => {
    const store = new Map();
    await connect({}, { store }).request({ url: '/hello' });
    await new Promise((done) => setTimeout(done, 50));
    await connect({ auth: { ...auth, clientSecret: 'new' } }, { store, previousClientSecret: auth.clientSecret }).request({ url: '/hello' });
    assert.equal(tokens.requests.length, 1);
  });

  test('failures of the token endpoint are neither repeated nor remembered', async () => {
    tokens.reply = [{ status: 503, body: 'later' }, issue({ expires_in: 3600 })];
    const error = await rejection(connect().request({ url: '/hello' }));
    assert.deepEqual([error.code, error.response], ['ERR_BAD_RESPONSE', { status: 503, data: 'later' }]);
    assert.equal(tokens.requests.length, 1);
    assert.deepEqual(await connect().request({ url: '/hello' }), { hello: 'world' });
  });

  test('a request is laid over its connection', async () => {
    const my = connect({ headers: { 'X-A': 'connection', 'X-B': 'connection' }, params: { key: 'k', page: 1 }, timeout: 5000 });
    await my.request({ url: 'things?old=1#part', method: 'post', headers: { 'X-B': 'request' }, params: { page: 2, ids: [1, 2], deep: { a: 'b c' }, none: null }, data: { a: 1 } });
    const [{ method, url, headers, body }] = api.requests;
    assert.equal(method, 'POST');
    assert.equal(decodeURIComponent(url), '/v1/things?old=1&key=k&page=2&ids[]=1&ids[]=2&deep[a]=b+c');
    assert.deepEqual([headers['x-a'], headers['x-b'], headers['content-type'], body], ['connection', 'request', 'application/json', '{"a":1}']);
  });

  test('the body is as axios makes it', async () => {
    const send = async (data, contentType) => {
      await connect().request({ url: '/', method: 'PUT', data, headers: contentType && { 'Content-Type': contentType } });
      const { headers, body } = api.requests.at(-1);
      return [headers['content-type'], body];
    };
    assert.deepEqual(await send([1, 2]), ['application/json', '[1,2]']);
    assert.deepEqual(await send('a=b'), ['application/x-www-form-urlencoded', 'a=b']);
    assert.deepEqual(await send('<a/>', 'application/xml'), ['application/xml', '<a/>']);
    assert.deepEqual(await send({ a: ['b'] }, 'application/x-www-form-urlencoded'), ['application/x-www-form-urlencoded', 'a%5B%5D=b']);
    assert.deepEqual(await send(new URLSearchParams({ a: 'b' })), ['application/x-www-form-urlencoded;charset=UTF-8', 'a=b']);
  });

  test('responseType', async () => {
    api.reply = { body: '{"a":1}' };
    const get = (responseType) => connect().request({ url: '/', responseType });
    assert.equal(await get('text'), '{"a":1}');
    assert.equal(new TextDecoder().decode(await get('arraybuffer')), '{"a":1}');
    api.reply = { body: 'no json' };
    assert.equal(await get(undefined), 'no json');
  });

  test('a timeout', async () => {
    await connect().request({ url: '/' });
    api.reply = () => {};
    const error = await rejection(connect({ timeout: 100 }).request({ url: '/' }));
    assert.deepEqual([error.name, error.code, error.message], ['AxiosError', 'ECONNABORTED', 'timeout of 100ms exceeded']);
  });

  test('the token stays with the origins of the connection', async () => {
    const other = await started(startRecorder());
    other.reply = { body: '{}' };
    const error = await rejection(connect().request({ url: `${other.url}/hello` }));
    assert.equal(error.code, 'origin_not_allowed');
    assert.deepEqual(await connect({}, { allowedOrigins: [other.url] }).request({ url: `${other.url}/hello` }), {});
    assert.equal(other.requests.length, 1);
  });

  for (const [what, properties, name] of [
    ['no auth', { auth: undefined }, 'auth'],
    ['no tokenUrl', () => ({ auth: { ...auth, tokenUrl: undefined } }), 'auth.tokenUrl'],
    ['an empty clientSecret', () => ({ auth: { ...auth, clientSecret: '' } }), 'auth.clientSecret'],
    ['a misspelt tokenURL', () => ({ auth: { ...auth, tokenURL: 'x' } }), 'auth.tokenURL'],
    ['endpointParams that are none', () => ({ auth: { ...auth, endpointParams: 'audience=x' } }), 'auth.endpointParams'],
    ["Node's agents", { httpsAgentOptions: {} }, 'properties.httpsAgentOptions'],
    ['a baseURL that is none', { baseURL: '/v1' }, 'properties.baseURL'],
  ]) {
    test(`${what} is an error that says so`, () => {
      assert.throws(
        () => connect(typeof properties === 'function' ? properties() : properties),
        (error) => error.code === 'invalid_option' && error.message.startsWith(`${name} `),
      );
    });
  }

  test('the grant belongs to the connection, not to the request', async () => {
    const error = await rejection(connect().request({ url: '/', auth: { username: 'a', password: 'b' } }));
    assert.deepEqual([error.code, error.message.split(' ')[0]], ['invalid_option', 'request.auth']);
  });

  for (const [properties, name] of [
    [{ uri: '/' }, 'request.uri'],
    [{ responseType: 'document' }, 'request.responseType'],
    ['/hello', 'request'],
  ]) {
    test(`a request of ${JSON.stringify(properties)} is an error that says so`, async () => {
      const error = await rejection(connect().request(properties));
      assert.deepEqual([error.code, error.message.split(' ')[0]], ['invalid_option', name]);
    });
  }

  const secret = 'MARKER: "a\'/+b" & <ü>?';
  const bytes = Buffer.from(secret);
  const escaped = (write) => secret.replaceAll(/["'&<>]/g, write);
  for (const [spelling, echo] of Object.entries({
    'as it is': secret,
    percent: encodeURIComponent(secret),
    'percent, in lower case': encodeURIComponent(secret).toLowerCase(),
    'all of it percent': bytes.toString('hex').replaceAll(/../g, '%$&'),
    form: new URLSearchParams({ '': secret }).toString().slice(1).replaceAll('%27', "'"),
    hex: bytes.toString('hex'),
    'hex in capitals': bytes.toString('hex').toUpperCase(),
    base64: bytes.toString('base64'),
    base64url: bytes.toString('base64url'),
    'base64 after the id': Buffer.from(`client:${secret}`).toString('base64'),
    'base64 after another id': Buffer.from(`client1:${secret}:more`).toString('base64'),
    HTML: escaped((character) => `&#${character.charCodeAt(0)};`),
    'HTML by names': escaped((character) => ({ '"': '&quot;', "'": '&#39;', '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character]),
  })) {
    test(`what is sent is not in the error, ${spelling}`, async () => {
      for (const given of [{ clientSecret: secret }, { endpointParams: { subject_token: secret } }, { endpointParams: { deep: [{ token: secret }] } }]) {
        for (const body of [JSON.stringify({ error: 'invalid_client', error_description: `not ${echo}.` }), `not ${echo}.`]) {
          tokens.reply = { status: 401, body };
          const { response } = await rejection(connect({ auth: { ...auth, ...given } }).request({ url: '/' }));
          const told = response.data.error_description ?? response.data;
          assert.ok(/^not (.{0,12})….{0,8}\.$/.test(told), told);
        }
      }
    });
  }

  test('a server that repeats the secret', async () => {
    auth.clientSecret = 'a "MARKER"';
    const repeated = JSON.stringify({ error: 'invalid_client', error_description: `not ${auth.clientSecret}` });
    tokens.reply = { status: 401, body: repeated };
    const { response } = await rejection(connect().request({ url: '/' }));
    assert.deepEqual(response.data, { error: 'invalid_client', error_description: 'not …' });
    // It may be part of a token, where it is nobody's but the API's.
    tokens.reply = { body: JSON.stringify({ access_token: 'a-secret', expires_in: 3600 }) };
    await connection({ baseURL: api.url, auth: { ...auth, clientSecret: 'secret' } }).request({ url: '/' });
    assert.equal(api.requests.at(-1).headers.authorization, 'Bearer a-secret');
  });

  test('a server that repeats what it was sent in other spellings', async () => {
    const [secret, key] = ['a-s3cret/of+mine', 'another & secret'];
    const connected = connection({
      baseURL: api.url,
      auth: { ...auth, tokenUrl: `${auth.tokenUrl}?key=query-value`, clientSecret: secret, endpointParams: { deep: [{ key }] } },
    });
    const spellings = [encodeURIComponent(secret), btoa(`ab${secret}`), Buffer.from(secret).toString('hex'), key.replace('&', '&amp;'), 'query-value'];
    tokens.reply = { status: 400, body: JSON.stringify({ error: 'x', error_description: spellings.join(' | ') }) };
    const { response } = await rejection(connected.request({ url: '/' }));
    for (const spelling of spellings) assert.ok(!response.data.error_description.includes(spelling), response.data.error_description);
    assert.equal(response.data.error, 'x');
  });

  test('a redirect of the token request is not followed', async () => {
    tokens.reply = { status: 307, headers: { location: '/elsewhere' }, body: '' };
    assert.equal((await rejection(connect().request({ url: '/' }))).response.status, 307);
    assert.equal(tokens.requests.length, 1);
  });
});
