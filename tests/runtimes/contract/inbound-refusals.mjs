// What a guard answers to those who may not call, each with its status and its headers.
import { equal, ok, rejects } from '../assert.mjs';
import { bearer, refusal, sorted } from '../inbound-refusal.mjs';
import { AUDIENCE, request, seconds } from '../inbound-scene.mjs';

export const refusals = {
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

  'the principal fails: 503': async ({ guard, opaque }) => {
    const fail = async () => {
      throw new Error('MARKER the database is down');
    };
    const error = await rejects(guard({ principal: fail }).authorize(bearer(opaque())), { code: 'token_unverifiable', status: 503 });
    equal(error.response.status, 503);
    ok(!(await error.response.text()).includes('MARKER'), 'not shown to callers');
    ok(String(error.cause).includes('MARKER') || String(error.cause?.cause).includes('MARKER'), 'but to the one who wrote it');
  },
};
