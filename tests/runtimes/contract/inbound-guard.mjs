// Who may call, and as whom.
import { equal, ok, rejects, throws } from '../assert.mjs';
import { bearer, refusal } from '../inbound-refusal.mjs';
import { AUDIENCE, later, request, seconds } from '../inbound-scene.mjs';

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

  'the scheme may be written in any case': async ({ guard, opaque }) => {
    const token = opaque();
    for (const scheme of ['bearer', 'BEARER', 'bEaReR']) equal((await guard().authorize(request(`${scheme} ${token}`))).by, 'introspection');
    equal((await guard().authorize(request(`Bearer   ${token}`))).by, 'introspection', 'and several spaces');
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
