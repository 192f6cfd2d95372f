// What keeps tenants apart: functions, names that are made in the place of functions, and texts that are cut.
import { equal, ok, throws } from '../assert.mjs';

/** Half of the pair that is one character. */
const HALF = '\ud83d';

export const separation = {
  'clients that differ only in fetch share no token': async ({ client, grants }) => {
    const send = (input, init) => fetch(input, init);
    // As service and mTLS bindings are.
    const [blue, green] = [{ fetch: send }, { fetch: send }];
    const get = async (options) => (await client(options).getToken()).accessToken;
    const tokens = [await get({}), await get({ fetch: send }), await get({ fetch: blue }), await get({ fetch: green })];
    equal(new Set(tokens).size, 4, 'tokens');
    equal([await get({ fetch: send }), await get({ fetch: blue }), await get({ fetch: green })], tokens.slice(1), 'the same again');
    equal(await get({ fetch: globalThis.fetch }), tokens[0], 'the host’s own is no difference');
    equal(await grants(), 4, 'grants');
  },

  'fetch made anew with every client shares by an identity': async ({ client, grants }) => {
    const get = () => client({ fetch: (...request) => fetch(...request), identity: 'by the host' }).getToken();
    for (let call = 0; call < 5; call += 1) await get();
    equal(await grants(), 1, 'grants');
  },

  'functions made anew with every client are told, once': ({ client }) => {
    const { warn } = console;
    const said = [];
    console.warn = (...words) => said.push(words.join(' '));
    try {
      for (let made = 0; made < 30; made += 1) client({ fetch: (...request) => fetch(...request), clientSecret: () => 'a secret of ours' });
      const once = (...request) => fetch(...request);
      for (let made = 0; made < 30; made += 1) client({ fetch: once, scopes: 'once' });
    } finally {
      console.warn = warn;
    }
    equal(said.length, 1, said.join('\n'));
    ok(said[0].includes('clientSecret, fetch') && said[0].includes('identity'), said[0]);
  },

  'with a store, fetch wants an identity': async ({ client }) => {
    const send = (input, init) => fetch(input, init);
    for (const given of [send, { fetch: send }]) {
      const error = await throws(() => client({ fetch: given, store: new Map() }), { code: 'invalid_option' });
      ok(error.message.startsWith('identity') && error.message.includes('fetch'), error.message);
      client({ fetch: given, store: new Map(), identity: 'mine' });
    }
    client({ fetch: globalThis.fetch, store: new Map() });
  },

  'no identity that a user writes is one that was made for functions': async ({ client, grants }) => {
    const hook = (_, next) => next();
    const token = await client({ hooks: { tokenRequest: hook } }).getToken();
    const guesses = Array.from({ length: 60 }, (_, number) => [`functions hooks.tokenRequest ${number}`, `["hooks.tokenRequest ${number}"]`]).flat();
    for (const identity of guesses) {
      const one = client({ hooks: { tokenRequest: () => ({ access_token: 'another' }) }, identity });
      equal((await one.getToken()).accessToken, 'another', identity);
    }
    equal((await client({ hooks: { tokenRequest: hook } }).getToken()).accessToken, token.accessToken);
    equal(await grants(), 1, 'grants');
  },

  'what an issuer says by one fetch is not believed by another': async ({ OAuth2Client, issuer, clients, tokenEndpoint, behave, tokenRequests }) => {
    await behave({ status: 200, body: '{"access_token":"a","expires_in":3600}' });
    const { id: clientId, secret: clientSecret } = clients.header;
    const options = { issuer, clientId, clientSecret };
    const asked = [];
    // What answers there names another token endpoint for the same issuer.
    const elsewhere = async (input, init) => {
      asked.push(String(input));
      if (!String(input).includes('.well-known')) return await fetch(input, init);
      const body = { issuer, token_endpoint: `${tokenEndpoint}/token` };
      return new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } });
    };
    await new OAuth2Client({ ...options, fetch: elsewhere }).getToken();
    equal((await tokenRequests()).length, 1, 'requests there');
    await new OAuth2Client(options).getToken();
    equal((await tokenRequests()).length, 1, 'requests there, afterwards');
    equal(asked.filter((url) => url.includes('.well-known')).length, 1, 'discovery');
  },

  'a text with half a character is refused, and named': async ({ client, options }) => {
    const rows = [
      [{ clientId: HALF }, 'clientId'],
      [{ clientSecret: HALF }, 'clientSecret'],
      [{ identity: HALF }, 'identity'],
      [{ scopes: [HALF] }, 'scopes'],
      [{ endpointParams: { audience: HALF } }, 'endpointParams.audience'],
      [{ endpointParams: { [HALF]: 'x' } }, 'endpointParams'],
      [{ refreshParams: { audience: `x${HALF}` } }, 'refreshParams.audience'],
      [{ headers: { 'x-tenant': HALF } }, 'headers.x-tenant'],
      [{ resource: HALF }, 'resource'],
      [{ grant: 'password', username: 'ada', password: `${HALF}pass` }, 'password'],
      [{ grant: `urn:${HALF}` }, 'grant'],
      [{ grant: 'refresh_token', refreshToken: HALF }, 'refreshToken'],
      [{ grant: 'token', token: { access_token: 'a', refresh_token: HALF } }, 'refreshToken'],
      [{ sealKey: `${HALF}key` }, 'sealKey'],
      [{ previousSealKeys: [HALF] }, 'previousSealKeys'],
      [{ storePrefix: HALF }, 'storePrefix'],
      [{ tokenMapping: { accessToken: HALF } }, 'tokenMapping'],
      [{ privateKey: { key: { kty: 'OKP', crv: 'Ed25519', x: 'x', d: 'd' }, kid: HALF }, clientAuth: 'private_key_jwt', clientSecret: undefined }, 'privateKey.kid'],
    ];
    for (const [given, name] of rows) {
      const error = await throws(() => client(given), { code: 'invalid_option' });
      ok(error.message.startsWith(`${name} `) || error.message.startsWith(`${name}.`), `${name}: ${error.message}`);
      ok(error.message.includes('well-formed'), error.message);
    }
    const signing = { grant: 'jwt_bearer', clientSecret: undefined, privateKey: { key: { kty: 'OKP', crv: 'Ed25519', x: 'x', d: 'd' } } };
    for (const claims of [{ scope: HALF }, { deep: [{ [HALF]: 1 }] }]) {
      const error = await throws(() => client({ ...signing, assertion: { claims } }), { code: 'invalid_option' });
      ok(error.message.startsWith('assertion.claims.'), error.message);
    }
    client({ ...signing, assertion: { claims: { scope: String.raw`\ud83d`, whole: '😀' } } });
    client({ clientId: '😀', identity: '😀', endpointParams: { '😀': '😀' } });
    for (const call of [{ scopes: HALF }, { endpointParams: { audience: HALF } }]) {
      const error = await client().getToken(call).then(() => undefined, (reason) => reason);
      equal(error?.code, 'invalid_option', JSON.stringify(options(call)));
    }
  },
};
