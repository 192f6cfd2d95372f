// What is known of a token is asked for once, for a while.
import { equal, eventually, ok, rejects } from '../assert.mjs';
import { later, seconds } from '../inbound-scene.mjs';

const many = (count, call) => Promise.all(Array.from({ length: count }, (_, index) => call(index)));

export const caches = {
  'many calls, by introspectors made anew each time, make one introspection': async ({ introspector, opaque, count }) => {
    const token = opaque();
    for (let call = 0; call < 5; call += 1) equal((await introspector().introspect(token)).active, true);
    equal(await count('introspect'), 1);
  },

  '500 calls at once make one introspection': async ({ introspector, opaque, behave, count }) => {
    await behave('introspect', { delayMs: 150 });
    const token = opaque({ sub: 'ada' });
    const answers = await many(500, () => introspector().introspect(token));
    ok(answers.every(({ sub }) => sub === 'ada'), 'answers');
    equal(await count('introspect'), 1);
  },

  'what is known from the cache is all that the server said': async ({ introspector, opaque }) => {
    const token = opaque({ client_id: 'app', username: 'ada', scope: 'read', tenant: { id: 7 } });
    const first = await introspector().introspect(token);
    const again = await introspector().introspect(token);
    equal([again.clientId, again.username, again.scope, again.raw], [first.clientId, first.username, first.scope, first.raw]);
    equal(again.raw.tenant, { id: 7 });
  },

  'so does a bad one, for a little while': async ({ introspector, count }) => {
    const token = 'nobody-knows-this-flood';
    await many(50, () => introspector().introspect(token));
    equal((await introspector().introspect(token)).active, false);
    equal(await count('introspect'), 1);
    await later(4, () => introspector().introspect(token));
    equal(await count('introspect'), 1, 'after 4 s');
    await later(6, () => introspector().introspect(token));
    equal(await count('introspect'), 2, 'after 6 s');
  },

  'a good one until maxAgeSeconds': async ({ introspector, opaque, count }) => {
    const [short, usual] = [opaque(), opaque()];
    await introspector({ maxAgeSeconds: 10 }).introspect(short);
    await introspector().introspect(usual);
    await later(11, () => introspector({ maxAgeSeconds: 10 }).introspect(short));
    equal(await count('introspect'), 3);
    await later(30, () => introspector().introspect(usual));
    equal(await count('introspect'), 3, 'within 60 s');
    await later(61, () => introspector().introspect(usual));
    equal(await count('introspect'), 4, 'after 60 s');
  },

  'maxAgeSeconds: 0 asks each time, but once for those who come together': async ({ introspector, opaque, behave, count }) => {
    const token = opaque();
    const one = introspector({ maxAgeSeconds: 0, inactiveAgeSeconds: 0 });
    await one.introspect(token);
    await one.introspect(token);
    equal(await count('introspect'), 2);
    await behave('introspect', { delayMs: 100 });
    await many(10, () => one.introspect(token));
    equal(await count('introspect'), 3);
  },

  'as new as a call wants it': async ({ introspector, opaque, behave, count }) => {
    const token = opaque();
    const one = introspector();
    await one.introspect(token);
    await behave('introspect', { merge: { sub: 'new' } });
    await later(20, async () => {
      equal((await one.introspect(token, { maxAgeSeconds: 30 })).sub, undefined);
      equal((await one.introspect(token, { maxAgeSeconds: 10 })).sub, 'new');
      equal((await one.introspect(token, { maxAgeSeconds: 10 })).sub, 'new');
    });
    equal(await count('introspect'), 2);
    await later(90, async () => one.introspect(token, { maxAgeSeconds: 1_000 }));
    equal(await count('introspect'), 3, 'never older than the introspector allows');
    for (const maxAgeSeconds of [-1, '10', 0.5]) await rejects(one.introspect(token, { maxAgeSeconds }), { code: 'invalid_option' });
  },

  'never past its end': async ({ introspector, opaque, count }) => {
    const token = opaque({ exp: seconds() + 5 });
    equal((await introspector().introspect(token)).active, true);
    await later(7, async () => equal((await introspector().introspect(token)).active, false, 'after its end'));
    ok((await count('introspect')) <= 2, 'requests');
  },

  'a token that is taken back is known as good for maxAgeSeconds at most': async ({ introspector, opaque, behave }) => {
    const token = opaque();
    const one = introspector({ maxAgeSeconds: 10 });
    await one.introspect(token);
    await behave('introspect', { merge: { active: false } });
    equal((await one.introspect(token)).active, true);
    await later(11, async () => equal((await one.introspect(token)).active, false));
  },

  'near the end of its age it is asked for behind the back of a call': async ({ introspector, opaque, behave, count }) => {
    const token = opaque();
    const one = introspector({ maxAgeSeconds: 100 });
    await one.introspect(token);
    await behave('introspect', { delayMs: 300 });
    await later(97, async () => {
      const start = performance.now();
      await many(20, () => one.introspect(token));
      ok(performance.now() - start < 250, 'nobody waits');
      await eventually(async () => (await count('introspect')) === 2, 'it is asked for');
      await behave('introspect', {});
    });
    await eventually(
      () => later(140, async () => (await one.introspect(token)).active && (await count('introspect')) === 2),
      'the answer of then is kept',
    );
  },

  'while the server is down, as long as staleIfErrorSeconds says': async ({ introspector, opaque, behave }) => {
    const [token, ending] = [opaque(), opaque({ exp: seconds() + 65 })];
    const options = { staleIfErrorSeconds: 120, timeoutMs: 400 };
    for (const one of [token, ending]) await introspector(options).introspect(one);
    for (const behaviour of [{ status: 503, body: '' }, { close: true }, { silent: true }]) {
      await behave('introspect', behaviour);
      await later(62, async () => {
        equal((await introspector(options).introspect(token)).active, true, JSON.stringify(behaviour));
      });
    }
    await behave('introspect', { close: true });
    await later(90, async () => {
      equal((await introspector(options).introspect(token)).active, true);
      const end = await introspector(options).introspect(ending).catch(({ code }) => ({ active: code }));
      ok(end.active !== true, 'not past its end');
    });
    await later(200, () => rejects(introspector(options).introspect(token), { retryable: true }));
  },

  'without it nothing old is handed out': async ({ introspector, opaque, behave }) => {
    const token = opaque();
    const options = { timeoutMs: 400 };
    await introspector(options).introspect(token);
    await behave('introspect', { close: true });
    await later(61, () => rejects(introspector(options).introspect(token), { retryable: true }));
  },

  'forget forgets it, with whatever parameters': async ({ introspector, opaque, count }) => {
    const [token, other] = [opaque(), opaque()];
    const one = introspector();
    const ask = async () => {
      await one.introspect(token);
      await one.introspect(token, { params: { a: 'b' } });
      await one.introspect(other);
    };
    await ask();
    await introspector().forget(token);
    await ask();
    equal(await count('introspect'), 5);
  },

  'forget while it is asked for: the answer of before is not kept': async ({ introspector, opaque, behave, count }) => {
    await behave('introspect', { delayMs: 200 });
    const token = opaque();
    const one = introspector();
    const early = one.introspect(token);
    await eventually(async () => (await count('introspect')) === 1, 'asked');
    await one.forget(token);
    await behave('introspect', { merge: { active: false } });
    await early;
    equal((await one.introspect(token)).active, false);
  },

  'parameters of a call are another question': async ({ introspector, opaque, count }) => {
    const token = opaque();
    const one = introspector();
    for (const params of [undefined, { a: 'b' }, { a: 'c' }, { a: 'b', c: 'd' }, { a: 'bc' }, { ab: 'c' }]) {
      await one.introspect(token, { params });
      await one.introspect(token, { params });
    }
    equal(await count('introspect'), 6);
  },

  'any difference in who asks, and where, separates': async ({ introspector, issuer, opaque, count }) => {
    const token = opaque();
    const differences = [
      {},
      { clientId: 'another' },
      { clientSecret: 'another' },
      { clientAuth: 'body' },
      { introspectionUrl: `${issuer}/introspect?tenant=2` },
      { tokenTypeHint: 'access_token' },
      { endpointParams: { a: 'b' } },
      { headers: { 'x-tenant': 'two' } },
      { identity: 'mine' },
      { fetch: (...call) => fetch(...call), identity: 'a fetch' },
    ];
    for (const overrides of differences) await introspector(overrides).introspect(token);
    equal(await count('introspect'), differences.length);
    for (const overrides of differences) await introspector(overrides).introspect(token);
    equal(await count('introspect'), differences.length, 'once more');
  },

  'nor do tokens that differ in one character share anything': async ({ introspector, opaque, count }) => {
    const token = opaque();
    await introspector().introspect(token);
    equal((await introspector().introspect(token.slice(0, -1))).active ?? false, false);
    equal(await count('introspect'), 2);
  },

  'a flood of bad tokens evicts no good answer': async ({ introspector, opaque, count }) => {
    const token = opaque();
    const one = introspector({ cacheEntries: 20 });
    await one.introspect(token);
    await many(100, (index) => one.introspect(`bad-${index}`));
    await one.introspect(token);
    equal(await count('introspect'), 101);
  },

  'our own refused credentials are remembered': async ({ introspector, opaque, behave, count }) => {
    await behave('introspect', { status: 401, body: '{"error":"invalid_client"}' });
    for (let call = 0; call < 5; call += 1) {
      await rejects(introspector().introspect(opaque()), { code: 'token_request_rejected' });
    }
    equal(await count('introspect'), 1);
    await behave('introspect', {});
    await later(31, async () => equal((await introspector().introspect(opaque())).active, true));
    // As long as one says.
    await behave('introspect', { status: 401, body: '{"error":"invalid_client"}' });
    const impatient = () => introspector({ errorCacheSeconds: 0, tokenTypeHint: 'x' }).introspect(opaque());
    for (let call = 0; call < 3; call += 1) await rejects(impatient());
    equal(await count('introspect'), 5);
  },

  'what the server says of one token is not said of all': async ({ introspector, opaque, behave, count }) => {
    // Some refuse a token that they do not know, or do not like, in place of calling it inactive.
    for (const behaviour of [
      { status: 400, body: '{"error":"unsupported_token_type"}' },
      { status: 400, body: '{"error":"invalid_request"}' },
      { status: 401, body: '{"error":"request_unauthorized"}' },
      { status: 401, body: '{"error":"invalid_token"}' },
      { status: 403, body: '{"error":"access_denied"}' },
      { status: 200, body: '{"active":"no"}' },
    ]) {
      await behave('introspect', { ...behaviour, times: 1 });
      await rejects(introspector().introspect(opaque()));
      equal((await introspector().introspect(opaque())).active, true, JSON.stringify(behaviour));
    }
    equal(await count('introspect'), 12);
  },

  'a server that limits the rate is left alone': async ({ introspector, opaque, behave, count }) => {
    const good = opaque();
    await introspector().introspect(good);
    await behave('introspect', { status: 429, headers: { 'retry-after': '60' }, body: '' });
    for (let call = 0; call < 5; call += 1) await rejects(introspector().introspect(opaque()), { status: 429 });
    equal((await introspector().introspect(good)).active, true, 'what is known');
    equal(await count('introspect'), 2);
  },

  'a failure is shared by those who waited, and not remembered': async ({ introspector, opaque, behave, count }) => {
    const token = opaque();
    await behave('introspect', { status: 403, delayMs: 100, body: '' });
    await many(10, () => rejects(introspector({ errorCacheSeconds: 0 }).introspect(token), { code: 'http_status' }));
    equal(await count('introspect'), 1);
    await behave('introspect', {});
    equal((await introspector({ errorCacheSeconds: 0 }).introspect(token)).active, true);
  },
};
