// What api.fetch takes for a request, and where that goes.
import { equal, eventually, ok, rejects } from '../assert.mjs';

/** A Request as another realm or a library has it: no instance of the host's, of the same shape. */
class ForeignRequest {
  constructor(url, { method = 'GET', headers, body = null, signal, redirect = 'follow' } = {}) {
    Object.assign(this, { url, method, headers: new Headers(headers), body, signal, redirect });
  }
  get [Symbol.toStringTag]() {
    return 'Request';
  }
}

class OwnRequest extends Request {}

const streamOf = (text) => new Blob([text]).stream();

export const fetchArguments = {
  'a Request of another realm is a Request': async ({ client, baseUrl, revoke, apiRequests }) => {
    const init = (more) => ({ method: 'PUT', headers: { 'x-mine': '1' }, body: 'hello', ...more });
    for (const Foreign of [ForeignRequest, OwnRequest]) {
      for (const [input, given] of [
        [new Foreign(`${baseUrl}/echo?a=1`, init()), undefined],
        [new Foreign(`${baseUrl}/echo?a=1`, init({ body: streamOf('hello'), duplex: 'half' })), undefined],
        [`${baseUrl}/echo?a=1`, new Foreign('https://elsewhere.example/', init())],
        [new Foreign(`${baseUrl}/echo?a=1`, { method: 'POST', headers: { 'x-mine': '0' } }), init()],
      ]) {
        const { method, path, headers, body } = await (await client().fetch(input, given)).json();
        equal([method, path.split('/').at(-1), headers['x-mine'], body], ['PUT', 'echo?a=1', '1', 'hello'], Foreign.name);
        ok(headers.authorization.startsWith('Bearer '), 'with the token');
      }
      const one = client({ endpointParams: { kind: Foreign.name } });
      await revoke(await one.getToken());
      equal((await one.fetch(new Foreign(`${baseUrl}/echo`))).status, 200, `${Foreign.name}: sent again without a body`);
      const manual = new Foreign(`${baseUrl}/redirect?to=x`, { redirect: 'manual' });
      equal((await client().fetch(manual)).status, 302, `${Foreign.name}: its redirect`);
      const reason = new Error('mine');
      const aborted = new Foreign(`${baseUrl}/echo`, { signal: AbortSignal.abort(reason) });
      ok((await rejects(client().fetch(aborted))) === reason || Foreign === OwnRequest, `${Foreign.name}: its signal`);
    }
    const before = (await apiRequests()).length;
    await rejects(client().fetch(new ForeignRequest('https://elsewhere.example/')), { code: 'origin_not_allowed' });
    equal((await apiRequests()).length, before, 'requests at the API');
  },

  'the stream and the signal of another realm are taken for what they are': async ({ client, baseUrl, apiRequests }) => {
    const stream = streamOf('hello');
    const body = { getReader: () => stream.getReader(), cancel: (reason) => stream.cancel(reason) };
    const response = await client().fetch(new ForeignRequest(`${baseUrl}/echo`, { method: 'POST', body }));
    equal((await response.json()).body, 'hello');
    const signal = Object.assign(new EventTarget(), { aborted: false });
    const sent = rejects(client().fetch(new ForeignRequest(`${baseUrl}/slow?ms=10000`, { signal })));
    await eventually(async () => (await apiRequests()).length === 2, 'the request arrives');
    signal.aborted = true;
    signal.dispatchEvent(new Event('abort'));
    await sent;
  },

  'what is no request is refused, and nothing is sent': async ({ client, baseUrl, apiRequests, tokenRequests }) => {
    const url = `${baseUrl}/echo`;
    const others = [undefined, null, 5, true, {}, { url }, { url, method: 'GET' }, { url, headers: {} }, [], [url], Promise.resolve(url), Symbol('x'), () => url, new Headers(), new Response(), Object.create(null)];
    for (const [row, input] of others.entries()) {
      const error = await rejects(client().fetch(input), { name: 'TypeError' });
      ok(error.message.includes('a string, a URL or a Request'), `row ${row}: ${error.message}`);
    }
    equal([await apiRequests(), await tokenRequests()], [[], []], 'requests');
    // What says itself how it is written.
    const says = { toString: () => '/echo' };
    for (const input of [says, new String('/echo'), { href: url, toString: () => url }]) {
      equal((await client().fetch(input)).status, 200);
    }
  },

  'a path may have a colon': async ({ client, baseUrl }) => {
    const { pathname } = new URL(baseUrl);
    for (const path of ['A1:B2', 'urn:li:person:1', 'mailto:a@b', 'http:x', 'x:/y', 'sheets/A1:B2', 'localhost:8080', 'a:b?c:d', ' urn:x ']) {
      const response = await client({ baseUrl: `${baseUrl}/v1` }).fetch(path);
      equal((await response.json()).path, `${pathname}/v1/${path.trim()}`, path);
    }
    await rejects(client({ baseUrl: undefined, allowedOrigins: [baseUrl].map((url) => new URL(url).origin) }).fetch('urn:x'), { code: 'invalid_option' });
    for (const url of ['ftp://a.example/', 'wss://a.example/', 'foo://a/', 'https://a.example/', 'HTTPS://a.example/', 'ht\ntps://a.example/', '\u0000https://a.example', '//a.example/']) {
      const { message } = await rejects(client().fetch(url), { code: 'origin_not_allowed' });
      ok(!message.includes('null'), message);
    }
  },

  'a path does not leave that of baseUrl': async ({ client, baseUrl, apiRequests, tokenRequests }) => {
    const one = client({ baseUrl: `${baseUrl}/v1` });
    for (const path of [
      '/../admin', '../admin', '/%2e%2e/admin', '%2E%2e/admin', '.%2e/admin', 'a/../../admin', '\\..\\admin', '/a\\..\\..\\admin',
      '/..%2fadmin', '%2e%2e%2Fadmin', '/..%5cadmin', 'a%2f..%2f..%2fadmin', '.\t./admin', '/../v1x/admin', '..', '/..?x', ' ../admin', '..;/admin', 'a/..;x=1/..;/admin', '%252e%252e/admin', '/..%252fadmin', '%25252e./admin',
    ]) {
      const { message } = await rejects(one.fetch(path), { code: 'origin_not_allowed' });
      ok(message.includes('baseUrl') && !message.includes('admin'), message);
    }
    equal([await apiRequests(), await tokenRequests()], [[], []], 'requests');
    const { pathname } = new URL(baseUrl);
    for (const [path, is] of [
      ['a/../echo', '/v1/echo'], ['./echo', '/v1/echo'], ['..a/echo', '/v1/..a/echo'], ['a%2fb', '/v1/a%2fb'], ['echo?to=/../x', '/v1/echo?to=/../x'],
      ['echo?to=%2f..%2f..%2fx', '/v1/echo?to=%2f..%2f..%2fx'], ['...', '/v1/...'], ['a;b/..c;d', '/v1/a;b/..c;d'], ['echo?range=1..2', '/v1/echo?range=1..2'], [`${baseUrl}/admin`, '/admin'], ['', '/v1'], ['?a=1', '/v1?a=1'], ['#x', '/v1'],
    ]) {
      equal((await (await one.fetch(path)).json()).path, pathname + is, `'${path}'`);
    }
  },

  'a method is written in capitals': async ({ client, baseUrl }) => {
    for (const send of [
      () => client().fetch('/echo', { method: 'patch', body: 'x' }),
      () => client().fetch(new Request(`${baseUrl}/echo`), { method: 'patch', body: 'x' }),
      () => client().fetch(new ForeignRequest(`${baseUrl}/echo`, { method: 'patch', body: 'x' })),
    ]) {
      equal((await (await send()).json()).method, 'PATCH');
    }
  },

  'a signal of null takes off that of a Request': async ({ client, baseUrl }) => {
    const request = new ForeignRequest(`${baseUrl}/echo`, { signal: AbortSignal.abort() });
    equal((await client().fetch(request, { signal: null })).status, 200);
  },
};
