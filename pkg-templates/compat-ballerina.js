// Ballerina's oauth2 module: its grant configurations, and its introspection of credentials.
import { OAuth2Client } from 'edge-oauth2';
import { base64, checked, checkText, fetcher, isPlain, notKept, parsed, thrown } from './compat-common.js';
import { OAuth2Error, invalidOption } from './error.js';
import { MADE_OF } from './fields.js';

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
const CACHE = { required: [], optional: ['capacity', 'evictionFactor', 'evictionPolicy', 'defaultMaxAge', 'cleanupInterval'] };
const HTTP = { required: [], optional: ['customHeaders', 'customPayload', 'connectTimeout', 'reqTimeout', 'httpVersion'] };
const INTROSPECTION_HTTP = { required: [], optional: ['auth', ...HTTP.optional] };

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
    const { accessToken } = await this.#client.getToken().catch(thrown).catch(failure('Failed to generate OAuth2 token.'));
    return accessToken;
  }

  /** Bound, since it is made to be passed on. */
  fetch = (input, init) => this.#client.fetch(input, init).catch(thrown);
}

export { ClientOAuth2Provider as OutboundOAuth2Provider };

/** What a grant configuration is as options of OAuth2Client. The requests are made here, the token is kept there. */
function clientOptions(config) {
  const kind = kindOf(config);
  checkRecord('config', CONFIG[kind], config);
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
    timeoutMs: Math.round(positive('config.clientConfig.reqTimeout', reqTimeout) * 1000),
    expirySkewSeconds: 0,
    refreshOn: retryRequest ? [401] : [],
    // What makes another token, and is in no other option.
    [MADE_OF]: `ballerina ${JSON.stringify([shape(begin), shape(renew), life])}`,
    hooks: hooks({ begin, renew, life, isOnce: kind === 'password' || kind === 'jwt_bearer' }),
  };
}

/** A request without its credentials, which are in other options, where they may rotate; as it is sent. */
function shape({ clientSecret, parameters, ...request } = {}) {
  return request;
}

function kindOf(config) {
  if (typeof config !== 'object' || config === null) throw invalidOption('config', 'must be an object');
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
      checkRecord('config.refreshConfig', PASSWORD_REFRESH, refreshConfig);
      return { begin: first, renew: { url: refreshConfig.refreshUrl, ...client, ...requestConfig('config.refreshConfig', refreshConfig) } };
    }
    case 'jwt_bearer':
      return { begin: begin({ grant_type: JWT_BEARER, assertion: config.assertion }), renew: given };
    default: {
      // The direct token mode of 1.x has in refreshConfig what the refresh token grant has itself.
      const { refreshUrl, refreshToken, ...direct } = refreshConfig ?? config;
      if (refreshConfig !== undefined) checkRecord('config.refreshConfig', DIRECT_REFRESH, refreshConfig);
      if (refreshUrl === undefined) return {};
      const { clientId, clientSecret } = direct;
      return { renew: { url: refreshUrl, clientId, clientSecret, ...requestConfig(refreshConfig ? 'config.refreshConfig' : 'config', direct) }, refreshToken };
    }
  }
}

function requestConfig(name, { scopes, parameters, optionalParams = parameters, credentialBearer = AUTH_HEADER_BEARER, clientConfig = {} }) {
  if (![AUTH_HEADER_BEARER, POST_BODY_BEARER, NO_BEARER].includes(credentialBearer)) {
    throw invalidOption(`${name}.credentialBearer`, `must be ${AUTH_HEADER_BEARER}, ${POST_BODY_BEARER} or ${NO_BEARER}`);
  }
  if (![scopes ?? []].flat().every((scope) => typeof scope === 'string')) {
    throw invalidOption(`${name}.scopes`, 'must be a string or an array of strings');
  }
  return {
    scopes,
    optionalParams: parametersOf(`${name}.optionalParams`, optionalParams),
    credentialBearer,
    clientConfig: httpConfig(`${name}.clientConfig`, HTTP, clientConfig),
  };
}

