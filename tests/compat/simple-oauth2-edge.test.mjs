// The entry where it is meant to run: bundled into a Worker and for the edge runtime, without the wasm.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { EdgeVM } from '@edge-runtime/vm';
import { compatibilityDates, startWorkerd } from '../runtimes/workerd.mjs';
import { bundle, modules } from './bundle.mjs';
import { startNodeOAuth2Server } from './node-oauth2-server.mjs';
import { installPackage } from './package.mjs';
import { startRecorder } from './recorder.mjs';

/** Of the entry alone, minified. */
const SIZE_BUDGET = 9_500;

const { project } = await installPackage('compat-simple-oauth2-edge');
const client = { id: 'edge', secret: 'edge-secret' };
const users = [{ username: 'ada', password: 'lovelace' }];
const server = await startNodeOAuth2Server({ clients: [client], users });
after(server.close);
const recorder = await startRecorder();
after(recorder.close);

test('the entry is small and alone', async (t) => {
  const entry = `export * from 'edge-oauth2/compat/simple-oauth2';`;
  const { files, inputs } = await bundle(project, entry, { format: 'esm', minify: true, conditions: ['workerd'] });
  const own = ['-boom', '-options', '-request', ''].map((part) => `compat/simple-oauth2${part}.js`);
  assert.deepEqual(inputs.sort(), ['<stdin>', ...own, ...['error', 'timers', 'url'].map((part) => `face/${part}.js`)]);
  assert.equal(files.length, 1);
  const size = files[0].contents.length;
  t.diagnostic(`compat/simple-oauth2: ${size} bytes, minified`);
  assert.ok(size <= SIZE_BUDGET, `${size} bytes are more than the budget of ${SIZE_BUDGET}`);
});

test('what is not used is not there', async () => {
  for (const used of ['edge-oauth2', 'edge-oauth2/compat/simple-oauth2']) {
    const { files } = await bundle(project, `import '${used}';`, { format: 'esm', conditions: ['browser'], logLevel: 'error' });
    assert.ok(!files[0].text.includes('simple-oauth2 "'), used);
  }
});

/** What the Worker does, and what it says of it. */
const worker = `
  import { AuthorizationCode, ClientCredentials, ResourceOwnerPassword } from 'edge-oauth2/compat/simple-oauth2';

  const client = ${JSON.stringify(client)};
  // At the top level of the module, where nothing may be awaited.
  const [oauth, password, code, recorded] = [
    new ClientCredentials({ client, auth: { tokenHost: '${server.url}' } }),
    new ResourceOwnerPassword({ client, auth: { tokenHost: '${server.url}' } }),
    new AuthorizationCode({ client, auth: { tokenHost: '${server.url}' } }),
    new ClientCredentials({ client, auth: { tokenHost: '${recorder.url}' } }),
  ];
  const status = (promise) => promise.then(() => 'ok', ({ isBoom, output }) => isBoom && output.statusCode);
  const does = {
    token: () => oauth.getToken({ scope: ['a', 'b'] }),
    password: () => password.getToken(${JSON.stringify(users[0])}).then((token) => token.refresh()),
    revokeAll: () => password.getToken(${JSON.stringify(users[0])}).then((token) => token.revokeAll()).then(() => 'ok'),
    authorizeURL: () => code.authorizeURL({ scope: ['a', 'b'] }),
    wrong: () => password.getToken({ username: 'ada' }).catch(({ message, data }) => [message, data.payload.error]),
    recorded: (options) => status(recorded.getToken({}, options)),
    nobody: () => status(recorded.getToken({}, { baseUrl: 'http://127.0.0.1:9' })),
  };
  export const perform = (name, options) => does[name](options);
  export default {
    async fetch(request) {
      const [name, options] = await request.json();
      return Response.json(await does[name](options));
    },
  };
`;

const never = () => {};
const half = (response) => response.writeHead(200, { 'content-type': 'application/json' }).write('{');
const html = { headers: { 'content-type': 'text/html' }, body: '<html>' };

/** `perform` does in the runtime what the Worker can do. */
function contract(perform) {
  test('a token', async () => {
    const { access_token, expires_at } = await perform('token');
    assert.deepEqual(await server.introspect(access_token), { username: client.id, scope: 'a b' });
    const seconds = (new Date(expires_at) - Date.now()) / 1000;
    assert.ok(seconds > 3590 && seconds <= 3600, `${seconds}`);
  });

  test('a token by password, refreshed', async () => {
    const { access_token } = await perform('password');
    assert.equal((await server.introspect(access_token)).username, 'ada');
  });

  test('both tokens revoked', async () => assert.equal(await perform('revokeAll'), 'ok'));

  test('an authorization URL', async () => {
    assert.equal(
      await perform('authorizeURL'),
      `${server.url}/oauth/authorize?response_type=code&client_id=edge&scope=a+b`,
    );
  });

  test('an error of the server', async () => {
    assert.deepEqual(await perform('wrong'), ['Response Error: 400 Bad Request', 'invalid_request']);
  });

  const failures = {
    'no answer in time': [never, { timeout: 50 }, 504],
    'half an answer in time': [half, { timeout: 300 }, 408],
    'an answer too long': [{ body: '{"access_token": "a"}' }, { maxBytes: 5 }, 413],
    HTML: [html, {}, 406],
    'a redirect, by default': [{ ...html, status: 307, headers: { location: '/evil' } }, {}, 406],
    'a redirect to follow': [{ status: 307, headers: { location: '/evil' } }, { redirects: 3 }, 502],
    'JSON that is broken': [{ body: '{' }, {}, 502],
  };
  for (const [title, [reply, options, status]] of Object.entries(failures)) {
    test(title, { timeout: 10_000 }, async () => {
      recorder.reply = reply;
      assert.equal(await perform('recorded', options), status);
      assert.equal(recorder.requests.length, 1);
    });
  }

  test('nobody there', async () => assert.equal(await perform('nobody'), 502));
}

for (const compatibilityDate of compatibilityDates) {
  describe(`workerd ${compatibilityDate}`, async () => {
    const { files } = await bundle(project, worker, { format: 'esm', conditions: ['workerd', 'worker', 'browser'] });
    const { url, close, output } = await startWorkerd([{ name: 'compat', compatibilityDate, modules: modules(files) }]);
    after(close);
    contract(async (...call) => {
      const response = await fetch(url, { method: 'POST', body: JSON.stringify(call) });
      const text = await response.text();
      assert.equal(response.status, 200, text);
      return JSON.parse(text);
    });
    test('nothing secret was printed', () => assert.ok(!output.join('').includes(client.secret), output.join('')));
  });
}

describe('the edge runtime', async () => {
  const { files } = await bundle(project, worker, { format: 'iife', globalName: 'bundle', conditions: ['edge-light'] });
  const edge = new EdgeVM();
  edge.evaluate(files[0].text);
  contract(async (name, options) => {
    edge.context.call = [name, options];
    return JSON.parse(await edge.evaluate('Promise.resolve(bundle.perform(...call)).then(JSON.stringify)'));
  });
});
