// Tokens that the authorization server is asked about (RFC 7662).
import { equal, ok, rejects, throws } from '../assert.mjs';
import { client, later, seconds } from '../inbound-scene.mjs';
import { basic } from '../scene.mjs';

const formOf = ({ body }) => Object.fromEntries(new URLSearchParams(body));

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

  'a custom fetch makes every request, a function or a binding': async ({ introspector, opaque }) => {
    const urls = [];
    const watched = async (url, init) => {
      urls.push(String(url));
      return await fetch(url, init);
    };
    for (const one of [watched, { fetch: watched }]) {
      // As with a certificate, by which alone the server knows who asks.
      const answer = await introspector({ fetch: one, clientId: undefined, clientSecret: undefined }).introspect(opaque());
      equal(answer.active, true);
    }
    equal(urls.length, 2);
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
