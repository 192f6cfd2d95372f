// client.fetch takes and returns what fetch does, with a token added.
import { equal, eventually, ok, rejects } from '../assert.mjs';

const text = (chunk) => new TextDecoder().decode(chunk);
const bytes = (string) => new TextEncoder().encode(string);

/** A body of two chunks; the second is held back until `until` holds. */
function twoChunks(until) {
  return new ReadableStream({
    async pull(controller) {
      if (!this.begun) {
        this.begun = true;
        return controller.enqueue(bytes('first '));
      }
      await until?.();
      controller.enqueue(bytes('second'));
      controller.close();
    },
  });
}

export const apiRequests = {
  'fetch takes text, a URL and a Request': async ({ client, baseUrl, apiRequests, grants }) => {
    const url = `${baseUrl}/echo?a=1`;
    for (const input of ['/echo?a=1', 'echo?a=1', url, new URL(url), new Request(url)]) {
      const response = await client().fetch(input);
      ok(response instanceof Response && response.ok, `${input}: ${response.status}`);
      const { method, path } = await response.json();
      equal([method, path], ['GET', new URL(url).pathname + '?a=1'], `${input}`);
    }
    const bearers = new Set((await apiRequests()).map((request) => request.authorization));
    equal([bearers.size, await grants()], [1, 1], 'tokens and grants');
  },

  'a relative URL goes below the path of baseUrl': async ({ client, baseUrl }) => {
    const { pathname } = new URL(baseUrl);
    for (const base of [`${baseUrl}/v1`, `${baseUrl}/v1/`]) {
      for (const [relative, path] of [
        ['/echo', '/v1/echo'],
        ['echo', '/v1/echo'],
        ['echo?q=/x', '/v1/echo?q=/x'],
        ['a/b:c', '/v1/a/b:c'],
      ]) {
        const response = await client({ baseUrl: base }).fetch(relative);
        equal((await response.json()).path, pathname + path, `'${relative}' below ${base}`);
      }
    }
  },

  'method, headers and body are as given': async ({ client, baseUrl }) => {
    const init = { method: 'PUT', headers: { 'x-mine': '1', accept: 'text/x' }, body: 'hello' };
    const rows = [
      ['/echo', init],
      ['/echo', { ...init, headers: new Headers(init.headers) }],
      ['/echo', { ...init, headers: Object.entries(init.headers) }],
      [new Request(`${baseUrl}/echo`, init), undefined],
      [`${baseUrl}/echo`, new Request('https://elsewhere.example/', init)],
      [new Request(`${baseUrl}/echo`, { method: 'POST', headers: { 'x-mine': '0' } }), init],
    ];
    for (const [row, [input, given]] of rows.entries()) {
      const { method, headers, body } = await (await client().fetch(input, given)).json();
      equal([method, body, headers['x-mine'], headers.accept], ['PUT', 'hello', '1', 'text/x'], `row ${row}`);
    }
  },

  'the headers given are not written to': async ({ client }) => {
    const headers = new Headers({ 'x-mine': '1' });
    const init = Object.freeze({ headers });
    await client().fetch('/echo', init);
    equal([...headers], [['x-mine', '1']]);
  },

  'a request body is streamed': async ({ client, baseUrl, apiRequests }) => {
    const arrived = async () => (await apiRequests()).at(-1)?.received > 0;
    const body = () => twoChunks(() => eventually(arrived, 'the first chunk arrives alone'));
    const init = () => ({ method: 'POST', body: body(), duplex: 'half' });
    for (const send of [
      () => client().fetch('/echo', init()),
      () => client().fetch(new Request(`${baseUrl}/echo`, init())),
    ]) {
      const response = await send();
      equal((await response.json()).body, 'first second');
    }
  },

  'a stream needs no word about duplex': async ({ client }) => {
    const response = await client().fetch('/echo', { method: 'POST', body: twoChunks() });
    equal((await response.json()).body, 'first second');
  },

  'a response body is streamed': async ({ client }) => {
    const response = await client().fetch('/stream?chunks=10');
    const reader = response.body.getReader();
    let all = text((await reader.read()).value);
    ok(!all.includes('chunk 9'), 'the first chunk comes before the last');
    for (let read; !(read = await reader.read()).done; ) all += text(read.value);
    equal(all.split('\n').length, 11, 'lines');
  },

  'statuses other than 401 are returned as they are': async ({ client, apiRequests }) => {
    for (const is of [204, 400, 403, 404, 500, 503]) {
      equal((await client().fetch(`/status?is=${is}`)).status, is);
    }
    equal((await apiRequests()).length, 6, 'requests at the API');
  },

  'another origin is refused before anything is sent': async (scene) => {
    const { client, otherUrl, otherApiRequests, apiRequests, tokenRequests } = scene;
    const { host } = new URL(otherUrl);
    for (const input of [`${otherUrl}/echo`, new URL(otherUrl), new Request(otherUrl)]) {
      await rejects(client().fetch(input), { code: 'origin_not_allowed' });
    }
    for (const input of [`//${host}/echo`, `\\\\${host}/echo`, `/\\${host}/echo`, ` ${otherUrl}`]) {
      // Whether such text is a path or refused: it never leads elsewhere.
      await client().fetch(input).catch(() => {});
    }
    await rejects(client({ baseUrl: undefined }).fetch(otherUrl), { code: 'origin_not_allowed' });
    equal(await otherApiRequests(), [], 'requests at the other origin');
    const paths = (await apiRequests()).map((request) => request.path);
    ok(paths.length <= 4 && (await tokenRequests()).length <= 1, `sent: ${paths}`);
  },

  'allowedOrigins get the token too': async ({ client, otherUrl, otherApiRequests, grants }) => {
    const allowedOrigins = [new URL(otherUrl).origin];
    for (const options of [{ allowedOrigins }, { allowedOrigins, baseUrl: undefined }]) {
      equal((await client(options).fetch(`${otherUrl}/echo`)).status, 200);
    }
    const seen = await otherApiRequests();
    ok(seen.length === 2 && seen.every((request) => request.authorization), 'two requests with a token');
    equal(await grants(), 1, 'grants');
  },

  'fetch can be taken off the client': async ({ client }) => {
    const { fetch } = client();
    equal((await fetch('/echo')).status, 200);
  },
};
