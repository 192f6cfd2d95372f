// Ballerina's introspection of credentials (RFC 7662).
import { ClientOAuth2Provider } from './ballerina-client.js';
import { CACHE, checkRecord, httpConfig, INTROSPECTION, INTROSPECTION_HTTP, parametersOf, positive } from './ballerina-records.js';
import { addParameters, checkAnswer, DEFAULT_LIFETIME_SECONDS, failure, post, REQUEST_TIMEOUT_SECONDS } from './ballerina-request.js';
import { fetcher, parsed } from './common.js';
import { invalidOption } from '../face/error.js';

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
