// A fetch of the user's gives what it has: a library's response, a mock with two members, a status that Response does not take.
import { equal, ok, rejects } from '../assert.mjs';

const token = { access_token: 'the-token', token_type: 'bearer', expires_in: 3600 };
const isToken = (input) => String(input).endsWith('/token');

/** A stream as node-fetch gives it: Node's, not the web's. */
const nodeStream = (text) => ({
  async *[Symbol.asyncIterator]() {
    for (const part of text.match(/[^]{1,4}/g) ?? []) yield new TextEncoder().encode(part);
  },
  resume() {},
});

const nodeFetch = (text, { status = 200, headers = { 'content-type': 'application/json' } } = {}) => ({
  ok: status >= 200 && status < 300,
  status,
  statusText: '',
  headers: new Headers(headers),
  body: nodeStream(text),
  bodyUsed: false,
  text: async () => text,
  json: async () => JSON.parse(text),
});

export const anyFetch = {
  'a token is read of whatever has text() or json()': async ({ client }) => {
    const text = JSON.stringify(token);
    for (const [key, answer] of Object.entries({
      'node-fetch': () => nodeFetch(text),
      'text only': () => ({ text: async () => text }),
      'json only': () => ({ ok: true, json: async () => token }),
      'ok, status and json': () => ({ ok: true, status: 200, json: async () => token }),
      'text that is no promise': () => ({ ok: true, status: 200, text: () => text }),
      'headers that are an object': () => ({ ok: true, status: 200, headers: { 'content-type': 'application/json' }, json: async () => token }),
    })) {
      equal((await client({ fetch: async () => answer(), endpointParams: { key } }).getToken()).accessToken, 'the-token', key);
      equal((await client({ fetch: answer, endpointParams: { key, sync: true } }).getToken()).accessToken, 'the-token', `${key}, no promise`);
    }
    for (const refused of [{ ok: false, json: async () => ({ error: 'invalid_client' }) }, nodeFetch('{"error":"invalid_client"}', { status: 400 })]) {
      await rejects(client({ fetch: async () => refused, scopes: 'read' }).getToken(), { error: 'invalid_client', status: 400 });
      await client({ fetch: async () => refused, scopes: 'read' }).invalidate();
    }
  },

  'what cannot be read is said': async ({ client }) => {
    const used = async () => {
      const response = Response.json(token);
      await response.text();
      return response;
    };
    for (const [key, fetch, says] of [
      ['nothing', async () => undefined, 'undefined'],
      ['data', async () => token, 'text()'],
      ['used', used, 'read already'],
    ]) {
      const error = await rejects(client({ fetch, timeoutMs: 2_000, endpointParams: { key } }).getToken());
      ok(error.message.includes(says), `${key}: ${error.message}`);
    }
    const nothing = async (input) => (isToken(input) ? Response.json(token) : undefined);
    const { message } = await rejects(client({ fetch: nothing }).fetch('/echo'));
    ok(message.includes('fetch gave undefined'), message);
  },

  "the host's own fetch may be given": async ({ client }) => {
    for (const options of [{ fetch }, { fetch: globalThis.fetch }, { fetch: globalThis }]) {
      for (const apply of [undefined, ({ headers }, { accessToken }) => headers.set('x-token', accessToken)]) {
        equal((await client({ ...options, apply }).fetch('/echo')).status, 200);
      }
    }
  },

  'an answer that somebody is reading is not looked at': async ({ client }) => {
    for (const read of [(response) => response.text(), (response) => response.body.getReader().read()]) {
      const reading = async (input, init) => {
        const response = await fetch(input, init);
        if (!isToken(input)) await read(response);
        return response;
      };
      equal((await client({ fetch: reading, detectOn: [/x/], refreshOn: ['x'] }).fetch('/echo')).status, 200);
    }
  },

  "the API's answer is given as it came": async ({ client }) => {
    for (const [key, answer] of Object.entries({
      mock: () => ({ ok: true, status: 200, json: async () => ({}) }),
      less: () => ({ ok: true, json: async () => ({}) }),
      redirect: () => ({ ok: false, status: 302, json: async () => ({}) }),
      library: () => nodeFetch('{}'),
    })) {
      const given = answer();
      const mocked = (input) => (isToken(input) ? Response.json(token) : given);
      for (const options of [{}, { detectOn: [/x/, 'x'] }, { apply: ({ headers }, { accessToken }) => headers.set('x-token', accessToken) }]) {
        const response = await client({ fetch: mocked, ...options }).fetch('/echo');
        if (options.detectOn && given.body) equal(await response.text(), '{}', `${key}: its text`);
        else ok(response === given, key);
      }
    }
  },

  'the refusal of a library is noticed by its text, and its redirects are followed': async ({ client }) => {
    let answers = [];
    const library = (input) => (isToken(input) ? Response.json({ ...token, access_token: `token-${Math.random()}` }) : answers.shift());
    answers = [nodeFetch('session expired', { headers: { 'content-type': 'text/plain' } }), nodeFetch('{"a":1}')];
    const one = client({ fetch: library, detectOn: [/expired/] });
    equal(await (await one.fetch('/echo')).json(), { a: 1 });
    answers = [nodeFetch('', { status: 302, headers: { location: '/elsewhere' } }), nodeFetch('{"a":2}')];
    const response = await client({ fetch: library }).fetch('/echo');
    equal([response.redirected, new URL(response.url).pathname, await response.json()], [true, '/elsewhere', { a: 2 }]);
    answers = [nodeFetch('x'.repeat(100_000) + 'y', { headers: { 'content-type': 'text/plain' } })];
    equal((await (await one.fetch('/echo')).text()).length, 100_001, 'what is longer than is looked at');
  },

  'what the host lets through is let through': async ({ client, baseUrl }) => {
    const one = client();
    const headers = { authorization: await one.authorizationHeader() };
    for (const query of ['is=600', 'is=799', 'is=999', `is=404&reason=${encodeURIComponent('Không tìm thấy')}`, `is=200&reason=${encodeURIComponent('完了')}`]) {
      const host = await fetch(`${baseUrl}/status?${query}`, { headers }).catch(() => undefined);
      for (const options of [{}, { refreshOn: [/expired/, 'x'], detectOn: [/expired/] }]) {
        const sent = client(options).fetch(`/status?${query}`);
        if (!host) {
          await rejects(sent);
          continue;
        }
        const response = await sent;
        for (const copy of [response.clone(), response]) {
          equal([copy.status, copy.statusText, copy.ok, copy.headers.get('content-type')], [host.status, host.statusText, host.ok, 'application/json'], query);
          equal(await copy.json(), {}, query);
        }
      }
    }
    equal((await client({ refreshOn: [999] }).fetch('/status?is=404')).status, 404, 'a status that an option may name');
  },

  'a redirect that the host hides is an error that says so': async ({ client }) => {
    const hidden = async (input) => (isToken(input) ? Response.json(token) : { ok: false, status: 0, type: 'opaqueredirect', headers: new Headers(), body: null });
    await rejects(client({ fetch: hidden }).fetch('/echo'), { code: 'redirect_refused' });
    equal((await client({ fetch: hidden }).fetch('/echo', { redirect: 'manual' })).type, 'opaqueredirect');
  },
};
