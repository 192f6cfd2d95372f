// The keys that tokens are checked with: where they come from, how long they are kept, and which of them is taken.
import { equal, ok, rejects } from '../assert.mjs';
import { refused } from '../inbound-refusal.mjs';
import { later } from '../inbound-scene.mjs';

export const keys = {
  'keys are fetched once, and their set is kept': async ({ verifier, jwt, behave, count }) => {
    for (let call = 0; call < 3; call += 1) await verifier().verify(await jwt());
    await verifier().verify(await jwt({}, {}, { key: 'RS256' }));
    equal(await count('jwks'), 1);
    await later(440, async () => verifier().verify(await jwt()));
    equal(await count('jwks'), 1, 'within 600 s');
    // A little before they are too old somebody asks, and nobody waits.
    await behave('jwks', { delayMs: 200 });
    await later(590, async () => verifier().verify(await jwt()));
    equal(await count('jwks'), 2, 'almost 600 s');
  },

  'many cold calls fetch them once': async ({ verifier, jwt, behave, count }) => {
    await behave('jwks', { delayMs: 150 });
    const tokens = await Promise.all(Array.from({ length: 20 }, () => jwt()));
    await Promise.all(tokens.map((token) => verifier().verify(token)));
    equal(await count('jwks'), 1);
  },

  'an issuer is enough, and keys may be given': async ({ verifier, jwt, jwks, count }) => {
    await verifier({ jwksUri: undefined }).verify(await jwt());
    equal(await count('.well-known'), 1);
    const given = await jwks();
    const before = await count('jwks');
    const one = verifier({ jwksUri: undefined, jwks: given });
    await one.verify(await jwt());
    await refused(one.verify(await jwt({}, { kid: 'nobody' })), 'an unknown key');
    equal(await count('jwks'), before);
  },

  'an issuer of no tokens but these is one too': async ({ verifier, jwt, behave }) => {
    // As workflows and clusters are, whose metadata says where the keys are and little else.
    await behave('.well-known', { merge: { token_endpoint: null, introspection_endpoint: null } });
    await verifier({ jwksUri: undefined }).verify(await jwt());
  },

  'keys that rotate are seen at once, also just after a cold start': async ({ verifier, jwt, behave, count }) => {
    await behave('jwks', { keys: ['ES256'] });
    await verifier().verify(await jwt());
    await behave('jwks', { keys: ['next'] });
    await verifier().verify(await jwt({}, {}, { key: 'next' }));
    equal(await count('jwks'), 2);
    await refused(verifier().verify(await jwt()), 'a key that was withdrawn');
  },

  'a token that was good before its key was withdrawn is good no more': async ({ verifier, jwt, behave }) => {
    const token = await jwt();
    await verifier().verify(token);
    await behave('jwks', { keys: ['next'] });
    await verifier().verify(await jwt({}, {}, { key: 'next' })).catch(() => {});
    await later(601, () => refused(verifier().verify(token), 'afterwards'));
  },

  'a storm of unknown keys makes one request in each cooldown': async ({ verifier, jwt, count }) => {
    await verifier().verify(await jwt());
    const tokens = await Promise.all(Array.from({ length: 30 }, (_, index) => jwt({}, { kid: `unknown-${index}` })));
    await Promise.all(tokens.map((token) => refused(verifier().verify(token), 'unknown')));
    for (const token of tokens.slice(0, 5)) await refused(verifier().verify(token), 'unknown');
    equal(await count('jwks'), 2);
    await later(31, () => Promise.all(tokens.map((token) => refused(verifier().verify(token), 'unknown'))));
    equal(await count('jwks'), 3, 'after the cooldown');
    await verifier().verify(await jwt());
  },

  'a bad signature under a known key fetches once in each cooldown': async ({ verifier, jwt, count }) => {
    await verifier().verify(await jwt());
    for (let call = 0; call < 5; call += 1) await refused(verifier().verify(await jwt({}, { kid: 'ES256' }, { key: 'stranger' })), 'bad');
    equal(await count('jwks'), 2);
  },

  'a key that comes anew under the name of another is found': async ({ verifier, jwt, behave, jwks }) => {
    const { keys } = await jwks();
    const named = keys.find(({ kid }) => kid === 'next');
    await verifier().verify(await jwt());
    await behave('jwks', { keys: [{ ...named, kid: 'ES256' }] });
    await verifier().verify(await jwt({}, { kid: 'ES256' }, { key: 'next' }));
  },

  'entries of a set that are of no use are skipped': async ({ verifier, jwt, jwks, behave }) => {
    const { keys } = await jwks();
    const good = keys.find(({ kid }) => kid === 'ES256');
    const odd = [null, 7, 'text', [], {}, { kty: 'EC' }, { kty: 'oct', k: 'AAAA', kid: 'ES256' }, { kty: 'MARKER', kid: 'x' }, { ...good, x: 'AAAA', kid: 'broken' }, { kty: 'RSA', n: '', e: '', kid: 'empty' }];
    await behave('jwks', { set: { keys: [...odd, good] } });
    await verifier().verify(await jwt());
    await verifier({ plainJwt: true }).verify(await jwt({}, { kid: undefined }));
  },

  'what a key is for is obeyed': async ({ verifier, jwt, jwks, behave }) => {
    const { keys } = await jwks();
    const good = keys.find(({ kid }) => kid === 'ES256');
    for (const [is, members] of [
      [true, { use: undefined, alg: undefined }],
      [true, { use: undefined, key_ops: ['verify'] }],
      [true, { use: 'sig', key_ops: ['verify'], ext: true, x5c: ['AAAA'], x5t: 'AAAA', iat: 1 }],
      [false, { use: 'enc' }],
      [false, { use: undefined, key_ops: ['encrypt'] }],
      // As some servers write what is not there.
      [true, { key_ops: [], oth: [], x5c: [], d: null }],
      [false, { alg: 'ES384' }],
      [false, { alg: 'ECDH-ES' }],
      [false, { alg: 7 }],
    ]) {
      await behave('jwks', { keys: [{ ...good, ...members }] });
      // Another verifier for each, with a set of its own.
      const call = verifier({ identity: JSON.stringify(members) }).verify(await jwt());
      if (is) await call;
      else ok(['token_rejected', 'token_unverifiable'].includes((await rejects(call)).code), JSON.stringify(members));
    }
  },

  'without a kid a key that fits is taken': async ({ verifier, jwt, jwks, behave }) => {
    const { keys } = await jwks();
    const [es, rs] = ['ES256', 'RS256'].map((name) => keys.find(({ kid }) => kid === name));
    await behave('jwks', { keys: [rs, es].map(({ kid, ...key }) => key) });
    await verifier().verify(await jwt({}, { kid: undefined }));
    await verifier().verify(await jwt({}, { kid: undefined }, { key: 'RS256' }));
  },

  'of several keys that fit without a kid each is tried': async ({ verifier, jwt, behave }) => {
    await behave('jwks', { keys: ['next', 'ES256', 'stranger'] });
    for (const key of ['ES256', 'next', 'stranger']) await verifier().verify(await jwt({}, { kid: undefined }, { key }));
  },

  'without keys nothing can be said of a token': async ({ verifier, jwt, behave }) => {
    for (const [what, behaviour] of Object.entries({
      'nothing': { close: true },
      'HTML': { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>MARKER' },
      'no set': { set: { MARKER: [] } },
      'a set that is a text': { set: 'MARKER' },
      'keys that are an object': { set: { keys: { a: 1 } } },
      'a redirect': { status: 302, headers: { location: '/elsewhere' } },
      'too much': { padBytes: 1_100_000 },
      '404': { status: 404, body: '{}' },
      '401': { status: 401, body: 'MARKER' },
      'silence': { silent: true },
      'an answer without end': { drip: true },
    })) {
      await behave('jwks', behaviour);
      const error = await refused(verifier({ timeoutMs: 400 }).verify(await jwt()), what, ['token_unverifiable']);
      equal(error.status, 503, what);
      ok(!`${error.stack}${JSON.stringify(error)}${error.cause}`.includes('MARKER'), what);
      await behave('jwks', {});
    }
    await later(60, async () => verifier().verify(await jwt()));
  },

  'a failure to fetch them is not kept for long, and not taken for a set without keys': async ({ verifier, jwt, behave, count }) => {
    await behave('jwks', { status: 500, body: '' });
    const one = verifier({ timeoutMs: 400 });
    for (let call = 0; call < 3; call += 1) await refused(one.verify(await jwt()), 'down', ['token_unverifiable']);
    await behave('jwks', {});
    const before = await count('jwks');
    await later(31, async () => one.verify(await jwt()));
    equal((await count('jwks')) - before, 1);
  },

  'no HTTP cache between us and the keys': async ({ verifier, introspector, opaque, jwt, behave }) => {
    if (!('cache' in Request.prototype)) return;
    const seen = [];
    const watched = async (url, init) => {
      seen.push(init.cache);
      return await fetch(url, init);
    };
    await behave('jwks', { keys: ['ES256'] });
    const one = verifier({ fetch: watched, identity: 'watched', jwksUri: undefined });
    await one.verify(await jwt());
    await introspector({ fetch: watched, identity: 'watched' }).introspect(opaque());
    equal(seen.filter((cache) => cache !== 'no-store'), [], 'what may be kept by others');
    ok(seen.length >= 3, 'metadata, keys, introspection');
  },

  'while the server is down or lies the old set is kept': async ({ verifier, jwt, behave, count }) => {
    await behave('jwks', { keys: ['ES256'] });
    const one = verifier({ timeoutMs: 400 });
    await one.verify(await jwt());
    for (const behaviour of [{ close: true }, { status: 500, body: '' }, { silent: true }, { status: 200, body: '<html>' }, { set: {} }]) {
      await behave('jwks', behaviour);
      await later(700, async () => one.verify(await jwt()));
    }
    ok((await count('jwks')) > 1, 'it was asked for');
  },

  'no header is ever followed': async ({ verifier, jwt, issuer, jwks, seen, behave }) => {
    const { keys } = await jwks();
    const stranger = keys.find(({ kid }) => kid === 'stranger');
    await behave('jwks', { keys: ['ES256'] });
    const header = { kid: undefined, jku: `${issuer}/elsewhere`, x5u: `${issuer}/elsewhere`, jwk: stranger, x5c: ['MARKER'] };
    await refused(verifier().verify(await jwt({}, header, { key: 'stranger' })), 'header');
    await refused(verifier().verify(await jwt({}, { ...header, kid: 'stranger' }, { key: 'stranger' })), 'header with kid');
    equal(await seen('elsewhere'), []);
  },

  'a store keeps the set for all instances': async ({ verifier, jwt, count }) => {
    const records = new Map();
    const one = verifier({ store: records, sealKey: 'a key of the store that nobody else has' });
    await one.verify(await jwt());
    for (let wait = 0; wait < 50 && records.size === 0; wait += 1) await new Promise((done) => setTimeout(done, 10));
    ok(records.size > 0, 'it is put');
    // Whoever is not us writes nothing that is believed, and what is old is not either.
    const lying = { get: async () => '{"keys":[]}', put() {}, delete() {} };
    await verifier({ store: lying, sealKey: 'a key of the store that nobody else has', identity: 'lying' }).verify(await jwt());
    ok((await count('jwks')) >= 1, 'requests');
  },
};
