// Functions of the user's that throw anything, at once or later, or never answer: what it costs is the caller's call,
// which ends with an error that has a code, and nobody else's.
import { equal, ok, rejects, sleep } from '../assert.mjs';

const timeoutMs = 300;
/** Beside a deadline, what the host may take. */
const LATEST_MS = 14_000;

const hostile = () => {
  throw new Error('looked at');
};
const traps = new Proxy({}, { get: () => hostile });

/** What nobody can look at, and what is no error. */
const values = {
  nothing: () => undefined,
  null: () => null,
  'a text': () => 'a text',
  'an empty text': () => '',
  'a number': () => 7,
  'a bigint': () => 7n,
  'a symbol': () => Symbol('mine'),
  'a function': () => hostile,
  'an error': () => new Error('mine'),
  'an object without a prototype': () => Object.create(null),
  'a proxy that throws': () => new Proxy({}, traps),
  'a proxy of a function that throws': () => new Proxy(hostile, traps),
  'a revoked proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  'an error whose message throws': () => Object.defineProperty(new Error(), 'message', { get: hostile }),
  'an error whose message is a symbol': () => Object.assign(new Error(), { message: Symbol('mine') }),
  'an error whose cause throws': () => Object.defineProperty(new Error('mine'), 'cause', { get: hostile }),
  'an error whose cause’s code throws': () => new Error('mine', { cause: Object.defineProperty({}, 'code', { get: hostile }) }),
  'an object whose toString throws': () => ({ toString: hostile, [Symbol.toPrimitive]: hostile }),
  'an error that is its own cause': () => {
    const error = new Error('mine');
    return Object.assign(error, { cause: error });
  },
};

/** What functions do instead of what they are for. */
const misbehaviours = {
  'never answers': () => () => new Promise(() => {}),
  'gives a thenable that never settles': () => () => ({ then() {} }),
  'gives a thenable that throws': () => () => ({ then: hostile }),
  'gives an object whose then throws': () => () => Object.defineProperty({}, 'then', { get: hostile }),
  'gives the promise of a proxy': () => async () => ({ then: (resolve) => resolve(Object.freeze([])) }),
};
for (const [what, value] of Object.entries(values)) {
  misbehaviours[`throws ${what}`] = () => () => {
    throw value();
  };
  misbehaviours[`rejects with ${what}`] = () => () => Promise.reject(value());
  misbehaviours[`gives ${what}`] = () => () => value();
}

/** Where the functions are given; `on` is the member that misbehaves. */
const store = (member, misbehave) => {
  const records = new Map();
  const good = {
    get: async (key) => records.get(key),
    put: async (key, value) => void records.set(key, value),
    delete: async (key) => void records.delete(key),
    acquire: async () => ({ held: true, fence: 1 }),
    release: async () => {},
  };
  return { store: { ...good, [member]: misbehave }, storeTimeoutMs: 50, sealKey: 'a key of the store that nobody else has' };
};
const code = { grant: 'authorization_code', identity: 'ada', authorizationUrl: 'https://auth.example/authorize' };
const places = {
  fetch: (misbehave) => ({ fetch: misbehave }),
  clientSecret: (misbehave) => ({ clientSecret: misbehave }),
  assertion: (misbehave) => ({ grant: 'jwt_bearer', assertion: misbehave }),
  'hooks.tokenRequest': (misbehave) => ({ hooks: { tokenRequest: misbehave } }),
  'hooks.credentials': (misbehave) => ({ hooks: { credentials: misbehave } }),
  'hooks.refresh': (misbehave) => ({ grant: 'refresh_token', refreshToken: 'r-0', hooks: { refresh: misbehave } }),
  onEvent: (misbehave) => ({ onEvent: misbehave }),
  waitUntil: (misbehave) => ({ waitUntil: misbehave }),
  'store.get': (misbehave) => store('get', misbehave),
  'store.put': (misbehave) => store('put', misbehave),
  'store.delete': (misbehave) => store('delete', misbehave),
  'store.acquire': (misbehave) => store('acquire', misbehave),
  'store.release': (misbehave) => store('release', misbehave),
};

const calls = {
  getToken: (client) => client.getToken(),
  'getToken anew': (client) => client.getToken({ forceRefresh: true }),
  authorizationHeader: (client) => client.authorizationHeader(),
  warm: (client) => client.warm(),
  refresh: (client) => client.refresh(),
  revoke: (client) => client.tokenFrom({ access_token: 'mine', refresh_token: 'r-1' }).revoke(),
  revokeAll: (client) => client.revokeAll(),
  invalidate: (client) => client.invalidate(),
  test: (client) => client.test('/echo'),
};

