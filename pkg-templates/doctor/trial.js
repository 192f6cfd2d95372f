// Token requests that are made to find out, each in another way than the one before.

import { OAuth2Client } from 'edge-oauth2';
import { isOurs } from '../face/error.js';
import { defined } from '../face/fields.js';
import { isClientRefused, isOfGrant, isOfGrantType } from './words.js';

/** How many token requests one diagnosis makes at most. */
const MAX_TOKEN_REQUESTS = 8;

/** What a diagnosis has nothing to do with: it keeps what it gets to itself. */
const LEFT_OUT = [
  ...['store', 'seal', 'sealKey', 'previousSealKeys', 'previousClientSecret', 'storeTimeoutMs', 'storePrefix'],
  ...['onEvent', 'tracing', 'waitUntil', 'identity', 'refreshAhead', 'errorCacheSeconds', 'classify'],
];

/** What a grant spends or is counted by: nothing of it is sent to find something out. */
const SPENT = ['grant', 'username', 'password', 'refreshToken', 'assertion', 'token', 'noRefreshToken', 'refreshParams', 'scopes', 'resource'];

/** What requests to the API depend on. */
const OF_API = ['baseUrl', 'allowedOrigins', 'apply', 'refreshOn', 'detectOn', 'apiHeaders', 'allowInsecureRequests', 'clientId', 'timeoutMs'];

/** A refresh token that nobody has issued: a server that says so has let the client in. */
const NOBODYS_TOKEN = 'a-refresh-token-that-nobody-has-issued';

/** Parameters of a server's own grants that may be good for one use. */
const ONE_TIME = /token|assertion|code|otp|password/i;

const HOUR_MS = 3_600_000;

let lastTrial = 0;

export class Trial {
  /** The user's, without what a diagnosis has nothing to do with, and with what was found to be better. */
  options;
  observer;
  secrets;
  #signal;
  #own;

  constructor(options, observer, secrets, signal) {
    this.options = without(LEFT_OUT, options);
    this.observer = observer;
    this.secrets = secrets;
    this.#signal = signal;
    // No other client shares what is asked for here, and what is refused is asked once.
    const identity = `edge-oauth2 doctor ${(lastTrial += 1)} ${Math.random()}`;
    this.#own = { fetch: observer.fetch, identity, classify: () => 'terminal', refreshAhead: false, errorCacheSeconds: 0 };
  }

  /** Whether the grant begins with what is good for one use, and is left to the program itself. */
  get #isUnspendable() {
    const { grant, assertion } = this.options;
    return ['refresh_token', 'authorization_code'].includes(grant) || (grant === 'jwt_bearer' && typeof assertion === 'string');
  }

  /** Whether the same may be asked again, in another way. */
  get #isRepeatable() {
    const { grant = 'client_credentials', endpointParams = {} } = this.options;
    if (this.#isUnspendable || grant === 'password') return false;
    const isList = typeof endpointParams[Symbol.iterator] === 'function';
    const names = isList ? Array.from(endpointParams, ([name]) => name) : Object.keys(endpointParams);
    return ['client_credentials', 'jwt_bearer'].includes(grant) || !names.some((name) => ONE_TIME.test(name));
  }

  /** What a first request comes to: as the program would make it, or as close to it as nothing is spent. */
  async first() {
    const { grant, token, refreshToken = token?.refreshToken ?? token?.refresh_token } = this.options;
    if (this.#isUnspendable) return await this.#knock(this.options);
    const outcome = await this.#attempt(this.options);
    // What is over is renewed by the program itself.
    return outcome.error && grant === 'token' && refreshToken !== undefined ? await this.#knock(this.options) : outcome;
  }

  /**
   * What a request with other options comes to; of a grant that is not to be repeated, whether it lets the client in. `undefined`:
   * enough was asked, the client's assertion was for once, or functions of the user's would make of it what they like.
   */
  async again(changes) {
    const { hooks, grant, clientAssertion } = this.options;
    const isEnough = this.observer.of('token').length >= MAX_TOKEN_REQUESTS;
    if (isEnough || hooks || grant === 'token' || typeof clientAssertion === 'string') return undefined;
    const options = defined({ ...this.options, ...changes });
    return this.#isRepeatable ? await this.#attempt(options) : await this.#knock(options);
  }

  /** Asks with a refresh token that nobody has issued. */
  async #knock(options) {
    const outcome = await this.#attempt({ ...without(SPENT, options), grant: 'refresh_token', refreshToken: NOBODYS_TOKEN });
    const { error } = outcome;
    // Whoever begins otherwise may have no grant for refresh tokens.
    const isLetIn = !error || isOfGrant(error) || (options.grant !== 'refresh_token' && isOfGrantType(error) && !isClientRefused(error));
    return { ...outcome, options, isKnock: true, isLetIn };
  }

  async #attempt(options) {
    const { observer } = this;
    const before = observer.exchanges.length;
    observer.part = 'token';
    try {
      // What was given is looked at, and not renewed.
      const held = options.grant === 'token' && { noRefreshToken: true };
      const client = new OAuth2Client({ ...options, ...this.#own, ...held });
      const token = await client.getToken({ signal: this.#signal });
      this.secrets.addToken(token);
      await client.invalidate();
      return { options, token };
    } catch (error) {
      this.#signal?.throwIfAborted();
      if (!isOurs(error)) throw error;
      const exchanges = observer.exchanges.slice(before);
      return { options, error, exchanges, exchange: exchanges.findLast(({ part }) => part === 'token') };
    }
  }

  /** Requests the API with a token that is there, which nothing renews: what `client.test()` says. */
  async request({ accessToken, tokenType, scope, raw }, path) {
    this.observer.part = 'api';
    const given = Object.fromEntries(Object.entries(this.options).filter(([name]) => OF_API.includes(name)));
    // However short it lives: what is over would not be sent.
    const token = defined({ accessToken, tokenType, scope, expiresAt: Date.now() + HOUR_MS, raw: without(['refresh_token'], raw) });
    const client = new OAuth2Client({ ...given, tokenUrl: 'https://unused.invalid/', ...this.#own, grant: 'token', token, noRefreshToken: true });
    try {
      return await client.test(path, { signal: this.#signal });
    } catch (error) {
      return { ok: false, error };
    } finally {
      this.#signal?.throwIfAborted();
    }
  }

  /** A document of the server's that everybody may read: its text, or where it leads. */
  async document(url) {
    const { observer } = this;
    observer.part = 'discovery';
    try {
      const response = await observer.fetch(url, { headers: { accept: 'application/json' }, redirect: 'manual', signal: this.#signal });
      response.body?.cancel?.().catch(() => {});
      const { text, headers } = observer.exchanges.at(-1);
      return { text: await text, location: headers.get('location') ?? '' };
    } catch {
      this.#signal?.throwIfAborted();
      return { text: '', location: '' };
    }
  }
}

export function without(names, object) {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}
