// A wrong option is an error that names it, and what was probably meant.
import { ok, rejects } from '../assert.mjs';

const rows = [
  // What is given, and what the message must say.
  [{ tokenUrl: undefined }, 'tokenUrl'],
  [{ tokenUrl: 'not a url' }, 'tokenUrl'],
  [{ tokenUrl: '/oauth/token' }, 'tokenUrl'],
  [{ tokenUrl: 'ftp://auth.example/token' }, 'tokenUrl'],
  [{ clientId: undefined }, 'clientId'],
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
  [{ apply: {} }, 'apply'],
  [{ apply: 'Token' }, 'apply', 'function'],
  [{ refreshOn: 401 }, 'refreshOn', 'array'],
  [{ refreshOn: new Set([401]) }, 'refreshOn', 'array'],
  [{ refreshOn: [''] }, 'refreshOn', 'empty'],
  [{ refreshOn: [401.5] }, 'refreshOn'],
  [{ refreshOn: [99] }, 'refreshOn', '300'],
  [{ refreshOn: [600] }, 'refreshOn', '599'],
  [{ refreshOn: [200] }, 'refreshOn', 'detectOn'],
  [{ refreshOn: [null] }, 'refreshOn', 'null'],
  [{ refreshOn: [[401]] }, 'refreshOn'],
  [{ refreshOn: [{ status: 401 }] }, 'refreshOn'],
  [{ detectOn: /expired/ }, 'detectOn', 'array'],
  [{ detectOn: [''] }, 'detectOn', 'empty'],
  [{ detectOn: [401] }, 'detectOn', 'refreshOn'],
  [{ detectOn: [true] }, 'detectOn'],
  [{ apiHeaders: 'x-key: 1' }, 'apiHeaders', 'object'],
  [{ apiHeaders: null }, 'apiHeaders'],
  [{ apiHeaders: { Authorization: 'Token x' } }, 'apiHeaders.Authorization', 'apply'],
  [{ apiHeaders: new Headers({ authorization: 'x' }) }, 'apiHeaders.authorization'],
  [{ apiHeaders: { 'Content-Type': 'text/x' } }, 'apiHeaders.Content-Type'],
  [{ apiHeaders: { host: 'x' } }, 'apiHeaders.host'],
  [{ apiHeaders: { 'not a name': 'x' } }, 'apiHeaders'],
  [{ apiHeaders: { '': 'x' } }, 'apiHeaders'],
  [{ apiHeaders: { 'x-key': 'a\r\nx-other: b' } }, 'apiHeaders.x-key'],
  [{ apiHeaders: { 'x-key': '\u20ac' } }, 'apiHeaders.x-key'],
  [{ apiHeaders: { 'x-key': null } }, 'apiHeaders.x-key', 'null'],
  [{ apiHeaders: { 'x-key': {} } }, 'apiHeaders.x-key'],
  [{ detecton: [] }, 'detecton', 'detectOn'],
  [{ refresh_on: [] }, 'refresh_on', 'refreshOn'],
  [{ tokenURL: 'x' }, 'tokenURL', 'tokenUrl'],
  [{ client_id: 'x' }, 'client_id', 'clientId'],
  [{ clientSecrte: 'x' }, 'clientSecrte', 'clientSecret'],
  [{ scope: 'read' }, 'scope', 'scopes'],
  [{ timeout: 10 }, 'timeout', 'timeoutMs'],
  [{ unheardOf: 1 }, 'unheardOf'],
];

const insecure = ['auth.example', '10.0.0.1', '127.0.0.1.example', 'localhost.example', '[::2]'];
const loopback = ['localhost', 'a.localhost', '127.1.2.3', '[::1]'];

export const options = {
  'a wrong or misspelt option is named': async ({ client }) => {
    for (const [overrides, ...words] of rows) {
      const error = await rejects((async () => client(overrides))(), { code: 'invalid_option' });
      for (const word of words) {
        const said = error.message.toLowerCase().includes(word.toLowerCase());
        ok(said, `${JSON.stringify(overrides)}: '${word}' in: ${error.message}`);
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
