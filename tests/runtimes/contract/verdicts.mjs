// What is made of a refusal: what passes, rate limits, dead refresh tokens, and the option that decides otherwise.
import { equal, eventually, ok, rejects } from '../assert.mjs';

const json = (status, members, headers = {}) => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(members),
});
const token = (refreshToken) => json(200, { access_token: 'a-token', expires_in: 3600, refresh_token: refreshToken });
const refreshing = { grant: 'refresh_token', refreshToken: 'the-first-refresh-token' };
const spent = ({ body }) => new URLSearchParams(body).get('refresh_token');

export const verdicts = {
  'a rate limit is remembered until it is over, and by all who share a store': async ({ client, behave, tokenRequests }) => {
    await behave(json(429, { error: 'slow_down', error_description: 'come later' }, { 'retry-after': '3600' }));
    const store = new Map();
    const expected = { status: 429, error: 'slow_down', description: 'come later', retryable: true };
    for (let call = 0; call < 50; call += 1) await rejects(client({ store }).getToken(), expected);
    equal((await tokenRequests()).length, 1, 'token requests');
    // It is put in the background.
    await eventually(() => store.size === 1, 'a record');
    await behave({});
    await rejects(client({ store }).getToken(), expected);
    await client({ store }).invalidate();
    ok((await client({ store }).getToken()).accessToken, 'until it is told to forget');
  },

  'a client that the server does not know is told so once for all who share a store': async ({ client, behave, tokenRequests }) => {
    await behave(json(401, { error: 'invalid_client', error_description: 'no such client' }));
    const store = new Map();
    const expected = { status: 401, code: 'token_request_rejected', error: 'invalid_client', description: 'no such client', retryable: false };
    await rejects(client({ store }).getToken(), expected);
    await eventually(() => store.size === 1, 'a record');
    await rejects(client({ store }).getToken(), expected);
    equal((await tokenRequests()).length, 1, 'token requests');
    await behave({});
    await client({ store }).invalidate();
    equal(store.size, 0, 'records');
    ok((await client({ store }).getToken()).accessToken, 'until it is told to forget');
  },

  'a dead authorization is told once, and once that it is back': async ({ client, behave }) => {
    const events = [];
    const options = { ...refreshing, errorCacheSeconds: 0, onEvent: ({ type }) => events.push(type) };
    await behave(json(400, { error: 'invalid_grant' }));
    for (let call = 0; call < 3; call += 1) await rejects(client(options).getToken(), { code: 'reauthorization_required' });
    await behave(token('the-second-refresh-token'));
    await client(options).getToken();
    await client(options).getToken({ forceRefresh: true });
    equal(events.filter((type) => type.startsWith('authorization_')), ['authorization_lost', 'authorization_restored']);
  },

  'other words for a rate limit, and other headers': async ({ client, behave, tokenRequests }) => {
    const rows = [
      json(403, {}, { 'retry-after': '60' }),
      json(425, {}, { 'retry-after': '60.5' }),
      json(429, {}, { 'ratelimit-reset': '60' }),
      json(429, {}, { 'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 60) }),
      json(400, { error: 'invalid_grant', error_description: 'login rate exceeded' }, { 'retry-after': '60' }),
    ];
    for (const [index, behaviour] of rows.entries()) {
      await behave(behaviour);
      const one = client({ endpointParams: { row: index } });
      const before = (await tokenRequests()).length;
      for (let call = 0; call < 3; call += 1) await rejects(one.getToken(), { status: behaviour.status, retryable: true });
      equal((await tokenRequests()).length - before, 1, `token requests of row ${index}`);
    }
  },

  'an answer that is too long has its status, and a 503 is tried again': async ({ client, behave, tokenRequests }) => {
    const body = 'x'.repeat(1_100_000);
    await behave({ status: 503, body, times: 1 });
    ok((await client().getToken()).accessToken);
    equal((await tokenRequests()).length, 2, 'token requests');
    await behave({ status: 400, body });
    await rejects(client({ scopes: 'read' }).getToken(), { code: 'invalid_response', status: 400, retryable: false });
  },

  'a 2xx without a token is not asked for again and again': async ({ client, behave, tokenRequests }) => {
    await behave(json(200, { hello: 'world' }));
    for (let call = 0; call < 20; call += 1) await rejects(client().getToken(), { code: 'invalid_response' });
    equal((await tokenRequests()).length, 1, 'token requests');
  },

  "what means no error beside a token is none": async ({ client, behave }) => {
    for (const error of [0, {}, [], '0', 'success', '', null, false]) {
      await behave(json(200, { access_token: 'a-token', error }));
      equal((await client().getToken({ forceRefresh: true })).accessToken, 'a-token', JSON.stringify(error));
    }
  },

  'the words of a refusal are its description, whatever they are called': async ({ client, behave }) => {
    const rows = [
      [{ message: 'no' }, {}],
      [{ reason: 'no' }, {}],
      [{ errorSummary: 'no', errorCode: 'E0000047' }, { error: 'E0000047' }],
      [{ Message: 'no' }, {}],
      [{ title: 'Bad Request', detail: 'no', status: 400 }, {}],
      [{ errors: [{ message: 'no' }] }, {}],
      [{ fault: { faultstring: 'no' } }, {}],
      [{ error: 400, message: 'no' }, { error: '400', code: 'token_request_rejected' }],
      [{ error: { message: 'no', code: 190 } }, { error: 'no', description: undefined, code: 'token_request_rejected' }],
    ];
    for (const [index, [members, expected]] of rows.entries()) {
      await behave(json(400, members));
      const failed = client({ endpointParams: { row: index } }).getToken();
      await rejects(failed, { code: 'http_status', description: 'no', error: undefined, ...expected });
    }
    await behave({ status: 400, headers: { 'content-type': 'text/plain' }, body: 'message=no&reason=none' });
    await rejects(client().getToken(), { code: 'http_status', description: 'no' });
  },

  'a refresh token is dead in many words, and then the user is asked': async ({ client, behave, tokenRequests }) => {
    const rows = [
      json(400, { error: 'invalid_request' }),
      json(403, { error: 'unauthorized_client', error_description: 'refresh_token is invalid' }),
      json(401, { error: 'invalid_token' }),
      json(200, { error: 'bad_refresh_token' }),
      json(400, {}),
    ];
    for (const [index, dead] of rows.entries()) {
      const events = [];
      const store = new Map();
      const options = { ...refreshing, store, endpointParams: { row: index }, onEvent: ({ type }) => events.push(type) };
      await behave(token(`rotated-${index}`));
      await client(options).getToken();
      await behave(dead);
      const before = (await tokenRequests()).length;
      for (let call = 0; call < 3; call += 1) {
        await rejects(client(options).getToken({ forceRefresh: true }), { code: 'reauthorization_required', status: dead.status });
      }
      equal((await tokenRequests()).slice(before).map(spent), [`rotated-${index}`]);
      equal(events.filter((type) => type === 'authorization_lost').length, 1, 'events');
    }
  },

  'with a password there is another way': async ({ client, behave, tokenRequests }) => {
    const options = { grant: 'password', username: 'user', password: 'password' };
    await behave({ ...token('a-refresh-token') });
    const one = client(options);
    await one.getToken();
    await behave({ ...json(400, { error: 'invalid_request' }), times: 1 });
    // The one after it is forwarded to a server that knows no passwords: what matters is what was asked.
    await one.getToken({ forceRefresh: true }).catch(() => {});
    const grants = (await tokenRequests()).map(({ body }) => new URLSearchParams(body).get('grant_type'));
    equal(grants, ['password', 'refresh_token', 'password']);
  },

  'a refresh token can be forgotten': async ({ client, behave, tokenRequests }) => {
    const store = new Map();
    const options = { ...refreshing, store };
    await behave(token('the-second-refresh-token'));
    await client(options).getToken();
    await eventually(() => store.size === 1, 'a record');
    await client(options).invalidate({ forgetRefreshToken: true });
    equal(store.size, 0, 'records');
    await client(options).getToken();
    equal((await tokenRequests()).map(spent), ['the-first-refresh-token', 'the-first-refresh-token']);
    await rejects(client().invalidate({ forgetRefreshtoken: true }), { code: 'invalid_option' });
  },

  'classify decides otherwise': async ({ client, behave, tokenRequests }) => {
    const seen = [];
    await behave({ ...json(400, { error: 'locked', error_description: 'wait' }, { 'retry-after': '0' }), times: 1 });
    const classify = (refusal) => {
      seen.push(refusal);
      return refusal.error === 'locked' ? 'retry' : undefined;
    };
    ok((await client({ classify }).getToken()).accessToken);
    equal((await tokenRequests()).length, 2, 'token requests');
    const [{ headers, ...refusal }] = seen;
    equal(refusal, { status: 400, error: 'locked', description: 'wait', grantType: 'client_credentials', isRefresh: false });
    equal([headers['retry-after'], headers['content-type']], ['0', 'application/json']);

    await behave(json(503, {}));
    await rejects(client({ classify: () => 'terminal', scopes: 'read' }).getToken(), { status: 503, retryable: false });
    await behave(json(400, { error: 'x' }));
    await rejects(client({ classify: () => 'reauthorize', scopes: 'write' }).getToken(), { code: 'reauthorization_required' });
  },

  'one that throws or talks nonsense costs its own request at most': async ({ client, behave }) => {
    const thrown = new Error('mine');
    const rows = [
      () => { throw thrown; },
      () => { throw Object.create(null); },
      () => 'nonsense',
      () => 7,
      async () => 'retry',
      () => Promise.reject(thrown),
      () => ({ get catch() { throw thrown; } }),
      () => new Proxy({}, { get() { throw thrown; } }),
    ];
    await behave(json(400, { error: 'invalid_scope' }));
    for (const [index, classify] of rows.entries()) {
      const failed = client({ classify, endpointParams: { row: index } }).getToken();
      const error = await rejects(failed, { code: 'token_request_rejected', error: 'invalid_scope', retryable: false });
      ok('cause' in error, `row ${index} has a cause`);
    }
    await behave({});
    ok((await client().getToken()).accessToken, 'and all is well');
  },

  'nothing that was sent is in an error': async ({ client, behave, tokenEndpoint }) => {
    const values = {
      clientSecret: 'S3cret-of/the+client',
      param: 'parameter&value "quoted"',
      header: 'header-value-0123',
      query: 'query+value/0123',
    };
    const encode = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
    const hex = (text) => [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    const spellings = (text) => [
      text, encodeURIComponent(text), encodeURIComponent(text).replace(/%../g, (code) => code.toLowerCase()), new URLSearchParams({ '': text }).toString().slice(1),
      encode(text), encode(`a${text}`), encode(`ab${text}`), encode(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=*$/, ''),
      hex(text), hex(text).toUpperCase(), JSON.stringify(text).slice(1, -1),
      text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('/', '&#x2F;').replaceAll('+', '&#43;'),
    ];
    const options = {
      tokenUrl: `${tokenEndpoint}/token?key=${encodeURIComponent(values.query)}`,
      clientSecret: values.clientSecret,
      endpointParams: { audience: values.param },
      headers: { 'x-key': values.header },
      errorCacheSeconds: 0,
    };
    for (const [name, value] of Object.entries(values)) {
      for (const spelling of spellings(value)) {
        await behave(json(400, { error: `it was ${spelling}`, error_description: `you sent <${spelling}>`, error_uri: spelling }));
        const error = await rejects(client(options).getToken(), { code: 'token_request_rejected' });
        const shown = [error.message, error.error, error.description, error.uri].join('\n');
        ok(!shown.includes(spelling), `${name} as ${spelling} is in ${shown}`);
      }
    }
  },
};
