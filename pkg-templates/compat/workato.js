// Workato's connection: a request goes out with what the connection holds, and only when it is refused are
// credentials acquired. The lambdas of the SDK become functions, and what they call without a receiver (`post`,
// `headers`, `user`) they call on `this`.
import { OAuth2Client } from 'edge-oauth2';
import { checked, checkFunctions, checkText, identityOf, isPlain, thrown } from './common.js';
import { checkSettings, chosen, isOAuth2, isRenewable } from './workato-authorization.js';
import { isRefusal, requests, send } from './workato-request.js';
import { OAuth2Error, invalidOption } from '../face/error.js';
import { MADE_OF } from '../face/fields.js';
import { parsed } from '../face/url.js';

const YEAR_SECONDS = 31_536_000;

/** OAuth2Client wants to know where tokens come from; here they come from the connection's functions. */
const NOWHERE = 'https://connection.invalid/';

export function connection(definition, settings = {}, options = {}) {
  if (!isPlain(definition)) throw invalidOption('definition', 'must be an object');
  const { test, connection: inner = definition } = definition;
  checkFunctions('connection', ['base_uri'], inner);
  checkFunctions('definition', ['test'], definition);
  const authorization = chosen(inner.authorization ?? {}, settings);
  checkSettings([...(inner.fields ?? []), ...(authorization.fields ?? [])], settings);
  return new Connection({ definition, test, baseUri: inner.base_uri, authorization, settings, options });
}

class Connection {
  #definition;
  #test;
  #baseUri;
  #authorization;
  #options;
  #initial;
  #client;

