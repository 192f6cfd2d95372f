// Workato's connection: a request goes out with what the connection holds, and only when it is refused are
// credentials acquired. The lambdas of the SDK become functions, and what they call without a receiver (`post`,
// `headers`, `user`) they call on `this`.
import { OAuth2Client } from 'edge-oauth2';
import { invalidOption } from './error.js';

const YEAR_SECONDS = 31_536_000;

/** OAuth2Client wants to know where tokens come from; here they come from the connection's functions. */
const NOWHERE = 'https://connection.invalid/';

export function connection(definition, settings = {}, options = {}) {
  const { test, connection: inner = definition } = definition;
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
    this.#open(settings);
  }

  get = (path, params) => this.request('GET', path).params(params);
  post = (path, payload) => this.request('POST', path).payload(payload);
  put = (path, payload) => this.request('PUT', path).payload(payload);
  patch = (path, payload) => this.request('PATCH', path).payload(payload);
  delete = (path, payload) => this.request('DELETE', path).payload(payload);
  request = (verb, path) => new Request(verb, path, (request) => this.#authorized(request));

  /** What the connection's own `test` gives; without an error the connection is good. */
  async test() {
    if (!this.#test) throw invalidOption('test', 'is not part of this connection');
    return await this.#test.call(this, await this.settings());
  }

  /** The settings given, and what was acquired since. */
  async settings() {
    return { ...settingsOf(await this.#token()) };
  }

  async authorizationUrl({ redirectUri, state, ...extra } = {}) {
    const client = await this.#exchanger(extra);
    return await client.authorizationUrl({ redirectUri, ...(state !== undefined && { state }) });
  }

  /** Acquires tokens for the code in `url`, and gives the settings with them, to be kept. */
  async callback(url, { redirectUri, state } = {}) {
    const client = await this.#exchanger();
    const token = await client.callback(url, { redirectUri, state }).catch(thrown);
    this.#open(settingsOf(token));
    return await this.settings();
  }

  /** Makes the settings what is applied first: a token that was given, and is renewed when it is refused. */
  #open(settings) {
    this.#initial = settings;
    const { identity = nameOf(this.#definition, this.#options), ...options } = this.#options;
    const renew = async (current) => {
      const result = isOAuth2(this.#authorization) ? await this.#refresh(current) : await this.#acquire(current);
      return encoded({ ...current, ...result });
    };
    this.#client = new OAuth2Client({
      errorCacheSeconds: 0,
      ...options,
      tokenUrl: NOWHERE,
      clientId: 'workato',
      // What records in a store are sealed with; it is never sent.
      clientSecret: `settings ${encode(settings)}`,
      clientAuth: 'body',
      grant: 'token',
      token: encode(settings),
      // There is always a way to renew, and `renew` knows it.
      refreshToken: 'none',
      refreshAhead: false,
      expirySkewSeconds: 0,
      identity: `workato ${identity}`,
      hooks: {
        tokenRequest: () => renew(settings),
        refresh: ({ credentials }) => renew(credentials.access_token ? settingsOf({ accessToken: credentials.access_token }) : settings),
      },
    });
  }

  #token() {
    return this.#client.getToken().catch(thrown);
  }

  /** Sends a request with the settings there are; when that fails as `refresh_on` says, once more with others. */
  async #authorized(request) {
    const { apply } = this.#authorization;
    if (!apply) return await this.#send(request, this.#initial, undefined, this.#authorization.detect_on);
    const token = await this.#token();
    try {
      return await this.#send(request, settingsOf(token), apply, this.#authorization.detect_on);
    } catch (error) {
      if (!isRenewable(this.#authorization) || !isRefusal(error, this.#authorization.refresh_on)) throw error;
      // Somebody else may have renewed it meanwhile.
      if ((await this.#token()).accessToken === token.accessToken) await this.#client.invalidate();
      const renewed = await this.#token();
      return await this.#send(request, settingsOf(renewed), apply, this.#authorization.detect_on);
    }
  }

  async #send(request, settings, apply, detectOn) {
    const baseUri = await this.#baseUri?.call(this, { ...settings });
    const instructed = request.copy(baseUri);
    if (apply) {
      const authType = request.authType;
      const given = isOAuth2(this.#authorization) ? [settings.access_token, authType] : [authType];
      await apply.call(instructed, { ...settings }, ...given);
    }
    return await send(this.#options.fetch, instructed, detectOn);
  }

  /** What functions that acquire credentials call `post` and the like on: their requests are not authorized. */
  #unauthorized(settings) {
    const request = (verb, path) =>
      new Request(verb, path, (request) => this.#send(request, settings, undefined, this.#authorization.detect_on));
    return {
      request,
      get: (path, params) => request('GET', path).params(params),
      post: (path, payload) => request('POST', path).payload(payload),
      put: (path, payload) => request('PUT', path).payload(payload),
      patch: (path, payload) => request('PATCH', path).payload(payload),
      delete: (path, payload) => request('DELETE', path).payload(payload),
    };
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
    if (!tokenUrl) throw new Error("'refresh' or 'token_url' is required for refreshing the token");
    if (!refreshToken) throw new Error('refresh_token is empty: the connection has to be authorized again');
    const tokens = await this.#ask(settings, { grant_type: 'refresh_token', refresh_token: refreshToken });
    return { access_token: tokens.access_token, refresh_token: tokens.refresh_token || refreshToken };
  }

  /** The request that Workato makes itself where the connection says nothing. */
  async #ask(settings, parameters) {
    const dsl = this.#unauthorized(settings);
    const { client_id, client_secret, token_url } = await this.#oauth2(settings);
    return await dsl
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
  async #exchanger(extra) {
    if (extra && Object.keys(extra).length > 0) throw invalidOption(Object.keys(extra)[0], 'is not known here; there are redirectUri, state');
    if (!isOAuth2(this.#authorization)) throw invalidOption('authorization.type', 'must be oauth2 for a user to authorize');
    const settings = this.#initial;
    const { client_id: clientId, authorization_url: given } = await this.#oauth2(settings);
    const authorizationUrl = new URL(given);
    for (const name of ['response_type', 'client_id', 'redirect_uri', 'state']) authorizationUrl.searchParams.delete(name);
    return new OAuth2Client({
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

/** A request that is sent when it is awaited, and gives the parsed body of its response. */
class Request {
  #execute;
  #result;
  #headers = {};
  #params = {};
  #payload;
  #user;
  #password;
  #format = json;
  #parse = (text) => JSON.parse(text || '{}');
  #url;
  #verb;

  constructor(verb, url, execute) {
    this.#verb = verb.toUpperCase();
    this.#url = url;
    this.#execute = execute;
  }

  /** Another that can be changed without changing this, its URL resolved. */
  copy(baseUri) {
    const copy = new Request(this.#verb, new URL(this.#url, baseUri).href, this.#execute);
    copy.#headers = { ...this.#headers };
    copy.#params = { ...this.#params };
    copy.#payload = Array.isArray(this.#payload) ? [...this.#payload] : this.#payload && { ...this.#payload };
    copy.#user = this.#user;
    copy.#password = this.#password;
    copy.#format = this.#format;
    copy.#parse = this.#parse;
    copy.authType = this.authType;
    return copy;
  }

  get current_url() {
    const url = new URL(this.#url);
    for (const [name, value] of flattened(this.#params)) url.searchParams.append(name, value);
    return url.href;
  }

  get current_verb() {
    return this.#verb;
  }

  headers(headers) {
    Object.assign(this.#headers, headers);
    return this;
  }

  params(params) {
    Object.assign(this.#params, params);
    return this;
  }

  payload(payload) {
    if (Array.isArray(payload)) this.#payload = [...(this.#payload ?? []), ...payload];
    else if (payload !== undefined && payload !== null) this.#payload = { ...this.#payload, ...payload };
    return this;
  }

  user(user) {
    this.#user = user;
    return this;
  }

  password(password) {
    this.#password = password;
    return this;
  }

  auth_type(authType) {
    this.authType = authType;
    return this;
  }

  request_format_json() {
    this.#format = json;
    return this;
  }

  request_format_www_form_urlencoded() {
    this.#format = form;
    return this;
  }

  response_format_raw() {
    this.#parse = (text) => text;
    return this;
  }

  get init() {
    const headers = new Headers({ accept: 'application/json' });
    const hasBody = this.#payload !== undefined && !['GET', 'HEAD'].includes(this.#verb);
    if (hasBody) headers.set('content-type', this.#format.type);
    if (this.#user !== undefined || this.#password !== undefined) {
      headers.set('authorization', `Basic ${base64(`${this.#user ?? ''}:${this.#password ?? ''}`)}`);
    }
    for (const [name, value] of Object.entries(this.#headers)) {
      if (value !== undefined && value !== null) headers.set(name, value);
    }
    return { method: this.#verb, headers, body: hasBody ? this.#format.render(this.#payload) : undefined };
  }

  parse(text) {
    return this.#parse(text);
  }

  then(resolve, reject) {
    this.#result ??= this.#execute(this);
    return this.#result.then(resolve, reject);
  }
}

const json = { type: 'application/json', render: (payload) => JSON.stringify(payload) };
const form = { type: 'application/x-www-form-urlencoded', render: (payload) => new URLSearchParams(flattened(payload)).toString() };

/** `{ a: [1, 2], b: { c: 3 } }` as Rails writes it: `a[]=1&a[]=2&b[c]=3`. */
function flattened(value, name) {
  if (value === undefined || value === null) return name === undefined ? [] : [[name, '']];
  if (typeof value !== 'object') return [[name, String(value)]];
  return Object.entries(value).flatMap(([key, item]) =>
    flattened(item, name === undefined ? key : `${name}[${Array.isArray(value) ? '' : key}]`),
  );
}

const MAX_REDIRECTS = 10;

/** Redirects are followed as the SDK does, of GET and HEAD only, but not to where the credentials are not for. */
async function send(fetch = globalThis.fetch, request, detectOn = []) {
  const { init } = request;
  let url = new URL(request.current_url);
  for (let count = 0; ; count++) {
    const response = await fetcher(fetch)(url.href, { ...init, redirect: 'manual' });
    const next = isRedirect(response) && new URL(response.headers.get('location'), url);
    if (next && next.origin === url.origin && ['GET', 'HEAD'].includes(init.method) && count < MAX_REDIRECTS) {
      await response.body?.cancel();
      url = next;
      continue;
    }
    return answer(request, response, await response.text(), detectOn);
  }
}

function answer(request, { ok, status, statusText }, body, detectOn) {
  if (!ok) throw requestError(`${status} ${STATUS[status] ?? statusText}`, request, { code: status, response: body });
  const detect = (value) => {
    const isDetected = detectOn.some((pattern) => isMatch(pattern, value));
    // As in the SDK it has no status: of `refresh_on` what counts is what matches the message, or that there is none.
    if (isDetected) throw requestError(body, request, {});
  };
  detect(body);
  const parsed = request.parse(body);
  detect(parsed);
  return parsed;
}

function requestError(message, { current_verb: method }, { code, response }) {
  return Object.assign(new Error(message), { name: 'RequestError', method, code, response });
}

function isRefusal(error, refreshOn = []) {
  if (error.name !== 'RequestError') return false;
  const patterns = [refreshOn].flat();
  if (patterns.length === 0) return true;
  return patterns.some((pattern) =>
    typeof pattern === 'number' ? pattern === error.code : isMatch(pattern, error.message) || isMatch(pattern, error.response),
  );
}

/** Texts are equal or not; of a pattern something must be found. */
function isMatch(pattern, value) {
  return pattern instanceof RegExp ? typeof value === 'string' && value.search(pattern) !== -1 : pattern === value;
}

function isRenewable(authorization) {
  return isOAuth2(authorization) || Boolean(authorization.acquire);
}

function isOAuth2({ type }) {
  return /oauth2/i.test(type);
}

/** Of several ways to authorize the one that the settings select. `credentials` is what `apply` was called before. */
function chosen(authorization, settings) {
  let one = authorization;
  if (authorization.type === 'multi') {
    const { selected, options = {} } = authorization;
    const key = selected?.({ ...settings });
    if (!Object.hasOwn(options, key)) throw invalidOption('authorization.selected', `must give one of ${Object.keys(options).join(', ')}`);
    one = options[key];
  }
  const { type = 'none', apply = one.credentials } = one;
  if (!['none', 'basic_auth', 'api_key', 'custom_auth', 'oauth2'].includes(type)) {
    throw invalidOption('authorization.type', 'must be oauth2, custom_auth, basic_auth, api_key, multi or none');
  }
  return { ...one, type, apply };
}

function checkSettings(fields, settings) {
  for (const { name, optional } of fields) {
    const value = settings[name];
    if (optional === false && (value === undefined || value === null || value === '')) {
      throw invalidOption(`settings.${name}`, 'is required by the connection');
    }
  }
}

/** What a connection's function gives is merged into the settings. */
function hash(name, value) {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new TypeError(`${name} must give an object`);
}

const names = new WeakMap();
let lastName = 0;

/** Functions are equal to nothing but themselves: within this isolate they are known by what they are part of. */
function nameOf(definition, { store }) {
  if (store) {
    throw invalidOption('identity', 'is required with a store: a name that changes when the connection\'s functions do');
  }
  if (!names.has(definition)) names.set(definition, (lastName += 1));
  return names.get(definition);
}

/** Settings as a token: they are what is kept, shared, refused and compared. */
function encode(settings) {
  return encodeURIComponent(JSON.stringify(settings));
}

/** When they end is up to the API, not to a clock. */
function encoded(settings) {
  return { access_token: encode(settings), token_type: 'Bearer', expires_in: YEAR_SECONDS };
}

function settingsOf({ accessToken }) {
  return JSON.parse(decodeURIComponent(accessToken));
}

/** What a function of the connection's threw. */
function thrown(error) {
  throw error.code === 'hook_failed' && error.cause ? error.cause : error;
}

function fetcher(fetch) {
  return typeof fetch === 'function' ? (input, init) => fetch(input, init) : (input, init) => fetch.fetch(input, init);
}

function isRedirect({ status, headers }) {
  return [301, 302, 303, 307, 308].includes(status) && headers.has('location');
}

/** As btoa, which takes characters up to U+00FF only, of UTF-8. */
function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** The names that the SDK gives to statuses, whatever the server's are. */
const STATUS = {
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition Failed',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Entity',
  423: 'Locked',
  424: 'Failed Dependency',
  426: 'Upgrade Required',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};
