// A real authorization server (oidc-provider) on a free loopback port.
import { generateKeyPairSync } from 'node:crypto';
import { createLocalJWKSet, jwtVerify } from 'jose';
import Provider, { errors } from 'oidc-provider';
import { listen } from './http.mjs';
import { Records } from './records.mjs';
import { basic } from './scene.mjs';

/** The grant of RFC 7523 §2.1. */
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const resourceServer = {
  client_id: 'protected-api',
  client_secret: 'protected-api-secret',
  introspection_signed_response_alg: 'RS256',
};

/**
 * Starts oidc-provider with the client_credentials grant, introspection and revocation. `clients` are
 * registered as given (`client_id`, `client_secret`, `token_endpoint_auth_method`).
 *
 * A client that has `jwks` and {@link JWT_BEARER} among its `grant_types` may grant itself a token by an assertion; the
 * answer has its `subject` as a member. What the assertion says of scopes counts, before the parameter.
 *
 * `insists` are clients of which it takes client assertions only as RFC 10070 has them (`'issuer'`), or only as they
 * were before (`'tokenUrl'`).
 *
 * A token lasts an hour, or as many seconds as the parameter `lifetime` of its request says. `resources` are APIs that
 * tokens may be for (RFC 8707): by their names, whether these tokens are `'jwt'` or `'opaque'`.
 *
 * `rotate()` gives it other keys in place of those that it has.
 */
export async function startAuthorizationServer({ clients, insists = {}, resources = {} }) {
  const { url, close } = await listen((request, response) => handle(request, response));
  const records = new Map();
  const assertions = new Set();
  let grants = 0;
  const newProvider = () => {
    const provider = new Provider(url, configuration());
    provider.registerGrantType(JWT_BEARER, (ctx) => jwtBearer(ctx, provider, assertions), ['assertion', 'scope']);
    provider.on('grant.success', () => (grants += 1));
    return provider;
  };
  const configuration = () => ({
    adapter: (model) => new Records(records, model),
    clients: [...clients, resourceServer].map((client) => ({
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      ...client,
    })),
    assertJwtClientAuthClaimsAndHeader(_, { aud }, { typ }, { clientId }) {
      const wanted = { issuer: [url, 'client-authentication+jwt'], tokenUrl: [`${url}/token`, 'JWT'] }[insists[clientId]];
      if (wanted && (aud !== wanted[0] || typ !== wanted[1])) {
        throw new errors.InvalidClientAuth('the assertion is for another audience, or of another type');
      }
    },
    cookies: { keys: ['unused'] },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      introspection: {
        enabled: true,
        allowedPolicy: (_, { clientId }) => clientId === resourceServer.client_id,
      },
      jwtIntrospection: { enabled: true },
      ...(Object.keys(resources).length > 0 && { resourceIndicators: { enabled: true, getResourceServerInfo } }),
      // Without one it says on stderr that it has a default.
      revocation: { enabled: true, allowedPolicy: (_, { clientId }, token) => token.clientId === clientId },
    },
    jwks: { keys: [signingKey()] },
    scopes: ['read', 'write'],
    ttl: { ClientCredentials: ({ oidc }) => Number(oidc.body.lifetime ?? 3600) },
  });
  function getResourceServerInfo(_, resource) {
    const accessTokenFormat = resources[resource];
    if (!accessTokenFormat) throw new errors.InvalidTarget();
    return { scope: 'read write', audience: resource, accessTokenFormat };
  }
  let handle = newProvider().callback();

  return {
    url,
    tokenUrl: `${url}/token`,
    close,
    /** Who may ask about tokens. */
    resourceServer: { id: resourceServer.client_id, secret: resourceServer.client_secret },
    rotate() {
      handle = newProvider().callback();
    },
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

/** oidc-provider has no such grant. `seen` are the assertions that were taken: none is taken twice (RFC 7523 §3). */
async function jwtBearer(ctx, provider, seen) {
  const { client, params } = ctx.oidc;
  const { clientId, jwks } = client;
  const { iss, sub, jti, iat, exp, scope = params.scope } = await verified(params.assertion, jwks, {
    issuer: clientId,
    audience: [provider.issuer, `${provider.issuer}/token`],
    requiredClaims: ['sub', 'exp', 'iat', 'jti'],
    typ: 'JWT',
  });
  const id = JSON.stringify([iss, jti]);
  if (exp - iat > 3600 || seen.has(id)) throw new errors.InvalidGrant('the assertion lives too long or was used before');
  seen.add(id);
  const token = new provider.ClientCredentials({ client, scope });
  const access_token = await token.save();
  ctx.body = { access_token, token_type: token.tokenType, expires_in: token.expiration, scope, subject: sub };
}

async function verified(assertion, jwks, options) {
  try {
    return (await jwtVerify(assertion, createLocalJWKSet(jwks), options)).payload;
  } catch (error) {
    throw new errors.InvalidGrant(error.message);
  }
}

function signingKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig' };
}
