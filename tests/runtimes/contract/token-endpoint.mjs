// What is sent to the token endpoint, and what is made of its answers.
import { equal, eventually, ok, rejects, throws } from '../assert.mjs';
import { basic } from '../scene.mjs';

const token = { access_token: 'a-token', token_type: 'Bearer', expires_in: 3600 };
const answer = (body, status = 200) => ({ status, body: JSON.stringify(body) });
const html = { 'content-type': 'text/html' };

export const tokenEndpoint = {
  'getToken gives a token that the server calls active': async ({ client, tokenRequests }) => {
    const before = Date.now();
    const got = await client({ scopes: ['read', 'write'] }).getToken();
    ok(got.accessToken.length > 20 && Object.isFrozen(got), 'a frozen token');
    equal([got.tokenType, got.scope, got.raw.expires_in], ['Bearer', 'read write', 3600]);
    ok(Math.abs(got.expiresAt - before - 3_600_000) < 5_000, `expiresAt: ${got.expiresAt - before}`);
    const [request] = await tokenRequests();
    equal(request.body, 'grant_type=client_credentials&scope=read+write');
    equal(request.method, 'POST');
  },

  'scopes as settings have them: in several lines, or empty': async ({ client, tokenRequests }) => {
    for (const scopes of ['  read\n  write\t', 'read\u00a0write']) await client({ scopes }).getToken({ forceRefresh: true });
    for (const scopes of ['', ' \n', []]) await client({ scopes }).getToken({ forceRefresh: true });
    await client({ scopes: 'read' }).getToken({ scopes: '', forceRefresh: true });
    const sent = (await tokenRequests()).map(({ body }) => body.replace('grant_type=client_credentials', ''));
    equal(sent, ['&scope=read+write', '&scope=read+write', '', '', '', '']);
  },

  'the client authenticates by header': async ({ client, clients, tokenRequests }) => {
    await client({ clientAuth: 'header' }).getToken();
    const [{ headers, body }] = await tokenRequests();
    equal(headers.authorization, basic(clients.header));
    equal(body, 'grant_type=client_credentials');
  },

  'the client authenticates in the body': async ({ client, clients: { body }, tokenRequests }) => {
    const options = { clientAuth: 'body', clientId: body.id, clientSecret: body.secret };
    await client(options).getToken();
    const [request] = await tokenRequests();
    const sent = new URLSearchParams(request.body);
    equal([sent.get('client_id'), sent.get('client_secret')], [body.id, body.secret]);
    equal(request.headers.authorization, undefined);
  },

  'a public client only says its id': async ({ client, clients: { none }, tokenRequests }) => {
    await client({ clientAuth: 'none', clientId: none.id, clientSecret: undefined }).getToken();
    const [request] = await tokenRequests();
    equal(new URLSearchParams(request.body).get('client_id'), none.id);
    equal(request.headers.authorization, undefined);
  },

  'endpointParams and headers are sent': async ({ client, tokenRequests }) => {
    await client({
      endpointParams: { audience: 'https://api.example/', many: ['a', 'b'], number: 1, flag: true },
      headers: { 'x-tenant': 'blue', 'user-agent': 'mine' },
    }).getToken();
    const [{ headers, body }] = await tokenRequests();
    const sent = new URLSearchParams(body);
    equal(sent.get('audience'), 'https://api.example/');
    equal([sent.getAll('many'), sent.get('number'), sent.get('flag')], [['a', 'b'], '1', 'true']);
    equal([headers['x-tenant'], headers['user-agent']], ['blue', 'mine']);
  },

  'numbers in a JSON body are sent as they are': async ({ client, behave, tokenRequests }) => {
    await behave(answer({ access_token: 'a', refresh_token: 'r', expires_in: 3600 }));
    const endpointParams = { number: 1, flag: true, text: '1', list: ['a', 'b'], one: [7], none: null, nested: { a: [1, { b: 'c' }] } };
    const one = client({ bodyFormat: 'json', clientAuth: 'none', clientSecret: undefined, grant: 'password', username: 'ada', password: 'p', endpointParams });
    const token = await one.getToken();
    await one.getToken({ endpointParams: { number: '2', flag: false } });
    await token.refresh({ number: 3 });
    const [first, second, third] = (await tokenRequests()).map(({ body }) => JSON.parse(body));
    const { grant_type: grant, client_id: id, username, password, ...params } = first;
    equal([grant, id !== undefined, username, password, params], ['password', true, 'ada', 'p', endpointParams]);
    equal([second.number, second.flag, second.nested], ['2', false, endpointParams.nested]);
    equal([third.grant_type, third.number, third.flag], ['refresh_token', 3, true]);
    for (const [wrong, word] of [[{ f: () => {} }, 'f'], [{ big: 1n }, 'big'], [{ text: '\u0001' }, 'control'], [{ number: Number.NaN }, 'number']]) {
      const error = await throws(() => client({ bodyFormat: 'json', endpointParams: wrong }), { code: 'invalid_option' });
      ok(error.message.startsWith('endpointParams') && error.message.includes(word), error.message);
    }
    await throws(() => client({ endpointParams: { nested: {} } }), { code: 'invalid_option' });
  },

  'a number that was sent is not seen in an error': async ({ client, behave }) => {
    await behave(answer({ error: 'invalid_request', error_description: 'pin 12345678 of hidden-marker is wrong' }, 400));
    const error = await rejects(client({ bodyFormat: 'json', endpointParams: { pin: 12345678, deep: { of: ['hidden-marker'] } } }).getToken());
    ok(!`${error.message} ${error.description}`.match(/12345678|hidden-marker/), error.message);
  },

  'odd answers are understood': async ({ client, behave }) => {
    const rows = [
      [{ ...token, expires_in: '1800' }, { tokenType: 'Bearer', life: 1800 }],
      [{ ...token, expires_in: 1800.9 }, { tokenType: 'Bearer', life: 1800 }],
      [{ ...token, expires_in: 0 }, { tokenType: 'Bearer', life: 60 }],
      [{ ...token, expires_in: null }, { tokenType: 'Bearer', life: 60 }],
      [{ ...token, expires_in: 'zzz' }, { tokenType: 'Bearer', life: 60 }],
      [{ ...token, expires_in: {} }, { tokenType: 'Bearer', life: 60 }],
      [{ access_token: 'a-token' }, { tokenType: 'Bearer', life: 60 }],
      [{ ...token, token_type: 'bEARER' }, { tokenType: 'Bearer', life: 3600 }],
      [{ ...token, token_type: 'BearerToken' }, { tokenType: 'Bearer', life: 3600 }],
      [{ ...token, token_type: 'User Access Token' }, { tokenType: 'Bearer', life: 3600 }],
      [{ ...token, token_type: 'bot' }, { tokenType: 'Bearer', life: 3600 }],
      [{ ...token, token_type: 'DPoP' }, { tokenType: 'DPoP', life: 3600 }],
      [{ ...token, expires_in_sec: 60, expires_in: 60_000 }, { tokenType: 'Bearer', life: 60 }],
      [{ ...token, scope: ['a', 'b'] }, { tokenType: 'Bearer', life: 3600, scope: 'a b' }],
      [{ ...token, scope: null }, { tokenType: 'Bearer', life: 3600 }],
      [{ ...token, error: '' }, { tokenType: 'Bearer', life: 3600 }],
      [{ ...token, access_token: ' a-token\n' }, { tokenType: 'Bearer', life: 3600 }],
    ];
    const one = client({ defaultLifetimeSeconds: 60 });
    for (const [sent, { tokenType, life, scope }] of rows) {
      await behave(answer(sent));
      const got = await one.getToken({ forceRefresh: true });
      const lasts = Math.round((got.expiresAt - Date.now()) / 1000);
      const what = JSON.stringify(sent);
      equal([got.accessToken, got.tokenType, got.scope], ['a-token', tokenType, scope], what);
      ok(Math.abs(lasts - life) <= 2, `${what}: lasts ${lasts} s`);
    }
  },

  'a form answer, a BOM and a wrong content type are understood': async ({ client, behave }) => {
    const form = 'access_token=a-token&expires_in=60&token_type=bearer';
    const rows = [
      { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: form },
      { headers: {}, body: form },
      { headers: html, body: JSON.stringify(token) },
      { headers: { 'content-type': 'text/plain' }, body: `\ufeff${JSON.stringify(token)}` },
    ];
    for (const row of rows) {
      await behave({ status: 200, ...row });
      const got = await client().getToken({ forceRefresh: true });
      equal([got.accessToken, got.tokenType], ['a-token', 'Bearer'], JSON.stringify(row));
    }
  },

  'unknown members are kept in raw': async ({ client, behave }) => {
    await behave({ merge: { instance_url: 'https://eu.example', refresh_token: 'r', id_token: 'i' } });
    const got = await client().getToken();
    equal([got.raw.instance_url, got.refreshToken, got.idToken], ['https://eu.example', 'r', 'i']);
  },

  'raw is what JSON.parse makes of it, also where a member is called __proto__': async ({ client, behave }) => {
    const plain = '"no":null,"yes":true,"half":0.5,"large":1e21,"list":[[],{},"é"]';
    const rows = [
      `{"access_token":"a",${plain}}`,
      `{"access_token":"a",${plain},"__proto__":{"polluted":1}}`,
      `{"access_token":"a","deep":[{"__proto__":{"polluted":1}},1],"__proto__":"text"}`,
    ];
    for (const body of rows) {
      await behave({ status: 200, body });
      const { raw } = await client().getToken({ forceRefresh: true });
      equal(raw, JSON.parse(body));
      for (const object of [raw, raw.deep?.[0] ?? {}]) {
        ok(Object.getPrototypeOf(object) === Object.prototype && object.polluted === undefined, body);
      }
    }
  },

  'a life that is not said is told': async ({ client, behave }) => {
    const heard = [];
    const one = client({ defaultLifetimeSeconds: 60, onEvent: (event) => heard.push(event) });
    for (const [members, word] of [
      [{}, 'no expires_in'],
      [{ expires_in: 'MARKER' }, 'expires_in'],
      [{ expires_at: { at: 1 } }, 'expires_at'],
    ]) {
      await behave(answer({ access_token: 'a-token', ...members }));
      await one.getToken({ forceRefresh: true });
      const told = heard.filter(({ type }) => type === 'lifetime_assumed').at(-1);
      equal(told?.lifetimeSeconds, 60);
      ok(told.reason.includes(word) && !told.reason.includes('MARKER'), told.reason);
    }
    equal(one.stats().lifetime_assumed, 3);
  },

  'a token that is a number is read in all its digits': async ({ client, behave }) => {
    const body = '{"access_token":12345678901234567891,"refresh_token":9007199254740993,"id":12345678901234567890}';
    for (const hooks of [undefined, { credentials: () => ({ tenant: 'blue' }) }]) {
      await behave({ status: 200, headers: {}, body });
      const got = await client({ hooks }).getToken();
      equal([got.accessToken, got.refreshToken], ['12345678901234567891', '9007199254740993']);
    }
  },

  'members are found in arrays, and by names with dots': async ({ client, behave }) => {
    await behave(answer({ 'a.b': 'dotted', data: [{ token: 'in-array', 'x.y': { z: 'r' } }], authed_user: { access_token: 'user' } }));
    for (const [tokenMapping, accessToken, refreshToken] of [
      [{ accessToken: 'data.0.token' }, 'in-array'],
      [{ accessToken: ['data', 0, 'token'], refreshToken: ['data', '0', 'x.y', 'z'] }, 'in-array', 'r'],
      [{ accessToken: 'a.b', refreshToken: 'data.0.x.y.z' }, 'dotted', 'r'],
      [{ access_token: ['a.b'] }, 'dotted'],
      [new Map([['accessToken', ['authed_user', 'access_token']]]), 'user'],
    ]) {
      const got = await client({ tokenMapping }).getToken();
      equal([got.accessToken, got.refreshToken], [accessToken, refreshToken]);
    }
  },

  'a negative lifetime is handed out once and not cached': async ({ client, behave, grants }) => {
    await behave({ merge: { expires_in: -1 } });
    const first = await client().getToken();
    const second = await client().getToken();
    ok(first.accessToken !== second.accessToken, 'two tokens');
    equal(await grants(), 2, 'grants');
  },

  'the server refuses the client': async ({ client, apiRequests }) => {
    const expected = { name: 'OAuth2Error', code: 'token_request_rejected', error: 'invalid_client' };
    const error = await rejects(client({ clientSecret: 'wrong' }).fetch('/echo'), expected);
    equal([error.status, error.retryable], [401, false]);
    equal(await apiRequests(), [], 'requests at the API');
  },

  'every failing answer rejects, and nothing is sent to the API': async (scene) => {
    const { client, behave, apiRequests, OAuth2Error } = scene;
    const refusal = { error: 'invalid_scope', error_description: 'no', error_uri: 'https://e.example' };
    const rejected = { code: 'token_request_rejected', error: 'invalid_scope', description: 'no' };
    const invalid = { code: 'invalid_response', status: 200 };
    const rows = [
      [answer(refusal, 400), { ...rejected, uri: 'https://e.example', status: 400, retryable: false }],
      [answer({ error: { message: 'no' } }, 400), { code: 'token_request_rejected', error: 'no' }],
      [answer(refusal), { ...rejected, status: 200 }],
      [answer({}, 404), { code: 'http_status', status: 404, retryable: false }],
      [{ status: 500, body: 'oops' }, { code: 'http_status', status: 500, retryable: true }],
      [answer({}, 503), { code: 'http_status', status: 503, retryable: true }],
      [answer({}, 429), { code: 'http_status', status: 429, retryable: true }],
      [{ status: 200, headers: html, body: '<html>sign in</html>' }, invalid],
      [{ status: 200, body: '{"access_token":"a-tok' }, invalid],
      [{ status: 200, body: '' }, invalid],
      [{ status: 200, body: 'null' }, invalid],
      [answer({ token_type: 'Bearer' }), invalid],
      [answer({ ...token, access_token: 7.5 }), invalid],
      [answer({ ...token, access_token: '' }), invalid],
      [answer({ ...token, access_token: 'two words' }), invalid],
      [answer({ ...token, access_token: 'line\nbreak' }), invalid],
      [answer({ ...token, access_token: 'tökén' }), invalid],
      [{ close: true }, { code: 'network', status: undefined, retryable: true }],
      [{ silent: true }, { code: 'timeout', status: undefined, retryable: true }],
      [{ drip: true }, { code: 'timeout', retryable: true }],
      [{ padBytes: 2 ** 20 }, { code: 'invalid_response' }],
    ];
    for (const [behaviour, expected] of rows) {
      await behave(behaviour);
      const what = JSON.stringify(behaviour);
      const error = await rejects(client({ timeoutMs: 400, errorCacheSeconds: 0 }).fetch('/echo'));
      for (const [member, is] of Object.entries(expected)) {
        equal(error[member], is, `${what}: ${error}: its ${member}`);
      }
      ok(error instanceof OAuth2Error && error instanceof Error, `${what}: an OAuth2Error`);
      ok(error.message && error.stack.includes(error.message), `${what}: message and stack`);
    }
    equal(await apiRequests(), [], 'requests at the API');
    await behave({});
    equal((await client().fetch('/echo')).status, 200, 'afterwards');
  },

  'a body just below the limit is read': async ({ client, behave }) => {
    await behave({ padBytes: 2 ** 20 - 1_000 });
    ok((await client().getToken()).accessToken, 'a token');
  },

  'a redirect is refused, and not followed': async (scene) => {
    const { client, behave, tokenRequests, otherUrl, otherApiRequests } = scene;
    for (const status of [301, 302, 303, 307, 308]) {
      await behave({ status, headers: { location: `${otherUrl}/token?secret=MARKER` } });
      const forgetful = client({ errorCacheSeconds: 0 });
      const { message } = await rejects(forgetful.getToken(), { code: 'redirect_refused', status, retryable: false });
      ok(message.includes(` to ${otherUrl}/token, `) && !message.includes('MARKER'), message);
    }
    equal((await tokenRequests()).length, 5, 'token requests');
    equal(await otherApiRequests(), [], 'requests at the target');
  },

  'a timeout covers headers and body, and closes the socket': async (scene) => {
    const { client, behave, tokenRequests } = scene;
    for (const behaviour of [{ silent: true }, { drip: true }]) {
      await behave(behaviour);
      const start = Date.now();
      await rejects(client({ timeoutMs: 300 }).getToken(), { code: 'timeout' });
      const took = Date.now() - start;
      ok(took >= 250 && took < 1_500, `${JSON.stringify(behaviour)}: rejected after ${took} ms`);
      const closed = async () => (await tokenRequests()).at(-1).closedEarly;
      await eventually(closed, `${JSON.stringify(behaviour)}: the server sees the socket close`);
    }
  },

  'another token type is refused by fetch': async ({ client, behave, apiRequests }) => {
    await behave({ merge: { token_type: 'MAC' } });
    equal((await client().getToken()).tokenType, 'MAC');
    await rejects(client().fetch('/echo'), { code: 'unsupported_token_type' });
    equal(await apiRequests(), [], 'requests at the API');
  },

  'a custom fetch, as function and as object, makes every request': async ({ client }) => {
    const urls = [];
    const custom = (input, init) => {
      urls.push(new URL(input.url ?? input).pathname.split('/').at(-1));
      return fetch(input, init);
    };
    for (const [shape, given] of Object.entries({ function: custom, object: { fetch: custom } })) {
      const one = client({ fetch: given, endpointParams: { shape } });
      equal((await one.fetch('/echo')).status, 200, shape);
      equal(urls.splice(0), ['token', 'echo'], shape);
    }
  },

  'a fetch that fails is a network error that tells the cause': async ({ client }) => {
    const cause = new Error('the binding is broken');
    const throwing = () => {
      throw cause;
    };
    for (const broken of [throwing, async () => throwing()]) {
      const expected = { code: 'network', retryable: true };
      const error = await rejects(client({ fetch: broken }).getToken(), expected);
      ok(`${error.message} ${error.cause}`.includes(cause.message), `${error}`);
    }
  },
};
