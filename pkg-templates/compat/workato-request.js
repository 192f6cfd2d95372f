// The requests of Workato's SDK: how they are told, sent, and found refused.
import { base64, fetcher, notKept } from './common.js';
import { invalidOption } from '../face/error.js';
import { parsed as parsedUrl } from '../face/url.js';
import { discard, isRedirect, targetOf } from '../face/response.js';

/** The functions that make requests, which `execute` sends. */
export function requests(execute) {
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
    const url = parsedUrl(this.#url, baseUri);
    if (!url) throw invalidOption('connection.base_uri', 'must give the URL that a path is relative to');
    const copy = new Request(this.#verb, url.href, this.#execute);
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
export async function send(fetch, request, detectOn) {
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

export function isRefusal(error, refreshOn) {
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
