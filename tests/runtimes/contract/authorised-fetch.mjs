// What the API's refusal looks like, how the token is applied, and what else every API request carries.
import { equal, eventually, ok, rejects, sleep } from '../assert.mjs';

const KIB = 1024;

/** The path of an API that answers a bad token with `refusal`. */
const at = (refusal, action = 'echo') => `/${action}?refusal=${encodeURIComponent(JSON.stringify(refusal))}`;

const whole = ({ text = '{"error":"invalid_token"}', before = 0, after = 0 }) =>
  ' '.repeat(before) + text + ' '.repeat(after);

const to = (url, status = 302) => `/redirect?status=${status}&to=${encodeURIComponent(url)}`;

/** A client whose token has been revoked, and a token of its own. */
async function withBadToken({ client, revoke }, options, key) {
  const one = client({ endpointParams: { key }, ...options });
  await revoke(await one.getToken());
  return one;
}

/** What is refused, with which options; the last column is whether it is noticed. */
const refusals = {
  'another status': [{ refreshOn: [403] }, { status: 403 }, true],
  'one of several statuses': [{ refreshOn: [401, 403, 419] }, { status: 419 }, true],
  '401 where 403 was said instead': [{ refreshOn: [403] }, { status: 401 }, false],
  '401, detectOn being said only': [{ detectOn: [/x/] }, { status: 401 }, true],
  'nothing, where nothing was said': [{ refreshOn: [] }, { status: 401 }, false],
  'the text': [{ refreshOn: ['expired'] }, { status: 400, text: 'expired' }, true],
  'the text and more': [{ refreshOn: ['expired'] }, { status: 400, text: 'expired.' }, false],
  'a pattern': [{ refreshOn: [/"expired"/] }, { status: 400, text: '{"error":"expired"}' }, true],
  'another text': [{ refreshOn: [/"expired"/] }, { status: 400, text: '{"error":"limit"}' }, false],
  'a pattern in a server error': [{ refreshOn: [/session/i] }, { status: 500, text: 'No Session' }, true],
  'a status beside patterns': [{ refreshOn: [/x/, 403] }, { status: 403, type: 'image/png' }, true],
  'characters of several bytes': [{ refreshOn: ['jeton expiré ⌛'] }, { status: 400, text: 'jeton expiré ⌛', pauseMs: 50 }, true],
  'a 2xx, by refreshOn': [{ refreshOn: [/expired/, 'expired'] }, { status: 200, text: 'expired' }, false],
  'a 2xx, by detectOn': [{ detectOn: [/expired/] }, { status: 200, text: 'expired' }, true],
  'a 2xx, by its text': [{ detectOn: ['{"ok":false}'] }, { status: 200, text: '{"ok":false}' }, true],
  'a 2xx, by its status': [{ detectOn: [203] }, { status: 203 }, true],
  'a pattern that comes in two pieces': [{ detectOn: [/expired/] }, { status: 200, text: 'expired', pauseMs: 50 }, true],
  'another, by detectOn': [{ detectOn: [/expired/, 'expired'], refreshOn: [] }, { status: 400, text: 'expired' }, false],
  'an XML document': [{ detectOn: [/expired/] }, { status: 200, type: 'application/soap+xml; charset=utf-8', text: '<f>expired</f>' }, true],
  'a problem': [{ refreshOn: [/expired/] }, { status: 400, type: 'application/problem+json', text: 'expired' }, true],
  'a form': [{ detectOn: [/expired/] }, { status: 200, type: 'application/x-www-form-urlencoded', text: 'e=expired' }, true],
  'a page': [{ detectOn: [/expired/] }, { status: 200, type: 'TEXT/HTML', text: '<p>expired</p>' }, true],
  'a body of no type': [{ detectOn: [/expired/] }, { status: 200, type: '', text: 'expired' }, true],
  'bytes': [{ detectOn: [/expired/] }, { status: 200, type: 'application/octet-stream', text: 'expired' }, false],
  'a picture': [{ detectOn: [/expired/] }, { status: 200, type: 'image/svg', text: 'expired' }, false],
  'events': [{ detectOn: [/expired/] }, { status: 200, type: 'text/event-stream', text: 'data: expired\n\n' }, false],
  'lines of JSON': [{ detectOn: [/expired/] }, { status: 200, type: 'application/x-ndjson', text: '"expired"\n' }, false],
  'a long body, its beginning': [{ detectOn: [/expired/] }, { status: 200, text: 'expired', after: 100 * KIB }, true],
  'a long body, beyond 64 KiB': [{ detectOn: [/expired/] }, { status: 200, text: 'expired', before: 64 * KIB }, false],
  'what comes late': [{ detectOn: [/expired/, /^$/] }, { status: 200, text: 'expired!', pauseMs: 1_500 }, false],
  'what breaks off late': [{ detectOn: [/expired/] }, { status: 200, text: 'expired!', pauseMs: 1_500, breaks: true }, false],
  'a long body that breaks off': [{ detectOn: [/expired/] }, { status: 200, text: 'x!', before: 100 * KIB, breaks: true }, false],
  'what breaks off': [{ detectOn: [/expired/] }, { status: 200, text: 'expired!', breaks: true }, false],
};

