// simple-oauth2 5.1.0 over the host's fetch: its classes, options, tokens and errors. As there, every call is a
// request: nothing is cached, retried or shared.
import { isObject, readOptions, text, uri } from './simple-oauth2-options.js';
import { request } from './simple-oauth2-request.js';

/** What the three grants have in common. */
class Grant {
  #config;
  #grantType;
  constructor(config, grantType) {
    this.#config = config;
    this.#grantType = grantType;
  }

  async getToken(params, httpOptions) {
    const parameters = withScope(this.#config, { grant_type: this.#grantType, ...params });
    return this.createToken(await request(this.#config, this.#config.auth.tokenPath, parameters, httpOptions));
  }

  createToken(token) {
    return new AccessToken(this.#config, token);
  }
}

export class ClientCredentials extends Grant {
  constructor(options) {
    super(readOptions(options), 'client_credentials');
  }
}

export class ResourceOwnerPassword extends Grant {
  constructor(options) {
    super(readOptions(options), 'password');
  }
}

export class AuthorizationCode extends Grant {
  #config;
  constructor(options) {
    const config = readOptions(options, { authorizeHost: uri, authorizePath: text });
    super(config, 'authorization_code');
    this.#config = config;
  }

  authorizeURL(params) {
    const { auth, client } = this.#config;
    const url = new URL(auth.authorizePath ?? '/oauth/authorize', auth.authorizeHost ?? auth.tokenHost);
    const parameters = { response_type: 'code', [client.idParamName]: client.id, ...params };
    for (const [name, value] of Object.entries(withScope(this.#config, parameters))) {
      // The original writes the words "undefined" and "null" into the URL.
      if (value !== undefined && value !== null) url.searchParams.set(name, value);
    }
    return url.href;
  }
}

export class AccessToken {
  #config;
  constructor(config, token) {
    // Not only that it is there, as the original: what `in` says of a string has the string in it.
    if (!isObject(token)) throw new Error('Cannot create access token without a token to parse');
    this.#config = config;
    this.token = Object.freeze({ ...token, ...expiration(token) });
  }

  expired(expirationWindowSeconds = 0) {
    return this.token.expires_at - (Date.now() + expirationWindowSeconds * 1000) <= 0;
  }

  async refresh(params, httpOptions) {
    const { refresh_token } = this.token;
    const parameters = withScope(this.#config, { grant_type: 'refresh_token', ...params, refresh_token });
    const token = await request(this.#config, this.#config.auth.refreshPath, parameters, httpOptions);
    // RFC 6749 §6: without a new one the old one goes on. The original loses it.
    const isOldOneKept = refresh_token !== undefined && isObject(token) && (token.refresh_token ?? null) === null;
    return new AccessToken(this.#config, isOldOneKept ? { ...token, refresh_token } : token);
  }

  async revoke(tokenType, httpOptions) {
    if (tokenType !== 'access_token' && tokenType !== 'refresh_token') {
      throw new Error('Invalid token type. Only access_token or refresh_token are valid values');
    }
    const parameters = { token: this.token[tokenType], token_type_hint: tokenType };
    return request(this.#config, this.#config.auth.revokePath, parameters, httpOptions, true);
  }

  async revokeAll(httpOptions) {
    await this.revoke('access_token', httpOptions);
    await this.revoke('refresh_token', httpOptions);
  }

  toJSON() {
    return this.token;
  }
}

/** `expires_at` of a token: given as a Date, UNIX seconds or ISO 8601, or made from `expires_in`. */
function expiration(token) {
  if ('expires_at' in token) {
    const at = token.expires_at;
    return { expires_at: at instanceof Date ? at : new Date(typeof at === 'number' ? at * 1000 : at) };
  }
  if ('expires_in' in token) return { expires_at: new Date(Date.now() + Number.parseInt(token.expires_in, 10) * 1000) };
  return {};
}

function withScope({ options }, parameters) {
  const { scope, ...others } = parameters;
  if (scope === undefined) return others;
  return Array.isArray(scope) ? { ...parameters, scope: scope.join(options.scopeSeparator) } : parameters;
}
