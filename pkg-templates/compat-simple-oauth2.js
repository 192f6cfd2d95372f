// simple-oauth2 5.1.0 over the host's fetch: its classes, options, tokens and errors. As there, every call is a
// request: nothing is cached, retried or shared.

/** What the three grants have in common. */
class Grant {
  #config;
  #grantType;
  constructor(config, grantType) {
    this.#config = config;
    this.#grantType = grantType;
  }

  async getToken(params, httpOptions) {
    const parameters = withScope(this.#config, { grant_type: this.#grantType, ...params });
    return this.createToken(await request(this.#config, this.#config.auth.tokenPath, parameters, httpOptions));
  }

  createToken(token) {
    return new AccessToken(this.#config, token);
  }
}

export class ClientCredentials extends Grant {
  constructor(options) {
    super(readOptions(options), 'client_credentials');
  }
}

export class ResourceOwnerPassword extends Grant {
  constructor(options) {
    super(readOptions(options), 'password');
  }
}

export class AuthorizationCode extends Grant {
  #config;
  constructor(options) {
    const config = readOptions(options, { authorizeHost: uri, authorizePath: text });
    super(config, 'authorization_code');
    this.#config = config;
  }

  authorizeURL(params) {
    const { auth, client } = this.#config;
    const url = new URL(auth.authorizePath ?? '/oauth/authorize', auth.authorizeHost ?? auth.tokenHost);
    const parameters = { response_type: 'code', [client.idParamName]: client.id, ...params };
    for (const [name, value] of Object.entries(withScope(this.#config, parameters))) {
      // The original writes the words "undefined" and "null" into the URL.
      if (value !== undefined && value !== null) url.searchParams.set(name, value);
    }
    return url.href;
  }
}

export class AccessToken {
  #config;
  constructor(config, token) {
    // Not only that it is there, as the original: what `in` says of a string has the string in it.
    if (!isObject(token)) throw new Error('Cannot create access token without a token to parse');
    this.#config = config;
    this.token = Object.freeze({ ...token, ...expiration(token) });
  }

  expired(expirationWindowSeconds = 0) {
    return this.token.expires_at - (Date.now() + expirationWindowSeconds * 1000) <= 0;
  }

  async refresh(params, httpOptions) {
    const { refresh_token } = this.token;
    const parameters = withScope(this.#config, { grant_type: 'refresh_token', ...params, refresh_token });
    const token = await request(this.#config, this.#config.auth.refreshPath, parameters, httpOptions);
    // RFC 6749 §6: without a new one the old one goes on. The original loses it.
    const isOldOneKept = refresh_token !== undefined && isObject(token) && (token.refresh_token ?? null) === null;
    return new AccessToken(this.#config, isOldOneKept ? { ...token, refresh_token } : token);
  }

  async revoke(tokenType, httpOptions) {
    if (tokenType !== 'access_token' && tokenType !== 'refresh_token') {
      throw new Error('Invalid token type. Only access_token or refresh_token are valid values');
    }
    const parameters = { token: this.token[tokenType], token_type_hint: tokenType };
    return request(this.#config, this.#config.auth.revokePath, parameters, httpOptions, true);
  }

  async revokeAll(httpOptions) {
    await this.revoke('access_token', httpOptions);
    await this.revoke('refresh_token', httpOptions);
  }

  toJSON() {
    return this.token;
  }
}

/** `expires_at` of a token: given as a Date, UNIX seconds or ISO 8601, or made from `expires_in`. */
function expiration(token) {
  if ('expires_at' in token) {
    const at = token.expires_at;
    return { expires_at: at instanceof Date ? at : new Date(typeof at === 'number' ? at * 1000 : at) };
  }
  if ('expires_in' in token) return { expires_at: new Date(Date.now() + Number.parseInt(token.expires_in, 10) * 1000) };
  return {};
}

function withScope({ options }, parameters) {
  const { scope, ...others } = parameters;
  if (scope === undefined) return others;
  return Array.isArray(scope) ? { ...parameters, scope: scope.join(options.scopeSeparator) } : parameters;
}

// Options

class ValidationError extends Error {
  get name() {
    return 'ValidationError';
  }
}

/** The options with their defaults, in a copy. `grantAuth` are the members of `auth` that one grant only has. */
function readOptions(options, grantAuth) {
  const all = members(options, '', { client: required, auth: required, http: optional, options: optional });
  if (all.http?.baseUrl !== undefined) refuse('http.baseUrl', 'is not allowed');
  const auth = {
    tokenPath: '/oauth/token',
    revokePath: '/oauth/revoke',
    ...members(all.auth, 'auth', {
      tokenHost: uri,
      tokenPath: text,
      refreshPath: text,
      revokePath: text,
      ...grantAuth,
    }),
  };
  if (auth.tokenHost === undefined) refuse('auth.tokenHost', 'is required');
  return {
    client: {
      // The original makes the credentials "undefined:undefined" of what is missing.
      id: '',
      secret: '',
      idParamName: 'client_id',
      secretParamName: 'client_secret',
      ...members(all.client, 'client', { id: vschar, secret: vschar, idParamName: text, secretParamName: text }),
    },
    auth: { refreshPath: auth.tokenPath, ...auth },
    http: { ...all.http, headers: present(all.http?.headers) },
    options: {
      scopeSeparator: ' ',
      credentialsEncodingMode: 'strict',
      bodyFormat: 'form',
      authorizationMethod: 'header',
      ...members(all.options ?? {}, 'options', {
        scopeSeparator: text,
        credentialsEncodingMode: oneOf('strict', 'loose'),
        bodyFormat: oneOf('form', 'json'),
        authorizationMethod: oneOf('header', 'body'),
      }),
    },
  };
}

/** The members of `object` that are given, each having passed its check; a check gives what is wrong. */
function members(object, path, checks) {
  const name = (key) => (path ? `${path}.${key}` : key);
  if (!isObject(object)) refuse(path || 'value', 'must be of type object');
  const given = {};
  for (const [key, check] of Object.entries(checks)) {
    const problem = check(object[key]);
    if (problem) refuse(name(key), problem);
    if (object[key] !== undefined) given[key] = object[key];
  }
  for (const key of Object.keys(object)) {
    if (!Object.hasOwn(checks, key)) refuse(name(key), 'is not allowed');
  }
  return given;
}

/** Never with the value, as the original's: it may be the secret. */
function refuse(name, problem) {
  throw new ValidationError(`Invalid options provided to simple-oauth2 "${name}" ${problem}`);
}

const required = (value) => (value === undefined ? 'is required' : optional(value));
const optional = (value) => (value === undefined || isObject(value) ? undefined : 'must be of type object');

const string = (problem) => (value) => {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? problem(value) : 'must be a string';
};
const text = string((value) => (value === '' ? 'is not allowed to be empty' : undefined));
/** RFC 6749, appendix A. */
const vschar = string((value) =>
  /^[\x20-\x7E]*$/.test(value) ? undefined : 'fails to match the required pattern: /^[\\x20-\\x7E]*$/',
);
const uri = (value) => text(value) ?? httpUrl(value);
/** RFC 3986: URL alone would also take blanks and backslashes. */
const httpUrl = string((value) =>
  /^https?:\/\/(?!\/)[\w\-.~:/?#[\]@!$&'()*+,;=%]+$/.test(value) && URL.canParse(value)
    ? undefined
    : 'must be a valid uri with a scheme matching the http|https pattern',
);
const oneOf =
  (...values) =>
  (value) =>
    value === undefined || values.includes(value) ? undefined : `must be one of [${values.join(', ')}]`;

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// Requests

/** The one request that a call makes; gives the payload of its response. */
async function request(config, path, parameters, httpOptions, mayBeEmpty) {
  const { auth, http } = config;
  const options = {
    json: 'strict',
    redirects: false,
    baseUrl: auth.tokenHost,
    ...present(http),
    ...present(httpOptions),
  };
  const url = new URL(path, options.baseUrl);
  const headers = requestHeaders(config, url, httpOptions?.headers);
  const body = requestBody(config, parameters);
  const controller = new AbortController();
  const within = (promise, late) => inTime(promise, options.timeout, late, controller);

  // Never 'follow': the credentials would go wherever the redirect leads. 'error' is unknown to workerd.
  // Where the host knows the word, no HTTP cache keeps it, as that of Next.js would.
  const cache = 'cache' in Request.prototype ? { cache: 'no-store' } : undefined;
  const init = { method: 'POST', headers, body, redirect: 'manual', signal: controller.signal, ...cache };
  const response = await within(send(url, init), () => boom(504, 'Client request timeout'));
  if (options.redirects !== false && [301, 302, 307, 308].includes(response.status)) {
    controller.abort();
    const message = options.redirects
      ? 'The redirect was not followed, for the credentials would have gone with it'
      : 'Maximum redirections reached';
    throw boom(502, message);
  }
  const res = {
    statusCode: response.status,
    statusMessage: response.statusText || reasons[response.status] || '',
    headers: Object.fromEntries(response.headers),
  };
  let payload;
  try {
    const text = await within(read(response, options.maxBytes), () => boom(408, reasons[408]));
    payload = parse(text, res, options.json, mayBeEmpty && response.ok);
  } catch (error) {
    controller.abort();
    error.data = { ...error.data, res };
    throw error;
  }
  if (res.statusCode < 400) return payload;
  const message = `Response Error: ${res.statusCode} ${res.statusMessage}`;
  throw boom(res.statusCode, message, { isResponseError: true, headers: res.headers, res, payload });
}

function present(options) {
  return Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined && value !== null));
}

function requestHeaders({ client, http, options }, url, ofCall) {
  const headers = new Headers();
  const set = (more) => {
    for (const [name, value] of Object.entries(present(more))) {
      try {
        headers.set(name, value);
      } catch {
        // Without the host's own error: it may quote the value.
        throw new TypeError(`Invalid header "${name}" in the HTTP options`);
      }
    }
  };
  set({ accept: 'application/json' });
  set(http.headers);
  set(ofCall);
  if (options.authorizationMethod === 'header') {
    const encode = options.credentialsEncodingMode === 'strict' ? formUrlEncode : String;
    set({ authorization: `Basic ${btoa(`${encode(client.id)}:${encode(client.secret)}`)}` });
  }
  set({ 'content-type': options.bodyFormat === 'form' ? 'application/x-www-form-urlencoded' : 'application/json' });
  takeUserInfo(url, headers);
  return headers;
}

/** fetch refuses a URL with a user and a password, and quotes them. Node sends them unless there are others. */
function takeUserInfo(url, headers) {
  if (!url.username && !url.password) return;
  if (!headers.has('authorization')) headers.set('authorization', `Basic ${btoa(`${url.username}:${url.password}`)}`);
  url.username = '';
  url.password = '';
}

/** RFC 6749 §2.3.1 and appendix B, as the original has it: also `! ' ( ) *` are encoded. */
function formUrlEncode(value) {
  return encodeURIComponent(value)
    .replace(/%20/g, '+')
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function requestBody({ client, options }, parameters) {
  const all = { ...parameters };
  if (options.authorizationMethod === 'body') {
    all[client.idParamName] = client.id;
    all[client.secretParamName] = client.secret;
  }
  if (options.bodyFormat === 'json') return JSON.stringify(all);
  // As Node's querystring: a blank is %20, an array repeats the parameter, what has no text is empty.
  return Object.entries(all)
    .flatMap(([name, value]) =>
      [value].flat().map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(asText(one))}`),
    )
    .join('&');
}

function asText(value) {
  const hasText = ['string', 'bigint', 'boolean'].includes(typeof value) || Number.isFinite(value);
  return hasText ? String(value) : '';
}

/** Rejects with what `late` gives when `ms` are over, and ends what is going on. No `ms`: it may last for ever. */
async function inTime(promise, ms, late, controller) {
  if (!(ms > 0)) return promise;
  let timer;
  const end = new Promise((_, reject) => {
    timer = setTimeout(() => {
      reject(late());
      controller.abort();
    }, ms);
  });
  try {
    return await Promise.race([promise, end]);
  } finally {
    clearTimeout(timer);
  }
}

async function send(url, init) {
  try {
    return await fetch(url, init);
  } catch (error) {
    // Node says what happened in the cause.
    const { message, code } = error?.cause ?? error ?? {};
    const failure = boom(502, message ? `Client request error: ${message}` : 'Client request error');
    throw code === undefined ? failure : Object.assign(failure, { code });
  }
}

async function read(response, maxBytes) {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let length = 0;
  let text = '';
  for (;;) {
    const { done, value } = (await reader?.read().catch(cutOff)) ?? { done: true };
    if (done) return text + decoder.decode();
    length += value.length;
    if (maxBytes && length > maxBytes) {
      throw boom(413, `Payload content length greater than maximum allowed: ${maxBytes}`);
    }
    text += decoder.decode(value, { stream: true });
  }
}

function cutOff() {
  throw boom(500, 'Payload stream closed prematurely');
}

/** `json`: 'strict' refuses what is not JSON, true leaves it, 'force' does not ask for the type, false parses nothing. */
function parse(text, res, json, mayBeEmpty) {
  if (!json) return text;
  const type = (res.headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
  if (json !== 'force' && !/^application\/([a-z0-9.]*[+-]json|json)$/.test(type)) {
    if (json !== 'strict') return text;
    // RFC 7009 §2.2 has nothing to say but the status. The original rejects a revocation that succeeded.
    if (mayBeEmpty && text === '') return null;
    throw boom(406, 'The content-type is not JSON compatible');
  }
  if (text === '') return null;
  try {
    return JSON.parse(text, refusePrototype);
  } catch {
    // Without the parser's own words: they quote the text, and that may be a token.
    throw boom(502, 'The payload is not valid JSON', { payload: text });
  }
}

function refusePrototype(key, value) {
  if (key === '__proto__') throw new SyntaxError('Object contains forbidden prototype property');
  return value;
}

// Errors

/** An error as @hapi/boom makes it. */
function boom(statusCode, message, data = null) {
  const shown = statusCode === 500 ? 'An internal server error occurred' : message;
  const payload = { statusCode, error: reasons[statusCode] ?? 'Unknown', message: shown };
  return Object.assign(new Error(message), {
    data,
    isBoom: true,
    isServer: statusCode >= 500,
    output: { statusCode, payload, headers: {} },
  });
}

/** In Boom's words; HTTP/2 brings none. */
const reasons = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  407: 'Proxy Authentication Required',
  408: 'Request Time-out',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length Required',
  412: 'Precondition Failed',
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Large',
  415: 'Unsupported Media Type',
  416: 'Requested Range Not Satisfiable',
  417: 'Expectation Failed',
  418: "I'm a teapot",
  422: 'Unprocessable Entity',
  423: 'Locked',
  424: 'Failed Dependency',
  425: 'Too Early',
  426: 'Upgrade Required',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  451: 'Unavailable For Legal Reasons',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Time-out',
  505: 'HTTP Version Not Supported',
  506: 'Variant Also Negotiates',
  507: 'Insufficient Storage',
  509: 'Bandwidth Limit Exceeded',
  510: 'Not Extended',
  511: 'Network Authentication Required',
};
