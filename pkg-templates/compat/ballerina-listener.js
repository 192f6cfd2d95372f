// Ballerina's introspection of credentials (RFC 7662): a TokenIntrospector asks and remembers, the requests are shaped here.
import { TokenIntrospector } from 'edge-oauth2/inbound';
import { ClientOAuth2Provider } from './ballerina-client.js';
import { CACHE, checkRecord, httpConfig, INTROSPECTION, INTROSPECTION_HTTP, parametersOf, positive } from './ballerina-records.js';
import { DEFAULT_LIFETIME_SECONDS, failure, REQUEST_TIMEOUT_SECONDS, shaped } from './ballerina-request.js';
import { fetcher, identityOf } from './common.js';
import { invalidOption } from '../face/error.js';

/** What says when it ends is kept until then. */
const NO_LIMIT_SECONDS = 365 * 24 * 3600;

export class ListenerOAuth2Provider {
  #introspector;
  /** How long an answer is used that does not say when it ends. */
  #defaultSeconds;

  constructor(config, options) {
    this.#introspector = introspectorOf(config, options);
    this.#defaultSeconds = defaultSecondsOf(config);
  }

  async authorize(credential, optionalParams) {
    if (typeof credential !== 'string' || credential === '') throw invalidOption('Credential', 'cannot be empty.');
    const params = grouped(parametersOf('optionalParams', optionalParams));
    const ask = (maxAgeSeconds) => this.#introspector.introspect(credential, { params, maxAgeSeconds });
    try {
      const answer = await ask();
      const isEndless = this.#defaultSeconds && answer.active && answer.exp === undefined;
      const { raw, active } = isEndless ? await ask(this.#defaultSeconds) : answer;
      return introspectionResponse(raw, active);
    } catch (cause) {
      return failure('OAuth2 validation failed.')(cause);
    }
  }

  async authenticate(credential) {
    return credential !== '' && (await this.authorize(credential)).active;
  }
}

/** The introspector of a configuration. Those of equal ones share what they know. */
export function introspectorOf(config, options = {}) {
  checkRecord('config', INTROSPECTION, config);
  const { url, tokenTypeHint, cacheConfig } = config;
  const { auth, reqTimeout = REQUEST_TIMEOUT_SECONDS, ...http } = httpConfig('config.clientConfig', INTROSPECTION_HTTP, config.clientConfig ?? {});
  const optionalParams = parametersOf('config.optionalParams', config.optionalParams);
  const send = auth ? new ClientOAuth2Provider(auth, { ...options, allowedOrigins: [new URL(url).origin] }).fetch : fetcher(options.fetch);
  return new TokenIntrospector({
    introspectionUrl: url,
    tokenTypeHint,
    timeoutMs: Math.round(positive('config.clientConfig.reqTimeout', reqTimeout) * 1000),
    fetch: (input, init) => send(input, shaped(init, optionalParams, http)),
    identity: JSON.stringify(['ballerina', optionalParams, http, auth, identityOf(options.fetch ?? globalThis, {})], asPairs),
    ...cacheOf(cacheConfig),
    // What is inactive now may become active.
    inactiveAgeSeconds: 0,
    errorCacheSeconds: 0,
    onEvent: options.onEvent,
  });
}

/** What the server said, by Ballerina's names of what RFC 7662 §2.2 calls otherwise. */
export function introspectionResponse({ client_id: clientId, token_type: tokenType, exp, ...members }, active = true) {
  const seconds = exp === undefined ? exp : Number(exp);
  return { ...members, active, ...given({ clientId, tokenType, exp: seconds }) };
}

/** How long an answer is kept that does not say when it ends, if answers are kept. */
export function defaultSecondsOf({ cacheConfig, defaultTokenExpTime, defaultTokenExpTimeInSeconds }) {
  const seconds = positive('config.defaultTokenExpTime', defaultTokenExpTime ?? defaultTokenExpTimeInSeconds ?? DEFAULT_LIFETIME_SECONDS);
  return cacheOf(cacheConfig).maxAgeSeconds > 0 ? Math.max(1, Math.floor(seconds)) : undefined;
}

function cacheOf(config) {
  if (config === undefined) return { maxAgeSeconds: 0 };
  checkRecord('config.cacheConfig', CACHE, config);
  const { capacity = 100, evictionFactor = 0.25, evictionPolicy = 'LRU', defaultMaxAge = -1, cleanupInterval = 0 } = config;
  if (evictionPolicy !== 'LRU') throw invalidOption('config.cacheConfig.evictionPolicy', "must be 'LRU', which is the only one");
  // What was used longest ago goes one by one, and what is over when it is looked at: no timer has to clean up.
  if (cleanupInterval !== 0) positive('config.cacheConfig.cleanupInterval', cleanupInterval);
  positive('config.cacheConfig.evictionFactor', evictionFactor);
  return {
    cacheEntries: Math.ceil(positive('config.cacheConfig.capacity', capacity)),
    maxAgeSeconds: defaultMaxAge > 0 ? Math.floor(defaultMaxAge) : NO_LIMIT_SECONDS,
  };
}

/** Pairs as an object, where a name that comes again has a list. */
function grouped(pairs) {
  const names = [...new Set(pairs.map(([name]) => name))];
  return Object.fromEntries(names.map((name) => [name, pairs.filter(([other]) => other === name).map(([, value]) => value)]));
}

/** Of a Map, of Headers and of URLSearchParams JSON says nothing. */
const asPairs = (_, value) => (!Array.isArray(value) && typeof value?.entries === 'function' ? [...value.entries()] : value);

const given = (members) => Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
