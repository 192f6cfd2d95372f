// Functions of the user's that throw anything, at once or later, or never answer: what it costs is the call that met them,
// which ends with an answer; never a 500, and nobody else's.
import { equal, ok, sleep } from '../assert.mjs';
import { request } from '../inbound-scene.mjs';

const LATEST_MS = 6_000;
const timeoutMs = 250;

const hostile = () => {
  throw new Error('looked at');
};
const traps = new Proxy({}, { get: () => hostile });

const values = {
  nothing: () => undefined,
  null: () => null,
  'a text': () => 'MARKER',
  'a number': () => 7,
  'a symbol': () => Symbol('mine'),
  'a function': () => hostile,
  'an error': () => new Error('MARKER'),
  'an object without a prototype': () => Object.create(null),
  'a proxy that throws': () => new Proxy({}, traps),
  'an error whose message throws': () => Object.defineProperty(new Error(), 'message', { get: hostile }),
  'an error whose cause is itself': () => {
    const error = new Error('mine');
    return Object.assign(error, { cause: error });
  },
};
const misbehaviours = {
  'never answers': () => new Promise(() => {}),
  'gives a thenable that never settles': () => ({ then() {} }),
  'gives a thenable that throws': () => ({ then: hostile }),
};
for (const [what, value] of Object.entries(values)) {
  misbehaviours[`throws ${what}`] = () => {
    throw value();
  };
  misbehaviours[`rejects with ${what}`] = () => Promise.reject(value());
  misbehaviours[`gives ${what}`] = () => value();
}

/** A promise that ends in time, and how. */
async function within(ms, promise, what) {
  const late = Symbol('late');
  const outcome = await Promise.race([promise.then((value) => ({ value }), (error) => ({ error })), sleep(ms).then(() => late)]);
  ok(outcome !== late, `${what} never ends`);
  return outcome;
}

const storeOf = (member, misbehave) => ({
  store: { get: async () => undefined, put: async () => {}, delete: async () => {}, [member]: misbehave },
  storeTimeoutMs: 50,
  sealKey: 'a key of the store that nobody else has',
});

/** A guard whose functions may take that long. */
const hasty = (scene, functions) => scene.guard({ introspector: scene.introspector({ timeoutMs }), verifier: scene.verifier({ timeoutMs }), ...functions });

/** Where functions are given, and whether an answer can still be had without them. */
const places = {
  'fetch of an introspector': [(scene, misbehave) => scene.guard({ introspector: scene.introspector({ fetch: misbehave, timeoutMs }) }), 'opaque'],
  'fetch of a verifier': [(scene, misbehave) => scene.guard({ verifier: scene.verifier({ fetch: misbehave, timeoutMs }) }), 'jwt'],
  'onEvent of an introspector': [(scene, misbehave) => scene.guard({ introspector: scene.introspector({ onEvent: misbehave }) }), 'opaque', true],
  'onEvent of a verifier': [(scene, misbehave) => scene.guard({ verifier: scene.verifier({ onEvent: misbehave }) }), 'jwt', true],
  'store.get': [(scene, misbehave) => scene.guard({ introspector: scene.introspector(storeOf('get', misbehave)) }), 'opaque', true],
  'store.put': [(scene, misbehave) => scene.guard({ introspector: scene.introspector(storeOf('put', misbehave)) }), 'opaque', true],
  'store.get of a verifier': [(scene, misbehave) => scene.guard({ verifier: scene.verifier(storeOf('get', misbehave)) }), 'jwt', true],
  proof: [(scene, misbehave) => hasty(scene, { proof: misbehave }), 'bound'],
  principal: [(scene, misbehave) => hasty(scene, { principal: misbehave }), 'opaque'],
};

/** Node meets everything; elsewhere a part of it. */
const isNode = globalThis.process?.release?.name === 'node' && !globalThis.Bun && !globalThis.Deno;
const share = isNode ? 1 : 5;

const survives = (make, kind, isHarmless) => async (scene) => {
  const tokens = {
    opaque: () => scene.opaque(),
    bound: () => scene.opaque({ cnf: { jkt: 'x' } }),
    jwt: () => scene.jwt(),
  };
  const each = Object.entries(misbehaviours).filter((_, index) => index % share === 0);
  await Promise.all(
    each.map(async ([what, misbehave]) => {
      const token = await tokens[kind]();
      const { value, error } = await within(LATEST_MS, make(scene, () => misbehave()).authorize(request(`Bearer ${token}`)), what);
      if (isHarmless) return ok(value, `${what}: ${error?.stack}`);
      if (value) return undefined;
      ok(error instanceof scene.OAuth2Error, `${what}: ${String(error)}`);
      ok([401, 403, 503].includes(error.response.status), `${what}: ${error.response.status}`);
      ok(!(await error.response.text()).includes('MARKER'), what);
    }),
  );
  // Nobody else is worse off.
  equal((await scene.guard().authorize(request(`Bearer ${scene.opaque({ sub: 'ada' })}`))).subject, 'ada');
  return undefined;
};

export const strangers = {
  ...Object.fromEntries(Object.entries(places).map(([place, row]) => [`${place} may do anything`, survives(...row)])),

  'a proof that gives what is not true refuses': async (scene) => {
    for (const given of [undefined, null, 0, '', 'yes', 1, {}, []]) {
      const one = scene.guard({ proof: () => given });
      const { error } = await within(LATEST_MS, one.authorize(request(`Bearer ${scene.opaque({ cnf: { jkt: 'x' } })}`)), String(given));
      ok(error, `${JSON.stringify(given)} was taken for a proof`);
    }
  },

  'fetch may answer with anything': async (scene) => {
    const answers = [
      () => new Response('{"active":true}', { status: 204 === 0 ? 204 : 206 }),
      () => new Response(null, { status: 204 }),
      () => ({ ok: true, status: 200, headers: new Headers(), text: async () => '{"active":true}' }),
      () => ({ ok: true, status: 200, json: async () => ({ active: true }) }),
      () => ({ status: 200 }),
      () => Response.error(),
      () => new Response('{"active":true}', { headers: { 'content-type': 'text/html' } }),
    ];
    for (const answer of answers) {
      const one = scene.introspector({ fetch: async () => answer(), timeoutMs });
      const { value, error } = await within(LATEST_MS, one.introspect(scene.opaque()), String(answer));
      ok(value?.active === true || error instanceof scene.OAuth2Error, `${answer}: ${error?.stack}`);
    }
  },

  'a request whose headers throw is an error that is ours': async (scene) => {
    for (const odd of [new Proxy({}, traps), { headers: new Proxy({}, traps) }, { headers: { get: hostile } }]) {
      const { error } = await within(LATEST_MS, scene.guard().authorize(odd), 'it');
      ok(error, 'it was taken');
      ok(error instanceof scene.OAuth2Error, String(error?.stack));
    }
  },

  'options that are proxies and getters are read once': async (scene) => {
    let reads = 0;
    const options = scene.introspection();
    const { introspectionUrl } = options;
    Object.defineProperty(options, 'introspectionUrl', {
      enumerable: true,
      get() {
        reads += 1;
        return reads === 1 ? introspectionUrl : 'https://evil.example/';
      },
    });
    const one = new scene.TokenIntrospector(options);
    equal((await one.introspect(scene.opaque())).active, true);
  },

  'methods may be passed on': async (scene) => {
    const { authorize } = scene.guard();
    const outcome = await within(LATEST_MS, (async () => authorize(request(`Bearer ${scene.opaque()}`)))(), 'it');
    ok(outcome.value || outcome.error, 'it ends');
  },
};
