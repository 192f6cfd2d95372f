// Tokens that the authorization server is asked about (RFC 7662).
import { equal, ok, rejects, throws } from '../assert.mjs';
import { client, later, seconds } from '../inbound-scene.mjs';
import { basic } from '../scene.mjs';

const formOf = ({ body }) => Object.fromEntries(new URLSearchParams(body));

/** What the endpoint answers instead, and what the rejection says of it. */
const FAILURES = {
  'nothing, closing the connection': [{ close: true }, { code: 'network', retryable: true }],
  'half of an answer': [{ cut: true }, { code: 'network', retryable: true }],
  'HTML': [{ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>MARKER' }, { code: 'invalid_response' }],
  'an empty text': [{ status: 200, body: '' }, { code: 'invalid_response' }],
  'a list': [{ status: 200, body: '[{"active":true}]' }, { code: 'invalid_response' }],
  'null': [{ status: 200, body: 'null' }, { code: 'invalid_response' }],
  'no active': [{ status: 200, body: '{"scope":"read"}' }, { code: 'invalid_response' }],
  'active that is a text': [{ status: 200, body: '{"active":"true"}' }, { code: 'invalid_response' }],
  'active that is a number': [{ status: 200, body: '{"active":1}' }, { code: 'invalid_response' }],
  'active that is null': [{ status: 200, body: '{"active":null}' }, { code: 'invalid_response' }],
  'an end that is none': [{ status: 200, body: '{"active":true,"exp":"MARKER soon"}' }, { code: 'invalid_response' }],
  'too much': [{ padBytes: 1_100_000 }, { code: 'invalid_response' }],
  'a redirect': [{ status: 302, headers: { location: '/elsewhere' } }, { code: 'redirect_refused' }],
  'a redirect that keeps the method': [{ status: 307, headers: { location: '/elsewhere' } }, { code: 'redirect_refused' }],
  '401 to our own credentials': [{ status: 401, body: '{"error":"invalid_client","error_description":"no"}' }, { code: 'token_request_rejected', error: 'invalid_client' }],
  '401 without a word': [{ status: 401, body: '' }, { code: 'http_status', status: 401 }],
  '403': [{ status: 403, body: 'MARKER' }, { code: 'http_status', status: 403 }],
  '404': [{ status: 404, body: '{}' }, { code: 'http_status', status: 404 }],
};

export const introspection = {
  'the request is as RFC 7662 has it': async ({ introspector, opaque, seen }) => {
    const token = opaque();
    equal((await introspector().introspect(token)).active, true);
    const [asked, ...more] = await seen('introspect');
    equal(more, []);
    equal([asked.method, asked.headers['content-type']], ['POST', 'application/x-www-form-urlencoded']);
    equal(asked.headers.accept, 'application/json');
    equal(asked.headers.authorization, basic(client));
    equal(formOf(asked), { token });
  },

  'it says what kind of token it may be, and what else it is told': async ({ introspector, opaque, seen }) => {
    const one = introspector({ tokenTypeHint: 'access_token', endpointParams: { resource: 'https://api.example/a&b' }, headers: { 'x-tenant': 'one' } });
    const token = opaque();
    await one.introspect(token, { params: { realm: 'ü & more' } });
    const [asked] = await seen('introspect');
    equal(formOf(asked), { token, token_type_hint: 'access_token', resource: 'https://api.example/a&b', realm: 'ü & more' });
    equal(asked.headers['x-tenant'], 'one');
  },

  'the client says who it is in every way that there is': async ({ introspector, opaque, seen }) => {
    const secret = 'MARKER secret of more than 32 bytes, as HS256 wants';
    for (const overrides of [
      { clientAuth: 'body' },
      { clientAuth: 'none', clientSecret: undefined },
      { clientAuth: 'client_secret_jwt', clientSecret: secret },
    ]) {
      await introspector(overrides).introspect(opaque());
    }
    const [body, none, signed] = await seen('introspect');
    const members = (request) => {
      const { token, ...others } = formOf(request);
      return [request.headers.authorization, others];
    };
    equal(members(body), [undefined, { client_id: client.id, client_secret: client.secret }]);
    equal(members(none), [undefined, { client_id: client.id }]);
    const { client_assertion: assertion, client_assertion_type: type } = formOf(signed);
    equal([assertion.split('.').length, type], [3, 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer']);
  },

  'or by nothing but its connection': async ({ introspector, opaque, seen }) => {
    await introspector({ clientId: undefined, clientSecret: undefined }).introspect(opaque());
    const [asked] = await seen('introspect');
    equal([asked.headers.authorization, Object.keys(formOf(asked))], [undefined, ['token']]);
  },

  'what the server says has names and types': async ({ introspector, opaque }) => {
    const exp = seconds() + 60;
    const said = {
      scope: 'read write',
      client_id: 'app',
      username: 'ada',
      token_type: 'Bearer',
      exp,
      iat: exp - 120,
      nbf: exp - 120,
      sub: 'user 1',
      aud: 'https://api.example/',
      iss: 'https://auth.example/',
      jti: 'j',
      tenant: { id: 7 },
    };
    const answer = await introspector().introspect(opaque(said));
    const { active, scope, clientId, username, tokenType, iat, nbf, sub, aud, iss, jti, raw } = answer;
    equal([active, scope, clientId, username, tokenType], [true, 'read write', 'app', 'ada', 'Bearer']);
    equal([answer.exp, iat, nbf], [said.exp, said.iat, said.nbf]);
    equal([sub, aud, iss, jti, raw.tenant], ['user 1', said.aud, said.iss, 'j', { id: 7 }]);
  },

  'numbers may be texts, and an audience a list': async ({ introspector, opaque }) => {
    const exp = seconds() + 60;
    const answer = await introspector().introspect(opaque({ exp: String(exp), iat: String(exp - 60), aud: ['a', 'b'] }));
    equal([answer.active, answer.exp, answer.iat, answer.aud], [true, exp, exp - 60, ['a', 'b']]);
  },

  'an answer cannot be changed by those who share it': async ({ introspector, opaque }) => {
    const token = opaque({ aud: ['a'], tenant: { roles: ['x'] } });
    const one = introspector();
    const answer = await one.introspect(token);
    for (const change of [
      () => (answer.active = false),
      () => answer.aud.push('b'),
      () => answer.raw.tenant.roles.push('admin'),
    ]) {
      try {
        change();
      } catch {
        // In strict code it throws, which is as well.
      }
    }
    const { active, aud, raw } = await one.introspect(token);
    equal([active, aud, raw.tenant.roles], [true, ['a'], ['x']]);
  },

  'that a token is inactive is an answer': async ({ introspector }) => {
    const answer = await introspector().introspect('nobody-knows-this');
    equal(answer.active, false);
  },

  'of what has ended, or has not begun, active means nothing': async ({ introspector, opaque }) => {
    for (const claims of [
      { exp: seconds() - 60 },
      { exp: String(seconds() - 60) },
      { exp: 0 },
      { nbf: seconds() + 60 },
      { nbf: String(seconds() + 60) },
    ]) {
      equal((await introspector().introspect(opaque(claims))).active, false, JSON.stringify(claims));
    }
  },

  'an issuer is enough': async ({ introspector, issuer, opaque, seen }) => {
    const one = introspector({ introspectionUrl: undefined, issuer });
    equal((await one.introspect(opaque())).active, true);
    equal((await seen('introspect')).length, 1);
  },

  'an issuer that has no such endpoint is named': async ({ introspector, issuer, opaque, behave }) => {
    await behave('.well-known', { status: 200, body: JSON.stringify({ issuer, token_endpoint: `${issuer}/token` }) });
    const error = await rejects(introspector({ introspectionUrl: undefined, issuer }).introspect(opaque()));
    ok(error.message.includes('introspection'), error.message);
  },

  'the token of a client says who asks, and another once it is refused': async ({ introspector, opaque, behave, seen }) => {
    const asked = [];
    const tokens = {
      async authorizationHeader(options = {}) {
        asked.push(Boolean(options.forceRefresh));
        return `Bearer MARKER-${asked.length}`;
      },
      async getToken(options = {}) {
        asked.push(Boolean(options.forceRefresh));
        return { accessToken: `MARKER-${asked.length}`, tokenType: 'Bearer' };
      },
    };
    await behave('introspect', { status: 401, body: '', times: 1 });
    const one = introspector({ clientId: undefined, clientSecret: undefined, client: tokens });
    equal((await one.introspect(opaque())).active, true);
    equal((await seen('introspect')).map(({ headers }) => headers.authorization), ['Bearer MARKER-1', 'Bearer MARKER-2']);
    equal(asked, [false, true]);
  },

  'a custom fetch makes every request': async ({ introspector, opaque }) => {
    const urls = [];
    const answer = await introspector({
      fetch: async (url, init) => {
        urls.push(String(url));
        return await fetch(url, init);
      },
      identity: 'mine',
    }).introspect(opaque());
    equal([answer.active, urls.length], [true, 1]);
  },

  'a signed answer is refused where nobody asked for one': async ({ introspector, opaque, behave }) => {
    await behave('introspect', { signed: {} });
    const error = await rejects(introspector().introspect(opaque()), { code: 'invalid_response' });
    ok(error.message.includes('sign'), error.message);
  },

  'a signed answer is verified where it was asked for': async ({ introspector, issuer, opaque, behave, seen }) => {
    const signedResponse = { jwksUri: `${issuer}/jwks` };
    await behave('introspect', { signed: {} });
    const one = introspector({ issuer, signedResponse });
    equal((await one.introspect(opaque({ sub: 'ada' }))).sub, 'ada');
    const [asked] = await seen('introspect');
    ok(asked.headers.accept.includes('application/token-introspection+jwt'), asked.headers.accept);
  },

  'a signed answer that is not right is none': async ({ introspector, issuer, opaque, behave }) => {
    const signedResponse = { jwksUri: `${issuer}/jwks` };
    await behave('jwks', { keys: ['ES256'] });
    for (const signed of [
      { payload: { iss: 'https://another.example' } },
      { payload: { aud: 'another client' } },
      { payload: { token_introspection: null } },
      { payload: { token_introspection: [{ active: true }] } },
      { payload: { iat: null } },
      { payload: { token_introspection: { active: 'true' } } },
      { header: { typ: 'at+jwt' } },
      { header: { typ: 'JWT' } },
      { header: { alg: 'none' } },
      { key: 'stranger', header: { kid: 'ES256' } },
    ]) {
      await behave('introspect', { signed });
      const error = await rejects(introspector({ issuer, signedResponse }).introspect(opaque()));
      equal(error.code, 'invalid_response', JSON.stringify(signed));
    }
    await behave('introspect', {});
    await rejects(introspector({ issuer, signedResponse }).introspect(opaque()), { code: 'invalid_response' });
  },

  ...Object.fromEntries(
    Object.entries(FAILURES).map(([what, [behaviour, expected]]) => [
      `the server answers ${what}`,
      async ({ introspector, opaque, behave }) => {
        await behave('introspect', behaviour);
        const error = await rejects(introspector().introspect(opaque({ sub: 'MARKER' })), expected);
        ok(error.retryable === Boolean(expected.retryable), `${error}: retryable`);
        ok(!`${error.stack} ${JSON.stringify(error)} ${error.cause ?? ''}`.includes('MARKER'), `${error.stack}`);
        // Nor is it taken for an answer.
        await behave('introspect', {});
        equal((await introspector({ tokenTypeHint: 'access_token' }).introspect(opaque())).active, true);
      },
    ]),
  ),

  'the server is silent': async ({ introspector, opaque, behave }) => {
    for (const behaviour of [{ silent: true }, { drip: true }]) {
      await behave('introspect', behaviour);
      await rejects(introspector({ timeoutMs: 300 }).introspect(opaque()), { code: 'timeout', retryable: true });
    }
  },

  'what may pass is asked again': async ({ introspector, opaque, behave, count }) => {
    for (const [number, behaviour] of [{ status: 503, body: '' }, { close: true }, { status: 429, headers: { 'retry-after': '0' }, body: '' }].entries()) {
      await behave('introspect', { ...behaviour, times: 1 });
      // Another introspector each time: a server that limits the rate is left alone.
      const one = introspector({ endpointParams: { number } });
      equal((await one.introspect(opaque())).active, true, JSON.stringify(behaviour));
    }
    equal(await count('introspect'), 6);
  },

  'a call can be given up': async ({ introspector, opaque, behave }) => {
    await behave('introspect', { delayMs: 400 });
    const controller = new AbortController();
    const token = opaque();
    const one = introspector();
    const call = rejects(one.introspect(token, { signal: controller.signal }));
    const other = one.introspect(token);
    controller.abort(new Error('enough'));
    equal((await call).message, 'enough');
    equal((await other).active, true, 'who waits with it');
    const over = await rejects(one.introspect(opaque(), { signal: AbortSignal.abort(new Error('before')) }));
    equal(over.message, 'before');
  },

  'what is no token is refused before anything is asked': async ({ introspector, count }) => {
    for (const token of ['', undefined, null, 7, {}, 'half a \ud800']) {
      const error = await rejects(introspector().introspect(token));
      equal(error.code, 'invalid_option', String(token));
    }
    equal(await count('introspect'), 0);
  },

  'a wrong or misspelt option is named': async ({ TokenIntrospector, introspection, OAuth2Error }) => {
    for (const [overrides, name] of [
      [{ introspectionUrl: undefined }, 'introspectionUrl'],
      [{ introspectionUrl: 'http://auth.example/introspect' }, 'introspectionUrl'],
      [{ introspectionUrl: 'MARKER' }, 'introspectionUrl'],
      [{ introspectionurl: 'https://auth.example' }, 'introspectionurl'],
      [{ clientId: '' }, 'clientId'],
      [{ clientAuth: 'basic' }, 'clientAuth'],
      [{ maxAgeSeconds: -1 }, 'maxAgeSeconds'],
      [{ maxAgeSeconds: '60' }, 'maxAgeSeconds'],
      [{ inactiveAgeSeconds: -1 }, 'inactiveAgeSeconds'],
      [{ cacheEntries: 0 }, 'cacheEntries'],
      [{ staleIfErrorSeconds: -1 }, 'staleIfErrorSeconds'],
      [{ timeoutMs: 0 }, 'timeoutMs'],
      [{ endpointParams: { token: 'x' } }, 'endpointParams'],
      [{ headers: { authorization: 'MARKER' } }, 'headers'],
      [{ store: {} }, 'store'],
      [{ onEvent: 'x' }, 'onEvent'],
    ]) {
      const error = await throws(() => new TokenIntrospector(introspection(overrides)), { code: 'invalid_option' });
      ok(error instanceof OAuth2Error && error.message.includes(name), `${name}: ${error.message}`);
      ok(!error.message.includes('MARKER'), error.message);
    }
  },

  'parameters of a call that are none are named': async ({ introspector, opaque, count }) => {
    for (const params of [{ token: 'x' }, { token_type_hint: 'x' }, 'x', { a: {} }, { client_secret: 'x' }]) {
      await rejects(introspector().introspect(opaque(), { params }), { code: 'invalid_option' });
    }
    equal(await count('introspect'), 0);
  },

  'events tell it, without the token': async ({ introspector, opaque, behave }) => {
    const events = [];
    const onEvent = (event) => events.push(event);
    const token = opaque({ MARKER: 'MARKER' });
    const one = introspector({ onEvent });
    await one.introspect(token);
    await one.introspect('nobody-knows-MARKER');
    await behave('introspect', { status: 403, body: 'MARKER' });
    await rejects(one.introspect(opaque()));
    const [good, bad, failed] = events.filter(({ type }) => type.startsWith('introspection'));
    equal([good.type, good.active, bad.type, bad.active], ['introspection', true, 'introspection', false]);
    equal([failed.type, failed.code], ['introspection_failed', 'http_status']);
    ok(good.durationMs >= 0 && failed.durationMs >= 0, 'durations');
    const told = JSON.stringify(events);
    ok(!told.includes('MARKER') && !told.includes(token), told);
  },

  'a clock that jumps back keeps nothing for longer': async ({ introspector, opaque, count }) => {
    const token = opaque({ exp: seconds() + 3_600 });
    const one = introspector();
    await later(86_400, () => one.introspect(opaque()));
    equal((await one.introspect(token)).active, true);
    await later(-86_400, () => one.introspect(token));
    equal((await one.introspect(token)).active, true);
    ok((await count('introspect')) <= 4, 'requests');
  },
};
