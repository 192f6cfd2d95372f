// Bodies that nobody reads: those of redirects and of refusals, and what test() is answered with. Frameworks and recorders keep
// an unread clone of each answer, whose other half is never told that it is over.
import { equal, ok, sleep } from '../assert.mjs';

const to = (url, status = 302) => `/redirect?status=${status}&to=${encodeURIComponent(url)}`;

const settled = (promise) => Promise.race([promise, sleep(8_000).then(() => Promise.reject(new Error('it hangs')))]);

const kept = [];

/** What becomes of each answer before the client gets it. */
const keepers = {
  'an unread clone is kept': (response) => {
    kept.push(response.clone());
    return response;
  },
  'the clone is what is given': (response) => {
    kept.push(response);
    return response.clone();
  },
  'the clone of a clone': (response) => {
    const clone = response.clone();
    kept.push(response, clone);
    return clone.clone();
  },
};

/** Bodies whose end is a failure. */
const broken = {
  'cancelling is rejected': () => new ReadableStream({ cancel: () => Promise.reject(new TypeError('terminated')) }),
  'cancelling throws': () => new ReadableStream({ cancel() { throw new TypeError('terminated'); } }),
  'it never ends': () => new ReadableStream({ cancel: () => new Promise(() => {}) }),
  'it has broken off': () => new ReadableStream({ start: (controller) => controller.error(new TypeError('terminated')) }),
  'it breaks off later': () => new ReadableStream({ start: (controller) => void setTimeout(() => controller.error(new TypeError('terminated')), 20) }),
};

const isToken = (input) => String(input).endsWith('/token');

export const discardedBodies = {
  'where an unread clone of each answer is kept, nothing hangs': async ({ client, baseUrl, revoke, otherUrl }) => {
    for (const [key, keep] of Object.entries(keepers)) {
      const one = client({ fetch: async (input, init) => keep(await fetch(input, init)), endpointParams: { key } });
      for (const target of [`${baseUrl}/echo`, `${baseUrl}${to(`${baseUrl}/echo`)}`]) {
        const response = await settled(one.fetch(to(target)));
        equal([response.status, (await response.json()).method], [200, 'GET'], `${key}: redirected`);
      }
      equal((await settled(one.fetch(to(`${otherUrl}/echo`)))).status, 401, `${key}: elsewhere`);
      await revoke(await one.getToken());
      const replaced = await settled(one.fetch('/echo', { method: 'POST', body: 'x'.repeat(100_000) }));
      equal([replaced.status, (await replaced.json()).body.length], [200, 100_000], `${key}: refused`);
      equal(await settled(one.test('/echo')), { ok: true, status: 200 }, `${key}: test()`);
      equal(await settled(one.test('/refuse')), { ok: false, stage: 'api', status: 401 }, `${key}: test(), refused`);
      const looking = client({ fetch: async (input, init) => keep(await fetch(input, init)), refreshOn: [/invalid_token/], scopes: 'api:read', endpointParams: { key } });
      await revoke(await looking.getToken());
      equal((await settled(looking.fetch('/echo'))).status, 200, `${key}: refused by its text`);
    }
    ok(kept.some(({ body }) => body && !body.locked), 'clones are there, unread');
  },

  'how a discarded body ends is nobody’s failure': async ({ client, baseUrl, grants }) => {
    for (const [key, body] of Object.entries(broken)) {
      for (const answer of [
        () => new Response(body(), { status: 401 }),
        () => new Response(body(), { status: 302, headers: { location: `${baseUrl}/echo` } }),
      ]) {
        let answered = false;
        const once = async (input, init) => {
          if (isToken(input) || answered) return await fetch(input, init);
          answered = true;
          return answer();
        };
        const response = await settled(client({ fetch: once, scopes: 'api:read', endpointParams: { key } }).fetch('/echo'));
        equal([response.status, (await response.json()).method], [200, 'GET'], key);
      }
      const always = async (input, init) => (isToken(input) ? await fetch(input, init) : new Response(body()));
      equal(await settled(client({ fetch: always, endpointParams: { key } }).test('/echo')), { ok: true, status: 200 }, `${key}: test()`);
    }
    ok((await grants()) >= Object.keys(broken).length, 'tokens were had');
  },

  'a body that somebody is reading is left to them': async ({ client }) => {
    let reader;
    const reading = async (input, init) => {
      const response = await fetch(input, init);
      if (!isToken(input) && reader === undefined) reader = response.body.getReader();
      return response;
    };
    equal((await settled(client({ fetch: reading }).test('/refuse'))).status, 401);
    equal(new TextDecoder().decode((await reader.read()).value), '{"error":"invalid_token"}');
  },
};
