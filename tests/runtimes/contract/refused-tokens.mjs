// The API says 401: the refused token is dropped, another obtained, the request sent once more.
import { equal, ok } from '../assert.mjs';

const bytes = new TextEncoder().encode('hello');
const form = () => {
  const data = new FormData();
  data.append('name', 'hello');
  data.append('file', new Blob(['content'], { type: 'text/plain' }), 'a.txt');
  return data;
};
const bodies = {
  none: [undefined, ''],
  text: ['hello', 'hello'],
  ArrayBuffer: [bytes.buffer, 'hello'],
  Uint8Array: [bytes.subarray(1, 4), 'ell'],
  DataView: [new DataView(bytes.buffer, 1), 'ello'],
  URLSearchParams: [new URLSearchParams({ a: 'b c' }), 'a=b+c'],
  Blob: [new Blob(['hello'], { type: 'text/x-mine' }), 'hello'],
};

/** A stream of one chunk, in an init that every runtime accepts. */
const streamed = () => ({ method: 'POST', body: new Blob(['hello']).stream(), duplex: 'half' });

export const refusedTokens = {
  'a revoked token is replaced and the request sent again': async (scene) => {
    const { client, revoke, apiRequests, grants } = scene;
    for (const [kind, [body, expected]] of Object.entries(bodies)) {
      const one = client({ endpointParams: { kind } });
      await revoke(await one.getToken());
      const method = body === undefined ? 'GET' : 'POST';
      const response = await one.fetch('/echo', { method, body, headers: { 'x-mine': '1' } });
      equal(response.status, 200, `${kind}: status`);
      const echo = await response.json();
      equal([echo.method, echo.body, echo.headers['x-mine']], [method, expected, '1'], kind);
    }
    const kinds = Object.keys(bodies).length;
    equal([await grants(), (await apiRequests()).length], [2 * kinds, 2 * kinds], 'grants, requests');
  },

  'a form is sent again whole, its boundary matching': async ({ client, revoke }) => {
    await revoke(await client().getToken());
    const response = await client().fetch('/echo', { method: 'POST', body: form() });
    const { headers, body } = await response.json();
    const boundary = /boundary=(\S+)/.exec(headers['content-type'])[1].replaceAll('"', '');
    ok(body.startsWith(`--${boundary}`), `a body of boundary ${boundary}: ${body}`);
    for (const part of ['name="name"', 'hello', 'filename="a.txt"', 'content']) {
      ok(body.includes(part), `${part} in ${body}`);
    }
  },

  'a Request without a body is sent again': async ({ client, baseUrl, revoke }) => {
    await revoke(await client().getToken());
    equal((await client().fetch(new Request(`${baseUrl}/echo`))).status, 200);
  },

  'the 401 of a streamed body is returned, the next call is fine': async (scene) => {
    const { client, revoke, apiRequests } = scene;
    await revoke(await client().getToken());
    const response = await client().fetch('/echo', streamed());
    equal([response.status, await response.json()], [401, { error: 'invalid_token' }]);
    equal((await client().fetch('/echo', streamed())).status, 200, 'the next call');
    equal((await apiRequests()).length, 2, 'requests at the API');
  },

  'a second 401 is returned as it is': async ({ client, apiRequests, grants }) => {
    const response = await client().fetch('/refuse');
    equal([response.status, await response.json()], [401, { error: 'invalid_token' }]);
    equal(response.headers.get('www-authenticate'), 'Bearer error="invalid_token"');
    const bearers = (await apiRequests()).map((request) => request.authorization);
    equal([bearers.length, new Set(bearers).size, await grants()], [2, 2, 2], 'requests, tokens, grants');
  },

  'an API that always says 401 does not cost a grant a request': async (scene) => {
    const { client, grants, apiRequests } = scene;
    for (let call = 0; call < 6; call += 1) equal((await client().fetch('/refuse')).status, 401);
    equal([await grants(), (await apiRequests()).length], [2, 7], 'grants, requests at the API');
  },

  'many refused at once cost one renewal': async ({ client, revoke, grants }) => {
    await revoke(await client().getToken());
    const responses = await Promise.all(Array.from({ length: 20 }, () => client().fetch('/echo')));
    ok(responses.every((response) => response.status === 200), responses.map((r) => r.status).join());
    equal(await grants(), 2, 'grants');
  },

  "when the renewal fails the API's 401 is returned": async (scene) => {
    const { client, behave, apiRequests, revoke } = scene;
    await revoke(await client().getToken());
    await behave({ status: 500 });
    const response = await client().fetch('/echo');
    equal([response.status, await response.json()], [401, { error: 'invalid_token' }]);
    equal((await apiRequests()).length, 1, 'requests at the API');
  },

  "a neighbour's newer token survives the refusal of an older one": async ({ client, revoke, grants }) => {
    // They are one, whatever their fetch is.
    const identity = 'one';
    await revoke(await client({ identity }).getToken());
    // The neighbour renews the token while the older one is on its way to the API.
    let renewal;
    const late = async (input, init) => {
      renewal ??= client({ identity }).getToken({ forceRefresh: true });
      await renewal;
      return await fetch(input, init);
    };
    equal((await client({ identity, fetch: late }).fetch('/echo')).status, 200);
    equal(await grants(), 2, 'grants');
  },
};