/**
 * A grant that stands for a user is made once; then only a refresh brings another token, if the configuration says how.
 */
function hooks({ begin, renew, life, isOnce }) {
  let isDone = false;
  const refresh = (context, refreshToken) => {
    if (!renew) throw ended('refresh configurations are not provided');
    if (!hasClient(renew)) throw ended('client-id or client-secret is empty');
    return tokenResponse(context, renew, { grant_type: 'refresh_token', refresh_token: refreshToken }, life);
  };
  return {
    async tokenRequest(context) {
      const { params } = context;
      if (params.grant_type === 'refresh_token') return refresh(context, params.refresh_token);
      if (isDone) {
        throw ended(renew ? 'refresh-token has not been cached from the initial authorization response' : 'refresh configurations are not provided');
      }
      const members = await tokenResponse(context, begin, begin.parameters, life);
      isDone = isOnce && !members.error;
      return members;
    },
    refresh: (context) => refresh(context, context.refreshToken),
  };
}

function ended(why) {
  return new OAuth2Error(`Failed to refresh access token since ${why}.`, { code: 'reauthorization_required' });
}

/** The members of the token response, among them those of an OAuth error. */
async function tokenResponse({ fetch, signal }, request, grant, { defaultTokenExpTime, clockSkew }) {
  const form = new URLSearchParams(grant);
  const scope = scopesOf(request.scopes);
  if (scope) form.append('scope', scope);
  addParameters(form, request.optionalParams);
  const headers = {};
  if (hasClient(request)) {
    const { clientId, clientSecret, credentialBearer } = request;
    if (credentialBearer === AUTH_HEADER_BEARER) headers.authorization = `Basic ${base64(`${clientId}:${clientSecret}`)}`;
    if (credentialBearer === POST_BODY_BEARER) addParameters(form, parametersOf('', { client_id: clientId, client_secret: clientSecret }));
  }
  const response = await post(fetch, request.url, form, headers, request.clientConfig, signal);
  const members = parsed(await response.text());
  // The client reads an OAuth error from it. It would ask again after one that may pass, which the original does not.
  if (!response.ok && typeof members?.error === 'string' && !isTransient(response)) return members;
  checkAnswer(response, isPlain(members), 'Failed to get JSON from the response payload.');
  const given = Number.parseFloat(members.expires_in);
  const seconds = Math.floor((Number.isNaN(given) ? defaultTokenExpTime : given) - clockSkew);
  return { ...members, expires_in: seconds >= 1 ? seconds : -1 };
}

function checkAnswer(response, isUsable, message) {
  const { ok, status } = response;
  if (!ok) throw new OAuth2Error(`Failed to call the endpoint: HTTP ${status}.`, { code: 'http_status', status, retryable: isTransient(response) });
  if (!isUsable) throw new OAuth2Error(message, { code: 'invalid_response', status });
}

/** Statuses that say "later", and not "no". */
function isTransient({ status }) {
  return status === 408 || status === 429 || status >= 500;
}

/** Says with `message` what failed, and why in `cause`. */
function failure(message) {
  return (cause) => {
    const details = cause instanceof OAuth2Error ? cause : { code: cause.name === 'TimeoutError' ? 'timeout' : 'network', retryable: true };
    throw new OAuth2Error(message, { ...details, cause });
  };
}

/** Both kinds of requests: a form, with what the configuration adds to every request. */
function post(fetch, url, form, headers, { customHeaders, customPayload }, signal) {
  const sent = new Headers(customHeaders);
  sent.set('content-type', 'application/x-www-form-urlencoded');
  for (const [name, value] of Object.entries(headers)) sent.set(name, value);
  const body = customPayload ? `${form}&${customPayload}` : String(form);
  return fetch(url, { method: 'POST', headers: sent, body, redirect: 'manual', signal, ...notKept() });
}

export class ListenerOAuth2Provider {
  #config;
  #fetch;
  #cache;

