// An option that is given and undefined, as `env.CLIENT_SECRET` is where no such secret is set.
import { equal, ok, rejects, throws } from '../assert.mjs';

/** Options, and which of them has to be named. */
const rows = [
  [{ clientSecret: undefined }, 'clientSecret'],
  [{ clientId: undefined }, 'clientId'],
  [{ clientId: undefined, clientSecret: undefined }, 'clientId'],
  [{ tokenUrl: undefined }, 'tokenUrl'],
  [{ grant: 'password', username: 'a', password: undefined }, 'password'],
  [{ grant: 'refresh_token', refreshToken: undefined }, 'refreshToken'],
  [{ grant: 'jwt_bearer', assertion: undefined }, 'assertion'],
  [{ grant: 'token', token: undefined }, 'token'],
  [{ clientAuth: 'none', clientSecret: undefined, store: new Map(), sealKey: undefined }, 'sealKey'],
];

/** The same of options that some entries leave out. */
const signingRows = [
  [{ clientAuth: 'private_key_jwt', clientSecret: undefined, privateKey: { key: undefined } }, 'privateKey.key'],
  [{ clientAuth: 'private_key_jwt', clientSecret: undefined, privateKey: undefined }, 'privateKey'],
];

/** What a client offers that needs its options. */
const calls = [
  (client) => client.getToken(),
  (client) => client.authorizationHeader(),
  (client) => client.fetch('/echo'),
  (client) => client.getToken({ scopes: 'other' }),
  (client) => client.getToken({ forceRefresh: true }),
  (client) => client.warm(),
  (client) => client.invalidate(),
];

/** As applications are built: their modules run where there are no secrets. */
const isBuilt = (scene, overrides) => scene.client(overrides);

function isNamed(error, name) {
  ok(error.message.startsWith(`${name} is given, but undefined`), error.message);
  equal([error.code, error.retryable], ['invalid_option', false]);
}

export const unsetOptions = {
  'a client is made without what it needs, and every call names it': async (scene) => {
    for (const [overrides, name] of scene.leftOut.length === 0 ? [...rows, ...signingRows] : rows) {
      const client = isBuilt(scene, overrides);
      equal(client.stats(), { l1_hit: 0 });
      for (const call of calls) isNamed(await rejects(call(client), { code: 'invalid_option' }), name);
      const { ok: isFine, stage, error } = await client.test('/echo');
      equal([isFine, stage], [false, 'configuration']);
      isNamed(error, name);
    }
    equal(await scene.tokenRequests(), []);
  },

  'the message names all that is undefined': async ({ client }) => {
    for (const [overrides, start] of [
      [{ clientSecret: undefined }, 'clientSecret is given, but undefined: is'],
      [{ clientId: undefined, clientSecret: undefined }, 'clientId is given, but undefined, and so is clientSecret: is'],
      [{ tokenUrl: undefined, clientId: undefined, clientSecret: undefined }, 'tokenUrl is given, but undefined, and so are clientId, clientSecret: is'],
    ]) {
      const { message } = await rejects(client(overrides).getToken());
      ok(message.startsWith(start), message);
    }
  },

  'the message says where secrets are set': async ({ client }) => {
    const { message } = await rejects(client({ clientSecret: undefined }).getToken());
    const places = { workerd: /wrangler secret put/, deno: /--allow-env/, 'edge-light': /vercel env/, other: /process\.env/ };
    const { navigator, EdgeRuntime, Deno } = globalThis;
    const isWorkerd = typeof WebSocketPair === 'function' || navigator?.userAgent === 'Cloudflare-Workers';
    const platform = isWorkerd ? 'workerd' : EdgeRuntime ? 'edge-light' : Deno ? 'deno' : 'other';
    ok(places[platform].test(message), `${platform}: ${message}`);
  },

  'what is left out, wrong or empty is thrown at once': async ({ client, OAuth2Client, options }) => {
    const { clientSecret, ...others } = options();
    const leftOut = throws(() => new OAuth2Client(others), { code: 'invalid_option' });
    ok((await leftOut).message.startsWith('clientSecret is required'), 'left out');
    for (const [overrides, start] of [
      [{ clientSecret: undefined, scopes: 7 }, 'scopes must be'],
      [{ clientSecret: undefined, scpoes: 'a' }, 'scpoes is not an option'],
      [{ clientSecret: null }, 'clientSecret must be a string or a function that gives one, not null'],
      [{ clientSecret: '' }, 'clientSecret must not be empty: is what it is read from set?'],
      [{ clientId: '' }, 'clientId must not be empty: is what it is read from set?'],
      [{ tokenUrl: '' }, 'tokenUrl must not be empty: is what it is read from set?'],
    ]) {
      const { message } = await throws(() => client(overrides), { code: 'invalid_option' });
      ok(message.startsWith(start), message);
    }
  },

  'what a client can do without may be undefined': async ({ client }) => {
    const without = { scopes: undefined, issuer: undefined, sealKey: undefined, baseUrl: undefined, privateKey: undefined };
    ok((await client(without).getToken()).accessToken, 'a token');
  },

  'baseUrl is wanted by requests to the API only': async ({ client, baseUrl }) => {
    const one = client({ baseUrl: undefined });
    ok((await one.getToken()).accessToken, 'a token');
    isNamed(await rejects(one.fetch('/echo')), 'baseUrl');
    const { message } = await rejects(one.fetch(`${baseUrl}/echo`), { code: 'origin_not_allowed' });
    ok(message.includes('baseUrl is given, but undefined'), message);
    ok((await client({ baseUrl: undefined, allowedOrigins: [baseUrl] }).fetch(`${baseUrl}/echo`)).ok, 'another origin may see it');
    equal((await rejects(client({ baseUrl: undefined, allowedOrigins: [baseUrl] }).fetch('/echo'))).code, 'invalid_option');
  },

  'such a client has no token of another': async ({ client }) => {
    await client().getToken();
    await rejects(client({ clientSecret: undefined }).getToken(), { code: 'invalid_option' });
    ok((await client().getToken()).accessToken, 'whose own is there');
  },
};
