// Ballerina's grant configurations: the requests are made here, and the token is kept by an OAuth2Client.
import { OAuth2Client } from 'edge-oauth2';
import { CONFIG, checkRecord, DIRECT_REFRESH, HTTP, httpConfig, parametersOf, PASSWORD_REFRESH, positive } from './ballerina-records.js';
import { addParameters, checkAnswer, DEFAULT_LIFETIME_SECONDS, failure, isTransient, post, REQUEST_TIMEOUT_SECONDS } from './ballerina-request.js';
import { base64, isPlain, parsed, thrown } from './common.js';
import { OAuth2Error, invalidOption } from '../face/error.js';
import { MADE_OF } from '../face/fields.js';

export const AUTH_HEADER_BEARER = 'AUTH_HEADER_BEARER';
export const POST_BODY_BEARER = 'POST_BODY_BEARER';
export const NO_BEARER = 'NO_BEARER';
export const INFER_REFRESH_CONFIG = 'INFER_REFRESH_CONFIG';

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

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

function hasClient({ clientId, clientSecret }) {
  return clientId !== undefined && clientSecret !== undefined;
}

function scopesOf(scopes = []) {
  return [scopes].flat().map((scope) => scope.trim()).filter((scope) => scope !== '').join(' ');
}
