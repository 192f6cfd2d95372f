// A real authorization server (@node-oauth/oauth2-server) on a free loopback port, for what oidc-provider has not:
// the password grant. Also client_credentials, authorization_code with PKCE, and refresh_token with rotation.
import { randomUUID } from 'node:crypto';
import OAuth2Server from '@node-oauth/oauth2-server';
import { json, listen } from '../runtimes/http.mjs';

/**
 * Starts the server; `/oauth/token`, `/oauth/authorize` and `/oauth/revoke` are its endpoints.
 *
 * `clients` are `{ id, secret, redirectUris?, grants? }`; without `grants` they have all. They authenticate by header
 * or by body; the header is not url-decoded, so ids and secrets should need no encoding. `users` are
 * `{ username, password }`; who comes to `/oauth/authorize` is the first of them, and lets everybody in. Scopes are
 * granted as they are asked for. Tokens live `lifetimeSeconds`.
 */
export async function startNodeOAuth2Server({ clients, users = [], lifetimeSeconds = 3600 }) {
  const model = createModel(clients, users);
  const oauth = new OAuth2Server({
    model,
    accessTokenLifetime: lifetimeSeconds,
    authenticateHandler: { handle: () => users[0] },
  });
  const endpoints = {
    '/oauth/token': (request, response) => oauth.token(request, response),
    '/oauth/authorize': (request, response) => oauth.authorize(request, response),
    '/oauth/revoke': (request, response) => revoke(model, request, response),
  };
  const { url, close } = await listen(async (incoming, outgoing) => {
    const { pathname, searchParams } = new URL(incoming.url, 'http://localhost');
    if (!endpoints[pathname]) return json(outgoing, { error: 'not_found' }, 404);
    const request = new OAuth2Server.Request({
      method: incoming.method,
      headers: incoming.headers,
      query: Object.fromEntries(searchParams),
      body: Object.fromEntries(new URLSearchParams(await text(incoming))),
    });
    const response = new OAuth2Server.Response({ headers: {} });
    try {
      await endpoints[pathname](request, response);
    } catch (error) {
      // What is wrong with an authorization request is told to the client, by the redirect that is there already.
      if (!response.headers.location) {
        return json(outgoing, { error: error.name, error_description: error.message }, error.code, response.headers);
      }
    }
    if (Object.keys(response.body).length > 0) return json(outgoing, response.body, response.status, response.headers);
    return outgoing.writeHead(response.status, response.headers).end();
  });
  return {
    url,
    tokenUrl: `${url}/oauth/token`,
    authorizationUrl: `${url}/oauth/authorize`,
    revocationUrl: `${url}/oauth/revoke`,
    close,
    /** `{ username, scope }` of an access token that is active; of another `undefined`. */
    async introspect(accessToken) {
      const token = await model.getAccessToken(accessToken);
      return token && token.accessTokenExpiresAt > new Date()
        ? { username: token.user.username, scope: token.scope?.join(' ') }
        : undefined;
    },
  };
}

async function text(incoming) {
  const chunks = await incoming.toArray();
  return Buffer.concat(chunks).toString();
}

/** RFC 7009 §2: the library has no such endpoint. */
async function revoke(model, request, response) {
  const [id, secret] = atob(request.headers.authorization?.replace('Basic ', '') ?? '').split(':');
  if (!model.getClient(id, secret)) {
    throw Object.assign(new Error('who are you?'), { name: 'invalid_client', code: 401 });
  }
  model.forget(request.body.token);
  response.status = 200;
}

/** The library's port to what is stored: everything in memory. */
function createModel(clients, users) {
  const all = ['client_credentials', 'password', 'authorization_code', 'refresh_token'];
  const tokens = new Set();
  const codes = new Map();
  const find = (member, value) => [...tokens].find((token) => value !== undefined && token[member] === value);
  return {
    getClient(id, secret) {
      const client = clients.find((one) => one.id === id && (secret === null || one.secret === secret));
      return client && { grants: all, ...client };
    },
    getUser: (username, password) => users.find((user) => user.username === username && user.password === password),
    getUserFromClient: (client) => ({ username: client.id }),
    validateScope: (user, client, scope) => scope ?? [],
    generateAccessToken: () => randomUUID(),
    generateRefreshToken: () => randomUUID(),
    saveToken(token, client, user) {
      const saved = { ...token, client, user };
      tokens.add(saved);
      return saved;
    },
    getAccessToken: (accessToken) => find('accessToken', accessToken),
    getRefreshToken: (refreshToken) => find('refreshToken', refreshToken),
    revokeToken: ({ refreshToken }) => tokens.delete(find('refreshToken', refreshToken)),
    saveAuthorizationCode(code, client, user) {
      const saved = { ...code, client, user };
      codes.set(code.authorizationCode, saved);
      return saved;
    },
    getAuthorizationCode: (code) => codes.get(code),
    revokeAuthorizationCode: ({ authorizationCode }) => codes.delete(authorizationCode),
    /** Of either kind; the other one of the pair goes with it. */
    forget: (token) => tokens.delete(find('accessToken', token) ?? find('refreshToken', token)),
  };
}
