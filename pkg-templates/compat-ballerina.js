// Ballerina's oauth2 module: its grant configurations, and its introspection of credentials.
import { OAuth2Client } from 'edge-oauth2';
import { invalidOption } from './error.js';

export const AUTH_HEADER_BEARER = 'AUTH_HEADER_BEARER';
export const POST_BODY_BEARER = 'POST_BODY_BEARER';
export const NO_BEARER = 'NO_BEARER';
export const INFER_REFRESH_CONFIG = 'INFER_REFRESH_CONFIG';

/** Which members a record has, with those that 1.x named otherwise. */
const REQUEST = ['scopes', 'optionalParams', 'parameters', 'credentialBearer', 'clientConfig'];
const LIFE = ['defaultTokenExpTime', 'clockSkew', 'clockSkewInSeconds', 'retryRequest'];
const CLIENT = ['clientId', 'clientSecret'];
const CONFIG = {
  client_credentials: { required: ['tokenUrl', ...CLIENT], optional: [...REQUEST, ...LIFE] },
  password: { required: ['tokenUrl', 'username', 'password'], optional: [...CLIENT, 'refreshConfig', ...REQUEST, ...LIFE] },
  jwt_bearer: { required: ['tokenUrl', 'assertion'], optional: [...CLIENT, ...REQUEST, ...LIFE] },
  refresh_token: { required: ['refreshUrl', 'refreshToken', ...CLIENT], optional: [...REQUEST, ...LIFE] },
  direct: { required: [], optional: ['accessToken', 'refreshConfig', 'credentialBearer', ...LIFE] },
};
const PASSWORD_REFRESH = { required: ['refreshUrl'], optional: REQUEST };
const DIRECT_REFRESH = { required: ['refreshUrl', 'refreshToken', ...CLIENT], optional: REQUEST };
const INTROSPECTION = {
  required: ['url'],
  optional: ['tokenTypeHint', 'optionalParams', 'cacheConfig', 'defaultTokenExpTime', 'defaultTokenExpTimeInSeconds', 'clientConfig'],
};
const CACHE = { required: [], optional: ['capacity', 'evictionFactor', 'defaultMaxAge'] };
const HTTP = { required: [], optional: ['auth', 'customHeaders', 'customPayload', 'connectTimeout', 'reqTimeout', 'httpVersion'] };

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const REQUEST_TIMEOUT_SECONDS = 30;
const DEFAULT_LIFETIME_SECONDS = 3600;

/** Stands where a client is wanted and the configuration has none. It is never sent. */
const NO_CLIENT = { clientId: 'none', clientAuth: 'none' };

export class ClientOAuth2Provider {
  #client;

  constructor(config, options) {
    this.#client = new OAuth2Client({ refreshAhead: false, errorCacheSeconds: 0, ...options, ...clientOptions(config) });
  }

