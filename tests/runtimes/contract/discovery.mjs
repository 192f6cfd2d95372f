// Where the endpoints of an issuer are: its metadata (RFC 8414, OpenID Connect Discovery).
import { equal, ok, rejects, throws } from '../assert.mjs';

let issuers = 0;

/**
 * An issuer that nobody has asked before, behind a fetch of its own: `documents` are what it says at its well-known
 * URLs, by their beginning; `asked` are the URLs that were asked for.
 */
function issuerOf({ tokenEndpoint }, documents) {
  // On this machine, as its endpoints are.
  const issuer = `http://issuer-${(issuers += 1)}-${Date.now()}.localhost/tenant`;
  const asked = [];
  const metadata = { issuer, token_endpoint: `${tokenEndpoint}/token` };
  return {
    issuer,
    asked,
    metadata,
    async fetch(url, init) {
      if (!url.startsWith('http://issuer-')) return await fetch(url, init);
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

  'a first document that is no good is not the end': async (scene) => {
    for (const bad of [502, 429, [], {}, { issuer: 'https://another.example' }, { token_endpoint: 'https://a.example' }]) {
      const server = issuerOf(scene, (metadata) => ({ [OAUTH]: bad, [OPENID]: metadata }));
      await clientOf(scene, server).getToken();
      equal(server.asked, [OAUTH, OPENID]);
    }
  },

  'an endpoint that is not used may be anything': async (scene) => {
    await scene.behave({ status: 200, body: '{"access_token":"a"}' });
    for (const bad of ['/revoke', '', 'http://a.example/', 7, {}]) {
      const server = issuerOf(scene, (metadata) => ({ [OAUTH]: { ...metadata, revocation_endpoint: bad, authorization_endpoint: bad } }));
      const client = clientOf(scene, server);
      await client.getToken();
      const error = await rejects(client.revoke(), { code: 'discovery_failed' });
      ok(error.message.includes('revocation_endpoint') && error.message.includes('revocationUrl'), error.message);
      await clientOf(scene, server, { revocationUrl: `${scene.tokenEndpoint}/token` }).revoke();
    }
  },

  'an issuer beside URLs is asked for what they do not say': async (scene) => {
    await scene.behave({ status: 200, body: '{"access_token":"a"}' });
    const server = issuerOf(scene, (metadata) => ({ [OAUTH]: { issuer: metadata.issuer, revocation_endpoint: metadata.token_endpoint } }));
    const client = clientOf(scene, server, { tokenUrl: `${scene.tokenEndpoint}/token` });
    await client.getToken();
    equal(server.asked, []);
    await client.revoke();
    equal((await scene.tokenRequests()).length, 2, 'a grant and a revocation');
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
      [(metadata) => ({ [OAUTH]: { ...metadata, token_endpoint: 'http://a.example/token' } }), 'must use https', false],
      [() => ({ [OAUTH]: [], [OPENID]: 502 }), `${OAUTH}: status 200, but without a JSON object`, true],
    ];
    for (const [documents, words, retryable] of rows) {
      const server = issuerOf(scene, documents);
      const error = await rejects(clientOf(scene, server, { timeoutMs: 2_000 }).getToken(), { code: 'discovery_failed', retryable });
      ok(error.message.includes(words) && error.message.includes('tokenUrl'), error.message);
    }
    equal((await scene.tokenRequests()).length, 0);
  },

  'http: to this machine is not what an issuer elsewhere says': async ({ client }) => {
    const issuer = `https://issuer-${Date.now()}.example`;
    const sent = [];
    const fetch = async (url) => {
      sent.push(url);
      return Response.json(url.includes('.well-known') ? { issuer, token_endpoint: 'http://localhost/token' } : { access_token: 'a' });
    };
    const given = { tokenUrl: undefined, issuer, fetch };
    const error = await rejects(client(given).getToken(), { code: 'discovery_failed' });
    ok(error.message.includes('must use https'), error.message);
    ok(sent.every((url) => url.startsWith(issuer)), `${sent}`);
    await client({ ...given, allowInsecureRequests: true }).getToken();
    equal(sent.at(-1), 'http://localhost/token');
  },

  'a client is given one or the other': async ({ client, OAuth2Client, issuer }) => {
    const named = async (options, name) => {
      const error = await throws(() => options(), { code: 'invalid_option' });
      ok(error.message.startsWith(`${name} `), error.message);
    };
    await named(() => new OAuth2Client({ clientId: 'a', clientSecret: 'b' }), 'tokenUrl');
    ok(client({ issuer }), 'or both');
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
