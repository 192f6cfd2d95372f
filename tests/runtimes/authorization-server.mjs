// A real authorization server (oidc-provider) on a free loopback port.
import { generateKeyPairSync } from 'node:crypto';
import { text } from 'node:stream/consumers';
import Provider from 'oidc-provider';
import { byName, json, listen, route } from './http.mjs';

/**
 * Starts oidc-provider with the client_credentials grant, introspection and revocation.
 *
 * `clients` are registered as given (`client_id`, `client_secret`, `token_endpoint_auth_method`);
 * the API that introspects is one more of them.
 */
export async function startAuthorizationServer({ clients, lifetimeSeconds = 3600 }) {
  const { server, url, close } = await listen((request, response) => handle(request, response));
  const resourceServer = { client_id: 'protected-api', client_secret: 'protected-api-secret' };
  const records = new Map();
  const provider = new Provider(url, {
    adapter: (model) => new Records(records, model),
    clients: [...clients, resourceServer].map((client) => ({
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      ...client,
    })),
    cookies: { keys: ['unused'] },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      introspection: { enabled: true, allowedPolicy: (_, client) => client.clientId === resourceServer.client_id },
      revocation: { enabled: true },
    },
    jwks: { keys: [signingKey()] },
    scopes: ['read', 'write'],
    ttl: { ClientCredentials: lifetimeSeconds },
  });
  const handle = provider.callback();

  let grants = 0;
  provider.on('grant.success', () => (grants += 1));

  const asResourceServer = (path, token) =>
    fetch(url + path, {
      method: 'POST',
      headers: { authorization: basic(resourceServer.client_id, resourceServer.client_secret) },
      body: new URLSearchParams({ token }),
    });

  return {
    url,
    tokenUrl: `${url}/token`,
    close,
    server,
    /** How many tokens were issued since the start. */
    get grants() {
      return grants;
    },
    async isActive(token) {
      const response = await asResourceServer('/token/introspection', token);
      return (await response.json()).active === true;
    },
  };
}

/**
 * A token endpoint in front of the real one, that can be told to misbehave. Every test has its own:
 *
 *     POST /{name}/token      the endpoint
 *     PUT  /{name}/behaviour  what it does from now on (see `answer`), `{}` being: forward
 *     GET  /{name}/seen       the requests that came, and how many tokens were given
 */
export async function startTokenEndpoint(tokenUrl) {
  const endpointOf = byName(() => ({ behaviour: {}, requests: [], grants: 0 }));
  return await listen(async (request, response) => {
    const { name, action } = route(request);
    const endpoint = endpointOf(name);
    const body = await text(request);
    if (action === 'behaviour') {
      endpoint.behaviour = JSON.parse(body);
      return json(response, {});
    }
    if (action === 'seen') {
      return json(response, { requests: endpoint.requests, grants: endpoint.grants });
    }
    const seen = { atMs: Date.now(), method: request.method, headers: request.headers, body, closedEarly: false };
    endpoint.requests.push(seen);
    response.on('close', () => (seen.closedEarly = !response.writableFinished));
    const behaviour = endpoint.behaviour;
    if (behaviour.times === 1) endpoint.behaviour = {};
    else if (behaviour.times) behaviour.times -= 1;
    await answer({ tokenUrl, request, response, body, behaviour, endpoint });
  });
}

/**
 * `delayMs` waits before anything else. Then one of: `silent` never answers, `close` hangs up,
 * `drip` starts an answer that never ends, `status` (with `headers`, `body`) answers just that;
 * else the request is forwarded, `merge` is laid over the answer and `padBytes` makes it long.
 */
async function answer({ tokenUrl, request, response, body, behaviour, endpoint }) {
  if (behaviour.delayMs) await new Promise((done) => setTimeout(done, behaviour.delayMs));
  if (behaviour.silent) return;
  if (behaviour.close) return response.destroy();
  if (behaviour.drip) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"access_token":"');
    const timer = setInterval(() => response.write('x'), 50);
    return response.on('close', () => clearInterval(timer));
  }
  if (behaviour.status) {
    if (behaviour.status === 200) endpoint.grants += 1;
    response.writeHead(behaviour.status, behaviour.headers ?? { 'content-type': 'application/json' });
    return response.end(behaviour.body);
  }
  const { authorization, 'content-type': type } = request.headers;
  const real = await fetch(tokenUrl, {
    method: request.method,
    headers: { 'content-type': type, ...(authorization && { authorization }) },
    body,
  });
  if (real.ok) endpoint.grants += 1;
  const padding = behaviour.padBytes && { padding: 'x'.repeat(behaviour.padBytes) };
  json(response, { ...(await real.json()), ...behaviour.merge, ...padding }, real.status);
}

/** oidc-provider's storage port over a map: its own one keeps 1,000 records and says so on stderr. */
class Records {
  #records;
  #model;
  constructor(records, model) {
    this.#records = records;
    this.#model = model;
  }
  async upsert(id, payload, expiresIn) {
    this.#records.set(`${this.#model}:${id}`, { payload, until: Date.now() + expiresIn * 1000 });
  }
  async find(id) {
    const record = this.#records.get(`${this.#model}:${id}`);
    return record && record.until > Date.now() ? record.payload : undefined;
  }
  async destroy(id) {
    this.#records.delete(`${this.#model}:${id}`);
  }
}

function signingKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig' };
}

function basic(id, secret) {
  return `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}`;
}