  async generateToken() {
    try {
      return (await this.#client.getToken()).accessToken;
    } catch (cause) {
      throw new Error('Failed to generate OAuth2 token.', { cause });
    }
  }

  get fetch() {
    return this.#client.fetch;
  }
}

export { ClientOAuth2Provider as OutboundOAuth2Provider };

/** What a grant configuration is as options of OAuth2Client. The requests are made here, the token is kept there. */
function clientOptions(config) {
  const kind = kindOf(config);
  checked('config', CONFIG[kind], config);
  const { begin, renew, refreshToken } = requestsOf(kind, config);
  const { defaultTokenExpTime = DEFAULT_LIFETIME_SECONDS, clockSkew = config.clockSkewInSeconds ?? 0, retryRequest = true } = config;
  const client = begin ?? renew ?? {};
  const { reqTimeout = REQUEST_TIMEOUT_SECONDS } = client.clientConfig ?? {};
  const life = { defaultTokenExpTime, clockSkew };
  return {
    ...grantOptions(kind, config, refreshToken),
    // Without a refreshConfig nothing is ever asked for.
    tokenUrl: client.url ?? 'https://token.invalid/',
    ...(hasClient(client) ? { clientId: client.clientId, clientSecret: client.clientSecret } : NO_CLIENT),
    timeoutMs: Math.round(positive('clientConfig.reqTimeout', reqTimeout) * 1000),
    expirySkewSeconds: 0,
    refreshOn: retryRequest ? [401] : [],
    // What makes another token, and is in no other option.
    identity: `ballerina ${JSON.stringify([begin, renew, life])}`,
    hooks: hooks({ begin, renew, life, isOnce: kind === 'password' || kind === 'jwt_bearer' }),
  };
}

function kindOf(config) {
  if (typeof config !== 'object' || config === null) throw invalidOption('config', 'must be a grant configuration');
  if ('username' in config) return 'password';
  if ('assertion' in config) return 'jwt_bearer';
  if ('tokenUrl' in config) return 'client_credentials';
  if ('refreshUrl' in config) return 'refresh_token';
  if (config.accessToken || config.refreshConfig) return 'direct';
  throw invalidOption('config', 'needs a tokenUrl, a refreshUrl, an accessToken or a refreshConfig');
}

function grantOptions(kind, { username, password, assertion, accessToken }, refreshToken) {
  const renewable = refreshToken === undefined ? {} : { refreshToken };
  switch (kind) {
    case 'client_credentials':
      return { grant: kind };
    case 'password':
      return { grant: kind, username, password };
    case 'jwt_bearer':
      return { grant: kind, assertion };
    default:
      // The direct token mode without a token begins with a refresh.
      return accessToken ? { grant: 'token', token: accessToken, ...renewable } : { grant: 'refresh_token', ...renewable };
  }
}

/** The request for the first token, and the one that renews it. */
function requestsOf(kind, config) {
  const { clientId, clientSecret, refreshConfig } = config;
  const client = { clientId, clientSecret };
  const given = { url: config.tokenUrl, ...client, ...requestConfig('config', config) };
  const begin = (parameters) => ({ ...given, parameters });
  switch (kind) {
    case 'client_credentials':
      return { begin: begin({ grant_type: 'client_credentials' }) };
    case 'password': {
      const { username, password } = config;
      const first = begin({ grant_type: 'password', username, password });
      if (refreshConfig === undefined) return { begin: first };
      if (refreshConfig === INFER_REFRESH_CONFIG) return { begin: first, renew: { ...given, scopes: undefined } };
      checked('refreshConfig', PASSWORD_REFRESH, refreshConfig);
      return { begin: first, renew: { url: refreshConfig.refreshUrl, ...client, ...requestConfig('refreshConfig', refreshConfig) } };
    }
    case 'jwt_bearer':
      return { begin: begin({ grant_type: JWT_BEARER, assertion: config.assertion }), renew: given };
    default: {
      // The direct token mode of 1.x has in refreshConfig what the refresh token grant has itself.
      const { refreshUrl, refreshToken, ...direct } = refreshConfig ?? config;
      if (refreshConfig !== undefined) checked('refreshConfig', DIRECT_REFRESH, refreshConfig);
      if (refreshUrl === undefined) return {};
      const { clientId, clientSecret } = direct;
      return { renew: { url: refreshUrl, clientId, clientSecret, ...requestConfig('refreshConfig', direct) }, refreshToken };
    }
  }
}

function requestConfig(name, { scopes, parameters, optionalParams = parameters, credentialBearer = AUTH_HEADER_BEARER, clientConfig = {} }) {
  if (![AUTH_HEADER_BEARER, POST_BODY_BEARER, NO_BEARER].includes(credentialBearer)) {
    throw invalidOption('credentialBearer', `must be ${AUTH_HEADER_BEARER}, ${POST_BODY_BEARER} or ${NO_BEARER}`);
  }
  if (![scopes ?? []].flat().every((scope) => typeof scope === 'string')) {
    throw invalidOption('scopes', 'must be a string or an array of strings');
  }
  checkHttp(`${name}.clientConfig`, clientConfig);
  return { scopes, optionalParams, credentialBearer, clientConfig };
}

/**
 * A grant that stands for a user is made once; then only a refresh brings another token, if the configuration says how.
 */
function hooks({ begin, renew, life, isOnce }) {
  let isDone = false;
  const refresh = (fetch, refreshToken) => {
    if (!renew) throw new Error('Failed to refresh access token since refresh configurations are not provided.');
    if (!hasClient(renew)) throw new Error('Client-id or client-secret cannot be empty.');
    return tokenResponse(fetch, renew, { grant_type: 'refresh_token', refresh_token: refreshToken }, life);
  };
  return {
    async tokenRequest({ params, fetch }) {
      if (params.grant_type === 'refresh_token') return refresh(fetch, params.refresh_token);
      if (isDone) {
        throw new Error(
          renew
            ? 'Failed to refresh access token since refresh-token has not been cached from the initial authorization response.'
            : 'Failed to refresh access token since refresh configurations are not provided.',
        );
      }
      const members = await tokenResponse(fetch, begin, begin.parameters, life);
      isDone = isOnce && !members.error;
      return members;
    },
    refresh: ({ refreshToken, fetch }) => refresh(fetch, refreshToken),
  };
}

/** The members of the token response, among them those of an OAuth error. */
async function tokenResponse(fetch, request, grant, { defaultTokenExpTime, clockSkew }) {
  const form = new URLSearchParams(grant);
  const scope = scopesOf(request.scopes);
  if (scope) form.append('scope', scope);
  addParameters(form, request.optionalParams);
  const headers = {};
  if (hasClient(request)) {
    const { clientId, clientSecret, credentialBearer } = request;
    if (credentialBearer === AUTH_HEADER_BEARER) headers.authorization = `Basic ${base64(`${clientId}:${clientSecret}`)}`;
    if (credentialBearer === POST_BODY_BEARER) addParameters(form, { client_id: clientId, client_secret: clientSecret });
  }
  const response = await post(fetch, request.url, form, headers, request.clientConfig);
  const members = await response.json().catch(() => undefined);
  if (response.ok && members) {
    const given = Number.parseFloat(members.expires_in);
    const seconds = Math.floor((Number.isNaN(given) ? defaultTokenExpTime : given) - clockSkew);
    return { ...members, expires_in: seconds >= 1 ? seconds : -1 };
  }
  if (typeof members?.error === 'string') return members;
  throw new Error(
    response.ok ? 'Failed to get JSON from the response payload.' : `Failed to call the token endpoint: HTTP ${response.status}.`,
  );
}

/** Both kinds of requests: a form, with what the configuration adds to every request. */
function post(fetch, url, form, headers, { customHeaders, customPayload }, signal) {
  const sent = new Headers(customHeaders);
  sent.set('content-type', 'application/x-www-form-urlencoded');
  for (const [name, value] of Object.entries(headers)) sent.set(name, value);
  const body = customPayload ? `${form}&${customPayload}` : String(form);
  return fetch(url, { method: 'POST', headers: sent, body, redirect: 'manual', signal });
}

export class ListenerOAuth2Provider {
  #config;
  #fetch;
  #cache;

