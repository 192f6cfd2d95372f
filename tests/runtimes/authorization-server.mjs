// A real authorization server (oidc-provider) on a free loopback port.
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';
import { listen } from './http.mjs';
import { basic } from './scene.mjs';

const resourceServer = { client_id: 'protected-api', client_secret: 'protected-api-secret' };

/**
 * Starts oidc-provider with the client_credentials grant, introspection and revocation. `clients` are
 * registered as given (`client_id`, `client_secret`, `token_endpoint_auth_method`).
 *
 * A token lasts an hour, or as many seconds as the parameter `lifetime` of its request says.
 */
export async function startAuthorizationServer({ clients }) {
  const { url, close } = await listen((request, response) => handle(request, response));
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
      introspection: {
        enabled: true,
        allowedPolicy: (_, { clientId }) => clientId === resourceServer.client_id,
      },
      revocation: { enabled: true },
    },
    jwks: { keys: [signingKey()] },
    scopes: ['read', 'write'],
    ttl: { ClientCredentials: ({ oidc }) => Number(oidc.body.lifetime ?? 3600) },
  });
  const handle = provider.callback();

  let grants = 0;
  provider.on('grant.success', () => (grants += 1));

  return {
    url,
    tokenUrl: `${url}/token`,
    close,
    /** How many tokens were issued since the start. */
    get grants() {
      return grants;
    },
    async isActive(token) {
      const { client_id: id, client_secret: secret } = resourceServer;
      const response = await fetch(`${url}/token/introspection`, {
        method: 'POST',
        headers: { authorization: basic({ id, secret }) },
        body: new URLSearchParams({ token }),
      });
      return (await response.json()).active === true;
    },
  };
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
