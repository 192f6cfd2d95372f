// Workers in Rust and in JavaScript share one store in real workerd: the same records, seals and leases.
import { after, describe, test } from 'node:test';
import { equal, eventually } from './assert.mjs';
import { startAuthorizationServer } from './authorization-server.mjs';
import { install, tarball } from './package.mjs';
import { startProtectedApi } from './protected-api.mjs';
import { buildRustWorker } from './rust-worker.mjs';
import { createScene } from './scene.mjs';
import { startTokenEndpoint } from './token-endpoint.mjs';
import { bundle, startWorkerd } from './workerd.mjs';

const client = { client_id: 'shared', client_secret: 'MARKER a secret' };
const server = await startAuthorizationServer({ clients: [client] });
const tokenEndpoint = await startTokenEndpoint(server.tokenUrl);
const api = await startProtectedApi(server);
after(async () => {
  for (const one of [api, tokenEndpoint, server]) await one.close();
});

const addresses = {
  tokenEndpoint: tokenEndpoint.url,
  api: api.url,
  revocation: `${server.url}/token/revocation`,
  clients: { header: { id: client.client_id, secret: client.client_secret } },
};
const project = await install('rust-worker', await tarball());
const options = { project, compatibilityDate: '2026-07-01' };
const member = await bundle('member', options);
const coordinator = await bundle('coordinator', options);
const rust = await buildRustWorker(options);

/** Isolates of each language; who serves first has a token before the others. */
const RUST = ['rust-0', 'rust-1', 'rust-2'];
const JAVASCRIPT = ['javascript-0', 'javascript-1', 'javascript-2'];

/** Starts Workers of both languages for one test, with equal options, in Rust from variables. */
async function start(context, store) {
  const scene = createScene({ package: {}, addresses, runtime: `rust-worker-${store}` });
  const object = { className: 'Coordinator', useSQLite: true, scriptName: 'coordinator' };
  const shared = {
    kv: { kvNamespaces: { TOKENS: 'tokens' } },
    coordinator: { durableObjects: { TOKENS: object, COORDINATOR: object } },
  }[store];
  const asked = { scopes: 'read', endpointParams: { lifetime: 600 }, timeoutMs: 9_000 };
  const variables = {
    OAUTH_TOKEN_URL: `${scene.tokenEndpoint}/token`,
    OAUTH_CLIENT_ID: client.client_id,
    OAUTH_CLIENT_SECRET: client.client_secret,
    OAUTH_SCOPES: asked.scopes,
    OAUTH_ENDPOINT_PARAMS: JSON.stringify(asked.endpointParams),
    OAUTH_TIMEOUT_MS: String(asked.timeoutMs),
    OAUTH_ISSUER: '',
    SCOPES: "somebody else's",
    API_URL: scene.baseUrl,
  };
  const workerd = await startWorkerd([
    { ...coordinator, durableObjects: { COORDINATOR: { ...object, scriptName: undefined } } },
    ...RUST.map((name) => ({ ...rust, name, bindings: variables, ...shared })),
    ...JAVASCRIPT.map((name) => ({ ...member, name, ...shared })),
  ]);
  context.after(workerd.close);
  const message = { options: scene.options(asked), store };
  const call = async (name, path, init) => await (await workerd.worker(name)).fetch(`http://worker.example${path}`, init);
  return {
    scene,
    output: workerd.output,
    /** Calls the API by one of them; gives the token that the API saw. */
    async use(name) {
      const { status } = JAVASCRIPT.includes(name)
        ? await (await call(name, '/', { method: 'POST', body: JSON.stringify(message) })).json()
        : await call(name, '/echo');
      equal(status, 200, `${name}: ${workerd.output.join('')}`);
      return (await scene.apiRequests()).at(-1).headers.authorization;
    },
    call,
  };
}

for (const store of ['kv', 'coordinator']) {
  describe(`Rust and JavaScript over ${store}`, { timeout: 60_000 }, () => {
    for (const [first, second] of [
      ['javascript-0', 'rust-0'],
      ['rust-0', 'javascript-0'],
    ]) {
      test(`what ${first} obtained is what ${second} uses`, async (context) => {
        const both = await start(context, store);
        const token = await both.use(first);
        // It is put into the store in the background.
        await eventually(async () => (await both.use(second)) === token && (await both.scene.grants()) === 1, 'one token');
      });
    }

    test('isolates of both that start at once make one grant', async (context) => {
      const both = await start(context, store);
      await both.scene.behave({ delayMs: 300 });
      const names = [...RUST, ...JAVASCRIPT];
      await Promise.all(names.map((name) => both.use(name)));
      equal(await both.scene.grants(), 1, 'grants');
      const seen = new Set((await both.scene.apiRequests()).map(({ headers }) => headers.authorization));
      equal(seen.size, 1, 'tokens');
    });

    test('a token that the API refuses is renewed by the one for the other', async (context) => {
      const both = await start(context, store);
      const authorization = await both.use('javascript-0');
      await both.scene.revoke({ accessToken: authorization.slice('Bearer '.length) });
      const renewed = await both.use('rust-0');
      await eventually(async () => (await both.use('javascript-1')) === renewed, 'the renewed token');
      equal(await both.scene.grants(), 2, 'grants');
    });

    test('a failure has its code, and nothing of the secret', async (context) => {
      const both = await start(context, store);
      await both.scene.behave({ status: 400, body: '{"error":"invalid_client","error_description":"MARKER"}' });
      const answer = await both.call('rust-0', '/token');
      equal([answer.status, await answer.text()], [502, 'token_request_rejected']);
      equal(both.output.join('').includes('MARKER a secret'), false, 'the log');
    });
  });
}