  constructor(config, options = {}) {
    checked('config', INTROSPECTION, config);
    const { url, clientConfig = {}, cacheConfig } = config;
    if (!URL.canParse(url)) throw invalidOption('url', 'must be the URL of the introspection endpoint');
    checkHttp('clientConfig', clientConfig);
    if (cacheConfig !== undefined) this.#cache = new Cache(cacheConfig);
    this.#config = { ...config, clientConfig };
    this.#fetch = clientConfig.auth
      ? new ClientOAuth2Provider(clientConfig.auth, { ...options, allowedOrigins: [new URL(url).origin] }).fetch
      : options.fetch ?? ((input, init) => fetch(input, init));
  }

  async authorize(credential, optionalParams) {
    if (credential === '') throw new Error('Credential cannot be empty.');
    const key = JSON.stringify([credential, optionalParams]);
    const cached = this.#cache?.get(key);
    if (cached) return cached;
    const response = await this.#introspect(credential, optionalParams).catch((cause) => {
      throw new Error('OAuth2 validation failed.', { cause });
    });
    // What is inactive now may become active, and costs nothing to ask about again but time.
    if (response.active) this.#cache?.put(key, response, this.#endOf(response));
    return response;
  }

  async authenticate(credential) {
    return credential !== '' && (await this.authorize(credential)).active;
  }

  async #introspect(credential, optionalParams) {
    const { url, tokenTypeHint, clientConfig } = this.#config;
    const form = new URLSearchParams({ token: credential });
    if (tokenTypeHint) form.append('token_type_hint', tokenTypeHint);
    addParameters(form, this.#config.optionalParams);
    addParameters(form, optionalParams);
    const signal = AbortSignal.timeout((clientConfig.reqTimeout ?? REQUEST_TIMEOUT_SECONDS) * 1000);
    const response = await post(this.#fetch, url, form, {}, clientConfig, signal);
    if (!response.ok) throw new Error(`Failed to call the introspection endpoint: HTTP ${response.status}.`);
    const members = await response.json().catch(() => undefined);
    if (typeof members?.active !== 'boolean') {
      throw new Error("Failed to access 'active' property from the JSON of the introspection endpoint.");
    }
    return introspectionResponse(members);
  }

  #endOf({ exp }) {
    const { defaultTokenExpTime = this.#config.defaultTokenExpTimeInSeconds ?? DEFAULT_LIFETIME_SECONDS } = this.#config;
    return exp === undefined ? Date.now() + defaultTokenExpTime * 1000 : exp * 1000;
  }
}

