// Integration.app's connectors: their OAuth configuration, with its mapping, and the functions that a connector may
// bring. The credentials of a connection are whatever these give; the access token is one of them.
import { OAuth2Client } from 'edge-oauth2';
import { checked, checkFunctions, checkText, identityOf, isPlain, thrown } from './common.js';
import { apiClient } from './integration-app-api.js';
import { invalidOption } from '../face/error.js';
import { MADE_OF } from '../face/fields.js';

const YEAR_SECONDS = 31_536_000;

/** Stands for the refresh token where a connector's function renews credentials without one. */
const NO_REFRESH_TOKEN = 'edge-oauth2:none';

const FUNCTIONS = [
  'getTokenData',
  'getCredentialsFromTokenResponse',
  'getCredentialsFromAccessTokenResponse',
  'refreshCredentials',
  'getCredentialsFromRefreshTokenResponse',
  'test',
  'disconnect',
];
const AUTH = ['type', 'getOAuthConfig', 'makeApiClient', ...FUNCTIONS];
const CONFIG = [
  'clientId',
  'clientSecret',
  'authorizeUri',
  'tokenUri',
  'scopes',
  'clientAuthLocation',
  'noRefreshToken',
  'skipPkce',
  'extra',
  'skipClientAuthInBody',
  'skipClientAuthInHeader',
  'skipClientAuthInHeaders',
];
const API_CLIENT = ['baseUri', 'headers'];

export function oauth2Connection({ auth, connectorParameters = {}, connectionParameters = {}, credentials, ...options } = {}) {
  checked('auth', AUTH, auth);
  if (auth.getOAuthConfig === undefined) throw invalidOption('auth.getOAuthConfig', 'is required: a mapping or a function');
  checkFunctions('auth', FUNCTIONS, auth);
  if (credentials) checkText('credentials.access_token', credentials.access_token);
  return new Connection(auth, { connectorParameters, connectionParameters }, credentials, options);
}

class Connection {
  #auth;
  #parameters;
  #options;
  #credentials;
  /** The client of these credentials. */
  #client;

  constructor(auth, parameters, credentials, options) {
    this.#auth = auth;
    this.#parameters = parameters;
    this.#options = options;
    this.#credentials = credentials && absolute(credentials);
  }

  /** Bound, since it is made to be passed on. */
  fetch = async (input, init) => {
    const client = await this.#open();
    return client.fetch(input, init).catch(thrown);
  };

  /** The credentials, renewed if they have to be. */
  async credentials() {
    const client = await this.#open();
    const { raw } = await client.getToken().catch(thrown);
    return absolute(raw);
  }

  async authorizationUrl({ redirectUri, state, codeVerifier } = {}) {
    const config = await this.#config({ redirectUri, state });
    checkText('getOAuthConfig.authorizeUri', config.authorizeUri);
    const client = this.#exchanger(config);
    return client.authorizationUrl(defined({ redirectUri, state, codeVerifier, extra: config.extra }));
  }

  /** Exchanges the code in `url`, and gives the credentials, to be kept. */
  async callback(url, { redirectUri, state, codeVerifier } = {}) {
    const config = await this.#config({ redirectUri, state });
    const client = this.#exchanger(config, async ({ params }, next) => {
      const given = { ...this.#parameters, queryParameters: Object.fromEntries(new URL(url).searchParams) };
      const { getTokenData } = this.#auth;
      const tokenResponse = getTokenData
        ? await getTokenData({ ...given, codeVerifier: params.code_verifier, redirectUri: params.redirect_uri })
        : await next();
      const extract = this.#auth.getCredentialsFromAccessTokenResponse ?? this.#auth.getCredentialsFromTokenResponse;
      return absolute({ ...tokenResponse, ...(await extract?.({ ...given, tokenResponse })) });
    });
    const token = await client.callback(url, defined({ redirectUri, state, codeVerifier })).catch(thrown);
    this.#credentials = absolute(token.raw);
    this.#client = undefined;
    return { ...this.#credentials };
  }

