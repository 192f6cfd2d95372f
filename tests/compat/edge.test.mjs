// The entries that are made of an OAuth2Client, where they are meant to run: what they cost, and in workerd what they do.
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, describe, test } from 'node:test';
import { json, listen } from '../runtimes/http.mjs';
import { compatibilityDates, startWorkerd } from '../runtimes/workerd.mjs';
import { bundle, modules } from './bundle.mjs';
import { startNodeOAuth2Server } from './node-oauth2-server.mjs';
import { installPackage } from './package.mjs';

/** The minified bytes that an entry adds to an OAuth2Client, at most. */
const SIZE_BUDGETS = { ballerina: 12_500, 'integration-app': 8_500, lowdefy: 6_000, workato: 12_000 };

/** Of the client's own files, which are there anyhow, those that it uses beside what all do. */
const SHARED = { ballerina: ['url'], lowdefy: ['url'], workato: ['response', 'url'] };

const { project } = await installPackage('compat-edge');
const esm = { format: 'esm', conditions: ['workerd', 'worker', 'browser'] };

for (const [name, budget] of Object.entries(SIZE_BUDGETS)) {
  test(`compat/${name} is small, and alone`, async (t) => {
    const entry = `export * from './node_modules/edge-oauth2/compat/${name}.js';`;
    const { files, inputs } = await bundle(project, entry, { ...esm, minify: true, external: ['edge-oauth2', 'edge-oauth2/inbound'] });
    const shared = ['error', 'fields', ...(SHARED[name] ?? [])].map((file) => `face/${file}.js`);
    const others = inputs.filter((input) => !input.startsWith(`compat/${name}`));
    assert.deepEqual(others.sort(), ['<stdin>', 'compat/common.js', ...shared].sort());
    const size = files[0].contents.length;
    t.diagnostic(`compat/${name}: ${size} bytes, minified`);
    assert.ok(size <= budget, `${size} bytes are more than the budget of ${budget}`);
  });

  test(`compat/${name} costs nothing where it is not used`, async () => {
    const { files } = await bundle(project, `import 'edge-oauth2/compat/${name}';`, { ...esm, logLevel: 'error' });
    assert.equal(files[0].text.replace(/^\/\/.*\n/gm, '').trim(), '');
  });
}

test('compat/ballerina loads what checks credentials for those who check them', async () => {
  const wasmOf = async (names) => {
    const { files } = await bundle(project, `export { ${names} } from 'edge-oauth2/compat/ballerina';`, { ...esm, assetNames: '[name]' });
    const code = files.find(({ path }) => path.endsWith('.js')).text;
    return files.map(({ path }) => basename(path)).filter((name) => name.endsWith('.wasm') && code.includes(name)).sort();
  };
  const [outbound, inbound] = ['edge_oauth2_bg.wasm', 'edge_oauth2_inbound_bg.wasm'];
  assert.deepEqual(await wasmOf('ClientOAuth2Provider, OutboundOAuth2Provider'), [outbound]);
  // Which may ask with a token of a grant configuration.
  assert.deepEqual(await wasmOf('ListenerOAuth2Provider'), [outbound, inbound]);
  assert.deepEqual(await wasmOf('ListenerOAuth2Handler'), [outbound, inbound]);
});

for (const entry of ['edge-oauth2', 'edge-oauth2/slim', 'edge-oauth2/cloudflare']) {
  test(`${entry} has nothing of them`, async () => {
    const { inputs } = await bundle(project, `export * from '${entry}';`, esm);
    assert.deepEqual(inputs.filter((name) => name.startsWith('compat/')), []);
  });
}

const client = { id: 'edge', secret: 'MARKER-secret' };
const server = await startNodeOAuth2Server({ clients: [client], users: [{ username: 'ada', password: 'lovelace' }] });
after(server.close);