export { ListenerOAuth2Provider as InboundOAuth2Provider };

/** Ballerina's names of what RFC 7662 §2.2 calls otherwise; all else is kept as it is. */
function introspectionResponse({ client_id, token_type, exp, ...members }) {
  const seconds = Number.parseInt(exp, 10);
  return {
    ...members,
    ...(client_id !== undefined && { clientId: client_id }),
    ...(token_type !== undefined && { tokenType: token_type }),
    ...(!Number.isNaN(seconds) && { exp: seconds }),
  };
}

/** Of the entries that were used longest ago some are dropped when it is full. */
class Cache {
  #entries = new Map();
  #capacity;
  #evicted;
  #maxAgeMs;

  constructor(config) {
    checked('cacheConfig', CACHE, config);
    const { capacity = 100, evictionFactor = 0.25, defaultMaxAge = -1 } = config;
    this.#capacity = positive('cacheConfig.capacity', capacity);
    this.#evicted = Math.max(1, Math.floor(capacity * positive('cacheConfig.evictionFactor', evictionFactor)));
    this.#maxAgeMs = defaultMaxAge > 0 ? defaultMaxAge * 1000 : Infinity;
  }

  get(key) {
    const entry = this.#entries.get(key);
    this.#entries.delete(key);
    if (entry === undefined || entry.endsAt <= Date.now()) return undefined;
    this.#entries.set(key, entry);
    return entry.value;
  }

  put(key, value, endsAt) {
    if (this.#entries.size >= this.#capacity) {
      for (const oldest of [...this.#entries.keys()].slice(0, this.#evicted)) this.#entries.delete(oldest);
    }
    this.#entries.set(key, { value: Object.freeze(value), endsAt: Math.min(endsAt, Date.now() + this.#maxAgeMs) });
  }
}

function hasClient({ clientId, clientSecret }) {
  return clientId !== undefined && clientSecret !== undefined;
}

function scopesOf(scopes = []) {
  return [scopes].flat().map((scope) => scope.trim()).filter((scope) => scope !== '').join(' ');
}

function addParameters(form, parameters) {
  for (const [name, value] of Object.entries(parameters ?? {})) form.append(name.trim(), String(value).trim());
}

/** As btoa, which takes characters up to U+00FF only, of UTF-8. */
function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

function checkHttp(name, config) {
  if (config?.secureSocket) {
    throw invalidOption(`${name}.secureSocket`, 'is up to the platform; for mutual TLS give a binding as the option fetch');
  }
  checked(name, HTTP, config);
}

/** Records are closed: a misspelt member is an error. */
function checked(what, { required, optional }, record) {
  if (typeof record !== 'object' || record === null) throw invalidOption(what, 'must be an object');
  for (const name of required) {
    if (typeof record[name] !== 'string' || record[name] === '') throw invalidOption(name, `of ${what} is required and cannot be empty`);
  }
  const names = [...required, ...optional];
  for (const name of Object.keys(record)) {
    if (!names.includes(name)) throw invalidOption(name, `is not a member of ${what}; there are ${names.join(', ')}`);
  }
  for (const name of CLIENT) {
    if (names.includes(name) && record[name] === '') throw invalidOption(name, `of ${what} cannot be empty`);
  }
}

function positive(name, value) {
  if (typeof value === 'number' && value > 0) return value;
  throw invalidOption(name, 'must be a number greater than 0');
}
