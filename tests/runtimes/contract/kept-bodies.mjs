// The API refuses the token of a Request with a body, as clients that are made of Requests send it (openapi-fetch, ky): what
// is short was kept while it was sent.
import { equal, eventually, ok, rejects, sleep } from '../assert.mjs';

const KIB = 1024;
const HEADERS = { 'content-type': 'application/json', 'x-mine': '1' };
const post = (body) => ({ method: 'POST', headers: HEADERS, body, ...(body?.getReader && { duplex: 'half' }) });
const streamOf = (body) => new Blob([body]).stream();
const to = (url, status) => `/redirect?status=${status}&to=${encodeURIComponent(url)}`;

class OwnRequest extends Request {}

/** A Request as a library has it: of the same shape, and no instance of the host's. */
class ForeignRequest {
  constructor(url, { body, ...init }) {
    const { method, headers, signal, redirect } = new Request(url, init);
    Object.assign(this, { url, method, headers, signal, redirect, body: body?.getReader ? body : streamOf(body) });
  }
}

/** A client whose token has been revoked, and a token of its own. */
async function withBadToken({ client, revoke }, key, options) {
  const one = client({ endpointParams: { key }, ...options });
  await revoke(await one.getToken());
  return one;
}

/** A body that gives what it has, and then waits. `asked` and `cancelled` tell what became of it. */
function waiting(text) {
  const state = { asked: 0, cancelled: false };
  state.body = new ReadableStream({
    pull(controller) {
      if ((state.asked += 1) === 1) controller.enqueue(new TextEncoder().encode(text));
      return state.asked === 1 ? undefined : new Promise(() => {});
    },
    cancel: () => void (state.cancelled = true),
  });
  return state;
}

/** Bodies, and what arrives of them. */
const bodies = {
  'a text': ['{"a":1}', '{"a":1}'],
  bytes: [new TextEncoder().encode('{"é":1}'), '{"Ã©":1}'],
  nothing: ['', ''],
  'a stream': [() => streamOf('{"a":1}'), '{"a":1}'],
  'as much as is kept': ['x'.repeat(64 * KIB), 'x'.repeat(64 * KIB)],
};