/** In front of the real server: counts grants, takes JSON too, and is the API that wants the tokens. */
let grants = 0;
const front = await listen(async (request, response) => {
  if (request.url !== '/token') {
    const user = await server.introspect(request.headers.authorization?.replace('Bearer ', ''));
    return json(response, user ?? {}, user ? 200 : 401);
  }
  grants += 1;
  const { 'content-type': type, authorization } = request.headers;
  const given = await text(request);
  const body = type === 'application/json' ? new URLSearchParams(JSON.parse(given)) : given;
  const headers = { 'content-type': 'application/x-www-form-urlencoded', ...(authorization && { authorization }) };
  const answer = await fetch(server.tokenUrl, { method: 'POST', headers, body });
  return json(response, await answer.json(), answer.status);
});
after(front.close);

/** Credentials as they are kept of a user, which the API does not know any more. */
async function stale() {
  const answer = await fetch(server.tokenUrl, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client.id}:${client.secret}`)}` },
    body: new URLSearchParams({ grant_type: 'password', username: 'ada', password: 'lovelace', scope: 'read' }),
  });
  return { ...(await answer.json()), access_token: 'stale' };
}

/** What is at the top level of the Worker's module, where nothing may be awaited; and how it asks who it is. */
const workers = {
  lowdefy: () => `
    import { connection } from 'edge-oauth2/compat/lowdefy';
    const auth = { tokenUrl: '${front.url}/token', clientId: '${client.id}', clientSecret: '${client.secret}' };
    const api = connection({ baseURL: '${front.url}', auth });
    const me = () => api.request({ url: '/me' });`,
  ballerina: () => `
    import { ClientOAuth2Provider } from 'edge-oauth2/compat/ballerina';
    const config = { tokenUrl: '${front.url}/token', clientId: '${client.id}', clientSecret: '${client.secret}' };
    const provider = new ClientOAuth2Provider(config, { baseUrl: '${front.url}' });
    const me = async () => (await provider.fetch('/me')).json();`,
  workato: () => `
    import { connection } from 'edge-oauth2/compat/workato';
    const definition = {
      authorization: {
        type: 'custom_auth',
        async acquire({ id, secret }) {
          const { access_token } = await this.post('/token')
            .payload({ grant_type: 'client_credentials' })
            .user(id)
            .password(secret)
            .request_format_www_form_urlencoded();
          return { access_token };
        },
        refresh_on: [401],
        apply({ access_token }) {
          this.headers({ Authorization: 'Bearer ' + access_token });
        },
      },
      base_uri: () => '${front.url}',
      test() {
        return this.get('/me');
      },
    };
    const one = connection(definition, ${JSON.stringify(client)});
    const me = () => one.test();`,
  'integration-app': async () => `
    import { oauth2Connection } from 'edge-oauth2/compat/integration-app';
    const connection = oauth2Connection({
      auth: {
        getOAuthConfig: {
          clientId: { $var: 'connectorParameters.id' },
          clientSecret: { $var: 'connectorParameters.secret' },
          tokenUri: '${front.url}/token',
        },
        makeApiClient: { baseUri: '${front.url}' },
        test: ({ apiClient }) => apiClient.get('/me'),
      },
      connectorParameters: ${JSON.stringify(client)},
      credentials: ${JSON.stringify(await stale())},
    });
    const me = () => connection.test();`,
};

for (const compatibilityDate of compatibilityDates) {
  describe(`workerd ${compatibilityDate}`, () => {
    for (const [name, source] of Object.entries(workers)) {
      test(`compat/${name}: one grant for all requests`, async () => {
        const worker = `${await source()}
          export default { fetch: async () => Response.json(await me().catch((error) => ({ error: String(error) }))) };`;
        const { files } = await bundle(project, worker, esm);
        const { url, close, output } = await startWorkerd([{ name, compatibilityDate, modules: modules(files) }]);
        try {
          grants = 0;
          const ask = async () => (await fetch(url)).json();
          const users = await Promise.all(Array.from({ length: 10 }, ask));
          users.push(await ask());
          const who = name === 'integration-app' ? { username: 'ada', scope: 'read' } : { username: client.id, scope: '' };
          assert.deepEqual(users, users.map(() => who));
          assert.equal(grants, 1);
          assert.ok(!output.join('').includes('MARKER'), output.join(''));
        } finally {
          await close();
        }
      });
    }
  });
}
