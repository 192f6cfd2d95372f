// Where the endpoints of an issuer are: its metadata (RFC 8414, OpenID Connect Discovery).
import { equal, ok, rejects, throws } from '../assert.mjs';

let issuers = 0;

/**
 * An issuer that nobody has asked before, behind a fetch of its own: `documents` are what it says at its well-known
 * URLs, by their beginning; `asked` are the URLs that were asked for.
 */
function issuerOf({ tokenEndpoint }, documents) {
  const issuer = `https://issuer-${(issuers += 1)}-${Date.now()}.example/tenant`;
  const asked = [];
  const metadata = { issuer, token_endpoint: `${tokenEndpoint}/token` };
  return {
    issuer,
    asked,
    metadata,
    async fetch(url, init) {
      if (!url.startsWith('https://issuer-')) return await fetch(url, init);
      asked.push(new URL(url).pathname);
      const [, document] = Object.entries(documents(metadata)).find(([path]) => new URL(url).pathname === path) ?? [];
      if (typeof document === 'number') return new Response('', { status: document });
      return document ? Response.json(document) : new Response('<html>', { status: 404 });
    },
  };
}

const clientOf = ({ client }, { issuer, fetch }, overrides) => client({ tokenUrl: undefined, issuer, fetch, ...overrides });

const OAUTH = '/.well-known/oauth-authorization-server/tenant';
const OPENID = '/.well-known/openid-configuration/tenant';
const OPENID_OLD = '/tenant/.well-known/openid-configuration';

export const discovery = {
  'a real issuer needs no other URL': async ({ OAuth2Client, clients, issuer }) => {
    const client = new OAuth2Client({ issuer, clientId: clients.header.id, clientSecret: clients.header.secret });
    const token = await client.getToken();
    await client.revoke();
    ok((await client.getToken()).accessToken !== token.accessToken, 'the revocation endpoint is known too');
  },

  'the well-known URLs are asked in their order': async (scene) => {
    for (const [path, asked] of [[OAUTH, [OAUTH]], [OPENID, [OAUTH, OPENID]], [OPENID_OLD, [OAUTH, OPENID, OPENID_OLD]]]) {
      const server = issuerOf(scene, (metadata) => ({ [path]: metadata }));
      await clientOf(scene, server).getToken();
      equal(server.asked, asked);
    }
  },

  'an issuer is asked once, whoever asks': async (scene) => {
    const server = issuerOf(scene, (metadata) => ({ [OAUTH]: metadata }));
    const scopes = ['read', 'write', 'read write'];
    await Promise.all(scopes.map((scopes) => clientOf(scene, server, { scopes }).getToken()));
    await clientOf(scene, server, { scopes: [] }).getToken();
    equal([server.asked, await scene.grants()], [[OAUTH], 4]);
  },

  'the style of authentication is the one it names': async (scene) => {
    const server = issuerOf(scene, (metadata) => ({
      [OAUTH]: { ...metadata, token_endpoint_auth_methods_supported: ['client_secret_post'] },
    }));
    const { id: clientId, secret: clientSecret } = scene.clients.body;
    await clientOf(scene, server, { clientAuth: 'auto', clientId, clientSecret }).getToken();
    equal((await scene.tokenRequests()).length, 1);
  },

  'an issuer that cannot be used is an error that says why': async (scene) => {
    const rows = [
      [() => ({}), 'status 404', false],
      [() => ({ [OAUTH]: 503 }), 'status 503', true],
      [(metadata) => ({ [OAUTH]: { ...metadata, issuer: 'https://another.example' } }), 'https://another.example', false],
      [(metadata) => ({ [OAUTH]: { ...metadata, token_endpoint: '/token' } }), 'token_endpoint', false],
    ];
    for (const [documents, words, retryable] of rows) {
      const server = issuerOf(scene, documents);
      const error = await rejects(clientOf(scene, server, { timeoutMs: 2_000 }).getToken(), { code: 'discovery_failed', retryable });
      ok(error.message.includes(words) && error.message.includes('tokenUrl'), error.message);
    }
    equal((await scene.tokenRequests()).length, 0);
  },

  'a client is given one or the other': async ({ client, OAuth2Client, issuer }) => {
    const named = async (options, name) => {
      const error = await throws(() => options(), { code: 'invalid_option' });
      ok(error.message.startsWith(`${name} `), error.message);
    };
    await named(() => client({ issuer }), 'issuer');
    await named(() => new OAuth2Client({ clientId: 'a', clientSecret: 'b' }), 'tokenUrl');
    for (const issuer of ['', 7, 'issuer.example', 'https://a.example/?x', 'https://a.example/#x', 'https://u:p@a.example']) {
      await named(() => client({ tokenUrl: undefined, issuer }), 'issuer');
    }
    for (const name of ['authorizationUrl', 'revocationUrl']) {
      for (const value of ['', 7, '/path', 'https://a.example/#x', 'https://u:p@a.example']) {
        await named(() => client({ [name]: value }), name);
      }
    }
    await named(() => client({ skipPkce: 'yes' }), 'skipPkce');
  },
};
