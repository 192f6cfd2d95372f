// Requests to the protected API: where they may go, what they carry, and how redirects are followed.

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

  constructor({ baseUrl, allowedOrigins = [], fetch }) {
    // A binding decides itself how its requests travel.
    const isSafe = (url) => url.protocol === 'https:' || fetch !== undefined || isLoopback(url);
    this.#base = baseUrl === undefined ? undefined : apiUrl('baseUrl', baseUrl, isSafe);
    if (this.#base && !this.#base.pathname.endsWith('/')) this.#base.pathname += '/';
    const origins = allowedOrigins.map((origin) => apiUrl('allowedOrigins', origin, isSafe).origin);
    this.#origins = new Set(this.#base ? [this.#base.origin, ...origins] : origins);
    this.#fetch = fetch ?? ((input, init) => globalThis.fetch(input, init));
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
    throw new TypeError(
      this.#base ? 'the request has no valid URL' : 'a relative URL needs the option baseUrl',
    );
  }

  /** Sends `request` with `authorization`; resolves to the response after redirects. */
  send(request, authorization) {
    const headers = request.headers();
    headers.set('authorization', authorization);
    request.carriesToken = true;
    const sent = this.#fetch(request.input, { ...request.init, headers, redirect: 'manual' });
    if (request.redirect === 'manual') return sent;
    return sent.then((response) =>
      isRedirect(response) ? this.#follow(request, headers, response) : response,
    );
  }

  /**
   * Follows redirects as Fetch §4.4 says. The host is not left to do it: not every runtime takes
   * the token off a request that is redirected to another origin.
   */
  async #follow(request, headers, response) {
    let { url, method, body } = request;
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
      const { signal } = request;
      response = await this.#fetch(url.href, { ...request.init, method, headers, body, signal, redirect: 'manual' });
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

  get method() {
    return (this.init?.method ?? this.#template.method ?? 'GET').toUpperCase();
  }

  get body() {
    return this.init?.body ?? undefined;
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
