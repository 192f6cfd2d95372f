// Many requests of one isolate present a token at once, in real workerd: while all is well, while the server misbehaves,
// while the request that asks is cancelled; instances that share a store; and a flood of tokens that are none.
import { after, describe, test } from 'node:test';
import { equal, ok } from './assert.mjs';
import { createInboundScene } from './inbound-scene.mjs';
import { newIsolate } from './isolates.mjs';
import { install, tarball } from './package.mjs';
import { seededRandom } from './random.mjs';
import { startScriptedIssuer } from './scripted-issuer.mjs';
import { bundle, compatibilityDates, startWorkerd } from './workerd.mjs';

/** What a loaded machine may add to a deadline. */
const MARGIN_MS = 1_500;

const project = await install('inbound-concurrency', await tarball());
const issuer = await startScriptedIssuer();
after(issuer.close);
const sceneOf = (runtime, edgeOAuth2 = {}) =>
  createInboundScene({ package: edgeOAuth2, addresses: { scriptedIssuer: issuer.url }, runtime });

for (const compatibilityDate of compatibilityDates) {
  const guarded = await bundle('guarded', { project, compatibilityDate });
  const crowd = await bundle('crowd', { project, compatibilityDate });
  const { url, worker, close } = await startWorkerd([guarded, { ...crowd, serviceBindings: { TRAFFIC: 'guarded' } }]);
  after(close);

  const newScene = () => {
    const scene = sceneOf(`${compatibilityDate}-many`);
    const order = (token, { timeoutMs = 5_000, ...more } = {}) => ({
      token,
      introspection: scene.introspection({ timeoutMs }),
      verification: scene.verification({ timeoutMs }),
      ...more,
    });
    return { ...scene, order };
  };
  const post = async (order) => {
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(order) });
    const text = await response.text();
    return response.ok ? JSON.parse(text) : { status: `${response.status}: ${text}` };
  };
  const sendMany = (count, order) => Promise.all(Array.from({ length: count }, (_, index) => post(typeof order === 'function' ? order(index) : order)));
  const sendPlanned = async (plan, options) => {
    const body = JSON.stringify({ plan, options });
    const handler = await worker('crowd');
    return await (await handler.fetch('http://crowd/', { method: 'POST', body })).json();
  };
  const statuses = (answers) => {
    const counts = {};
    for (const { status, abandoned, failure } of answers) {
      if (!abandoned) counts[status ?? failure] = (counts[status ?? failure] ?? 0) + 1;
    }
    return counts;
  };

  describe(`workerd ${compatibilityDate}: tokens of callers`, { timeout: 60_000 }, () => {
    test('500 requests with one token make one introspection', async () => {
      const scene = newScene();
      await scene.behave('introspect', { delayMs: 1_500 });
      const answers = await sendMany(500, scene.order(scene.opaque(), { timeoutMs: 15_000 }));
      equal(statuses(answers), { 200: 500 });
      ok(Math.max(...answers.map(({ peak }) => peak)) >= 500, 'at once');
      equal(new Set(answers.map(({ isolate }) => isolate)).size, 1, 'isolates');
      equal(await scene.count('introspect'), 1);
    });

    test('500 requests with one JWT fetch the keys once', async () => {
      const scene = newScene();
      await scene.behave('jwks', { delayMs: 1_500 });
      equal(statuses(await sendMany(500, scene.order(await scene.jwt(), { timeoutMs: 15_000 }))), { 200: 500 });
      equal(await scene.count('jwks'), 1);
    });

    test('a storm of unknown keys makes one request', async () => {
      const scene = newScene();
      equal(statuses(await sendMany(1, scene.order(await scene.jwt()))), { 200: 1 });
      const tokens = await Promise.all(Array.from({ length: 50 }, (_, index) => scene.jwt({}, { kid: `unknown-${index}` })));
      for (let round = 0; round < 3; round += 1) equal(statuses(await sendMany(50, (index) => scene.order(tokens[index]))), { 401: 50 });
      equal(await scene.count('jwks'), 2);
    });

    const failures = {
      'answers 500': [{ delayMs: 600, status: 500 }, { introspect: 1, jwks: 2 }],
      'answers garbage': [{ delayMs: 600, status: 200, body: '<html>' }, { introspect: 1, jwks: 2 }],
      'closes the connection': [{ delayMs: 600, close: true }, { introspect: 1, jwks: 2 }],
      // After half of the time it is asked once more, for keys after a third.
      'is silent': [{ silent: true }, { introspect: 2, jwks: 3 }],
      'never ends its answer': [{ drip: true }, { introspect: 2, jwks: 3 }],
    };
    for (const [title, [behaviour, most]] of Object.entries(failures)) {
      test(`the server ${title}: 50 are told so in time, by as few requests as can be`, async () => {
        await ofBoth(async (endpoint, make) => {
          const scene = newScene();
          await scene.behave(endpoint, behaviour);
          const timeoutMs = 2_000;
          const order = scene.order(await make(scene), { timeoutMs });
          const answers = await sendMany(50, order);
          equal(statuses(answers), { 503: 50 }, endpoint);
          const slowest = Math.max(...answers.map(({ ms }) => ms));
          ok(slowest < timeoutMs + MARGIN_MS, `the slowest took ${slowest} ms`);
          const requests = await scene.count(endpoint);
          ok(requests <= most[endpoint], `${endpoint}: ${requests} requests`);
        });
      });
    }

    const leaderGoes = [{ beginMs: 0, abandonMs: 200 }, ...Array.from({ length: 49 }, () => ({ beginMs: 50 }))];

    test('the request that asks is cancelled while 49 wait: waitUntil keeps its work', async () => {
      await ofBoth(async (endpoint, make) => {
        const scene = newScene();
        await scene.behave(endpoint, { delayMs: 800 });
        const answers = await sendPlanned(leaderGoes, scene.order(await make(scene)));
        equal(answers[0].abandoned, true, 'the leader is abandoned');
        equal(statuses(answers), { 200: 49 }, endpoint);
        equal(await scene.count(endpoint), 1, endpoint);
      });
    });

    test('the request that asks is cancelled, its work with it: another takes over', async () => {
      await ofBoth(async (endpoint, make) => {
        const scene = newScene();
        await scene.behave(endpoint, { silent: true, times: 1 });
        const answers = await sendPlanned(leaderGoes, scene.order(await make(scene), { withoutWaitUntil: true }));
        equal(answers[0].abandoned, true, 'the leader is abandoned');
        equal(statuses(answers), { 200: 49 }, endpoint);
        equal(await scene.count(endpoint), 2, endpoint);
      });
    });

    for (const [title, withoutWaitUntil, most] of [['requests are cancelled at random', false, 2], ['requests are, and their work with them', true, 6]]) {
      test(`a third of ${title}: the others are served`, async () => {
        const random = seededRandom(20_240_901);
        for (let round = 0; round < 4; round += 1) {
          const scene = newScene();
          await scene.behave('introspect', { delayMs: 100 });
          const plan = Array.from({ length: 50 }, (_, index) => ({
            beginMs: Math.floor(random() * 100),
            ...(index % 3 === 0 && { abandonMs: Math.floor(random() * 200) }),
          }));
          const answers = await sendPlanned(plan, scene.order(scene.opaque(), { withoutWaitUntil }));
          const counts = statuses(answers);
          equal(Object.keys(counts), ['200'], JSON.stringify(counts));
          const requests = await scene.count('introspect');
          ok(requests <= most, `round ${round}: ${requests} requests`);
        }
      });
    }

    test('what was asked by a request that is over answers those of later', async () => {
      const scene = newScene();
      const order = scene.order(scene.opaque());
      await sendPlanned([{ beginMs: 0 }], order);
      equal(statuses(await sendMany(20, order)), { 200: 20 });
      equal(await scene.count('introspect'), 1);
    });
  });
}

