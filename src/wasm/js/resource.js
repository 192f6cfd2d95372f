// Requests to the protected API: where they may go, what they carry, and how redirects are followed.

import { Application } from './application.js';
import { OAuth2Error, invalidOption } from './error.js';

const MAX_REDIRECTS = 20;

/** Headers that go with the body, when a redirect turns the request into a GET. */
const BODY_HEADERS = [
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-type',
];

/** Headers that a redirect to another origin must not take along, as the token must not. */
const ORIGIN_BOUND_HEADERS = ['cookie', 'host', 'proxy-authorization'];

export class Resource {
  #base;
  #origins;
  #fetch;
  #apply;
  #apiHeaders;

  constructor({ baseUrl, allowedOrigins = [], fetch, apply, apiHeaders = [] }) {
    // A binding decides itself how its requests travel.
    const isSafe = (url) => url.protocol === 'https:' || fetch !== undefined || isLoopback(url);
    this.#base = baseUrl === undefined ? undefined : apiUrl('baseUrl', baseUrl, isSafe);
    if (this.#base && !this.#base.pathname.endsWith('/')) this.#base.pathname += '/';
    const origins = allowedOrigins.map((origin) => apiUrl('allowedOrigins', origin, isSafe).origin);
    this.#origins = new Set(this.#base ? [this.#base.origin, ...origins] : origins);
    this.#fetch = fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.#apply = apply;
    this.#apiHeaders = apiHeaders;
  }

  get fetch() {
    return this.#fetch;
  }

  allows(url) {
    return this.#origins.has(url.origin);
  }

  /** What fetch was called with, its URL resolved and found allowed. */
  request(input, init) {
    if (init instanceof Request) {
      // `fetch(url, request)` is a common way to forward; its members are not own ones.
      return this.request(new Request(this.#resolve(input), init));
    }
    const request = new ResourceRequest(input, init, this.#resolve(input));
    if (this.allows(request.url)) return request;
    const problem =
      this.#origins.size === 0
        ? 'no origin may see the token yet: give baseUrl or allowedOrigins'
        : `the token is not for ${request.url.origin}; if it is, add that to allowedOrigins`;
    throw new OAuth2Error(problem, { code: 'origin_not_allowed' });
  }

  /** Strings are resolved below the base URL's path, with or without a leading slash. */
  #resolve(input) {
    if (input instanceof Request) return new URL(input.url);
    const text = String(input);
    const reference = this.#base && /^\/(?![/\\])/.test(text) ? `.${text}` : text;
    if (URL.canParse(reference, this.#base)) return new URL(reference, this.#base);
    if (!this.#base) throw invalidOption('baseUrl', 'is required for a relative URL');
    throw new TypeError('the request has no valid URL');
  }

  /** Sends `request` with the token, as `apply` says or as a bearer token; resolves to the response after redirects. */
  send(request, { token, authorization }) {
    request.carriesToken = true;
    if (this.#apply) return this.#sendApplied(request, new Application(this.#apply, token, request.signal));
    const headers = this.#authorized(request.headers(), authorization);
    const sent = this.#fetch(request.input, { ...request.init, headers, redirect: 'manual' });
    if (request.redirect === 'manual') return sent;
    return sent.then((response) =>
      isRedirect(response) ? this.#follow(request, request.url, { authorization }, response) : response,
    );
  }

  async #sendApplied(request, application) {
    const { init, method } = request;
    const given = { url: request.url, method, headers: this.#withApiHeaders(request.headers()), body: request.content };
    const { url, headers, body } = await this.#applied(application, given);
    const replaced = body === given.body ? undefined : bodyInit(body);
    const response = await this.#fetch(request.inputAt(url), { ...init, headers, ...replaced, redirect: 'manual' });
    if (request.redirect === 'manual' || !isRedirect(response)) return response;
    return this.#follow(request, url, { application }, response);
  }

  /** A function that is handed the token can still be mistaken about where it goes. */
  async #applied(application, request) {
    const applied = await application.to(request);
    if (this.allows(applied.url)) return applied;
    throw new OAuth2Error(`apply led to ${applied.url.origin}, which may not see the token`, {
      code: 'origin_not_allowed',
    });
  }

  #withApiHeaders(headers) {
    for (const [name, value] of this.#apiHeaders) if (!headers.has(name)) headers.set(name, value);
    return headers;
  }

  #authorized(headers, authorization) {
    this.#withApiHeaders(headers).set('authorization', authorization);
    return headers;
  }

  /**
   * Follows redirects as Fetch §4.4 says. The host is not left to do it: not every runtime takes
   * the token off a request that is redirected to another origin. Each request is made anew of what the
   * caller gave, so that nothing of ours is left on one that goes elsewhere.
   */
  async #follow(request, url, { application, authorization }, response) {
    let { method, body } = request;
    const headers = request.headers();
    for (let count = 1; isRedirect(response); count++) {
      if (request.redirect === 'error') throw new TypeError(`${url.origin} answered with a redirect`);
      if (count > MAX_REDIRECTS) {
        throw new OAuth2Error(`more than ${MAX_REDIRECTS} redirects`, { code: 'too_many_redirects' });
      }
      const from = url;
      url = new URL(response.headers.get('location'), from);
      url.hash ||= from.hash;
      if (!/^https?:$/.test(url.protocol)) throw new TypeError(`a redirect to ${url.protocol} was not followed`);
      const { status } = response;
      if ((status === 303 && method !== 'HEAD') || (status < 303 && method === 'POST')) {
        method = 'GET';
        body = undefined;
        BODY_HEADERS.forEach((name) => headers.delete(name));
      } else if (!request.isReplayable) {
        throw new TypeError('a redirect of a request with a stream for a body cannot be followed');
      }
      if (url.origin !== from.origin) {
        ORIGIN_BOUND_HEADERS.forEach((name) => headers.delete(name));
        if (!this.allows(url)) {
          headers.delete('authorization');
          request.carriesToken = false;
        }
      }
      await response.body?.cancel();
      let next = { url, method, headers: new Headers(headers), body };
      if (!request.carriesToken) {
        if (application) next.url = application.takeFrom(url);
      } else if (application) {
        this.#withApiHeaders(next.headers);
        next = await this.#applied(application, next);
      } else {
        this.#authorized(next.headers, authorization);
      }
      url = next.url;
      const { signal } = request;
      const init = { ...request.init, method, headers: next.headers, ...bodyInit(next.body), signal, redirect: 'manual' };
      response = await this.#fetch(url.href, init);
    }
    return response;
  }
}

/** The arguments of a fetch, which may be sent more than once. */
class ResourceRequest {
  /** Whether it was last sent with the token: a redirect may have taken it off. */
  carriesToken = false;
  #template;

  constructor(input, init, url) {
    this.url = url;
    this.init = init;
    this.input = input instanceof Request ? input : url.href;
    this.#template = input instanceof Request ? input : {};
  }

  /** The input with another URL, if it is another. */
  inputAt({ href }) {
    if (href === this.url.href) return this.input;
    return this.input instanceof Request ? new Request(href, this.input) : href;
  }

  get method() {
    return (this.init?.method ?? this.#template.method ?? 'GET').toUpperCase();
  }

  get body() {
    return this.init?.body ?? undefined;
  }

  /** The body, also that of a Request. */
  get content() {
    return this.body ?? this.#template.body ?? undefined;
  }

  get signal() {
    return this.init?.signal ?? this.#template.signal ?? undefined;
  }

  get redirect() {
    return this.init?.redirect ?? this.#template.redirect ?? 'follow';
  }

  headers() {
    return new Headers(this.init?.headers ?? this.#template.headers);
  }

  /** Whether the body can be sent again. A Request's body is a stream, whatever it was made from. */
  get isReplayable() {
    const body = this.init?.body;
    if (body === undefined || body === null) return !this.#template.body;
    return (
      typeof body === 'string' ||
      body instanceof ArrayBuffer ||
      ArrayBuffer.isView(body) ||
      body instanceof Blob ||
      body instanceof FormData ||
      body instanceof URLSearchParams
    );
  }
}

/** Node wants to be told that a stream does not wait for the answer. */
function bodyInit(body) {
  return body instanceof ReadableStream ? { body, duplex: 'half' } : { body };
}

function isRedirect({ status, headers }) {
  return [301, 302, 303, 307, 308].includes(status) && headers.has('location');
}

function apiUrl(option, text, isSafe) {
  if (!URL.canParse(text)) throw invalidOption(option, 'must be an absolute URL, such as https://api.example.com/');
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol) || !isSafe(url)) {
    throw invalidOption(option, 'must use https; http is accepted for loopback hosts, and with a fetch of your own');
  }
  if (url.username || url.password) throw invalidOption(option, 'must not contain credentials');
  if (url.search || url.hash) throw invalidOption(option, 'must not have a query or a fragment');
  return url;
}

function isLoopback({ hostname }) {
  return /^(.+\.)?localhost$|^127(\.\d+){3}$|^\[::1\]$/.test(hostname);
}