/** How APIs want their token, and the functions that do it. */
const applications = {
  'in another header': ({ headers }, { accessToken }) => headers.set('x-token', accessToken),
  'in the query': ({ url }, { accessToken }) => url.searchParams.set('token', accessToken),
  'in the body': ({ body }, { accessToken }) => ({ body: JSON.stringify({ ...JSON.parse(body), token: accessToken }) }),
  'with a scheme': ({ headers }, { accessToken }) => headers.set('authorization', `Bearer ${accessToken}`),
  'after a while': async ({ headers }, { accessToken }) => {
    await sleep(10);
    headers.set('x-token', accessToken);
  },
};

const inQuery = { apply: applications['in the query'] };
const inHeader = { apply: applications['in another header'] };
const post = (init) => ({ method: 'POST', body: '{"a":1}', headers: { 'x-mine': '1' }, ...init });

export const authorisedFetch = {
  'a refusal looks as refreshOn and detectOn say': async (scene) => {
    await Promise.all(
      Object.entries(refusals).map(async ([key, [options, refusal, isNoticed]]) => {
        const one = await withBadToken(scene, options, key);
        const response = await one.fetch(at(refusal), post());
        if (isNoticed) {
          equal([response.status, (await response.json()).body], [200, '{"a":1}'], `${key}: the second answer`);
          equal(one.stats().refused, 1, `${key}: events`);
          return;
        }
        equal([response.status, one.stats().refused ?? 0], [refusal.status, 0], key);
        if (refusal.breaks) return await rejects(response.text());
        equal(await response.text(), whole(refusal), `${key}: the text`);
      }),
    );
  },

  'many that detectOn tells at once cost one renewal': async (scene) => {
    const one = await withBadToken(scene, { detectOn: [/expired/] }, 'many');
    const calls = Array.from({ length: 20 }, () => one.fetch(at({ status: 200, text: 'expired' })));
    const texts = await Promise.all((await Promise.all(calls)).map((response) => response.text()));
    ok(texts.every((text) => text.startsWith('{"method"')), texts.join());
    equal(await scene.grants(), 2, 'grants');
  },

  'a pattern keeps nothing between calls': async (scene) => {
    for (const flags of ['g', 'y', 'gy']) {
      const pattern = new RegExp('expired', flags);
      const one = await withBadToken(scene, { refreshOn: [pattern] }, flags);
      for (let call = 0; call < 3; call += 1) {
        await scene.revoke(await one.getToken({ forceRefresh: true }));
        const response = await one.fetch(at({ status: 400, text: 'expired' }));
        equal(response.status, 200, `flags ${flags}, call ${call}`);
      }
      equal(pattern.lastIndex, 0, "the user's own");
    }
  },

  'a second refusal is returned whole': async ({ client, grants, apiRequests }) => {
    const refusal = { status: 200, text: 'expired é', after: 100_000 };
    const response = await client({ detectOn: [/^expired/] }).fetch(at(refusal, 'refuse'));
    equal([response.status, await response.text()], [200, whole(refusal)]);
    equal([await grants(), (await apiRequests()).length], [2, 2], 'grants, requests');
  },

  'so is the refusal of a stream, and the one after a failed renewal': async (scene) => {
    const { behave } = scene;
    const refusal = { status: 200, text: 'expired é', after: 100_000 };
    const streamed = () => ({ method: 'POST', body: new Blob(['hello']).stream(), duplex: 'half' });
    const one = await withBadToken(scene, { detectOn: [/^expired/] }, 'stream');
    equal(await (await one.fetch(at(refusal), streamed())).text(), whole(refusal));
    equal((await one.fetch(at(refusal))).status, 200, 'the next call');
    const other = await withBadToken(scene, { detectOn: [/^expired/] }, 'failure');
    await behave({ status: 400, body: '{"error":"invalid_client"}' });
    equal(await (await other.fetch(at(refusal))).text(), whole(refusal));
  },

  'a response that was looked at is as the host gave it': async ({ client, baseUrl }) => {
    const members = ({ url, status, statusText, redirected, type, ok: isOk, bodyUsed, headers }) =>
      [url, status, statusText, redirected, type, isOk, bodyUsed, [...headers].filter(([name]) => name !== 'date')];
    for (const [target, options] of [
      ['/echo?a=1', {}],
      ['/status?is=203', {}],
      ['/status?is=404', { refreshOn: [/x/] }],
      [to(`${baseUrl}/echo`), {}],
      ['/stream?chunks=50', {}],
    ]) {
      const native = await client().fetch(target);
      const response = await client({ detectOn: [/expired/, 'x'], ...options }).fetch(target);
      ok(response instanceof Response, 'a Response');
      equal(members(response), members(native), target);
      equal(members(response.clone().clone()), members(native), `${target}: a clone`);
      const [copied, text, expected] = await Promise.all([response.clone().text(), response.text(), native.text()]);
      equal([text, copied, response.bodyUsed], [expected, expected, true], target);
    }
    equal((await client({ detectOn: [/expired/] }).fetch('/status?is=204')).body, null, 'no body');
    const flood = await client({ detectOn: [/expired/] }).fetch('/flood');
    const reader = flood.body.getReader({ mode: 'byob' });
    for (let read = 0; read < 50; read += 1) {
      const { value } = await reader.read(new Uint8Array(10_000));
      ok(value.length > 0 && value.every((byte) => byte === 120), 'into a buffer of the caller');
    }
    await reader.cancel();
    const nothing = await client({ detectOn: [/x/] }).fetch('/echo', { method: 'HEAD' });
    equal([nothing.status, await nothing.text()], [200, ''], 'HEAD');
    const cookies = [['set-cookie', 'a=1'], ['set-cookie', 'b=2']];
    const made = async (input, init) => (/token$/.test(input) ? fetch(input, init) : new Response('made', { headers: cookies }));
    const response = await client({ fetch: made, detectOn: [/x/] }).fetch('/echo');
    equal([response.headers.getSetCookie(), await response.text()], [['a=1', 'b=2'], 'made'], 'one that was made');
  },

  'without signs in it, a body is not touched': async ({ client }) => {
    const seen = [];
    const watched = async (input, init) => {
      seen.push(await fetch(input, init));
      return seen.at(-1);
    };
    for (const options of [{}, { refreshOn: [/x/, 'x', 400] }, { detectOn: [203, 250] }]) {
      const response = await client({ fetch: watched, ...options }).fetch('/echo');
      ok(response === seen.at(-1) && !response.bodyUsed, JSON.stringify(options));
    }
    const response = await client({ fetch: watched, detectOn: [/x/] }).fetch('/stream?chunks=1&type=image/png');
    ok(response === seen.at(-1) && !response.bodyUsed, 'a picture');
  },

  'an endless answer is handed on while it comes': async ({ client }) => {
    for (const [type, withinMs] of [
      ['text/plain', 1_600],
      ['application/json', 1_600],
      ['text/event-stream', 500],
      ['application/octet-stream', 500],
    ]) {
      const one = client({ detectOn: [/expired/, 'expired'] });
      await one.getToken();
      const start = Date.now();
      const response = await one.fetch(`/stream?chunks=1000&type=${type}`);
      ok(Date.now() - start < withinMs, `${type}: ${Date.now() - start} ms`);
      const reader = response.body.getReader();
      const { value } = await reader.read();
      ok(new TextDecoder().decode(value).startsWith('chunk 0\n'), 'from its beginning');
      for (let read = 0; read < 5; read += 1) await reader.read();
      await reader.cancel();
    }
  },

  'it comes no faster than it is read, and ends when the caller has enough': async (scene) => {
    const { client, apiRequests } = scene;
    const response = await client({ detectOn: [/expired/] }).fetch('/flood');
    const reader = response.body.getReader();
    let received = 0;
    while (received < 256 * KIB) received += (await reader.read()).value.length;
    await sleep(300);
    const { sent } = (await apiRequests()).at(-1);
    // What sockets hold on the way is theirs.
    ok(sent < 16 * 1024 * KIB, `sent ${sent} bytes of which ${received} were read`);
    await sleep(300);
    equal((await apiRequests()).at(-1).sent, sent, 'sent meanwhile');
    await reader.cancel();
    await eventually(async () => (await apiRequests()).at(-1).closedEarly, 'the API is told');
  },

  'the token goes where apply puts it': async (scene) => {
    for (const [where, apply] of Object.entries(applications)) {
      const one = scene.client({ apply, endpointParams: { where } });
      const token = await one.getToken();
      for (const refusedFirst of [false, true]) {
        if (refusedFirst) await scene.revoke(token);
        const response = await one.fetch('/echo?a=1', post());
        const { headers, body, path } = await response.json();
        equal([response.status, headers['x-mine'], JSON.parse(body).a], [200, '1', 1], where);
        equal(new URL(path, 'http://x').searchParams.get('a'), '1', where);
        if (where !== 'with a scheme') equal(headers.authorization, undefined, `${where}: Authorization`);
      }
    }
  },

  'apply sees the request and the token, and has copies of them': async ({ client, baseUrl }) => {
    const seen = [];
    const headers = new Headers({ 'x-mine': '1' });
    const apply = (request, token) => {
      const { url, method, body } = request;
      seen.push([url.href, method, request.headers.get('x-mine'), request.headers.get('x-all'), body, token.tokenType]);
      request.headers.set('x-token', token.accessToken);
      request.headers.set('x-mine', '2');
      url.searchParams.set('b', '2');
      return undefined;
    };
    const one = client({ apply, apiHeaders: { 'x-all': '0' } });
    const input = new URL(`${baseUrl}/echo?a=1`);
    const response = await one.fetch(input, { method: 'put', body: 'x', headers });
    const echo = await response.json();
    equal([echo.method, echo.body, echo.headers['x-mine']], ['PUT', 'x', '2']);
    ok(echo.path.endsWith('/echo?a=1&b=2') && response.url.endsWith('/echo?a=1&b=2'), echo.path);
    equal(seen, [[input.href, 'PUT', '1', '0', 'x', 'Bearer']]);
    equal([[...headers], input.search], [[['x-mine', '1']], '?a=1'], "the caller's own");
  },

  'apply works on a Request, its body streamed': async (scene) => {
    const { client, baseUrl } = scene;
    for (const options of [inQuery, inHeader]) {
      const request = new Request(`${baseUrl}/echo`, post());
      const { method, headers, body } = await (await client(options).fetch(request)).json();
      equal([method, headers['x-mine'], body], ['POST', '1', '{"a":1}']);
    }
    const replacing = async ({ headers, body }, { accessToken }) => {
      headers.set('x-token', accessToken);
      return { body: (await new Response(body).text()).toUpperCase() };
    };
    const echo = await (await client({ apply: replacing }).fetch(new Request(`${baseUrl}/echo`, post()))).json();
    equal([echo.method, echo.body], ['POST', '{"A":1}'], 'a body made of the stream');
    const streaming = ({ headers, body }, { accessToken }) => {
      headers.set('x-token', accessToken);
      return { body: new Blob([body, '!']).stream() };
    };
    equal((await (await client({ apply: streaming }).fetch('/echo', post())).json()).body, '{"a":1}!', 'a stream');
    const one = await withBadToken(scene, inQuery, 'again');
    equal((await one.fetch(new Request(`${baseUrl}/echo`))).status, 200, 'a Request without a body is sent again');
  },

  'a token of any type can be applied': async ({ client, behave }) => {
    await behave({ merge: { token_type: 'MAC' } });
    equal((await client(inHeader).fetch('/echo')).status, 200);
    const error = await rejects(client().fetch('/echo'), { code: 'unsupported_token_type' });
    ok(error.message.includes('apply'), error.message);
  },

  'what apply put there does not follow to another origin': async (scene) => {
    const { client, otherUrl, otherApiRequests, apiRequests } = scene;
    const put = ({ url, headers, body }, { accessToken }) => {
      url.searchParams.set('token', accessToken);
      url.searchParams.set('mac', 'MARK');
      headers.set('x-token', accessToken);
      headers.set('authorization', 'Other MARK');
      return { body: `${body} MARK` };
    };
    const one = client({ apply: put });
    const { accessToken } = await one.getToken();
    const inner = encodeURIComponent(`/x?token=${accessToken}`);
    for (const [echoed, kept] of [
      ['/echo', '/echo'],
      [`/echo?a=1&token=${accessToken}&mac=MARK`, '/echo?a=1'],
      [`/echo?mac=other&next=${inner}`, '/echo?mac=other'],
      [`/echo?next=${encodeURIComponent(inner)}&b=%zz`, '/echo?b=%zz'],
    ]) {
      const path = to(otherUrl + echoed, 307);
      await (await one.fetch(path, { method: 'POST', body: 'mine', headers: { 'x-mine': '1' } })).text();
      const seen = (await otherApiRequests()).at(-1);
      equal(seen.path, new URL(otherUrl).pathname + kept, echoed);
      equal([seen.body, seen.headers['x-mine'], seen.authorization], ['mine', '1', null], echoed);
      const all = JSON.stringify(seen);
      ok(!all.includes(accessToken) && !all.includes('MARK'), all);
    }
    const before = (await otherApiRequests()).length;
    const inPath = to(`${otherUrl}/echo/${accessToken}`, 307);
    await rejects(one.fetch(inPath, { method: 'POST', body: 'mine' }), { code: 'origin_not_allowed' });
    equal((await otherApiRequests()).length, before, 'a path with the token is not followed');
    ok((await apiRequests()).every(({ path }) => path.includes('mac=MARK')), 'the API saw it all');
  },

  'after a redirect to an allowed origin it is applied anew': async (scene) => {
    const { client, baseUrl, otherUrl, otherApiRequests } = scene;
    const allowedOrigins = [new URL(otherUrl).origin];
    for (const [where, apply] of Object.entries(applications)) {
      for (const target of [`${baseUrl}/echo?b=2`, 'echo?b=2', `${otherUrl}/echo?b=2`]) {
        const response = await client({ apply, allowedOrigins }).fetch(to(target, 307), post());
        const { body, headers, path } = await response.json();
        equal([response.status, JSON.parse(body).a, headers['x-mine']], [200, 1, '1'], `${where}: ${target}`);
        ok(path.includes('/echo?b=2'), path);
      }
    }
    ok((await otherApiRequests()).length === Object.keys(applications).length, 'requests at the other origin');
    const back = to(`${baseUrl}/echo`);
    const elsewhere = await client(inQuery).fetch(to(`${otherUrl}${back}`));
    equal(elsewhere.status, 401, 'not after it was elsewhere');
  },

  'apply cannot take the token elsewhere': async ({ client, otherUrl, otherApiRequests }) => {
    const lead = ({ url, headers }, { accessToken }) => {
      headers.set('x-token', accessToken);
      url.port = new URL(otherUrl).port;
    };
    await rejects(client({ apply: lead }).fetch('/echo'), { code: 'origin_not_allowed' });
    equal(await otherApiRequests(), []);
  },

  'an apply that fails is an error that says so': async ({ client, apiRequests }) => {
    const cause = new Error('mine, with a secret');
    for (const apply of [
      () => {
        throw cause;
      },
      async () => {
        throw cause;
      },
    ]) {
      const error = await rejects(client({ apply }).fetch('/echo'), { code: 'hook_failed', retryable: false });
      ok(error.cause === cause && error.message.includes('apply'), error.message);
      ok(!error.message.includes('secret'), error.message);
    }
    for (const given of [null, 'text', 7, [1], { headers: {} }, { body: 'x', url: 'y' }]) {
      const error = await rejects(client({ apply: () => given }).fetch('/echo', post()), { code: 'hook_failed' });
      ok(error.message.includes('apply must return'), error.message);
    }
    const assigning = (request) => {
      request.body = 'x';
    };
    await rejects(client({ apply: assigning }).fetch('/echo', post()), { code: 'hook_failed' });
    equal(await apiRequests(), [], 'nothing is sent');
  },

  "the caller's signal ends the wait for apply": async ({ client, apiRequests }) => {
    const apply = () => new Promise(() => {});
    const error = await rejects(client({ apply }).fetch('/echo', { signal: AbortSignal.timeout(100) }));
    equal([error.name, (await apiRequests()).length], ['TimeoutError', 0]);
    const reason = new Error('mine');
    const aborting = new AbortController();
    const calls = () => (aborting.abort(reason), new Promise(() => {}));
    ok((await rejects(client({ apply: calls }).fetch('/echo', { signal: aborting.signal }))) === reason, 'its reason');
  },

  'apiHeaders go with every API request, and nowhere else': async (scene) => {
    const { client, baseUrl, otherUrl, otherApiRequests, tokenRequests } = scene;
    const apiHeaders = { 'X-Api-Key': 'key', accept: 'application/x-mine', 'x-list': ['a', 'b'] };
    for (const given of [apiHeaders, new Headers([['X-Api-Key', 'key'], ['accept', 'application/x-mine'], ['x-list', 'a, b']])]) {
      for (const options of [{}, inHeader]) {
        const one = client({ apiHeaders: given, ...options });
        const { headers } = await (await one.fetch('/echo')).json();
        equal([headers['x-api-key'], headers.accept, headers['x-list']], ['key', 'application/x-mine', 'a, b']);
        const own = { headers: { accept: 'text/own', 'X-API-KEY': 'own' } };
        for (const input of ['/echo', new Request(`${baseUrl}/echo`, own)]) {
          const { headers: sent } = await (await one.fetch(input, input instanceof Request ? undefined : own)).json();
          equal([sent['x-api-key'], sent.accept, sent['x-list']], ['own', 'text/own', 'a, b'], 'the call decides');
        }
        equal((await (await one.fetch(to(`${baseUrl}/echo`))).json()).headers['x-api-key'], 'key', 'redirected');
        await one.fetch(to(`${otherUrl}/echo`));
        await one.fetch(to(`${otherUrl}/echo`), { headers: { 'x-api-key': 'own' } });
        const [first, second] = (await otherApiRequests()).slice(-2).map((request) => request.headers);
        equal([first['x-api-key'], first['x-list'], second['x-api-key']], [undefined, undefined, 'own'], 'elsewhere');
      }
    }
    const allowed = client({ apiHeaders, allowedOrigins: [new URL(otherUrl).origin] });
    equal((await (await allowed.fetch(to(`${otherUrl}/echo`))).json()).headers['x-api-key'], 'key', 'allowed');
    ok((await tokenRequests()).every(({ headers }) => headers['x-api-key'] === undefined), 'the token endpoint');
  },

  'test() says which part works': async (scene) => {
    const { client, behave, otherUrl, grants, baseUrl, revoke } = scene;
    const one = client();
    await one.getToken();
    equal(await one.test('/echo'), { ok: true, status: 200 });
    equal(await grants(), 2, 'with a new token');
    equal(await one.test(new Request(`${baseUrl}/echo`), { method: 'POST', body: 'x' }), { ok: true, status: 200 });
    equal((await one.test('/flood')).ok, true, 'a body is not waited for');

    const issued = await client({ scopes: 'api:read' }).getToken();
    const given = client({ grant: 'token', token: issued.accessToken, clientSecret: undefined });
    const before = await grants();
    equal(await given.test('/echo'), { ok: true, status: 200 }, 'a given token');
    equal(await grants(), before, 'nothing can renew it');

    const expired = { status: 200, text: 'expired' };
    const api = [
      [one, '/status?is=404', { ok: false, stage: 'api', status: 404 }],
      [one, '/refuse', { ok: false, stage: 'api', status: 401 }],
      [client({ detectOn: [/expired/] }), at(expired, 'refuse'), { ok: false, stage: 'api', status: 200 }],
      [client({ detectOn: [/expired/] }), '/echo', { ok: true, status: 200 }],
    ];
    for (const [tested, path, result] of api) equal(await tested.test(path), result, path);

    const unreachable = async (input, init) => {
      if (String(input).includes('/token')) return await fetch(input, init);
      throw new TypeError('unreachable');
    };
    const applying = (apply) => client({ apply });
    const failing = () => {
      throw new Error('mine');
    };
    const stages = [
      ['api', client({ fetch: unreachable }).test('/echo'), undefined, 'TypeError'],
      ['api', one.test('/slow?ms=5000', { signal: AbortSignal.timeout(300) }), undefined, 'TimeoutError'],
      ['configuration', one.test(otherUrl), 'origin_not_allowed'],
      ['configuration', client({ baseUrl: undefined }).test('/echo'), 'invalid_option'],
      ['configuration', applying(failing).test('/echo'), 'hook_failed'],
    ];
    for (const [row, [stage, tested, code, name = 'OAuth2Error']] of stages.entries()) {
      const result = await tested;
      equal([result.ok, result.stage, result.error?.name], [false, stage, name], `row ${row}`);
      if (code) equal(result.error.code, code, `row ${row}`);
    }

    await behave({ status: 400, body: '{"error":"invalid_client"}' });
    const { error, ...refused } = await one.test('/echo');
    equal([refused, error.code], [{ ok: false, stage: 'token', status: 400 }, 'token_request_rejected']);
    await behave({ merge: { token_type: 'MAC' } });
    const typed = await client({ scopes: 'read' }).test('/echo');
    equal([typed.stage, typed.error.code], ['configuration', 'unsupported_token_type']);
    await revoke(issued);
    const { error: spent, ...gone } = await given.test('/echo');
    equal([gone, spent], [{ ok: false, stage: 'api', status: 401 }, undefined], 'a given token that is revoked');
    for (const input of [undefined, 'http://[']) await rejects(one.test(input), { name: 'TypeError' });
  },
};
