// The servers of the benchmarks: token endpoint, protected API, introspection, key set, as quick as they can be: what is measured is the client.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/** As long as the tokens that real servers give. */
const ACCESS_TOKEN = `eyJ${'a'.repeat(900)}`;

/** Starts both; `grants()` is how many tokens were given since the last call. */
export async function startServers() {
  let grants = 0;
  const tokenEndpoint = await listen(async (request, response) => {
    await text(request);
    grants += 1;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ access_token: ACCESS_TOKEN, token_type: 'Bearer', expires_in: 3600 }));
  });
  const api = await listen((request, response) => {
    response.statusCode = request.headers.authorization === `Bearer ${ACCESS_TOKEN}` ? 200 : 401;
    response.end('{"hello":"world"}');
  });
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const [privateKey, publicKey] = await Promise.all([keys.privateKey, keys.publicKey].map((key) => crypto.subtle.exportKey('jwk', key)));
  const issuer = await listen(async (request, response) => {
    const token = new URLSearchParams(await text(request)).get('token');
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(request.method === 'GET' ? { keys: [{ ...publicKey, kid: 'bench', alg: 'ES256', use: 'sig' }] } : introspection(token)));
  });
  return {
    bindings: {
      ...{ ISSUER: issuer.url, AUDIENCE: 'https://api.example.com', JWKS_URL: `${issuer.url}/jwks`, INTROSPECTION_URL: `${issuer.url}/introspect` },
      ...{ OPAQUE_TOKEN: ACCESS_TOKEN, PRIVATE_KEY: JSON.stringify(privateKey) },
      ...{ TOKEN_URL: `${tokenEndpoint.url}/token`, API_URL: `${api.url}/`, CLIENT_ID: 'bench', CLIENT_SECRET: 'a secret of some length' },
    },
    grants() {
      const since = grants;
      grants = 0;
      return since;
    },
    async close() {
      await Promise.all([tokenEndpoint.close(), api.close(), issuer.close()]);
    },
  };
}

function introspection(token) {
  if (token !== ACCESS_TOKEN) return { active: false };
  return { active: true, sub: 'alice', client_id: 'bench', scope: 'read write', exp: Math.floor(Date.now() / 1000) + 3600 };
}

async function listen(handler) {
  const server = createServer(handler);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
