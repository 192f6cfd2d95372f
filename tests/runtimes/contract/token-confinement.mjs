// The token goes to no other origin, however apply sends it and however the API repeats it.
import { equal, ok, rejects } from '../assert.mjs';

const ACCESS_TOKEN = 'eyJhbGciOi.To+Ken/with%41=and~more_0123456789.c2lnbmF0dXJl';
const API = 'https://api.example';
const ELSEWHERE = 'https://elsewhere.example';
const ALLOWED = 'https://files.example';

const binary = (text) => btoa(text);
const base64url = (text) => binary(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const percent = (text) => text.replaceAll(/[^]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
const times = (count, encode) => (text) => Array.from({ length: count }).reduce(encode, text);
const encoded = (text) => encodeURIComponent(text);

/** How a URL may have the token in it: each gives text that a query may hold. */
const spellings = {
  'as it is encoded once': encoded,
  'with bytes before it that are no UTF-8': (text) => `%FF%C3${encoded(text)}`,
  'with escapes before it that are none': (text) => `%zz%4${encoded(text)}%`,
  'encoded five times': times(5, encoded),
  'encoded nine times, behind broken bytes': (text) => `%25FF${times(9, encoded)(text)}`,
  'every letter by an escape': percent,
  'every letter by two': (text) => encoded(percent(text)),
  'in capital escapes': (text) => percent(text).toUpperCase().replaceAll('%X', '%x'),
  'in base64': (text) => encoded(binary(text)),
  'in base64 for URLs': base64url,
  'in base64, one letter into it': (text) => base64url(`x${text}y`),
  'in base64, two letters into it': (text) => base64url(`xy${text}`),
  'in base64 of base64': (text) => base64url(`state:${base64url(`a=${text}`)}`),
  'in base64 of what is encoded': (text) => base64url(`/x?token=${encoded(text)}`),
  'in JSON in base64': (text) => base64url(JSON.stringify({ token: text })),
  'in hexadecimal digits': (text) => percent(text).replaceAll('%', ''),
  'in capital digits': (text) => percent(text).replaceAll('%', '').toUpperCase(),
  'as JSON escapes it': (text) => encoded(text.replaceAll('/', '\\/')),
  'broken into lines': (text) => encoded(text.replaceAll(/.{10}/g, '$&\r\n')),
  'in base64 that is broken into lines': (text) => encoded(binary(text).replaceAll(/.{10}/g, '$&\n')),
};

const applications = {
  none: undefined,
  'in a header': ({ headers }, { accessToken }) => headers.set('x-token', accessToken),
  'in the query': ({ url }, { accessToken }) => url.searchParams.set('token', accessToken),
  'in the query, encoded': ({ url }, { accessToken }) => url.searchParams.append('t', base64url(accessToken)),
  'in the path': ({ url }, { accessToken }) => void (url.pathname = `/bot${accessToken}${url.pathname}`),
  'in the fragment': ({ url }, { accessToken }) => void (url.hash = accessToken),
  'in a form': ({ body }, { accessToken }) => body?.append?.('token', accessToken),
  'in a text': ({ body }, { accessToken }) => ({ body: `${body} ${accessToken}` }),
  'everywhere': ({ url, headers, body }, { accessToken }) => {
    url.searchParams.set('token', accessToken);
    url.searchParams.set('mac', 'MARK');
    headers.set('authorization', `MAC ${accessToken}`);
    headers.set('content-language', accessToken);
    if (ArrayBuffer.isView(body)) new Uint8Array(body.buffer).fill(77);
    return { body: accessToken };
  },
};

const form = (Kind) => {
  const body = new Kind();
  body.append('a', '1');
  return body;
};

const bodies = {
  none: () => undefined,
  text: () => 'mine',
  URLSearchParams: () => form(URLSearchParams),
  FormData: () => form(FormData),
  bytes: () => new TextEncoder().encode('mine'),
  view: () => new DataView(new TextEncoder().encode('mine').buffer),
  buffer: () => new TextEncoder().encode('mine').buffer,
};

/** A body as it was when it was sent. */
async function textOf(body) {
  if (body === undefined || body === null) return '';
  return await new Response(body).text();
}

/** Numbers that are the same in every run. */
function random(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A fetch that answers with `answers`, one after the other, and what it was asked. */
function recording(answers, accessToken = ACCESS_TOKEN) {
  const sent = [];
  const record = async (input, init) => {
    const request = { url: String(input), headers: JSON.stringify([...new Headers(init?.headers)]), body: textOf(init?.body) };
    if (request.url.endsWith('/token')) return Response.json({ access_token: accessToken, token_type: 'Bearer', expires_in: 3600 });
    request.body = await request.body;
    sent.push(request);
    return answers.shift() ?? new Response('end');
  };
  return { fetch: record, sent };
}

const redirect = (location, status = 307) => new Response(null, { status, headers: { location } });

export const tokenConfinement = {
  'what the API repeats in its Location is left out, in every spelling': async ({ client }) => {
    for (const [spelling, spell] of Object.entries(spellings)) {
      for (const apply of [undefined, applications['in the query']]) {
        const spelt = spell(ACCESS_TOKEN);
        const { fetch, sent } = recording([redirect(`${ELSEWHERE}/x?a=b%20c&next=${spelt}&${spelt}=1&z=%zz#${spelt}`)]);
        const response = await client({ fetch, baseUrl: API, apply }).fetch('/echo');
        equal([sent[1].url, await response.text()], [`${ELSEWHERE}/x?a=b%20c&z=%zz`, 'end'], spelling);
      }
      for (const location of [`${ELSEWHERE}/${spell(ACCESS_TOKEN)}/x`, `https://${ELSEWHERE.slice(8)}/a;${spell(ACCESS_TOKEN)}`]) {
        const { fetch, sent } = recording([redirect(location)]);
        const error = await rejects(client({ fetch, baseUrl: API }).fetch('/echo'), { code: 'origin_not_allowed' });
        ok(!error.message.includes(spell(ACCESS_TOKEN)) && sent.length === 1, `${spelling}: ${error.message}`);
      }
    }
    const mixed = 'AbCdEf0123456789aBcDeF';
    const { fetch, sent } = recording([redirect(`https://${mixed}.elsewhere.example/`)], mixed);
    await rejects(client({ fetch, baseUrl: API, scopes: 'host' }).fetch('/echo'), { code: 'origin_not_allowed' });
    equal(sent.length, 1, 'in the name of a host');
  },

  'headers of the caller that have it stay at home too': async ({ client }) => {
    const { fetch, sent } = recording([redirect(`${ELSEWHERE}/x`)]);
    const headers = { 'x-mine': '1', 'x-token': ACCESS_TOKEN, 'x-basic': btoa(`:${ACCESS_TOKEN}`) };
    await client({ fetch, baseUrl: API }).fetch('/echo', { headers });
    equal(sent[1].headers, '[["x-mine","1"]]');
  },

  'what is not the token stays as it is written': async ({ client }) => {
    for (const rest of ['?sig=a%2Bb%2f+c&x=%zz&y', `?state=${base64url('nothing of that kind, but long enough to be it')}`, '?q=%E4%B8%AD&sig=%ff', '?%61=b#frag', '']) {
      const { fetch, sent } = recording([redirect(`${ELSEWHERE}/x${rest}`)]);
      await client({ fetch, baseUrl: API }).fetch('/echo');
      equal(sent[1].url, `${ELSEWHERE}/x${rest}`);
    }
  },

  'no byte of the token reaches another origin, whatever apply does and wherever the API redirects': async ({ client }) => {
    const pick = random(10);
    const any = (object) => Object.entries(object)[pick(Object.keys(object).length)];
    for (let round = 0; round < 400; round += 1) {
      const [, spell] = any(spellings);
      const [where, apply] = any(applications);
      const [kind, makeBody] = any(bodies);
      const spelt = spell(ACCESS_TOKEN);
      const targets = [`${ELSEWHERE}/a`, `${API}/b`, `${ALLOWED}/c`, `${ELSEWHERE}:8443/d`, 'http://api.example/e', '//elsewhere.example/f', 'g', `https://user:${encoded(ACCESS_TOKEN)}@elsewhere.example/h`];
      const parts = [`?n=${spelt}`, '?a=1', `?a=1&n=x${spelt}`, `#${spelt}`, `/${spelt}`, ''];
      const chain = Array.from({ length: 1 + pick(5) }, () => redirect(targets[pick(targets.length)] + parts[pick(parts.length)], [301, 302, 303, 307, 308][pick(5)]));
      const { fetch, sent } = recording(chain);
      const body = makeBody();
      const before = await textOf(body instanceof FormData ? undefined : body);
      const init = body === undefined ? {} : { method: 'POST', body, headers: { 'x-mine': '1' } };
      const one = client({ fetch, baseUrl: API, allowedOrigins: [ALLOWED], apply });
      const what = `round ${round}, ${where}, ${kind}`;
      await one.fetch('/echo', init).catch((error) => {
        if (!['origin_not_allowed', 'hook_failed'].includes(error.code)) throw new Error(`${what}: ${error}`);
        ok(!String(error.message).includes(spelt) && !String(error.message).includes(ACCESS_TOKEN), `${what}: ${error.message}`);
      });
      for (const { url, headers, body: seen } of sent.filter(({ url: to }) => ![API, ALLOWED].includes(new URL(to).origin))) {
        const all = `${url}\n${headers}\n${seen}`;
        for (const text of [spelt, ACCESS_TOKEN, encoded(ACCESS_TOKEN), base64url(ACCESS_TOKEN).slice(0, 40), 'MARK', 'MMMM']) {
          ok(!all.toLowerCase().includes(text.toLowerCase()), `${what}: ${all}`);
        }
      }
      if (body !== undefined && !(body instanceof FormData)) equal(await textOf(body), before, `${what}: the caller's body`);
      if (body instanceof FormData) equal([...body], [['a', '1']], `${what}: the caller's form`);
    }
  },

  'apply gets copies of bodies, for each request another': async ({ client, revoke, baseUrl, otherUrl, otherApiRequests }) => {
    for (const Kind of [FormData, URLSearchParams]) {
      const seen = [];
      const apply = ({ headers, body }, { accessToken }) => {
        headers.set('x-token', accessToken);
        body.append('access_token', accessToken);
        seen.push(body.getAll('access_token').length);
      };
      const one = client({ apply, scopes: 'api:read', endpointParams: { kind: Kind.name } });
      const body = form(Kind);
      await revoke(await one.getToken());
      const { body: echoed } = await (await one.fetch('/echo', { method: 'POST', body })).json();
      equal([seen, [...body]], [[1, 1], [['a', '1']]], `${Kind.name}: after a refusal`);
      ok(echoed.includes('access_token'), `${Kind.name}: what apply wrote is sent`);
      const redirected = `/redirect?status=307&to=${encodeURIComponent(`${otherUrl}/echo`)}`;
      await one.fetch(redirected, { method: 'POST', body });
      const elsewhere = (await otherApiRequests()).at(-1);
      ok(elsewhere.body.includes('1') && !elsewhere.body.includes('access_token'), `${Kind.name}: elsewhere ${elsewhere.body}`);
    }
    const bytes = new TextEncoder().encode('0123456789');
    for (const [body, sent] of [
      [bytes.buffer, 'M123456789'],
      [bytes.subarray(2, 5), 'M34'],
      [new DataView(bytes.buffer, 2, 3), 'M34'],
      [new Uint16Array(bytes.buffer, 2, 2), 'M345'],
    ]) {
      const apply = ({ headers, body: copy }, { accessToken }) => {
        headers.set('x-token', accessToken);
        equal(copy.constructor.name, body.constructor.name);
        new Uint8Array(copy.buffer ?? copy, copy.byteOffset ?? 0)[0] = 77;
      };
      const response = await client({ apply }).fetch(`${baseUrl}/echo`, { method: 'POST', body });
      equal([(await response.json()).body, new TextDecoder().decode(bytes)], [sent, '0123456789']);
    }
  },

  'headers that describe a body go with it': async ({ client, baseUrl }) => {
    const withToken = (make) => ({ headers, body }, { accessToken }) => {
      headers.set('x-token', accessToken);
      return { body: make(body) };
    };
    const post = (headers, body = 'mine') => ({ method: 'POST', body, headers });
    const length = { 'content-length': '4', 'content-type': 'text/x-mine', 'content-md5': 'x', digest: 'x', 'content-encoding': 'gzip' };
    const text = await (await client({ apply: withToken((body) => `${body} and more`) }).fetch('/echo', post(length))).json();
    const { headers } = text;
    equal([text.body, headers['content-length'], headers['content-type'], headers['content-md5'], headers.digest, headers['content-encoding']], ['mine and more', '13', 'text/x-mine', undefined, undefined, undefined]);
    const own = ({ headers: given, body }, { accessToken }) => {
      given.set('x-token', accessToken);
      given.set('content-type', 'text/other');
      return { body: `${body}!` };
    };
    equal((await (await client({ apply: own }).fetch('/echo', post({ 'content-type': 'text/x-mine' }))).json()).headers['content-type'], 'text/other', 'what apply sets');
    for (const given of [() => [`${baseUrl}/echo`, post({ 'content-length': '4' }, form(FormData))], () => [new Request(`${baseUrl}/echo`, post({}, form(FormData)))]]) {
      const echo = await (await client({ apply: withToken(() => form(FormData)) }).fetch(...given())).json();
      const boundary = /boundary="?([^";]+)/.exec(echo.headers['content-type'])[1];
      ok(echo.body.startsWith(`--${boundary}`), `${echo.headers['content-type']} ${echo.body}`);
    }
    const params = await (await client({ apply: withToken(() => form(URLSearchParams)) }).fetch('/echo', post({ 'content-type': 'text/x-mine' }))).json();
    equal([params.body, /^application\/x-www-form-urlencoded/.test(params.headers['content-type'])], ['a=1', true]);
  },

  'what apply puts into the URL once is there once after a redirect': async ({ client }) => {
    const apply = ({ url }, { accessToken }) => url.searchParams.append('t', accessToken);
    const { fetch, sent } = recording([redirect(`${API}/b?a=%zz&t=${encoded(ACCESS_TOKEN)}`)]);
    await client({ fetch, baseUrl: API, apply }).fetch('/a');
    equal(new URL(sent[1].url).searchParams.getAll('t'), [ACCESS_TOKEN]);
  },

  'a Location that is no URL is not repeated': async ({ client }) => {
    const { fetch, sent } = recording([redirect(`http://[${ACCESS_TOKEN}`)]);
    const error = await rejects(client({ fetch, baseUrl: API, apply: applications['in the query'] }).fetch('/a'), { name: 'TypeError' });
    ok(![error.message, error.input, error.base, error.stack].join().includes(ACCESS_TOKEN) && sent.length === 1, error.stack);
  },

  'a URL with the token is not in the error of a host that cannot reach it': async ({ client }) => {
    // A port that nothing listens on.
    for (const where of ['in the query', 'in the path']) {
      const one = client({ baseUrl: 'http://127.0.0.1:9/', apply: applications[where] });
      const { accessToken } = await one.getToken();
      const error = await rejects(one.fetch('/echo'));
      const own = Object.getOwnPropertyNames(error).map((name) => String(error[name]));
      ok(![...own, error.cause?.message, error.cause?.stack].join().includes(accessToken), own.join());
    }
  },
};