  constructor(config, options = {}) {
    checkRecord('config', INTROSPECTION, config);
    const { url, clientConfig = {}, cacheConfig } = config;
    if (cacheConfig !== undefined) this.#cache = new Cache(cacheConfig);
    this.#config = {
      ...config,
      optionalParams: parametersOf('config.optionalParams', config.optionalParams),
      clientConfig: httpConfig('config.clientConfig', INTROSPECTION_HTTP, clientConfig),
    };
    this.#fetch = clientConfig.auth
      ? new ClientOAuth2Provider(clientConfig.auth, { ...options, allowedOrigins: [new URL(url).origin] }).fetch
      : fetcher(options.fetch);
  }

  async authorize(credential, optionalParams) {
    if (typeof credential !== 'string' || credential === '') throw invalidOption('Credential', 'cannot be empty.');
    const parameters = parametersOf('optionalParams', optionalParams);
    const key = JSON.stringify([credential, parameters]);
    const cached = this.#cache?.get(key);
    if (cached) return cached;
    const response = await this.#introspect(credential, parameters).catch(failure('OAuth2 validation failed.'));
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
    const members = parsed(await response.text());
    checkAnswer(response, typeof members?.active === 'boolean', "Failed to access 'active' property from the JSON.");
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
    checkRecord('config.cacheConfig', CACHE, config);
    const { capacity = 100, evictionFactor = 0.25, evictionPolicy = 'LRU', defaultMaxAge = -1, cleanupInterval = 0 } = config;
    if (evictionPolicy !== 'LRU') throw invalidOption('config.cacheConfig.evictionPolicy', "must be 'LRU', which is the only one");
    // What is over goes when it is looked at, or when there are too many: no timer has to clean up.
    if (cleanupInterval !== 0) positive('config.cacheConfig.cleanupInterval', cleanupInterval);
    this.#capacity = positive('config.cacheConfig.capacity', capacity);
    this.#evicted = Math.max(1, Math.floor(capacity * positive('config.cacheConfig.evictionFactor', evictionFactor)));
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

/** As pairs, which say the same whether they were an object, a Map or URLSearchParams. */
function parametersOf(what, parameters = {}) {
  if (typeof parameters !== 'object' || parameters === null) throw invalidOption(what, 'must be an object');
  const entries = typeof parameters[Symbol.iterator] === 'function' ? [...parameters] : Object.entries(parameters);
  return entries.map(([name, value]) => [String(name).trim(), String(value).trim()]);
}

function addParameters(form, parameters) {
  for (const [name, value] of parameters) form.append(name, value);
}

/** How requests are made, its headers as pairs: those of a Map or of Headers are no members. */
function httpConfig(what, kind, config) {
  if (config?.secureSocket) {
    throw invalidOption(`${what}.secureSocket`, 'is up to the platform; for mutual TLS give a binding as the option fetch');
  }
  checkRecord(what, kind, config);
  try {
    return { ...config, customHeaders: [...new Headers(config.customHeaders)] };
  } catch {
    throw invalidOption(`${what}.customHeaders`, 'must be an object of headers');
  }
}

/** Records are closed: a misspelt member is an error. */
function checkRecord(what, { required, optional }, record) {
  checked(what, [...required, ...optional], record);
  for (const name of required) checkText(`${what}.${name}`, record[name]);
  for (const name of CLIENT) if (record[name] !== undefined) checkText(`${what}.${name}`, record[name]);
  for (const name of ['tokenUrl', 'refreshUrl', 'url']) if (record[name] !== undefined) checkUrl(`${what}.${name}`, record[name]);
}

function checkUrl(what, value) {
  const { protocol, hostname } = URL.canParse(value) ? new URL(value) : {};
  const isLoopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback)) {
    throw invalidOption(what, 'must be a URL with https; http is accepted for loopback hosts only');
  }
}

function positive(name, value) {
  if (typeof value === 'number' && value > 0) return value;
  throw invalidOption(name, 'must be a number greater than 0');
}
