// A wrong option is an error that names it, and what was probably meant.
import { ok, rejects } from '../assert.mjs';

/** A valid client, but for what its assertion says. */
function signing(assertion) {
  const key = { kty: 'OKP', crv: 'Ed25519', x: 'x', d: 'd' };
  return { grant: 'jwt_bearer', clientSecret: undefined, privateKey: { key }, assertion };
}

const deep = (depth) => (depth === 0 ? 'x' : { deeper: deep(depth - 1) });

const rows = [
  // What is given, and what the message must say.
  [{ tokenUrl: undefined }, 'tokenUrl'],
  [{ tokenUrl: 'not a url' }, 'tokenUrl'],
  [{ tokenUrl: '/oauth/token' }, 'tokenUrl'],
  [{ tokenUrl: 'ftp://auth.example/token' }, 'tokenUrl'],
  [{ clientId: undefined }, 'clientId is required'],
  [{ clientId: 7 }, 'clientId'],
  [{ clientSecret: undefined }, 'clientSecret'],
  [{ clientSecret: '' }, 'clientSecret'],
  [{ clientAuth: 'basic' }, 'clientAuth', 'header'],
  [{ scopes: 'rea"d' }, 'scopes'],
  [{ scopes: ['read write', ''] }, 'scopes'],
  [{ scopes: 7 }, 'scopes'],
  [{ endpointParams: { grant_type: 'password' } }, 'endpointParams', 'grant_type'],
  [{ endpointParams: { client_secret: 'x' } }, 'endpointParams', 'client_secret'],
  [{ endpointParams: { scope: 'x' } }, 'endpointParams', 'scope'],
  [{ headers: { Authorization: 'x' } }, 'headers', 'authorization'],
  [{ headers: { 'content-type': 'x' } }, 'headers', 'content-type'],
  [{ headers: { 'not a name': 'x' } }, 'headers'],
  [{ expirySkewSeconds: -1 }, 'expirySkewSeconds'],
  [{ expirySkewSeconds: '10' }, 'expirySkewSeconds'],
  [{ defaultLifetimeSeconds: Number.NaN }, 'defaultLifetimeSeconds'],
  [{ timeoutMs: 0 }, 'timeoutMs'],
  [{ timeoutMs: Number.POSITIVE_INFINITY }, 'timeoutMs'],
  [{ waitUntil: 'x' }, 'waitUntil'],
  [{ baseUrl: 'api.example' }, 'baseUrl'],
  [{ allowedOrigins: 'https://a.example' }, 'allowedOrigins'],
  [{ allowedOrigins: ['a.example'] }, 'allowedOrigins'],
  [{ fetch: {} }, 'fetch'],
  [{ tokenURL: 'x' }, 'tokenURL', 'tokenUrl'],
  [{ client_id: 'x' }, 'client_id', 'clientId'],
  [{ clientSecrte: 'x' }, 'clientSecrte', 'clientSecret'],
  [{ scope: 'read' }, 'scope', 'scopes'],
  [{ timeout: 10 }, 'timeout', 'timeoutMs'],
  [{ unheardOf: 1 }, 'unheardOf'],
  [{ clientId: '' }, 'clientId'],
  [{ grant: 'jwt_bearer' }, 'assertion'],
  [{ grant: 'jwt_bearer', assertion: 7 }, 'assertion'],
  [{ grant: 'jwt_bearer', assertion: null }, 'assertion'],
  [{ grant: 'jwt_bearer', assertion: ['a.b.c'] }, 'assertion'],
  [{ grant: 'jwt_bearer', assertion: 'a.b.c', clientSecret: undefined, clientId: '' }, 'clientId'],
  [{ grant: 'password', username: 'a', password: 'b', assertion: {} }, 'assertion'],
  [{ grant: 'jwt_bearer', assertion: {} }, 'privateKey'],
  [signing({ sbject: 'x' }), 'assertion.sbject', 'assertion.subject'],
  [signing({ sub: 'x' }), 'assertion.sub'],
  [signing({ issuer: 7 }), 'assertion.issuer'],
  [signing({ issuer: '' }), 'assertion.issuer'],
  [signing({ subject: null }), 'assertion.subject'],
  [signing({ subject: 'a\n' }), 'assertion.subject'],
  [signing({ audience: ['a'] }), 'assertion.audience'],
  [signing({ lifetimeSeconds: 0 }), 'assertion.lifetimeSeconds'],
  [signing({ lifetimeSeconds: 3601 }), 'assertion.lifetimeSeconds'],
  [signing({ lifetimeSeconds: '60' }), 'assertion.lifetimeSeconds'],
  [signing({ claims: 'scope' }), 'assertion.claims'],
  [signing({ claims: [['scope', 'x']] }), 'assertion.claims'],
  [signing({ claims: { sub: 'x' } }), 'assertion.claims', 'assertion.subject'],
  [signing({ claims: { jti: 'x' } }), 'assertion.claims', 'jti'],
  [signing({ claims: { scope: null } }), 'assertion.claims.scope'],
  [signing({ claims: { scope: () => {} } }), 'assertion.claims.scope'],
  [signing({ claims: { level: Number.NaN } }), 'assertion.claims.level'],
  [signing({ claims: { big: 1n } }), 'assertion.claims.big'],
  [signing({ claims: { nested: deep(200) } }), 'assertion.claims'],
  [{ ...signing({ issuer: undefined }), clientId: undefined }, 'clientId'],
];

/** A bigint is no JSON. */
const inspected = (value) => JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? `${item}n` : item));

const insecure = ['auth.example', '10.0.0.1', '127.0.0.1.example', 'localhost.example', '[::2]'];
const loopback = ['localhost', 'a.localhost', '127.1.2.3', '[::1]'];

export const options = {
  'a wrong or misspelt option is named': async ({ client }) => {
    for (const [overrides, ...words] of rows) {
      const error = await rejects((async () => client(overrides))(), { code: 'invalid_option' });
      for (const word of words) {
        const said = error.message.toLowerCase().includes(word.toLowerCase());
        ok(said, `${inspected(overrides)}: '${word}' in: ${error.message}`);
      }
    }
  },

  'no options at all is an option error': async ({ OAuth2Client }) => {
    for (const given of [undefined, null, 'text', []]) {
      await rejects((async () => new OAuth2Client(given))(), { code: 'invalid_option' });
    }
  },

  'an option that is undefined is an option left out': async ({ client }) => {
    ok((await client({ timeoutMs: undefined, scopes: undefined }).getToken()).accessToken, 'a token');
  },

  'http: is for loopback hosts only': async ({ client }) => {
    for (const option of ['tokenUrl', 'baseUrl']) {
      for (const host of insecure) {
        const made = (async () => client({ [option]: `http://${host}/` }))();
        const error = await rejects(made, { code: 'invalid_option' });
        ok(error.message.includes(option), `${host}: ${error.message}`);
      }
      for (const host of loopback) client({ [option]: `http://${host}:8080/` });
    }
  },

  'a wrong option of a call is named': async ({ client }) => {
    for (const call of [
      (one) => one.getToken({ forcerefresh: true }),
      (one) => one.getToken({ signal: 'x' }),
    ]) {
      await rejects((async () => call(client()))(), { code: 'invalid_option' });
    }
  },
};
