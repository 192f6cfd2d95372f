// Functions of the user's that use the client they were given to.
import { equal, eventually, ok, rejects, sleep } from '../assert.mjs';

/** Whether the host can tell what a function does after its first await. */
const tells = Boolean(globalThis.AsyncLocalStorage ?? globalThis.process?.getBuiltinModule);

/** At once, or after something else. */
const moments = tells ? [async (use) => await use(), async (use) => (await sleep(1), await use())] : [async (use) => await use()];

const QUICK_MS = 1_500;

/** The functions, each given to a client that it uses by `use`. */
const functions = {
  clientSecret: (use) => ({ clientSecret: use }),
  assertion: (use) => ({ grant: 'jwt_bearer', assertion: use }),
  'hooks.tokenRequest': (use) => ({ hooks: { tokenRequest: use } }),
  'hooks.credentials': (use) => ({ hooks: { credentials: use } }),
  fetch: (use) => ({ fetch: use }),
};

const uses = {
  'getToken()': (client) => client.getToken(),
  'fetch()': (client) => client.fetch('/echo'),
  'warm()': (client) => client.warm(),
  'refresh()': (client) => client.refresh(),
};

export const circles = {
  'a function that uses its own client is told so at once, and so are all who wait': async ({ client, leftOut }) => {
    const { 'refresh()': refresh, ...others } = uses;
    for (const [name, options] of Object.entries(functions)) {
      for (const [what, use] of Object.entries(leftOut.length === 0 ? uses : others)) {
        for (const [index, moment] of moments.entries()) {
          const one = client({ ...options(() => moment(() => use(one))), endpointParams: { at: `${what} ${index}` } });
          const start = Date.now();
          const [first, second] = await Promise.all([1, 2].map(() => rejects(one.getToken(), { code: 'hook_failed' })));
          ok(Date.now() - start < QUICK_MS, `${name} by ${what}: ${Date.now() - start} ms`);
          for (const { message } of [first, second]) ok(message.includes(`${name} uses its own client`), `${name} by ${what}: ${message}`);
        }
      }
    }
  },

  'a circle of two clients is one': async ({ client }) => {
    const one = client({ scopes: 'one', clientSecret: async () => (await two.getToken()).accessToken });
    const two = client({ scopes: 'two', clientSecret: async () => (await one.getToken()).accessToken });
    const start = Date.now();
    await rejects(one.getToken(), { code: 'hook_failed' });
    ok(Date.now() - start < QUICK_MS, 'at once');
  },

  'a store that uses its own client is done without': async ({ client }) => {
    const lookInto = async () => (await one.fetch('/store')).text();
    const store = { get: lookInto, put: lookInto, delete: () => one.invalidate() };
    const one = client({ store });
    const start = Date.now();
    ok((await one.getToken()).accessToken);
    await one.invalidate();
    ok(Date.now() - start < QUICK_MS, `${Date.now() - start} ms`);
  },

  'apply and fetch within themselves come to an end': async ({ client }) => {
    const applied = client({ apply: async () => void (await applied.fetch('/echo')) });
    const error = await rejects(applied.fetch('/echo'), { code: 'hook_failed' });
    ok(error instanceof Error);
    const isToken = (input) => String(input.url ?? input).endsWith('/token');
    const fetching = client({ fetch: (input, init) => (isToken(input) ? fetch(input, init) : fetching.fetch(input, init)) });
    await fetching.getToken();
    const { message } = await rejects(fetching.fetch('/echo'), { code: 'invalid_option' });
    ok(message.includes('fetch uses its own client'), message);
  },

  'apply may ask its client for something else': async ({ client }) => {
    const api = client({
      async apply({ url, headers }, { accessToken }) {
        headers.set('authorization', `Bearer ${accessToken}`);
        if (!url.pathname.endsWith('/csrf')) headers.set('x-csrf', String((await api.fetch('/csrf')).status));
      },
    });
    equal((await api.fetch('/echo')).status, 200);
  },

  'others who ask meanwhile are served': async ({ client, clients }) => {
    let isAsked = false;
    const clientSecret = async () => {
      isAsked = true;
      await sleep(200);
      return clients.header.secret;
    };
    const one = client({ clientSecret });
    const first = one.getToken();
    await eventually(() => isAsked, 'the secret is asked for');
    const more = await Promise.all([one.getToken(), one.fetch('/echo'), one.authorizationHeader()]);
    equal([(await first).accessToken, more[1].status], [more[0].accessToken, 200]);
  },

  'what begins in a function and goes on after it is nobody’s circle': async ({ client, clients }) => {
    let later;
    const clientSecret = () => {
      later = sleep(300).then(() => one.getToken());
      return clients.header.secret;
    };
    const one = client({ clientSecret });
    const { accessToken } = await one.getToken();
    await one.invalidate();
    ok((await later).accessToken !== accessToken, 'it is served');
  },

  'a function may use the token that is there': async ({ client, behave }) => {
    await behave({ status: 200, body: '{"access_token":"mine","refresh_token":"r-1","expires_in":3600}' });
    const refresh = async (_, next) => ({ ...(await next()), seen: (await one.getToken()).accessToken });
    const one = client({ grant: 'password', username: 'ada', password: 'a password', hooks: { refresh } });
    await one.getToken();
    equal((await one.getToken({ forceRefresh: true })).raw.seen, 'mine');
  },

  'events do not feed themselves': async ({ client, apiRequests }) => {
    const listeners = [
      (send) => send(),
      async (send) => await send(),
      ...(tells ? [async (send) => (await sleep(1), await send())] : []),
      ...(tells ? [(send) => void setTimeout(send, 1)] : []),
    ];
    for (const listen of listeners) {
      const heard = [];
      const api = client({
        onEvent(event) {
          heard.push(event.type);
          return listen(() => api.fetch('/log'));
        },
      });
      await api.invalidate();
      await api.fetch('/echo');
      await sleep(150);
      const before = { heard: heard.length, sent: (await apiRequests()).length };
      await api.fetch('/echo');
      await sleep(150);
      equal([heard.length - before.heard, (await apiRequests()).length - before.sent], [1, 2], heard.join());
    }
  },

  'of a function that never answers the deadline says so': async ({ client }) => {
    const never = () => new Promise(() => {});
    for (const [name, options] of Object.entries({ clientSecret: { clientSecret: never }, hooks: { hooks: { tokenRequest: never } } })) {
      const { message } = await rejects(client({ ...options, timeoutMs: 200 }).getToken(), { code: 'timeout' });
      ok(message.endsWith(`waited for in vain: ${name}`), message);
    }
  },
};
