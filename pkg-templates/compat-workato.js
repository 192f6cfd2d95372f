// Workato's connection: a request goes out with what the connection holds, and only when it is refused are
// credentials acquired. The lambdas of the SDK become functions, and what they call without a receiver (`post`,
// `headers`, `user`) they call on `this`.
import { OAuth2Client } from 'edge-oauth2';
import { base64, checked, checkFunctions, checkText, fetcher, identityOf, isPlain, notKept, thrown } from './compat-common.js';
import { OAuth2Error, invalidOption } from './error.js';
import { MADE_OF } from './fields.js';
import { discard, isRedirect, targetOf } from './response.js';

const YEAR_SECONDS = 31_536_000;

/** OAuth2Client wants to know where tokens come from; here they come from the connection's functions. */
const NOWHERE = 'https://connection.invalid/';

/** What may be said of a way to authorize; the last ones are about Workato's screens. */
const AUTHORIZATION = [
  ...['type', 'client_id', 'client_secret', 'authorization_url', 'token_url', 'acquire', 'apply', 'credentials'],
  ...['refresh_on', 'detect_on', 'refresh', 'fields', 'selected', 'options', 'identity', 'pkce', 'noopener'],
];

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
    if (!URL.canParse(given)) throw invalidOption('authorization.authorization_url', 'must be a URL');
    const authorizationUrl = new URL(given);
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

/** The functions that make requests, which `execute` sends. */
function requests(execute) {
  const request = (verb, path) => new Request(verb, path, execute);
  return {
    request,
    get: (path, params) => request('GET', path).params(params),
    post: (path, payload) => request('POST', path).payload(payload),
    put: (path, payload) => request('PUT', path).payload(payload),
    patch: (path, payload) => request('PATCH', path).payload(payload),
    delete: (path, payload) => request('DELETE', path).payload(payload),
  };
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
  #parse = readJson;
  #url;
  #verb;

  constructor(verb, url, execute) {
    this.#verb = verb.toUpperCase();
    this.#url = url;
    this.#execute = execute;
  }

  /** Another that can be changed without changing this, its URL resolved. */
  copy(baseUri) {
    if (!URL.canParse(this.#url, baseUri)) throw invalidOption('connection.base_uri', 'must give the URL that a path is relative to');
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

  catch(reject) {
    return this.then(undefined, reject);
  }

  finally(settle) {
    return this.then().finally(settle);
  }
}

/** Of what cannot be read nothing is told: it may have been a token. */
function readJson(text) {
  try {
    return JSON.parse(text || '{}');
  } catch {
    throw Object.assign(new Error('the response is no JSON'), { name: 'JSONResponseFormatError' });
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
async function send(fetch, request, detectOn) {
  const { init } = request;
  let url = new URL(request.current_url);
  for (let count = 0; ; count++) {
    const response = await fetcher(fetch)(url.href, { ...init, redirect: 'manual', ...notKept() });
    const next = isRedirect(response) && targetOf(response, url);
    if (next && next.origin === url.origin && ['GET', 'HEAD'].includes(init.method) && count < MAX_REDIRECTS) {
      discard(response);
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

function isRefusal(error, refreshOn) {
  if (error.name !== 'RequestError') return false;
  if (refreshOn.length === 0) return true;
  return refreshOn.some((pattern) =>
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
    checkFunctions('authorization', ['selected'], authorization);
    const key = selected?.({ ...settings });
    if (!Object.hasOwn(options, key)) throw invalidOption('authorization.selected', `must give one of ${Object.keys(options).join(', ')}`);
    one = options[key];
  }
  const { type = 'none', apply = one.credentials } = checked('authorization', AUTHORIZATION, one);
  if (!['none', 'basic_auth', 'api_key', 'custom_auth', 'oauth2'].includes(type)) {
    throw invalidOption('authorization.type', 'must be oauth2, custom_auth, basic_auth, api_key, multi or none');
  }
  checkFunctions('authorization', ['acquire', 'apply', 'credentials', 'refresh'], one);
  return { ...one, type, apply, refresh_on: signals('refresh_on', one), detect_on: signals('detect_on', one) };
}

function signals(name, { [name]: given = [] }) {
  const all = [given].flat();
  if (all.every((signal) => ['number', 'string'].includes(typeof signal) || signal instanceof RegExp)) return all;
  throw invalidOption(`authorization.${name}`, 'must be made of statuses, texts and patterns');
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