  /** What the connector's own `test` gives. Without one, that there are credentials is the test. */
  async test() {
    const credentials = await this.credentials();
    const { test } = this.#auth;
    return test ? await test({ ...this.#parameters, credentials, apiClient: apiClient(this.fetch) }) : true;
  }

  /** Lets the connector revoke what it can, and forgets the rest. */
  async disconnect() {
    const client = await this.#open();
    const credentials = await this.credentials().catch(() => this.#credentials);
    await this.#auth.disconnect?.({ ...this.#parameters, credentials, apiClient: apiClient(this.fetch) });
    await client.invalidate();
    this.#credentials = undefined;
    this.#client = undefined;
  }

  /** Reads the configuration when it is first needed: a connector's function may take its time. */
  async #open() {
    if (this.#client) return this.#client;
    const credentials = this.#credentials;
    if (!credentials) throw invalidOption('credentials', 'are required: give those of before, or let a user authorize first');
    const config = await this.#config({});
    const api = await this.#api(credentials);
    this.#client = new OAuth2Client({
      errorCacheSeconds: 0,
      ...this.#options,
      ...clientOptions(config),
      [MADE_OF]: `integration-app ${this.#identity()}`,
      grant: 'token',
      token: this.#token(config, credentials),
      // Credentials without an end are renewed when they are refused.
      defaultLifetimeSeconds: YEAR_SECONDS,
      hooks: { refresh: ({ credentials }, next) => this.#renewed(absolute(credentials), next) },
      ...(api.baseUri !== undefined && { baseUrl: api.baseUri }),
      ...(this.#auth.makeApiClient && {
        apply: async ({ headers }, { accessToken, raw }) => {
          headers.set('authorization', `Bearer ${accessToken}`);
          const made = await this.#api(absolute(raw));
          for (const [name, value] of Object.entries(made.headers ?? {})) headers.set(name, value);
        },
      }),
    });
    return this.#client;
  }

  /** The credentials as a token that is given. A connector's function needs no refresh token to renew them. */
  #token({ noRefreshToken }, { refresh_token: refreshToken, expires_at: expiresAt, ...credentials }) {
    const isRenewable = this.#auth.refreshCredentials || (refreshToken && !noRefreshToken);
    return {
      ...credentials,
      ...(isRenewable && { refresh_token: refreshToken || NO_REFRESH_TOKEN }),
      ...(expiresAt !== undefined && { expires_at: new Date(expiresAt) }),
    };
  }

  /** What a renewal gives lies over the credentials of before. */
  async #renewed(credentials, next) {
    const { refreshCredentials, getCredentialsFromRefreshTokenResponse: extract } = this.#auth;
    const given = { ...this.#parameters, credentials };
    if (refreshCredentials) return renewed(credentials, await refreshCredentials(given));
    const tokenResponse = await next();
    return renewed(credentials, { ...tokenResponse, ...(await extract?.({ ...given, tokenResponse })) });
  }

  /** A client for one authorization: what comes back is a user's own, and shared with nobody. */
  #exchanger(config, tokenRequest) {
    const { fetch, timeoutMs } = this.#options;
    return new OAuth2Client({
      ...defined({ fetch, timeoutMs }),
      ...clientOptions(config),
      grant: 'authorization_code',
      authorizationUrl: config.authorizeUri,
      scopes: config.scopes,
      skipPkce: config.skipPkce ?? false,
      identity: crypto.randomUUID(),
      ...(tokenRequest && { hooks: { tokenRequest } }),
    });
  }

  async #config(more) {
    const { getOAuthConfig } = this.#auth;
    const config = withoutNull(await this.#implemented(getOAuthConfig, { ...this.#parameters, ...defined(more) }));
    checked('getOAuthConfig', CONFIG, config);
    for (const name of ['clientId', 'tokenUri']) checkText(`getOAuthConfig.${name}`, config[name]);
    return config;
  }

  async #api(credentials) {
    const { makeApiClient = {} } = this.#auth;
    const api = await this.#implemented(makeApiClient, { ...this.#parameters, credentials });
    return checked('makeApiClient', API_CLIENT, withoutNull(api));
  }

  #implemented(implementation, variables) {
    return typeof implementation === 'function' ? implementation(variables) : resolved(implementation, variables);
  }

  /** The credentials that were given name the user; two connectors differ in the functions that renew them. */
  #identity() {
    const { refreshCredentials, getCredentialsFromRefreshTokenResponse } = this.#auth;
    if (refreshCredentials || getCredentialsFromRefreshTokenResponse) return identityOf(this.#auth, this.#options);
    return this.#options.identity ?? '';
  }
}

