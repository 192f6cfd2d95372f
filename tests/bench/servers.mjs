// The token endpoint and the protected API of the benchmarks, as quick as they can be: what is measured is the client.
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
  return {
    bindings: { TOKEN_URL: `${tokenEndpoint.url}/token`, API_URL: `${api.url}/`, CLIENT_ID: 'bench', CLIENT_SECRET: 'a secret of some length' },
    grants() {
      const since = grants;
      grants = 0;
      return since;
    },
    async close() {
      await Promise.all([tokenEndpoint.close(), api.close()]);
    },
  };
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