  constructor({ definition, test, baseUri, authorization, settings, options }) {
    this.#definition = definition;
    this.#test = test;
    this.#baseUri = baseUri;
    this.#authorization = authorization;
    this.#options = options;
    Object.assign(this, requests((request) => this.#authorized(request)));
    this.#open(settings);
  }

  /** What the connection's own `test` gives; without an error the connection is good. */
  async test() {
    if (!this.#test) throw invalidOption('test', 'is not part of this connection');
    return await this.#test.call(this, await this.settings());
  }

  /** The settings given, and what was acquired since. */
  async settings() {
    return { ...decoded((await this.#token()).accessToken) };
  }

  async authorizationUrl(options) {
    checked('options', ['redirectUri', 'state'], options);
    const client = await this.#exchanger();
    return await client.authorizationUrl(options);
  }

  /** Acquires tokens for the code in `url`, and gives the settings with them, to be kept. */
  async callback(url, options) {
    const client = await this.#exchanger();
    const token = await client.callback(url, options).catch(thrown);
    this.#open(decoded(token.accessToken));
    return await this.settings();
  }

  /** Makes the settings what is applied first: a token that was given, and is renewed when it is refused. */
  #open(settings) {
    this.#initial = settings;
    this.#client = new OAuth2Client({
      ...this.#options,
      tokenUrl: NOWHERE,
      clientId: 'workato',
      // None of the settings is known to be a secret, so that records in a store are sealed with `sealKey` alone.
      clientAuth: 'none',
      grant: 'token',
      // There is always a way to renew, and `#renewed` knows it.
      token: { access_token: encode(settings), refresh_token: 'none' },
      refreshAhead: false,
      expirySkewSeconds: 0,
      [MADE_OF]: `workato ${identityOf(this.#definition, this.#options)}`,
      hooks: { refresh: ({ credentials }) => this.#renewed(decoded(credentials.access_token)) },
    });
  }

  async #renewed(settings) {
    const result = isOAuth2(this.#authorization) ? await this.#refresh(settings) : await this.#acquire(settings);
    return encoded({ ...settings, ...result });
  }

  #token() {
    return this.#client.getToken().catch(thrown);
  }

  /** Sends a request with the settings there are; when that fails as `refresh_on` says, once more with others. */
  async #authorized(request) {
    const { apply } = this.#authorization;
    if (!apply) return await this.#send(request, this.#initial);
    const token = await this.#token();
    try {
      return await this.#send(request, decoded(token.accessToken), apply);
    } catch (error) {
      if (!isRenewable(this.#authorization) || !isRefusal(error, this.#authorization.refresh_on)) throw error;
      // Somebody else may have renewed it meanwhile.
      if ((await this.#token()).accessToken === token.accessToken) await this.#client.invalidate();
      const renewed = await this.#token();
      return await this.#send(request, decoded(renewed.accessToken), apply);
    }
  }

  async #send(request, settings, apply) {
    const baseUri = await this.#baseUri?.call(this, { ...settings });
    const instructed = request.copy(baseUri);
    if (apply) {
      const authType = request.authType;
      const given = isOAuth2(this.#authorization) ? [settings.access_token, authType] : [authType];
      await apply.call(instructed, { ...settings }, ...given);
    }
    return await send(this.#options.fetch, instructed, this.#authorization.detect_on);
  }

  /** What functions that acquire credentials call `post` and the like on: their requests are not authorized. */
  #unauthorized(settings) {
    return requests((request) => this.#send(request, settings));
  }

  async #acquire(settings, ...given) {
    return hash('acquire', await this.#authorization.acquire.call(this.#unauthorized(settings), { ...settings }, ...given));
  }

  async #refresh(settings) {
    const { refresh, token_url: tokenUrl } = this.#authorization;
    const { refresh_token: refreshToken } = settings;
    if (refresh) {
      const result = await refresh.call(this.#unauthorized(settings), { ...settings }, refreshToken);
      const [tokens, more] = [result].flat();
      return { ...hash('refresh', tokens), ...more };
    }
    if (!tokenUrl) throw invalidOption('authorization.refresh', 'or authorization.token_url is required to refresh the token');
    if (!refreshToken) {
      throw new OAuth2Error('refresh_token is empty: the connection has to be authorized again', { code: 'reauthorization_required' });
    }
    const tokens = await this.#ask(settings, { grant_type: 'refresh_token', refresh_token: refreshToken });
    return { access_token: tokens.access_token, refresh_token: tokens.refresh_token || refreshToken };
  }

  /** The request that Workato makes itself where the connection says nothing. */
  async #ask(settings, parameters) {
    const { client_id, client_secret, token_url } = await this.#oauth2(settings);
    return await this.#unauthorized(settings)
      .post(token_url)
      .payload({ client_id, client_secret, ...parameters })
      .request_format_www_form_urlencoded();
  }

  /** What may be a value, or a function of the settings. */
  async #oauth2(settings) {
    const read = {};
    for (const name of ['client_id', 'client_secret', 'authorization_url', 'token_url']) {
      const value = this.#authorization[name];
      read[name] = typeof value === 'function' ? await value.call(this.#unauthorized(settings), { ...settings }) : value;
    }
    return read;
  }

  /** A client for one authorization: what comes back is a user's own, and shared with nobody. */
  async #exchanger() {
    if (!isOAuth2(this.#authorization)) throw invalidOption('authorization.type', 'must be oauth2 for a user to authorize');
    const settings = this.#initial;
    const { client_id: clientId, authorization_url: given } = await this.#oauth2(settings);
    checkText('authorization.client_id', clientId);
    const authorizationUrl = parsed(given);
    if (!authorizationUrl) throw invalidOption('authorization.authorization_url', 'must be a URL');
    for (const name of ['response_type', 'client_id', 'redirect_uri', 'state']) authorizationUrl.searchParams.delete(name);
    const { timeoutMs } = this.#options;
    return new OAuth2Client({
      ...(timeoutMs !== undefined && { timeoutMs }),
      tokenUrl: NOWHERE,
      authorizationUrl,
      clientId,
      clientAuth: 'none',
      grant: 'authorization_code',
      skipPkce: true,
      identity: crypto.randomUUID(),
      hooks: {
        tokenRequest: async ({ params }) => encoded({ ...settings, ...(await this.#exchange(settings, params)) }),
      },
    });
  }

  async #exchange(settings, { code, redirect_uri: redirectUri }) {
    if (!this.#authorization.acquire) {
      return await this.#ask(settings, { grant_type: 'authorization_code', code, redirect_uri: redirectUri });
    }
    const result = await this.#authorization.acquire.call(this.#unauthorized(settings), { ...settings }, code, redirectUri);
    const [tokens, , more] = [result].flat();
    return { ...hash('acquire', tokens), ...more };
  }
}

/** What a connection's function gives is merged into the settings. */
function hash(name, value) {
  if (isPlain(value)) return value;
  throw new OAuth2Error(`authorization.${name} must give an object`, { code: 'hook_failed' });
}

/** Settings as a token: they are what is kept, shared, refused and compared. */
function encode(settings) {
  return encodeURIComponent(JSON.stringify(settings));
}

/** When they end is up to the API, not to a clock. */
function encoded(settings) {
  return { access_token: encode(settings), token_type: 'Bearer', expires_in: YEAR_SECONDS };
}

function decoded(token) {
  return JSON.parse(decodeURIComponent(token));
}