/** In Node every call meets everything; elsewhere, where requests are few at a time, each meets a part of it. */
const share = globalThis.process?.release?.name === 'node' && !globalThis.Bun && !globalThis.Deno ? 1 : 6;

/** `promise`, unless it takes too long. */
async function within(ms, promise, what) {
  const late = Symbol('late');
  const outcome = await Promise.race([
    promise.then((value) => ({ value }), (error) => ({ error })),
    sleep(ms).then(() => late),
  ]);
  ok(outcome !== late, `${what} never ends`);
  return outcome;
}

/** Whatever `place` does, each call ends, and what it is rejected with is ours. */
const survives = (place) => async ({ client, behave, OAuth2Error, tokenEndpoint }) => {
  await behave({ status: 200, body: '{"access_token":"mine","refresh_token":"r-1","expires_in":3600}' });
  const slow = async () => {
    await sleep(timeoutMs);
    return Response.json({ access_token: 'innocent', expires_in: 60 });
  };
  const inFlight = client({ fetch: slow, identity: 'innocent' }).getToken();
  const wait = Object.entries(misbehaviours).flatMap(([title, misbehave], index) =>
    Object.entries(calls).filter((_, which) => (index + which) % share === 0).map(async ([name, call]) => {
      const what = `${name}() where ${place} ${title}`;
      // Each has a token of its own.
      const revocationUrl = name.startsWith('revoke') ? `${tokenEndpoint}/token` : undefined;
      const options = { revocationUrl, ...places[place](misbehave()), endpointParams: { at: `${index} ${name}` } };
      // An entry of the package may have no such option, and says so.
      const called = (async () => call(client({ timeoutMs, ...options })))();
      const { error } = await within(LATEST_MS, called, what);
      ok(error === undefined || error instanceof OAuth2Error, `${what}: ${Object.prototype.toString.call(error)}`);
      ok(error?.code !== 'internal', `${what}: internal`);
    }),
  );
  await Promise.all(wait);
  equal((await inFlight).accessToken, 'innocent', 'who was on the way meanwhile');
  ok((await client().getToken()).accessToken, 'everybody else is served');
};

