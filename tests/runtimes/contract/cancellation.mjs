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
};
