// A caller who goes away: the reason comes back, and nobody else is harmed.
import { equal, eventually, ok, rejects, sleep } from '../assert.mjs';

const reason = new Error('the user went away');

export const cancellation = {
  'before the call: nothing is sent': async ({ client, baseUrl, apiRequests, tokenRequests }) => {
    const signal = AbortSignal.abort(reason);
    for (const call of [
      (one) => one.getToken({ signal }),
      (one) => one.authorizationHeader({ signal }),
      (one) => one.fetch('/echo', { signal }),
      (one) => one.fetch(new Request(`${baseUrl}/echo`, { signal })),
    ]) {
      equal((await rejects(call(client()))) === reason, true, 'the reason comes back');
    }
    equal([await tokenRequests(), await apiRequests()], [[], []], 'requests');
  },

  'before the call, with a warm cache': async ({ client, apiRequests }) => {
    await client().getToken();
    const signal = AbortSignal.abort(reason);
    equal((await rejects(client().fetch('/echo', { signal }))) === reason, true, 'the reason comes back');
    equal(await apiRequests(), [], 'requests at the API');
  },

  'while waiting for the token': async ({ client, behave, baseUrl, apiRequests }) => {
    await behave({ delayMs: 600 });
    for (const call of [
      (one, signal) => one.getToken({ signal }),
      (one, signal) => one.fetch('/echo', { signal }),
      (one, signal) => one.fetch(new Request(`${baseUrl}/echo`, { signal })),
    ]) {
      const controller = new AbortController();
      const start = Date.now();
      const outcome = rejects(call(client(), controller.signal));
      await sleep(50);
      controller.abort(reason);
      equal((await outcome) === reason, true, 'the reason comes back');
      ok(Date.now() - start < 400, `at once: after ${Date.now() - start} ms`);
    }
    equal(await apiRequests(), [], 'requests at the API');
  },

  'whoever waits for the same token still gets it': async ({ client, behave, grants }) => {
    await behave({ delayMs: 300 });
    const controller = new AbortController();
    const gone = rejects(client().getToken({ signal: controller.signal }));
    const staying = [client().getToken(), client().fetch('/echo')];
    await sleep(50);
    controller.abort(reason);
    equal((await gone) === reason, true, 'the reason comes back');
    const [token, response] = await Promise.all(staying);
    ok(token.accessToken && response.status === 200, 'both are served');
    ok((await grants()) <= 2, `grants: ${await grants()}`);
  },

  'while the API answers': async ({ client, baseUrl, apiRequests }) => {
    for (const call of [
      (signal) => client().fetch('/slow?ms=3000', { signal }),
      (signal) => client().fetch(new Request(`${baseUrl}/slow?ms=3000`, { signal })),
    ]) {
      const controller = new AbortController();
      const outcome = rejects(call(controller.signal));
      await eventually(async () => (await apiRequests()).length > 0, 'the request arrives');
      await sleep(50);
      controller.abort(reason);
      await outcome;
      await eventually(async () => (await apiRequests()).at(-1).closedEarly, 'the API sees the socket close');
    }
  },

  'while the body comes': async ({ client, apiRequests }) => {
    const controller = new AbortController();
    const response = await client().fetch('/stream?chunks=100', { signal: controller.signal });
    const reader = response.body.getReader();
    await reader.read();
    controller.abort(reason);
    await rejects((async () => {
      while (!(await reader.read()).done);
    })());
    await eventually(async () => (await apiRequests()).at(-1).closedEarly, 'the API sees the socket close');
  },

  'many who wait for one signal listen to it once, and leave nothing there': async ({ client, behave }) => {
    await behave({ delayMs: 200 });
    const { signal, abort } = counted(new AbortController());
    const own = client({ apply: ({ headers }, { accessToken }) => void sleep(20).then(() => headers.set('x-token', accessToken)), scopes: 'api:read' });
    const made = Array.from({ length: 30 }, () => [client().getToken({ signal }), client().authorizationHeader({ signal }), own.getToken({ signal })]);
    equal(signal.most, 1, 'listeners at once, ours');
    await Promise.all(made.flat());
    equal(signal.listeners, 0, 'listeners left');
    await Promise.all(Array.from({ length: 5 }, () => client().getToken({ signal, forceRefresh: true })));
    equal([signal.most, signal.listeners], [1, 0], 'once more');
    const outcomes = Array.from({ length: 15 }, () => rejects(client({ scopes: 'api:read', endpointParams: { n: '1' } }).getToken({ signal })));
    abort(reason);
    for (const outcome of outcomes) ok((await outcome) === reason, 'all hear of it');
    equal(signal.listeners, 0, 'listeners left after it was aborted');
  },

  'a slow apply listens once too': async ({ client }) => {
    const { signal, abort } = counted(new AbortController());
    const mocked = async (input, init) => (String(input).endsWith('/token') ? fetch(input, init) : new Response('end'));
    let go;
    const gate = new Promise((resolve) => (go = resolve));
    const one = client({ fetch: mocked, apply: () => gate });
    await one.getToken();
    const calls = Array.from({ length: 15 }, () => one.fetch('/echo', { signal }));
    await sleep(20);
    equal([signal.most, signal.listeners], [1, 1], 'while they wait');
    go();
    await Promise.all(calls);
    equal(signal.listeners, 0, 'listeners left');
    const waiting = client({ fetch: mocked, apply: () => new Promise(() => {}) });
    const outcomes = Array.from({ length: 15 }, () => rejects(waiting.fetch('/echo', { signal })));
    await sleep(20);
    abort(reason);
    for (const outcome of outcomes) ok((await outcome) === reason, 'all hear of it');
  },

  "a library's signal without a reason rejects with an AbortError": async ({ client, behave }) => {
    await behave({ delayMs: 200 });
    const signal = new EventTarget();
    signal.aborted = false;
    const outcome = rejects(client().getToken({ signal }));
    signal.aborted = true;
    signal.dispatchEvent(new Event('abort'));
    equal((await outcome).name, 'AbortError', 'while it waits');
    equal((await rejects(client().getToken({ signal }))).name, 'AbortError', 'before the call');
  },

  'an abort in the middle of the call is heard': async ({ client }) => {
    const controller = new AbortController();
    const aborting = () => (controller.abort(reason), new Promise(() => {}));
    ok((await rejects(client({ fetch: aborting }).getToken({ signal: controller.signal }))) === reason, 'its reason');
  },
};

/** A signal that counts who listens to it. */
function counted(controller) {
  const { signal } = controller;
  signal.listeners = 0;
  signal.most = 0;
  const { addEventListener, removeEventListener } = signal;
  const heard = new Set();
  signal.addEventListener = (type, listener, ...rest) => {
    heard.add(listener);
    signal.listeners = heard.size;
    signal.most = Math.max(signal.most, heard.size);
    addEventListener.call(signal, type, listener, ...rest);
  };
  signal.removeEventListener = (type, listener, ...rest) => {
    heard.delete(listener);
    signal.listeners = heard.size;
    removeEventListener.call(signal, type, listener, ...rest);
  };
  return { signal, abort: (why) => controller.abort(why) };
}