export const strangers = {
  ...Object.fromEntries(Object.keys(places).map((place) => [`${place} may do anything`, survives(place)])),

  'apply may do anything': async ({ client, OAuth2Error }) => {
    for (const [title, misbehave] of Object.entries(misbehaviours)) {
      const call = client({ apply: misbehave() }).fetch('/echo', { signal: AbortSignal.timeout(timeoutMs) });
      const { error } = await within(LATEST_MS, call, `fetch() where apply ${title}`);
      const isOurs = error === undefined || error instanceof OAuth2Error || error.name === 'TimeoutError';
      ok(isOurs, `apply ${title}: ${Object.prototype.toString.call(error)}`);
    }
    ok((await client().getToken()).accessToken, 'everybody else is served');
  },

  'an answer of the user’s fetch may have anything in it': async ({ client, OAuth2Error }) => {
    const body = (read) => ({ getReader: () => ({ read, cancel: hostile }) });
    const get = () => 'application/json';
    const answers = {
      'no status': {},
      'a status that throws': Object.defineProperty({}, 'status', { get: hostile }),
      'a status that is a text': { status: '200' },
      'headers that throw': Object.defineProperty({ status: 200, text: () => '{}' }, 'headers', { get: hostile }),
      'a header that is none': { status: 200, headers: { get: () => ({}) }, text: async () => '{"access_token":"mine"}' },
      'no headers': { status: 200, text: async () => '{"access_token":"mine"}' },
      'a body that throws': Object.defineProperty({ status: 200, headers: { get } }, 'body', { get: hostile }),
      'a body that breaks off': { status: 200, headers: { get }, body: body(() => Promise.reject(Object.create(null))) },
      'a body of texts': { status: 200, headers: { get }, body: body(async () => ({ value: 'text' })) },
      'a body of nothing': { status: 200, headers: { get }, body: body(async () => undefined) },
      'a body that never ends': { status: 200, headers: { get }, body: body(() => new Promise(() => {})) },
      'a body that is too long': { status: 200, headers: { get }, body: body(async () => ({ value: new Uint8Array(1 << 20) })) },
      'a text that throws': { status: 200, headers: { get }, text: hostile },
      'a text that is none': { status: 200, headers: { get }, text: async () => Symbol('mine') },
    };
    for (const [title, answer] of Object.entries(answers)) {
      const call = client({ timeoutMs, scopes: title.replaceAll(' ', '-'), fetch: async () => answer }).getToken();
      const { error } = await within(LATEST_MS, call, title);
      ok(error === undefined || error instanceof OAuth2Error, `${title}: ${error}`);
      ok(error?.code !== 'internal', `${title}: ${error}`);
    }
    ok((await client().getToken()).accessToken, 'everybody else is served');
  },

  'what fetch throws at the API is the caller’s': async ({ client }) => {
    for (const [title, value] of Object.entries(values)) {
      for (const fail of [(thrown) => Promise.reject(thrown), (thrown) => { throw thrown; }]) {
        const thrown = value();
        const fetching = (input, init) => (String(input.url ?? input).endsWith('/token') ? fetch(input, init) : fail(thrown));
        const { error } = await within(LATEST_MS, client({ fetch: fetching }).fetch('/echo'), title);
        ok(Object.is(error, thrown), `${title}: it is handed on`);
        const { ok: isOk, stage } = await client({ fetch: fetching }).test('/echo');
        equal([isOk, stage], [false, 'api'], title);
      }
    }
  },

  'an error that steers a framework is handed on as it was thrown, at once, and not remembered': async ({ client }) => {
    // As Next.js throws it where a page that it makes in advance asks for what must not be kept.
    const thrown = Object.assign(new Error('Dynamic server usage'), { digest: 'DYNAMIC_SERVER_USAGE' });
    let calls = 0;
    const fetching = async (...call) => {
      calls += 1;
      if (calls === 1) throw thrown;
      return await fetch(...call);
    };
    const api = client({ fetch: fetching });
    const { error } = await within(LATEST_MS, api.fetch('/echo'), 'fetch()');
    ok(Object.is(error, thrown), `${error}`);
    equal(calls, 1);
    equal((await api.fetch('/echo')).status, 200);
  },

  'what fetch gives is told where it is no response': async ({ client }) => {
    const error = await rejects(client({ fetch: async () => {} }).getToken(), { code: 'invalid_response', retryable: false });
    ok(error.message.includes('fetch gave undefined'), error.message);
  },

  'an answer with text() or json() and no stream is read': async ({ client }) => {
    const members = { access_token: 'mine', expires_in: 60 };
    const answers = [
      { ok: true, status: 200, json: async () => members },
      { status: 200, headers: { 'content-type': 'application/json' }, text: async () => JSON.stringify(members) },
    ];
    for (const [index, answer] of answers.entries()) {
      const token = await client({ scopes: `s${index}`, fetch: async () => answer }).getToken();
      equal(token.accessToken, 'mine');
    }
  },

  'a store’s numbers are looked at when it is given': async ({ options, OAuth2Client, OAuth2Error }) => {
    const good = { get: hostile, put: hostile, delete: hostile };
    for (const name of ['propagationMs', 'minTtlSeconds']) {
      for (const value of [{ valueOf: hostile }, Symbol('mine'), 1n, '60', -1, NaN]) {
        const make = async () => new OAuth2Client(options({ store: { ...good, [name]: value } }));
        const error = await rejects(make(), { code: 'invalid_option' });
        ok(error instanceof OAuth2Error && error.message.startsWith(`store.${name} `), error.message);
      }
    }
  },

  'a function that never answers ends for the next caller too': async ({ client }) => {
    const never = () => new Promise(() => {});
    for (const options of [{ clientSecret: never }, { grant: 'jwt_bearer', assertion: never }]) {
      let isHanging = true;
      const name = options.clientSecret ? 'clientSecret' : 'assertion';
      const one = () => client({ timeoutMs, ...options, identity: name, [name]: () => (isHanging ? never() : 'a text') });
      await rejects(one().getToken(), { code: 'timeout' });
      isHanging = false;
      const { error } = await within(LATEST_MS, client({ ...options, identity: name, [name]: () => 'a text' }).getToken(), name);
      ok(error?.code !== 'timeout', `${name}: the flight before is over`);
    }
  },

  'the longest timeoutMs is no timeout at once': async ({ client }) => {
    ok((await client({ timeoutMs: 2_147_483_647 }).getToken()).accessToken);
  },

  'what a token came with cannot be changed, at any depth': async ({ client, behave, OAuth2Client }) => {
    const members = { access_token: 'mine', expires_in: 60, account: { roles: ['reader'] } };
    await behave({ status: 200, body: JSON.stringify(members) });
    for (const token of [await client().getToken(), OAuth2Client.tokenFrom(members)]) {
      await rejects((async () => token.raw.account.roles.push('admin'))(), { name: 'TypeError' });
      await rejects((async () => (token.raw.account.name = 'ada'))(), { name: 'TypeError' });
      equal(token.raw.account, { roles: ['reader'] });
    }
  },
};
