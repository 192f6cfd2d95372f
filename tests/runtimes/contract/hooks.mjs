// Functions of the user's that make, wrap and derive: what they are given, and what becomes of their results.
import { equal, eventually, ok, rejects, sleep } from '../assert.mjs';

const answer = (body, status = 200) => ({ status, body: JSON.stringify(body) });
const issued = (number, more) => ({ access_token: `token-${number}`, expires_in: 3600, ...more });
/** How long it lives, in tens of seconds: the test takes a moment. */
const lives = ({ expiresAt }) => Math.round((expiresAt - Date.now()) / 10_000) * 10;

/** A grant that is renewed by a refresh token. */
const renewable = { grant: 'password', username: 'ada', password: 'a password' };

const hour = 3_600_000;

export const hooks = {
  'tokenRequest wraps the standard request': async ({ client, tokenRequests }) => {
    let given;
    const one = client({
      scopes: ['read', 'write'],
      endpointParams: { many: ['a', 'b'] },
      hooks: {
        async tokenRequest(context, next) {
          given = context;
          return { ...(await next()), tenant: 'blue' };
        },
      },
    });
    const token = await one.getToken();
    equal([token.raw.tenant, token.scope, lives(token)], ['blue', 'read write', 3600]);
    equal(given.params, { grant_type: 'client_credentials', scope: 'read write', many: ['a', 'b'] });
    equal([given.grant, given.scopes], ['client_credentials', ['read', 'write']]);
    equal([typeof given.fetch, given.signal instanceof AbortSignal], ['function', true]);
    equal((await tokenRequests()).length, 1, 'token requests');
    equal((await one.fetch('/echo')).status, 200, 'the token works');
  },

  'tokenRequest replaces it': async ({ client, tokenRequests, clients }) => {
    const { id, secret } = clients.header;
    const options = { clientAuth: 'body', bodyFormat: 'json' };
    for (const more of [{}, options]) {
      let given;
      const tokenRequest = ({ params }) => ((given = params), { access_token: 'mine', expires_in: '60' });
      const token = await client({ ...more, hooks: { tokenRequest } }).getToken();
      equal([token.accessToken, token.tokenType, lives(token)], ['mine', 'Bearer', 60]);
      const sent = more === options ? { client_id: id, client_secret: secret } : {};
      equal(given, { grant_type: 'client_credentials', ...sent });
    }
    equal(await tokenRequests(), [], 'token requests');
  },

  'a hook fetches by the client’s fetch': async ({ client, options, baseUrl }) => {
    const urls = [];
    const one = client({
      fetch: (input, init) => (urls.push(String(input)), fetch(input, init)),
      hooks: {
        async credentials({ tokenResponse, fetch }) {
          const headers = { authorization: `Bearer ${tokenResponse.access_token}` };
          return { userId: (await fetch(`${baseUrl}/userinfo`, { headers })).status };
        },
      },
    });
    equal((await one.getToken()).raw.userId, 200);
    equal(urls, [options().tokenUrl, `${baseUrl}/userinfo`]);
  },

  'credentials are laid over the response': async ({ client, behave }) => {
    await behave(answer(issued(1, { expires_at: 'never', kept: { deep: 1 }, refresh_token: 'r-1' })));
    const one = client({
      hooks: {
        credentials({ tokenResponse }) {
          tokenResponse.kept.deep = () => {};
          return { access_token: `${tokenResponse.access_token}-2`, user: { id: 7 }, refresh_token: undefined };
        },
      },
    });
    const token = await one.getToken();
    equal([token.accessToken, token.refreshToken, lives(token)], ['token-1-2', 'r-1', 3600]);
    equal([token.raw.user, token.raw.kept, token.raw.expires_in], [{ id: 7 }, { deep: 1 }, 3600]);
  },

  'credentials come after tokenRequest and after refresh': async ({ client, behave, tokenRequests }) => {
    await behave(answer(issued(1, { refresh_token: 'r-1' })));
    const seen = [];
    const one = client({
      ...renewable,
      hooks: {
        tokenRequest: async (_, next) => ({ ...(await next()), by: 'tokenRequest' }),
        refresh: async (_, next) => ({ ...(await next()), by: 'refresh' }),
        credentials: ({ tokenResponse: { by } }) => (seen.push(by), { user: by.length }),
      },
    });
    equal((await one.getToken()).raw.user, 12);
    equal((await one.getToken({ forceRefresh: true })).raw, { refresh_token: 'r-1', by: 'refresh', user: 7, ...issued(1) });
    equal(seen, ['tokenRequest', 'refresh']);
    equal((await tokenRequests()).length, 2, 'token requests');
  },

  'refresh is given the credentials, and laid over them': async ({ client, behave, tokenRequests }) => {
    await behave(answer(issued(1, { refresh_token: 'r-1', tenant: 'blue', expires_at: 1 })));
    const given = [];
    const one = client({
      ...renewable,
      refreshParams: { audience: 'api' },
      hooks: {
        refresh({ credentials, refreshToken, params, fetch, signal }) {
          given.push([credentials, refreshToken, params, typeof fetch, typeof signal]);
          return { access_token: 'token-2', expires_in: 60 };
        },
      },
    });
    await one.getToken();
    const second = await one.getToken({ forceRefresh: true });
    equal([second.accessToken, second.refreshToken, lives(second)], ['token-2', 'r-1', 60]);
    equal(second.raw.tenant, 'blue', 'a member that the hook did not return');
    await one.getToken({ forceRefresh: true });
    const params = { grant_type: 'refresh_token', refresh_token: 'r-1', audience: 'api' };
    const first = { ...issued(1), refresh_token: 'r-1', tenant: 'blue', expires_at: 1 };
    equal(given[0], [first, 'r-1', params, 'function', 'object']);
    const { tenant, access_token: accessToken } = given[1][0];
    equal([tenant, accessToken], ['blue', 'token-2'], 'the second renewal');
    equal((await tokenRequests()).length, 1, 'token requests');
  },

  'a refresh without a new access token has failed': async ({ client, behave }) => {
    await behave(answer(issued(1, { refresh_token: 'r-1' })));
    const one = client({ ...renewable, hooks: { refresh: () => ({ access_token: undefined, user: 1 }) } });
    await one.getToken();
    await rejects(one.getToken({ forceRefresh: true }), { code: 'invalid_response' });
  },

  'the life that a refresh does not speak of is not that of the token before': async ({ client, behave }) => {
    const old = Math.floor(Date.now() / 1000) + 100;
    await behave(answer({ access_token: 'token-1', refresh_token: 'r-1', expires_at: old }));
    const hooks = { refresh: () => ({ access_token: 'token-2' }) };
    const one = client({ ...renewable, defaultLifetimeSeconds: 900, hooks });
    equal(lives(await one.getToken()), 100);
    equal(lives(await one.getToken({ forceRefresh: true })), 900);
  },

  'an access token may be what renews it': async ({ client, tokenRequests }) => {
    const both = (token) => ({ access_token: token, refresh_token: token, expires_in: 3600 });
    const hooks = { tokenRequest: () => both('token-1'), refresh: ({ refreshToken }) => both(`${refreshToken}-2`) };
    const one = client({ grant: 'urn:example:grant', hooks });
    const texts = [];
    for (const forceRefresh of [false, true, true]) texts.push((await one.getToken({ forceRefresh })).accessToken);
    equal(texts, ['token-1', 'token-1-2', 'token-1-2-2']);
    equal(await tokenRequests(), []);
  },

  'client credentials are asked for anew, whatever came with them': async ({ client, behave }) => {
    await behave(answer(issued(1, { refresh_token: 'r-1' })));
    const called = [];
    const hook = (name) => (_, next) => (called.push(name), next());
    const one = client({ hooks: { tokenRequest: hook('tokenRequest'), refresh: hook('refresh') } });
    for (const forceRefresh of [false, true]) await one.getToken({ forceRefresh });
    equal(called, ['tokenRequest', 'tokenRequest']);
  },

  'without a hook of its own a refresh is made as always': async ({ client, behave, tokenRequests }) => {
    await behave(answer(issued(1, { refresh_token: 'r-1' })));
    let asked = 0;
    const tokenRequest = (_, next) => ((asked += 1), next());
    const one = client({ ...renewable, hooks: { tokenRequest } });
    await one.getToken();
    await one.getToken({ forceRefresh: true });
    equal([asked, (await tokenRequests()).length], [1, 2], 'calls and requests');
  },

  'with the grant refresh_token tokenRequest is asked, unless there is refresh': async ({ client }) => {
    const grant = { grant: 'refresh_token', refreshToken: 'r-0' };
    const tokenRequest = ({ params }) => ({ access_token: `by-tokenRequest-${params.refresh_token}` });
    const refresh = ({ credentials }) => ({ access_token: `by-refresh-${credentials.refresh_token}` });
    equal((await client({ ...grant, hooks: { tokenRequest } }).getToken()).accessToken, 'by-tokenRequest-r-0');
    equal((await client({ ...grant, hooks: { tokenRequest, refresh } }).getToken()).accessToken, 'by-refresh-r-0');
  },

  'expiry is taken in every form': async ({ client }) => {
    const at = Date.now() + hour;
    const iso = new Date(at).toISOString();
    const rows = [
      { expires_in: 3600 },
      { expires_in: '3600' },
      { expires_at: new Date(at) },
      { expires_at: iso },
      { expires_at: iso.replace('Z', '') },
      { expires_at: iso.replace('T', ' ').replace('Z', '+00:00') },
      { expires_at: Math.floor(at / 1000) },
      { expires_at: String(Math.floor(at / 1000)) },
      { expires_at: at },
      { expires_at: String(at) },
    ];
    for (const row of rows) {
      for (const hooks of [
        { tokenRequest: () => ({ access_token: 'mine', ...row }) },
        { tokenRequest: () => ({ access_token: 'mine', expires_in: 70 }), credentials: () => row },
        { tokenRequest: () => ({ access_token: 'mine', expires_at: 7 }), credentials: () => row },
      ]) {
        const life = lives(await client({ hooks }).getToken());
        ok(Math.abs(life - 3600) <= 2, `${JSON.stringify(row)}: lives ${life} s`);
      }
    }
  },

  'what a hook throws is the cause': async ({ client, behave, OAuth2Error }) => {
    await behave(answer(issued(1, { refresh_token: 'r-1' })));
    const thrown = new RangeError('MARKER');
    const fails = [
      () => {
        throw thrown;
      },
      () => Promise.reject(thrown),
    ];
    for (const fail of fails) {
      for (const name of ['tokenRequest', 'credentials', 'refresh']) {
        const one = client({ ...renewable, hooks: { [name]: fail } });
        if (name === 'refresh') await one.getToken();
        const error = await rejects(one.getToken({ forceRefresh: true }), { code: 'hook_failed', retryable: false });
        ok(error instanceof OAuth2Error && error.cause === thrown, `${name}: its cause`);
        equal(error.message, `hooks.${name} failed`);
      }
    }
  },

  'what a refresh token brought outlives a hook that fails after it': async ({ client, behave, tokenRequests }) => {
    const never = new Promise(() => {});
    const fails = () => Promise.reject(new Error('not now'));
    for (const [name, first, code] of [
      ['refresh', fails, 'hook_failed'],
      ['refresh', () => never, 'timeout'],
      ['refresh', () => sleep(500).then(() => ({ access_token: 'late' })), 'timeout'],
      ['credentials', fails, 'hook_failed'],
      ['credentials', () => never, 'timeout'],
    ]) {
      let isFailing = false;
      const then = async () => {
        if (!isFailing) return { by: name };
        isFailing = false;
        return await first();
      };
      const refresh = async (_, next) => {
        (await next()).deep.mine = true;
        return { ...(await next()), ...(await then()) };
      };
      const hooks = name === 'refresh' ? { refresh } : { credentials: then };
      const one = client({ ...renewable, timeoutMs: 300, hooks });
      const before = (await tokenRequests()).length;
      await behave(answer(issued(1, { refresh_token: 'r-1', deep: {} })));
      await one.getToken();
      await behave(answer(issued(2, { refresh_token: 'r-2', deep: {} })));
      isFailing = true;
      await rejects(one.getToken({ forceRefresh: true }), { code });
      await sleep(400);
      const second = await one.getToken({ forceRefresh: true });
      equal([second.accessToken, second.refreshToken, lives(second)], ['token-2', 'r-2', 3600], name);
      equal([second.raw.by, second.raw.deep], [name, {}], 'the members');
      ok(second.raw.expires_in < 3600, 'its life counts from when it came');
      await behave(answer(issued(3, { refresh_token: 'r-3', deep: {} })));
      await one.getToken({ forceRefresh: true });
      const spent = (await tokenRequests()).slice(before).map(({ body }) => new URLSearchParams(body).get('refresh_token'));
      equal(spent, [null, 'r-1', 'r-2'], `${name}, ${code}: spent`);
    }
  },

  'that does not depend on how the client proves who it is': async ({ client, behave, clients: { signer }, tokenRequests }) => {
    const assertion = { clientAuth: 'private_key_jwt', clientSecret: undefined, privateKey: { key: signer.key } };
    let isFailing = false;
    const credentials = () => {
      if (isFailing) throw new Error('not now');
      return {};
    };
    const one = client({ ...renewable, ...assertion, hooks: { credentials } });
    await behave(answer(issued(1, { refresh_token: 'r-1' })));
    await one.getToken();
    await behave(answer(issued(2, { refresh_token: 'r-2' })));
    isFailing = true;
    await rejects(one.getToken({ forceRefresh: true }), { code: 'hook_failed' });
    isFailing = false;
    equal((await one.getToken({ forceRefresh: true })).accessToken, 'token-2');
    equal((await tokenRequests()).length, 2, 'token requests');
  },

  'a refresh token that stays is sent again': async ({ client, behave, tokenRequests }) => {
    await behave(answer(issued(1, { refresh_token: 'r-1' })));
    let calls = 0;
    const credentials = () => ((calls += 1) === 2 ? Promise.reject(new Error('not now')) : {});
    const one = client({ ...renewable, hooks: { credentials } });
    await one.getToken();
    await rejects(one.getToken({ forceRefresh: true }), { code: 'hook_failed' });
    await one.getToken({ forceRefresh: true });
    equal((await tokenRequests()).length, 3, 'token requests');
  },

  'a result that is no object of JSON is named': async ({ client }) => {
    const cycle = { access_token: 'a' };
    cycle.itself = cycle;
    const rows = [
      [undefined, 'undefined'],
      [null, 'null'],
      ['{"access_token":"MARKER"}', 'string'],
      [7, '7'],
      [[], 'Array'],
      [() => {}, 'function'],
      [Response.json({ access_token: 'MARKER' }), 'Response'],
      [new Map([['access_token', 'MARKER']]), 'Map'],
      [{ access_token: 'MARKER', log() {} }, 'log'],
      [{ access_token: 'MARKER', deep: [{ big: 10n }] }, 'big'],
      [{ access_token: 'MARKER', deep: { soon: Promise.resolve() } }, 'soon'],
      [{ access_token: 'MARKER', expires_in: Number.NaN }, 'expires_in'],
      [{ access_token: 'MARKER', expires_at: new Date('MARKER') }, 'expires_at'],
      [{ access_token: 'MARKER', sign: Symbol('MARKER') }, 'sign'],
      [cycle, 'structure'],
    ];
    for (const [result, word] of rows) {
      for (const name of ['tokenRequest', 'credentials', 'refresh']) {
        const more = name === 'refresh' ? { grant: 'refresh_token', refreshToken: 'r' } : {};
        const asked = client({ ...more, hooks: { [name]: () => result } }).getToken();
        const error = await rejects(asked, { code: 'hook_failed' });
        const { cause, message } = error;
        equal([message, cause instanceof TypeError], [`hooks.${name} failed`, true], word);
        ok(cause.message.toLowerCase().includes(word.toLowerCase()), `${word} in: ${cause.message}`);
        ok(!cause.message.includes('MARKER'), cause.message);
      }
    }
  },

  'an access token that fits no header is refused': async ({ client }) => {
    for (const accessToken of ['line\r\nbreak', 'two words', 7.5, '']) {
      const hooks = { tokenRequest: () => ({ access_token: accessToken }) };
      await rejects(client({ hooks }).getToken(), { code: 'invalid_response' });
    }
  },

  'an error that a hook returns is the server’s': async ({ client }) => {
    const refusal = { error: 'invalid_scope', error_description: 'no' };
    const returning = client({ hooks: { tokenRequest: () => refusal }, errorCacheSeconds: 0 });
    await rejects(returning.getToken(), { code: 'token_request_rejected', error: 'invalid_scope', description: 'no' });
    const spent = client({ grant: 'refresh_token', refreshToken: 'refresh-0', hooks: { refresh: () => ({ error: 'invalid_grant' }) } });
    await rejects(spent.getToken(), { code: 'reauthorization_required', error: 'invalid_grant', status: 400 });
  },

  'what a hook fetches is kept by no HTTP cache, where the host knows the word, unless it says so': async ({ client }) => {
    const given = [];
    const fetch = async (_, init) => (given.push(init?.cache), Response.json({ access_token: 'a' }));
    const tokenRequest = async ({ fetch }) => {
      await fetch('https://other.example/', { cache: 'reload' });
      return (await fetch('https://other.example/')).json();
    };
    await client({ fetch, hooks: { tokenRequest } }).getToken();
    equal(given, ['reload', 'cache' in Request.prototype ? 'no-store' : undefined]);
  },

  'an error that a hook returns has the status of what its fetch brought': async ({ client }) => {
    for (const [status, retryable] of [[400, false], [401, false], [403, false], [429, true], [503, true]]) {
      const refusal = { error: 'invalid_scope', error_description: 'no' };
      const asked = [];
      const hooks = {
        own: async ({ fetch }) => (await fetch('https://other.example/token', { method: 'POST' })).json(),
        passedOn: (_, next) => next().catch((error) => JSON.parse(error.body)),
      };
      for (const tokenRequest of Object.values(hooks)) {
        const fetch = async (input) => {
          asked.push(String(input));
          return Response.json(refusal, { status });
        };
        const error = await rejects(client({ fetch, hooks: { tokenRequest }, timeoutMs: 300, errorCacheSeconds: 0 }).getToken());
        equal([error.code, error.error, error.status, error.retryable], ['token_request_rejected', 'invalid_scope', status, retryable]);
      }
      ok(asked.length >= 2, 'both asked');
    }
  },

  'what next() rejects with comes out as without hooks': async ({ client, behave, tokenEndpoint }) => {
    const pass = (_, next) => next();
    const rows = [
      [answer({ error: 'invalid_scope' }, 400), { code: 'token_request_rejected', error: 'invalid_scope', status: 400 }],
      [answer({ error: 'invalid_scope' }), { code: 'token_request_rejected', error: 'invalid_scope' }],
      [{ status: 404, body: 'nothing' }, { code: 'http_status', status: 404 }],
      [{ status: 200, body: '<html>MARKER</html>' }, { code: 'invalid_response', status: 200 }],
      [{ status: 302, headers: { location: `${tokenEndpoint}/token` } }, { code: 'redirect_refused', status: 302 }],
      [{ padBytes: 2 ** 20 }, { code: 'invalid_response' }],
      [{ close: true }, { code: 'network' }],
      [{ silent: true }, { code: 'timeout' }],
    ];
    for (const [behaviour, expected] of rows) {
      for (const hooks of [{ tokenRequest: pass }, { credentials: () => ({}) }, { tokenRequest: async (_, next) => await next() }]) {
        await behave(behaviour);
        const error = await rejects(client({ hooks, timeoutMs: 400, errorCacheSeconds: 0 }).getToken());
        for (const [member, is] of Object.entries(expected)) {
          equal(error[member], is, `${JSON.stringify(behaviour)}: ${error}: its ${member}`);
        }
      }
    }
  },

  'a hook may handle what next() rejects with': async ({ client, behave, inspect }) => {
    let failure;
    const tokenRequest = async (_, next) => {
      failure = await rejects(next(), { status: 500 });
      return { access_token: 'another-way', said: failure.body };
    };
    await behave({ status: 500, body: 'MARKER' });
    const token = await client({ hooks: { tokenRequest } }).getToken();
    equal([token.accessToken, token.raw.said], ['another-way', 'MARKER']);
    ok(!`${failure.stack}${JSON.stringify(failure)}${inspect?.(failure)}`.includes('MARKER'), 'the body is not printed');
  },

  'an answer in a form is understood by next()': async ({ client, behave }) => {
    await behave({ status: 200, headers: {}, body: 'access_token=a-token&expires_in=60&token_type=bearer' });
    const hooks = { tokenRequest: async (_, next) => ({ ...(await next()), by: 'me' }) };
    const token = await client({ hooks }).getToken();
    equal([token.accessToken, lives(token), token.raw.by], ['a-token', 60, 'me']);
  },

  'what may pass is tried again, hook and all': async ({ client, behave }) => {
    await behave({ status: 503, times: 1 });
    let asked = 0;
    const hooks = { tokenRequest: (_, next) => ((asked += 1), next()) };
    ok((await client({ hooks }).getToken()).accessToken, 'a token');
    equal(asked, 2, 'calls');
  },

  'a hook that never answers meets the deadline, and its signal': async ({ client }) => {
    const never = new Promise(() => {});
    const signals = [];
    for (const hooks of [
      { tokenRequest: ({ signal }) => (signals.push(signal), never) },
      { tokenRequest: () => ({ access_token: 'a' }), credentials: ({ signal }) => (signals.push(signal), never) },
      { refresh: ({ signal }) => (signals.push(signal), never) },
    ]) {
      const more = hooks.refresh ? { grant: 'refresh_token', refreshToken: 'r' } : {};
      const start = Date.now();
      await rejects(client({ ...more, hooks, timeoutMs: 300 }).getToken(), { code: 'timeout' });
      ok(Date.now() - start < 1_500, `rejected after ${Date.now() - start} ms`);
    }
    await sleep(50);
    equal(signals.map(({ aborted }) => aborted), [true, true, true], 'aborted');
  },

  'a request that a hook waits for is aborted at the deadline': async ({ client, behave, tokenRequests }) => {
    await behave({ silent: true });
    const never = new Promise(() => {});
    // That the second one does not hear of it must harm nobody: Node ends where a rejection is not handled.
    for (const tokenRequest of [(_, next) => next(), (_, next) => (next(), never)]) {
      await rejects(client({ hooks: { tokenRequest }, timeoutMs: 300 }).getToken(), { code: 'timeout' });
      await eventually(async () => (await tokenRequests()).at(-1).closedEarly, 'the server sees the socket close');
    }
  },

  'clients with the same functions share, those with others do not': async ({ client, grants }) => {
    const pass = (_, next) => next();
    const other = (_, next) => next();
    const get = async (options) => (await client(options).getToken()).accessToken;
    const shared = await get({ hooks: { tokenRequest: pass } });
    equal(await get({ hooks: { tokenRequest: pass } }), shared);
    const separate = [
      await get({}),
      await get({ hooks: { tokenRequest: other } }),
      await get({ hooks: { tokenRequest: pass, refresh: pass } }),
      await get({ hooks: { tokenRequest: pass, refresh: other } }),
      await get({ hooks: { tokenRequest: pass }, identity: 'mine' }),
    ];
    equal(new Set([shared, ...separate]).size, 6, 'tokens');
    equal(await get({ hooks: { tokenRequest: other }, identity: 'mine' }), separate.at(-1), 'by one name');
    equal(await get({ hooks: {} }), separate[0], 'no hooks are none');
    equal(await grants(), 6, 'grants');
  },
};