export const keptBodies = {
  'what is short is sent again': async (scene) => {
    const { baseUrl, apiRequests } = scene;
    for (const Kind of [Request, OwnRequest, ForeignRequest]) {
      for (const [title, [body, expected]] of Object.entries(bodies)) {
        const what = `${Kind.name}, ${title}`;
        const one = await withBadToken(scene, what);
        const request = new Kind(`${baseUrl}/echo?a=1`, post(typeof body === 'function' ? body() : body));
        const response = await one.fetch(request);
        equal(response.status, 200, what);
        const echo = await response.json();
        equal([echo.method, echo.body.length, echo.body, echo.headers['x-mine'], echo.headers['content-type']], ['POST', expected.length, expected, '1', 'application/json'], what);
        const requests = (await apiRequests()).slice(-2);
        equal(requests.map((each) => each.body), [expected, expected], `${what}: both times`);
        equal(new Set(requests.map((each) => each.authorization)).size, 2, `${what}: tokens`);
      }
    }
  },

  'it is told how long, both times': async (scene) => {
    const one = await withBadToken(scene, 'length');
    await one.fetch(new Request(`${scene.baseUrl}/echo`, post('{"a":1}')));
    const headers = (await scene.apiRequests()).map((request) => request.headers);
    equal(headers.map((each) => each['content-length']), ['7', '7']);
    ok(headers.every((each) => !('transfer-encoding' in each)), 'it is in one piece');
  },

  'what is longer is not: its refusal is returned, and the next call is fine': async (scene) => {
    const { baseUrl, apiRequests } = scene;
    for (const body of ['x'.repeat(64 * KIB + 1), () => streamOf('x'.repeat(300 * KIB))]) {
      const one = await withBadToken(scene, typeof body);
      const request = () => new Request(`${baseUrl}/echo`, post(typeof body === 'function' ? body() : body));
      const response = await one.fetch(request());
      equal([response.status, await response.json()], [401, { error: 'invalid_token' }]);
      equal((await one.fetch(request())).status, 200, 'the next call');
    }
    equal((await apiRequests()).length, 4, 'requests at the API');
  },

  'nothing is kept of what says that it is longer': async (scene) => {
    const answering = (input, init) => (/token$/.test(input) ? fetch(input, init) : new Response());
    const one = scene.client({ fetch: answering });
    for (const [length, copies] of [[64 * KIB, 1], [64 * KIB + 1, 0]]) {
      const headers = { ...HEADERS, 'content-length': length };
      const request = new Request(`${scene.baseUrl}/echo`, { method: 'POST', headers, body: 'x'.repeat(length) });
      let count = 0;
      const clone = () => {
        count += 1;
        return Request.prototype.clone.call(request);
      };
      Object.defineProperty(request, 'clone', { value: clone });
      await one.fetch(request);
      equal(count, copies, `of ${length} bytes`);
    }
  },

  'a form is sent again whole, its boundary matching': async (scene) => {
    const form = new FormData();
    form.append('name', 'hello');
    form.append('file', new Blob(['content'], { type: 'text/plain' }), 'a.txt');
    const one = await withBadToken(scene, 'form');
    const { headers, body } = await (await one.fetch(new Request(`${scene.baseUrl}/echo`, { method: 'POST', body: form }))).json();
    const boundary = /boundary=(\S+)/.exec(headers['content-type'])[1].replaceAll('"', '');
    ok(body.startsWith(`--${boundary}`), `a body of boundary ${boundary}: ${body}`);
    for (const part of ['name="name"', 'hello', 'filename="a.txt"', 'content']) ok(body.includes(part), `${part} in ${body}`);
  },

  'a Request given as init is one, too': async (scene) => {
    for (const Kind of [Request, ForeignRequest]) {
      const one = await withBadToken(scene, Kind.name);
      const response = await one.fetch('/echo', new Kind('https://elsewhere.example/', post('{"a":1}')));
      equal([response.status, (await response.json()).body], [200, '{"a":1}'], Kind.name);
    }
  },

  'a redirect that keeps the method has the body, too': async (scene) => {
    const { client, baseUrl } = scene;
    for (const status of [307, 308]) {
      for (const Kind of [Request, ForeignRequest]) {
        const request = () => new Kind(baseUrl + to(`${baseUrl}/echo`, status), post('{"a":1}'));
        const { method, body } = await (await client().fetch(request())).json();
        equal([method, body], ['POST', '{"a":1}'], `${Kind.name}, ${status}`);
        const one = await withBadToken(scene, `${Kind.name} ${status}`);
        equal((await (await one.fetch(request())).json()).body, '{"a":1}', `${Kind.name}, ${status}: refused at its end`);
        equal(await client().test(request()), { ok: true, status: 200 }, `${Kind.name}, ${status}: test()`);
      }
    }
    const long = new Request(baseUrl + to(`${baseUrl}/echo`, 307), post('x'.repeat(65 * KIB)));
    const { message } = await rejects(client().fetch(long), { name: 'TypeError' });
    ok(message.includes('64 KiB'), message);
  },

  'apply gets a stream each time': async (scene) => {
    const seen = [];
    const inQuery = ({ url, body }, { accessToken }) => {
      seen.push(typeof body.getReader);
      url.searchParams.set('token', accessToken);
    };
    const inBody = async ({ headers, body }, { accessToken }) => {
      headers.set('x-token', accessToken);
      return { body: (await new Response(body).text()).toUpperCase() };
    };
    for (const [apply, expected] of [[inQuery, '{"a":1}'], [inBody, '{"A":1}']]) {
      const one = await withBadToken(scene, expected, { apply });
      const response = await one.fetch(new Request(`${scene.baseUrl}/echo`, post('{"a":1}')));
      equal([response.status, (await response.json()).body], [200, expected]);
    }
    equal(seen, ['function', 'function'], 'what apply was given');
  },

  "in Next.js's edge runtime, where a Request that is made of another takes its URL alone": async (scene) => {
    const { Request: hostsRequest, fetch: hostsFetch } = globalThis;
    globalThis.Request = class extends hostsRequest {
      constructor(input, init) {
        super(typeof input === 'string' ? input : (input.url ?? String(input)), init);
      }
    };
    globalThis.fetch = (input, init) => hostsFetch(new Request(input, init));
    try {
      const inQuery = ({ url }, { accessToken }) => url.searchParams.set('token', accessToken);
      for (const apply of [undefined, inQuery]) {
        const one = await withBadToken(scene, `apply: ${apply !== undefined}`, { apply });
        for (const what of ['refused', 'not refused']) {
          const response = await one.fetch(new Request(`${scene.baseUrl}/echo`, post('{"a":1}')));
          const { method, body, headers } = await response.json();
          equal([response.status, method, body, headers['x-mine']], [200, 'POST', '{"a":1}', '1'], what);
        }
      }
    } finally {
      Object.assign(globalThis, { Request: hostsRequest, fetch: hostsFetch });
    }
  },

  'a body that has not ended when the refusal comes is not waited for long': async (scene) => {
    const { baseUrl } = scene;
    // It answers before it has read the body.
    const early = (input, init) => (/token$/.test(input) ? fetch(input, init) : new Response(null, { status: 401 }));
    const one = await scene.client({ fetch: early });
    const { body } = waiting('{');
    equal((await one.fetch(new Request(`${baseUrl}/echo`, post(body)))).status, 401);
  },

  'where it comes from hears that nobody needs it': async (scene) => {
    const { client, baseUrl } = scene;
    // Mocks of fetch that leave the body alone, and end it as fetch does.
    const mock = (outcome) => async (input, init) => {
      if (/token$/.test(input)) return await fetch(input, init);
      input.body.cancel().catch(() => {});
      return outcome();
    };
    for (const [what, outcome] of Object.entries({
      answered: () => new Response('early'),
      failed: () => {
        throw new TypeError('broken');
      },
    })) {
      const state = waiting('{');
      await client({ fetch: mock(outcome) })
        .fetch(new Request(`${baseUrl}/echo`, post(state.body)))
        .catch(() => {});
      await eventually(() => state.cancelled, what);
    }
  },

  'no more of it is asked for than is sent': async ({ client, baseUrl }) => {
    let asked = 0;
    const body = new ReadableStream({
      pull(controller) {
        asked += 1;
        controller.enqueue(new Uint8Array(16 * KIB));
      },
    });
    // A server that takes nothing.
    const stuck = (input, init) => (/token$/.test(input) ? fetch(input, init) : new Promise((_, reject) => init.signal.addEventListener('abort', () => reject(init.signal.reason))));
    const controller = new AbortController();
    const sent = client({ fetch: stuck }).fetch(new Request(`${baseUrl}/echo`, post(body)), { signal: controller.signal });
    await sleep(200);
    ok(asked < 12, `asked for ${asked} times 16 KiB`);
    controller.abort();
    await rejects(sent, { name: 'AbortError' });
  },

  'a Request that is aborted is not sent again': async (scene) => {
    const { baseUrl, apiRequests } = scene;
    const one = await withBadToken(scene, 'aborted');
    const controller = new AbortController();
    const request = new Request(`${baseUrl}/echo`, { ...post('{"a":1}'), signal: controller.signal });
    await scene.behave({ delayMs: 10_000 });
    const sent = one.fetch(request);
    await eventually(async () => (await apiRequests()).length === 1, 'the refusal');
    await sleep(50);
    controller.abort();
    await rejects(sent, { name: 'AbortError' });
    equal((await apiRequests()).length, 1, 'requests at the API');
  },

  'a Request whose body was read is refused as the host refuses it': async ({ client, baseUrl, apiRequests }) => {
    const request = new Request(`${baseUrl}/echo`, post('{"a":1}'));
    await request.text();
    await rejects(client().fetch(request), { name: 'TypeError' });
    equal(await apiRequests(), [], 'requests');
  },
};