/** Runs it for opaque tokens and for JWTs, at once: the endpoint that each needs, and how one is made in a scene. */
function ofBoth(run) {
  return Promise.all([run('introspect', (scene) => scene.opaque()), run('jwks', (scene) => scene.jwt())]);
}

describe('instances that share a store', { timeout: 60_000 }, () => {
  const sealKey = 'a key of the store that nobody else has';

  test('ask about a token once, and fetch the keys once', async () => {
    const records = new Map();
    const store = {
      get: async (key) => records.get(key),
      put: async (key, value) => void records.set(key, value),
      delete: async (key) => void records.delete(key),
    };
    const scene = sceneOf('store');
    const [token, jwt, bad] = [scene.opaque({ sub: 'ada' }), await scene.jwt(), 'nobody-knows-this'];
    for (let instance = 0; instance < 6; instance += 1) {
      const { Guard, JwtVerifier, TokenIntrospector } = await newIsolate(project, 'inbound');
      const guard = new Guard({
        introspector: new TokenIntrospector(scene.introspection({ store })),
        verifier: new JwtVerifier(scene.verification({ store, sealKey })),
      });
      const call = (text) => guard.authorize(new Request('https://api.example/', { headers: { authorization: `Bearer ${text}` } }));
      equal([(await call(token)).subject, (await call(jwt)).subject], ['ada', 'ada']);
      await call(bad).then(() => ok(false, 'a bad one'), ({ code }) => equal(code, 'token_rejected'));
      // What is put is put behind the back of the call.
      await new Promise((done) => setTimeout(done, 50));
    }
    const asked = (await scene.seen('introspect')).map(({ body }) => new URLSearchParams(body).get('token'));
    equal([asked.filter((one) => one === token).length, await scene.count('jwks')], [1, 1]);
    const stored = JSON.stringify([...records]);
    ok(![token, jwt, bad].some((text) => stored.includes(text)), 'no token in the store');
  });
});