function clientOptions({ clientId, clientSecret, tokenUri, ...location }) {
  return {
    tokenUrl: tokenUri,
    clientId,
    ...(clientSecret ? { clientSecret, clientAuth: clientAuth(location) } : { clientAuth: 'none' }),
  };
}

/** Unset it is both: some servers look in one place, some in the other. */
function clientAuth({ clientAuthLocation, skipClientAuthInBody, skipClientAuthInHeader, skipClientAuthInHeaders = skipClientAuthInHeader }) {
  switch (clientAuthLocation) {
    case 'headers':
      return 'header';
    case 'body':
      return 'body';
    case undefined:
      if (skipClientAuthInBody && skipClientAuthInHeaders) break;
      return skipClientAuthInBody ? 'header' : skipClientAuthInHeaders ? 'body' : 'both';
  }
  throw invalidOption('getOAuthConfig.clientAuthLocation', "must be 'headers' or 'body', or left out for both");
}

/** A mapping with its `$var` and `$concat` replaced by what they stand for. */
function resolved(mapping, variables) {
  if (Array.isArray(mapping)) return mapping.map((item) => resolved(item, variables));
  if (typeof mapping !== 'object' || mapping === null) return mapping;
  const [operator] = Object.keys(mapping).filter((key) => key.startsWith('$'));
  if (operator === undefined) {
    return Object.fromEntries(Object.entries(mapping).map(([name, value]) => [name, resolved(value, variables)]));
  }
  if (Object.keys(mapping).length > 1) throw invalidOption(operator, 'must be alone in its object');
  const value = mapping[operator];
  if (operator === '$var' && typeof value === 'string') return lookedUp(value, variables);
  if (operator === '$concat' && Array.isArray(value)) {
    return value.map((item) => resolved(item, variables) ?? '').join('');
  }
  throw invalidOption(operator, 'is not known in a mapping: there are $var with a path, and $concat with an array');
}

function lookedUp(path, variables) {
  return path.split('.').reduce((value, name) => (isPlain(value) && Object.hasOwn(value, name) ? value[name] : undefined), variables);
}

/** What a renewal gives lies over the credentials of before, whose end does not outlive them. */
function renewed({ expires_at: _, ...credentials }, result) {
  return isPlain(result) ? absolute({ ...credentials, ...result }) : result;
}

/** Credentials are kept, so that their end is a moment, in milliseconds. Without one they last until they are refused. */
function absolute(credentials) {
  const { expires_in: seconds, expires_at: moment, ...rest } = withoutNull(credentials);
  if (rest.refresh_token === NO_REFRESH_TOKEN) delete rest.refresh_token;
  if (moment !== undefined) return { ...rest, expires_at: milliseconds(moment) };
  const life = Number.parseFloat(seconds);
  // Of no seconds servers speak when they mean no end.
  return Number.isNaN(life) || life === 0 ? rest : { ...rest, expires_at: Date.now() + life * 1000 };
}

/** Of a moment in seconds or milliseconds since the epoch, or in words. */
function milliseconds(moment) {
  const number = Number(moment);
  const ms = Number.isNaN(number) ? Date.parse(moment) : number < 1e11 ? number * 1000 : number;
  if (!Number.isNaN(ms)) return ms;
  throw invalidOption('credentials.expires_at', 'must be milliseconds since the epoch, or a date as ISO 8601 says');
}

function withoutNull(object) {
  return isPlain(object) ? Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null && value !== undefined)) : object;
}

function defined(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
