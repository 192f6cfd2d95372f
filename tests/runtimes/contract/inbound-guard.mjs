// Who may call: what a guard answers to every request, with its status and its headers.
import { equal, ok, rejects, throws } from '../assert.mjs';
import { AUDIENCE, later, request, seconds } from '../inbound-scene.mjs';

/** The challenge of a response, read apart from the code that is tested: the scheme and its parameters. */
function challengeOf(response) {
  const [, scheme, rest] = /^(\S+)(?: (.*))?$/.exec(response.headers.get('www-authenticate') ?? '');
  const parameters = {};
  for (const [, name, value] of (rest ?? '').matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"(?:, |$)/g)) parameters[name] = value.replaceAll(/\\(.)/g, '$1');
  return { scheme, ...parameters };
}

/** What `call` is refused with: looked at whole, and shown. */
async function refusal(call, code, status) {
  const error = await rejects(call, { code, status });
  const { response } = error;
  ok(response instanceof Response && error.response !== response, 'another Response each time');
  equal(response.status, status, `${code}: status`);
  equal(response.headers.get('cache-control'), 'no-store', `${code}: cache-control`);
  const text = await response.text();
  const { scheme, error_description: description, ...challenge } = status === 503 ? {} : challengeOf(response);
  if (status === 503) {
    equal(response.headers.get('www-authenticate'), null, 'no challenge');
    ok(/^\d+$/.test(response.headers.get('retry-after') ?? ''), `Retry-After: ${response.headers.get('retry-after')}`);
    ok(Number(response.headers.get('retry-after')) >= 1, 'some time');
  } else {
    equal(scheme, 'Bearer', 'scheme');
    equal(response.headers.get('retry-after'), null, 'Retry-After');
  }
  const isBare = challenge.error === undefined && status === 401;
  if (isBare) equal([text, description], ['', undefined], 'of a bare challenge');
  else {
    equal(response.headers.get('content-type'), 'application/json', 'content-type');
    const body = JSON.parse(text);
    if (status !== 503) equal([body.error, body.error_description], [challenge.error, description], 'body');
  }
  const all = `${error.stack} ${JSON.stringify(error)} ${[...response.headers].join()} ${text}`;
  ok(!all.includes('MARKER'), all);
  return { challenge: sorted(challenge), description, error, response };
}

/** The same in one order. */
function sorted(parameters) {
  return Object.fromEntries(Object.entries(parameters).sort(([one], [other]) => (one < other ? -1 : 1)));
}

const bearer = (token) => request(`Bearer ${token}`);

export const guard = {
  'an opaque token is asked about': async ({ guard, opaque, count }) => {
    const token = opaque({ sub: 'ada', client_id: 'app', scope: 'read write', aud: AUDIENCE, tenant: 7 });
    const principal = await guard().authorize(bearer(token));
    const { subject, clientId, scopes, audience, claims, by } = principal;
    equal([subject, clientId, scopes, audience, claims.tenant, by], ['ada', 'app', ['read', 'write'], [AUDIENCE], 7, 'introspection']);
    equal([await count('introspect'), await count('jwks')], [1, 0]);
    equal((await guard().authorize(bearer(token))).subject, 'ada');
    equal(await count('introspect'), 1);
  },

  'a JWT is verified': async ({ guard, jwt, count }) => {
    const token = await jwt({ scope: undefined, scp: ['read', 'write'], tenant: 7 });
    const { subject, clientId, scopes, audience, claims, by } = await guard().authorize(bearer(token));
    equal([subject, clientId, scopes, audience, claims.tenant, by], ['ada', 'app', ['read', 'write'], [AUDIENCE], 7, 'jwt']);
    equal([await count('introspect'), await count('jwks')], [0, 1]);
  },

  'three parts without a header are no JWT': async ({ guard, count }) => {
    await refusal(guard().authorize(bearer('a.b.c')), 'token_rejected', 401);
    await refusal(guard().authorize(bearer('opaque.with.dots.in.it')), 'token_rejected', 401);
    equal([await count('introspect'), await count('jwks')], [2, 0]);
  },

  'a refused JWT is never asked about': async ({ guard, jwt, count }) => {
    await refusal(guard().authorize(bearer(await jwt({ exp: seconds() - 60 }))), 'token_rejected', 401);
    await refusal(guard().authorize(bearer(await jwt({}, { kid: 'ES256' }, { key: 'stranger' }))), 'token_rejected', 401);
    equal(await count('introspect'), 0);
  },

  'one way alone': async ({ Guard, introspector, verifier, jwt, opaque, behave }) => {
    const asked = new Guard({ introspector: introspector() });
    await refusal(asked.authorize(bearer(await jwt())), 'token_rejected', 401);
    await behave('introspect', { merge: { active: true, sub: 'bob' } });
    equal((await asked.authorize(bearer(await jwt()))).by, 'introspection');
    const read = new Guard({ verifier: verifier() });
    equal((await read.authorize(bearer(await jwt()))).by, 'jwt');
    const error = await rejects(read.authorize(bearer(opaque())));
    equal([error.status, error.response.status], [401, 401]);
  },

  'both ways, where taking back counts': async ({ guard, jwt, opaque, behave, count }) => {
    const both = { check: 'both' };
    await refusal(guard().authorize(bearer(await jwt()), both), 'token_rejected', 401);
    await behave('introspect', { merge: { active: true, sub: 'ada', scope: 'read' } });
    equal((await guard().authorize(bearer(await jwt()), both)).subject, 'ada');
    equal(await count('introspect'), 2);
    await refusal(guard().authorize(bearer(await jwt({ exp: seconds() - 60 })), both), 'token_rejected', 401);
    equal(await count('introspect'), 2, 'a refused one is not asked about');
    equal((await guard().authorize(bearer(opaque()), both)).by, 'introspection');
    await behave('introspect', { status: 500, body: '' });
    await refusal(guard().authorize(bearer(await jwt()), both), 'token_unverifiable', 503);
  },

  'no credentials: the bare challenge': async ({ guard, count }) => {
    for (const nothing of [request(), request(''), request('Basic YTpi'), request('Digest x="y"'), request('Bearerer x'), request('Token x')]) {
      const { challenge } = await refusal(guard().authorize(nothing), 'token_missing', 401);
      // The scheme has to be followed by something (RFC 6750 §3).
      equal(challenge, { realm: 'api' });
    }
    // Not in the URL, nor in the body (RFC 6750 §2.2, §2.3).
    const elsewhere = new Request('https://api.example/?access_token=MARKER', { method: 'POST', body: new URLSearchParams({ access_token: 'MARKER' }) });
    await refusal(guard().authorize(elsewhere), 'token_missing', 401);
    equal(await count('introspect'), 0);
  },

  'credentials that are none: 400': async ({ guard, count }) => {
    for (const header of [
      'Bearer',
      'bearer',
      'Bearer  ',
      'Bearer a b',
      'Bearer a, Bearer b',
      'Bearer a,b',
      'Bearer a, Basic b',
      'Basic YTpi, Bearer a',
      'Bearer "a"',
      'Bearer a=b',
      'Bearer =',
      'Bearer token=a',
      'Bearer a;b',
      'Bearer a%20b',
      'Bearer \u00fc',
      `Bearer ${'x'.repeat(8 * 1024 + 1)}`,
    ]) {
      const { challenge } = await refusal(guard().authorize(request(header)), 'token_malformed', 400);
      equal(challenge, { error: 'invalid_request' }, header.slice(0, 20));
    }
    const twice = new Headers([['authorization', 'Bearer a'], ['authorization', 'Bearer b']]);
    await refusal(guard().authorize(new Request('https://api.example/', { headers: twice })), 'token_malformed', 400);
    equal(await count('introspect'), 0);
  },

  'the scheme may be written in any case': async ({ guard, opaque }) => {
    const token = opaque();
    for (const scheme of ['bearer', 'BEARER', 'bEaReR']) equal((await guard().authorize(request(`${scheme} ${token}`))).by, 'introspection');
    equal((await guard().authorize(request(`Bearer   ${token}`))).by, 'introspection', 'and several spaces');
  },

  'a token that is no good: 401': async ({ guard, opaque, jwt }) => {
    for (const token of [
      'nobody-knows-MARKER',
      opaque({ active: false }),
      opaque({ exp: seconds() - 60 }),
      opaque({ nbf: seconds() + 60 }),
      opaque({ cnf: { jkt: 'MARKER' } }),
      await jwt({ exp: seconds() - 60 }),
      await jwt({ aud: 'MARKER' }),
      await jwt({ iss: 'https://another.example' }),
      await jwt({ cnf: { 'x5t#S256': 'MARKER' } }),
      await jwt({}, { alg: 'none' }, { key: null }),
      await jwt({}, { alg: 'HS256', kid: 'RS256' }, { key: null, secret: 'RS256' }),
    ]) {
      const { challenge, description } = await refusal(guard().authorize(bearer(token)), 'token_rejected', 401);
      equal(challenge, { error: 'invalid_token' });
      ok(description.length > 0 && !description.includes(token), description);
    }
  },

  'a token for others: 401': async ({ guard, opaque }) => {
    const call = (answer, audience) => guard().authorize(bearer(opaque(answer)), { audience });
    equal((await call({ aud: [AUDIENCE, 'x'] }, AUDIENCE)).audience, [AUDIENCE, 'x']);
    equal((await call({ aud: 'x' }, ['y', 'x'])).audience, ['x']);
    for (const [answer, audience] of [[{ aud: 'x' }, AUDIENCE], [{}, AUDIENCE], [{ aud: [] }, AUDIENCE], [{ aud: 'x' }, []]]) {
      const outcome = rejects(call(answer, audience));
      const { code } = await outcome;
      ok(code === 'token_rejected' || (audience.length === 0 && code === 'invalid_option'), code);
    }
  },

  'scopes that are missing: 403, and which': async ({ guard, opaque, jwt }) => {
    const tokens = [opaque({ scope: 'read write' }), opaque({ scope: ['read', 'write'] }), await jwt(), await jwt({ scope: undefined, scp: 'read write' })];
    for (const token of tokens) {
      equal((await guard().authorize(bearer(token), { scopes: ['read', 'write'] })).scopes, ['read', 'write']);
      await guard().authorize(bearer(token), { scopes: 'read' });
      await guard().authorize(bearer(token), { anyScope: ['admin', 'read'] });
      await guard().authorize(bearer(token), { scopes: [] });
      for (const [requirements, scope] of [
        [{ scopes: ['read', 'admin'] }, 'read admin'],
        [{ scopes: 'admin' }, 'admin'],
        [{ scopes: ['Read'] }, 'Read'],
        [{ scopes: ['rea'] }, 'rea'],
        [{ anyScope: ['admin', 'owner'] }, 'admin owner'],
      ]) {
        const { challenge } = await refusal(guard().authorize(bearer(token), requirements), 'insufficient_scope', 403);
        equal(challenge, { error: 'insufficient_scope', scope }, JSON.stringify(requirements));
      }
    }
    await refusal(guard().authorize(bearer(opaque()), { scopes: ['read'] }), 'insufficient_scope', 403);
  },

  'one token, several routes: what is known of it is judged for each': async ({ guard, opaque, jwt, count }) => {
    for (const token of [opaque({ scope: 'read', aud: AUDIENCE }), await jwt({ scope: 'read' })]) {
      await guard().authorize(bearer(token), { scopes: ['read'] });
      await refusal(guard().authorize(bearer(token), { scopes: ['write'] }), 'insufficient_scope', 403);
      await guard().authorize(bearer(token), { scopes: ['read'], audience: AUDIENCE });
      await refusal(guard().authorize(bearer(token), { audience: 'https://another.example/' }), 'token_rejected', 401);
      await guard().authorize(bearer(token));
    }
    equal([await count('introspect'), await count('jwks')], [1, 1]);
  },

  'requirements that are none are named': async ({ guard, opaque }) => {
    for (const requirements of [
      { anyScope: [] },
      { scopes: [7] },
      { scopes: ['two words'] },
      { scope: 'read' },
      { check: 'neither' },
      { audience: 7 },
      { maxAgeSeconds: -1 },
    ]) {
      await rejects(guard().authorize(bearer(opaque()), requirements), { code: 'invalid_option' });
    }
  },

  'the server cannot be asked: 503, and when to come again': async ({ guard, introspector, verifier, opaque, jwt, behave, count }) => {
    const hasty = () => guard({ introspector: introspector({ timeoutMs: 300 }), verifier: verifier({ timeoutMs: 300 }) });
    const behaviours = [
      { close: true },
      { silent: true },
      { status: 500, body: 'MARKER' },
      { status: 403, body: 'MARKER' },
      { status: 200, body: '<html>MARKER' },
      { status: 302, headers: { location: '/MARKER' } },
      { status: 200, body: '{"active":"yes"}' },
      { padBytes: 1_100_000 },
    ];
    for (const behaviour of behaviours) {
      await behave('introspect', behaviour);
      const { error } = await refusal(hasty().authorize(bearer(opaque())), 'token_unverifiable', 503);
      ok(error.retryable && error.cause, `${error}`);
    }
    for (const behaviour of [...behaviours.slice(0, -2), { set: {} }, { padBytes: 1_100_000 }]) {
      await behave('jwks', behaviour);
      await refusal(hasty().authorize(bearer(await jwt())), 'token_unverifiable', 503);
    }
    ok((await count('introspect')) >= behaviours.length, 'it was asked');
  },

  'our own credentials are refused: 503, never 401': async ({ guard, opaque, behave, count }) => {
    await behave('introspect', { status: 401, headers: { 'www-authenticate': 'Basic realm="MARKER"' }, body: '{"error":"invalid_client"}' });
    for (let call = 0; call < 3; call += 1) await refusal(guard().authorize(bearer(opaque())), 'token_unverifiable', 503);
    equal(await count('introspect'), 1, 'it is remembered');
  },

  'what is known is good while the server is down': async ({ guard, opaque, jwt, behave }) => {
    const [token, signed] = [opaque(), await jwt()];
    for (const one of [token, signed]) await guard().authorize(bearer(one));
    for (const endpoint of ['introspect', 'jwks']) await behave(endpoint, { close: true });
    for (const one of [token, signed]) await guard().authorize(bearer(one));
    await guard().authorize(bearer(await jwt()));
  },

  'as new as a route wants it': async ({ guard, opaque, behave, count }) => {
    const token = opaque();
    await guard().authorize(bearer(token));
    await behave('introspect', { merge: { active: false } });
    await guard().authorize(bearer(token));
    await later(5, async () => {
      await refusal(guard().authorize(bearer(token), { maxAgeSeconds: 2 }), 'token_rejected', 401);
    });
    equal(await count('introspect'), 2);
    // And then is known to all, to those who let it in a moment ago a second later.
    await later(2, () => refusal(guard().authorize(bearer(token)), 'token_rejected', 401));
  },

  'what was let in a moment ago is let in no longer than it is good': async ({ guard, introspector, opaque, jwt, behave }) => {
    const one = guard();
    const often = async (token, requirements) => {
      for (let call = 0; call < 4; call += 1) await one.authorize(bearer(token), requirements);
    };
    const forgotten = opaque();
    await often(forgotten);
    await behave('introspect', { merge: { active: false } });
    await often(forgotten);
    await introspector().forget(forgotten);
    await refusal(one.authorize(bearer(forgotten)), 'token_rejected', 401);
    await behave('introspect', {});
    // To the millisecond, whatever is remembered for a second.
    for (const make of [(claims) => opaque(claims), (claims) => jwt(claims)]) {
      const ending = await make({ exp: seconds() + 20 });
      await often(ending);
      await later(31, () => refusal(one.authorize(bearer(ending)), 'token_rejected', 401));
    }
    const read = opaque({ scope: 'read' });
    await often(read, { scopes: ['read'] });
    await refusal(one.authorize(bearer(read), { scopes: ['read', 'write'] }), 'insufficient_scope', 403);
    await refusal(one.authorize(bearer(read), { anyScope: ['write'] }), 'insufficient_scope', 403);
    await refusal(one.authorize(bearer(read), { audience: AUDIENCE }), 'token_rejected', 401);
  },

  'nor after its key is gone': async ({ guard, jwt, behave }) => {
    const token = await jwt();
    await behave('jwks', { keys: ['ES256'] });
    for (let call = 0; call < 4; call += 1) await guard().authorize(bearer(token));
    await behave('jwks', { keys: ['next'] });
    await guard().authorize(bearer(await jwt({}, {}, { key: 'next' })));
    await later(2, () => refusal(guard().authorize(bearer(token)), 'token_rejected', 401));
  },

  'the realm, and where its metadata is': async ({ guard, opaque }) => {
    const given = { realm: 'the "things" \\ API', resource: 'https://api.example/things' };
    const expected = { realm: given.realm, resource_metadata: 'https://api.example/.well-known/oauth-protected-resource/things' };
    const together = (more) => sorted({ ...expected, ...more });
    const bare = await refusal(guard(given).authorize(request()), 'token_missing', 401);
    equal(bare.challenge, expected);
    const bad = await refusal(guard(given).authorize(bearer('bad')), 'token_rejected', 401);
    equal(bad.challenge, together({ error: 'invalid_token' }));
    const scope = await refusal(guard(given).authorize(bearer(opaque()), { scopes: ['read'] }), 'insufficient_scope', 403);
    equal(scope.challenge, together({ error: 'insufficient_scope', scope: 'read' }));
    const none = await refusal(guard(given).authorize(request('Bearer')), 'token_malformed', 400);
    equal(none.challenge, together({ error: 'invalid_request' }));
  },

  'its challenges can be read': async ({ guard, parseChallenges }) => {
    const error = await rejects(guard({ realm: 'a, "b" \\' }).authorize(bearer('bad')));
    const [{ scheme, parameters }, ...others] = parseChallenges(error.response.headers.get('www-authenticate'));
    equal([scheme.toLowerCase(), parameters.realm, parameters.error, others], ['bearer', 'a, "b" \\', 'invalid_token', []]);
  },

  'preflights pass where it is said': async ({ guard }) => {
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' };
    const preflight = () => new Request('https://api.example/', { method: 'OPTIONS', headers });
    equal(await guard({ preflight: true }).authorize(preflight()), undefined);
    await refusal(guard().authorize(preflight()), 'token_missing', 401);
    for (const [method, some] of [
      ['OPTIONS', {}],
      ['OPTIONS', { origin: 'https://app.example' }],
      ['OPTIONS', { 'access-control-request-method': 'POST' }],
      ['GET', headers],
      ['POST', headers],
    ]) {
      const other = new Request('https://api.example/', { method, headers: some });
      await refusal(guard({ preflight: true }).authorize(other), 'token_missing', 401);
    }
  },

  'a bound token passes by the proof that the user checks': async ({ guard, opaque, jwt }) => {
    const asked = [];
    const proof = async (confirmation, incoming) => {
      asked.push([confirmation.jkt, new URL(incoming.url ?? incoming.request?.url).pathname]);
      return confirmation.jkt === 'good';
    };
    for (const make of [(cnf) => opaque({ cnf }), (cnf) => jwt({ cnf })]) {
      await guard({ proof }).authorize(bearer(await make({ jkt: 'good' })));
      const { challenge } = await refusal(guard({ proof }).authorize(bearer(await make({ jkt: 'bad' }))), 'token_rejected', 401);
      equal(challenge, { error: 'invalid_token' });
    }
    equal(asked, ['good', 'bad', 'good', 'bad'].map((jkt) => [jkt, '/things']));
    await guard({ proof }).authorize(bearer(opaque()));
    equal(asked.length, 4, 'of one that is not bound nobody asks');
  },

  'and is asked for each time, whatever is cached': async ({ guard, opaque }) => {
    let asked = 0;
    const proof = () => (asked += 1) < 2;
    const token = opaque({ cnf: { jkt: 'x' } });
    await guard({ proof }).authorize(bearer(token));
    await refusal(guard({ proof }).authorize(bearer(token)), 'token_rejected', 401);
    equal(asked, 2);
    await refusal(guard().authorize(bearer(token)), 'token_rejected', 401);
  },

  'the principal is whom the user says': async ({ guard, opaque }) => {
    const seen = [];
    const principal = async (admitted, incoming) => {
      seen.push([admitted.subject, incoming.method]);
      if (admitted.subject === 'nobody') return undefined;
      return { user: admitted.subject, scopes: admitted.subject === 'root' ? ['admin'] : [] };
    };
    const call = (sub, requirements) => guard({ principal }).authorize(bearer(opaque({ sub, scope: 'read' })), requirements);
    const admitted = await call('root', { scopes: ['admin'] });
    equal([admitted.principal.user, admitted.scopes], ['root', ['admin']]);
    await refusal(call('ada', { scopes: ['read'] }), 'insufficient_scope', 403);
    await refusal(call('nobody'), 'insufficient_scope', 403);
    equal(seen.map(([subject]) => subject), ['root', 'ada', 'nobody']);
  },

  'the principal fails: 503': async ({ guard, opaque }) => {
    const fail = async () => {
      throw new Error('MARKER the database is down');
    };
    const error = await rejects(guard({ principal: fail }).authorize(bearer(opaque())), { code: 'token_unverifiable', status: 503 });
    equal(error.response.status, 503);
    ok(!(await error.response.text()).includes('MARKER'), 'not shown to callers');
    ok(String(error.cause).includes('MARKER') || String(error.cause?.cause).includes('MARKER'), 'but to the one who wrote it');
  },

  'what is admitted cannot be changed by those who share it': async ({ guard, opaque }) => {
    const token = opaque({ scope: 'read', sub: 'ada' });
    const admitted = await guard().authorize(bearer(token));
    for (const change of [() => admitted.scopes.push('admin'), () => (admitted.subject = 'root'), () => (admitted.claims.sub = 'root')]) {
      try {
        change();
      } catch {
        // As well.
      }
    }
    const again = await guard().authorize(bearer(token));
    equal([again.subject, again.scopes, again.claims.sub], ['ada', ['read'], 'ada']);
  },

  'what is no request is named': async ({ guard }) => {
    for (const odd of [undefined, null, 'text', {}, { headers: {} }, { headers: { authorization: 'Bearer x' } }, 7]) {
      const error = await rejects(guard().authorize(odd));
      ok(['invalid_option', 'invalid_request', 'token_missing'].includes(error.code), `${JSON.stringify(odd)}: ${error}`);
    }
  },

  'a request of a library is a request': async ({ guard, opaque }) => {
    const token = opaque();
    const odd = { method: 'GET', url: 'https://api.example/', headers: { get: (name) => (name.toLowerCase() === 'authorization' ? `Bearer ${token}` : null) } };
    equal((await guard().authorize(odd)).by, 'introspection');
  },

  'the body of a request is left alone': async ({ guard, opaque }) => {
    const incoming = request(`Bearer ${opaque()}`, { method: 'POST', body: 'hello' });
    await guard().authorize(incoming);
    equal([incoming.bodyUsed, await incoming.text()], [false, 'hello']);
  },

  'a wrong or misspelt option is named': async ({ Guard, introspector, verifier }) => {
    for (const [options, name] of [
      [{}, 'introspector'],
      [{ introspector: {} }, 'introspector'],
      [{ verifier: introspector() }, 'verifier'],
      [{ verifier: verifier(), realm: 'a\nb' }, 'realm'],
      [{ verifier: verifier(), realm: 7 }, 'realm'],
      [{ verifier: verifier(), resource: 'MARKER' }, 'resource'],
      [{ verifier: verifier(), resource: 'https://api.example/#fragment' }, 'resource'],
      [{ verifier: verifier(), resouce: 'https://api.example/' }, 'resouce'],
      [{ verifier: verifier(), principal: 'x' }, 'principal'],
      [{ verifier: verifier(), proof: 'x' }, 'proof'],
      [{ verifier: verifier(), preflight: 'yes' }, 'preflight'],
      [{ verifier: verifier(), scopesSupported: 'read' }, 'scopesSupported'],
    ]) {
      const error = await throws(() => new Guard(options), { code: 'invalid_option' });
      ok(error.message.includes(name) && !error.message.includes('MARKER'), `${name}: ${error.message}`);
    }
  },
};
