// Redirects of the API are followed, and the token does not follow to other origins.
import { equal, ok, rejects } from '../assert.mjs';

const to = (url, status = 302) => `/redirect?status=${status}&to=${encodeURIComponent(url)}`;
const authorizations = (requests) => requests.map((request) => request.authorization !== null);

export const redirects = {
  'on the same origin the token is kept': async ({ client, baseUrl, apiRequests }) => {
    const relative = new URL(`${baseUrl}/echo`).pathname;
    for (const location of [`${baseUrl}/echo`, relative, 'echo']) {
      const response = await client().fetch(to(location));
      equal([response.status, (await response.json()).path], [200, relative], location);
    }
    equal(authorizations(await apiRequests()), Array(6).fill(true), 'tokens seen');
  },

  'another origin never gets the token': async (scene) => {
    const { client, otherUrl, otherApiRequests, apiRequests, baseUrl } = scene;
    for (const status of [301, 302, 303, 307, 308]) {
      const response = await client().fetch(to(`${otherUrl}/echo`, status), { headers: { 'x-mine': '1' } });
      equal(response.status, 401, `${status}: the other API's answer is returned`);
    }
    const [seen, ...more] = await otherApiRequests();
    equal([seen.headers['x-mine'], more.length], ['1', 4], 'other headers, further requests');
    ok(![seen, ...more].some((request) => request.authorization), 'no token at the other origin');
    equal((await apiRequests()).length, 5, `requests at ${baseUrl}: a 401 from elsewhere renews nothing`);
  },

  'an allowed origin gets it': async ({ client, otherUrl, otherApiRequests }) => {
    const one = client({ allowedOrigins: [new URL(otherUrl).origin] });
    equal((await one.fetch(to(`${otherUrl}/echo`))).status, 200);
    equal(authorizations(await otherApiRequests()), [true]);
  },

  '301, 302 and 303 turn a POST into a GET, 307 and 308 repeat it': async ({ client, baseUrl }) => {
    const headers = { 'content-type': 'text/x', 'x-mine': '1' };
    for (const [status, method, body, type] of [
      [301, 'GET', ''],
      [302, 'GET', ''],
      [303, 'GET', ''],
      [307, 'POST', 'hello', 'text/x'],
      [308, 'POST', 'hello', 'text/x'],
    ]) {
      const init = { method: 'POST', headers, body: 'hello' };
      const echo = await (await client().fetch(to(`${baseUrl}/echo`, status), init)).json();
      const got = [echo.method, echo.body, echo.headers['content-type'], echo.headers['x-mine']];
      equal(got, [method, body, type, '1'], `${status}`);
    }
  },

  '303 leaves HEAD alone and turns PUT into GET': async ({ client, baseUrl, apiRequests }) => {
    await client().fetch(to(`${baseUrl}/echo`, 303), { method: 'HEAD' });
    await client().fetch(to(`${baseUrl}/echo`, 303), { method: 'PUT', body: 'hello' });
    await client().fetch(to(`${baseUrl}/echo`, 302), { method: 'PUT', body: 'hello' });
    const methods = (await apiRequests()).map((request) => request.method);
    equal(methods, ['HEAD', 'HEAD', 'PUT', 'GET', 'PUT', 'PUT']);
  },

  'a streamed body cannot be repeated for a 307': async ({ client, baseUrl, apiRequests }) => {
    const init = { method: 'POST', body: new Blob(['hello']).stream(), duplex: 'half' };
    await rejects(client().fetch(to(`${baseUrl}/echo`, 307), init));
    equal((await apiRequests()).length, 1, 'requests at the API');
  },

  "redirect: 'manual' returns the redirect": async ({ client, baseUrl, apiRequests }) => {
    for (const [input, init] of [
      [to(`${baseUrl}/echo`), { redirect: 'manual' }],
      [new Request(baseUrl + to(`${baseUrl}/echo`), { redirect: 'manual' }), undefined],
    ]) {
      const response = await client().fetch(input, init);
      equal([response.status, response.headers.get('location')], [302, `${baseUrl}/echo`]);
    }
    equal((await apiRequests()).length, 2, 'requests at the API');
  },

  "redirect: 'error' rejects": async ({ client, otherUrl, otherApiRequests }) => {
    await rejects((async () => client().fetch(to(`${otherUrl}/echo`), { redirect: 'error' }))());
    equal(await otherApiRequests(), [], 'requests at the target');
  },

  'a redirect without a target is returned': async ({ client }) => {
    equal((await client().fetch('/status?is=302')).status, 302);
    equal((await client().fetch('/status?is=304')).status, 304);
  },

  'the response tells of the way, and so do its clones': async ({ client, baseUrl }) => {
    const path = to(`${baseUrl}${to(`${baseUrl}/echo?a=1#there`)}`);
    const host = await fetch(baseUrl + path);
    for (const options of [{}, { detectOn: [/x/] }, { apply: ({ headers }, { accessToken }) => headers.set('x-token', accessToken) }]) {
      const response = await client(options).fetch(path);
      for (const one of [response, response.clone(), response.clone().clone()]) {
        equal([one.redirected, one.url, one.status], [true, host.url, 200]);
      }
      equal((await response.json()).path, new URL(`${baseUrl}/echo?a=1`).pathname + '?a=1');
    }
    equal((await client().fetch('/echo')).redirected, false, 'without a redirect');
  },

  // As in Node, workerd and Bun without us. Deno's own fetch garbles it.
  'a Location in bytes of UTF-8 leads where the server means': async ({ client, baseUrl }) => {
    for (const path of ['/echo/café?q=ü', '/echo/日本語?q=語', '/echo/%C3%A9?q=%E9']) {
      const echo = await (await client().fetch(to(baseUrl + path))).json();
      equal(echo.path, new URL(baseUrl + path).pathname + new URL(baseUrl + path).search, path);
    }
  },

  'credentials in a Location are not sent': async ({ client, baseUrl }) => {
    const { headers } = await (await client().fetch(to(`${baseUrl.replace('//', '//user:pass@')}/echo`))).json();
    ok(headers.authorization.startsWith('Bearer '), headers.authorization);
  },

  'a loop ends after twenty': async ({ client, apiRequests }) => {
    // A fragment alone leads to the same URL again.
    await rejects(client().fetch('/redirect?to=%23'), { code: 'too_many_redirects' });
    equal((await apiRequests()).length, 21, 'requests at the API');
  },
};
