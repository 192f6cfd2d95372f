// Requests to the protected API: where they may go, what they carry, and how redirects are followed.

import { Application } from './application.js';
import { bodyInit } from './body.js';
import { OAuth2Error, invalidOption } from './error.js';
import { hostFetch } from './host.js';
import { parsed } from './url.js';
import { initOf, isHostsRequest, isRequest, ResourceRequest, urlText } from './request.js';
import { discard, isRedirect, like, targetOf } from './response.js';
import { holds, unescaped, withoutParameters, withoutToken, withoutUrl } from './spelling.js';
import { unset } from './unset.js';

const MAX_REDIRECTS = 20;

/** Headers that go with the body, when a redirect turns the request into a GET. */
const BODY_HEADERS = [
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-type',
];

/** What a URL has as it is written: no dots that lead elsewhere, nothing to encode or to leave out. */
const PLAIN = /^(?:[\w/?&=~:,;@!$()*+-]|\b\.\b)+$/;

/** Headers that a redirect to another origin must not take along, as the token must not. */
const ORIGIN_BOUND_HEADERS = ['cookie', 'host', 'proxy-authorization'];

export class Resource {
  /** The base URL as it was given, and as the folder that paths are below. */
  #given;
  #base;
  /** The texts that URLs at it begin with: relative ones, and whole ones. */
  #folder;
  #root;
  #origins;
  #fetch;
  #apply;
  #apiHeaders;
  #isBaseUrlUnset;

  constructor({ baseUrl, allowedOrigins = [], fetch, apply, apiHeaders = [], allowInsecureRequests = false, isBaseUrlUnset }) {
    // A binding decides itself how its requests travel.
    const isSafe = (url) => url.protocol === 'https:' || allowInsecureRequests || fetch !== undefined || isLoopback(url);
    if (baseUrl !== undefined) {
      this.#given = apiUrl('baseUrl', baseUrl, isSafe);
      this.#base = new URL(this.#given);
      if (!this.#base.pathname.endsWith('/')) this.#base.pathname += '/';
      this.#folder = this.#base.href;
      this.#root = `${this.#base.origin}/`;
    }
    const origins = allowedOrigins.map((origin) => apiUrl('allowedOrigins', origin, isSafe).origin);
    this.#origins = new Set(this.#base ? [this.#base.origin, ...origins] : origins);
    // The host's own, passed on by itself, works as a function and not as a method of something else.
    this.#fetch = fetch ? (input, init) => fetch(input, init) : hostFetch;
    this.#apply = apply;
    this.#apiHeaders = apiHeaders;
    this.#isBaseUrlUnset = isBaseUrlUnset;
  }

  get fetch() {
    return this.#fetch;
  }

  allows(url) {
    return this.#origins.has(url.origin);
  }

  /** What fetch was called with, its URL resolved and found allowed. */
  request(input, init) {
    if (isRequest(init)) {
      // `fetch(url, request)` is a common way to forward; its members are not own ones.
      const url = this.#resolve(input);
      if (isHostsRequest(init)) return this.request(new Request(url, init));
      return Object.assign(this.request(url, initOf(init)), { hasForeignBody: true });
    }
    const href = this.#plainUrl(input);
    if (href !== undefined) return new ResourceRequest(input, init, href);
    const url = this.#resolve(input);
    const request = new ResourceRequest(input, init, url.href, url);
    if (this.allows(request.url)) return request;
    const { origin, protocol } = request.url;
    const problem =
      this.#origins.size === 0
        ? `no origin may see the token yet: ${this.#isBaseUrlUnset ? unset('baseUrl').message : 'give baseUrl or allowedOrigins'}`
        : `the token is not for ${origin === 'null' ? protocol : origin}; if it is, add that to allowedOrigins`;
    throw new OAuth2Error(problem, { code: 'origin_not_allowed' });
  }

  /** The URL as `#resolve` gives it, where it can be told without parsing that it is at the base URL's origin, as of most. */
  #plainUrl(input) {
    const isText = typeof input === 'string';
    if (!this.#base || !(isText || isRequest(input))) return undefined;
    const text = isText ? input : input.url;
    if (!PLAIN.test(text)) return undefined;
    if (text.includes('://')) return text.startsWith(this.#root) ? text : undefined;
    if (!isText || text.startsWith('//') || text.startsWith('?')) return undefined;
    return this.#folder + (text.startsWith('/') ? text.slice(1) : text);
  }

  #resolve(input) {
    if (isRequest(input)) return new URL(input.url);
    // What a URL is read without.
    const text = urlText(input).replaceAll(/^[\0-\x20]+|[\t\n\r]|[\0-\x20]+$/g, '');
    // With a colon alone it is a path: `urn:li:person:1`.
    const isRelative = !/^([a-z][a-z\d+.-]*:\/\/|[/\\]{2})/i.test(text);
    if (isRelative && !this.#base) throw this.#isBaseUrlUnset ? unset('baseUrl') : invalidOption('baseUrl', 'is required for a relative URL');
    const url = isRelative ? this.#below(text) : parsed(text, this.#base);
    if (url) return url;
    throw new TypeError('the request has no valid URL');
  }

  /** Text is resolved below the base URL's path, with or without a leading slash. */
  #below(text) {
    if (/^([?#]|$)/.test(text)) return parsed(text, this.#given);
    const url = parsed(/^[/\\]/.test(text) ? `.${text}` : `./${text}`, this.#base);
    if (!url || (url.pathname.startsWith(this.#base.pathname) && !climbs(text))) return url;
    throw new OAuth2Error("the dots in the request's path lead out of baseUrl; if that is meant, give the whole URL", {
      code: 'origin_not_allowed',
    });
  }

  /** Sends `request` with the token, as `apply` says or as a bearer token; resolves to the response after redirects. */
  send(request, { token, authorization }) {
    request.carriesToken = true;
    if (this.#apply) return this.#sendApplied(request, token);
    const headers = this.#isBare(request) ? { authorization } : this.#authorized(request.headers(), authorization);
    // Mocks may give no promise.
    const sent = Promise.resolve(this.#fetch(request.input, { ...request.init, headers, redirect: 'manual' }));
    if (request.redirect === 'manual') return sent;
    return sent.then((response) =>
      isRedirect(response) ? this.#follow(request, request.url, { token, authorization }, response) : response,
    );
  }

  /** Whether the host's fetch is to be told of no other header. */
  #isBare(request) {
    return this.#fetch === hostFetch && this.#apiHeaders.length === 0 && !request.hasHeaders;
  }

  async #sendApplied(request, token) {
    const application = new Application(this.#apply, token, request.signal);
    const { init, method } = request;
    const given = { url: request.url, method, headers: this.#withApiHeaders(request.headers()), body: request.content };
    const { url, headers, body } = await this.#applied(application, given);
    const replaced = body === given.body ? undefined : bodyInit(body);
    const response = await this.#fetchApplied(request.inputAt(url), { ...init, headers, ...replaced, redirect: 'manual' }, token);
    if (request.redirect === 'manual' || !isRedirect(response)) return response;
    return this.#follow(request, url, { token, application }, response);
  }

  /** The host's fetch, of a URL that the token may be in. */
  async #fetchApplied(input, init, { accessToken }) {
    try {
      return await this.#fetch(input, init);
    } catch (error) {
      throw withoutUrl(error, accessToken);
    }
  }

  /** A function that is handed the token can still be mistaken about where it goes. */
  async #applied(application, request) {
    const applied = await application.to(request);
    if (this.allows(applied.url)) return applied;
    throw new OAuth2Error('apply led to an origin that may not see the token', { code: 'origin_not_allowed' });
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
  async #follow(request, url, { token, authorization, application }, response) {
    let { method, body } = request;
    const { signal } = request;
    const headers = request.headers();
    for (let count = 1; isRedirect(response); count++) {
      discard(response);
      if (request.redirect === 'error') throw new TypeError('the API answered with a redirect');
      if (count > MAX_REDIRECTS) {
        throw new OAuth2Error(`more than ${MAX_REDIRECTS} redirects`, { code: 'too_many_redirects' });
      }
      const from = url;
      url = target(response, from);
      url.hash ||= request.url.hash;
      const { status } = response;
      if ((status === 303 && method !== 'HEAD') || (status < 303 && method === 'POST')) {
        method = 'GET';
        body = undefined;
        BODY_HEADERS.forEach((name) => headers.delete(name));
      } else if (await request.canRepeat()) {
        body = request.body;
      } else {
        throw new TypeError('a redirect of a request whose body is a stream, or a Request of more than 64 KiB, cannot be followed');
      }
      if (url.origin !== from.origin) {
        ORIGIN_BOUND_HEADERS.forEach((name) => headers.delete(name));
        if (!this.allows(url)) {
          headers.delete('authorization');
          request.carriesToken = false;
        }
      }
      let next = { url, method, headers: new Headers(headers), body };
      if (!request.carriesToken) {
        next.url = this.#shown(url, token, application);
        // The caller may have set it too.
        for (const [name, value] of [...next.headers]) if (holds(value, token.accessToken)) next.headers.delete(name);
      } else if (application) {
        // The API may repeat what apply had put there, and does so again.
        next.url = withoutParameters(url, application.hasPut);
        this.#withApiHeaders(next.headers);
        next = await this.#applied(application, next);
      } else {
        this.#authorized(next.headers, authorization);
      }
      url = next.url;
      const init = { ...request.init, method, headers: next.headers, ...bodyInit(next.body), signal, redirect: 'manual' };
      response = await this.#fetchApplied(url.href, init, token);
    }
    // Each was asked for by itself; the host's fetch would have told of the way.
    return like({ redirected: true, url: response.url || withoutHash(url) }, response);
  }

  /** `url`, where the API redirected to, for an origin that must not see the token. */
  #shown(url, { accessToken }, application) {
    const shown = withoutToken(url, accessToken, application?.hasPut ?? (() => false));
    if (shown) return shown;
    throw new OAuth2Error('the API redirected to another origin with the token in the URL, which was not followed', {
      code: 'origin_not_allowed',
    });
  }
}

/** Where a redirect leads. Errors of the host's would repeat the URL that it comes from, and that may have the token in it. */
function target(response, from) {
  // Browsers hide it.
  if (response.type === 'opaqueredirect') {
    throw new OAuth2Error("this host does not say where a redirect leads: ask for the URL that it leads to, or fetch with redirect: 'manual'", {
      code: 'redirect_refused',
    });
  }
  const url = targetOf(response, from);
  if (!url) throw new TypeError('the API redirected to what is no URL');
  if (!/^https?:$/.test(url.protocol)) throw new TypeError(`a redirect to ${url.protocol} was not followed`);
  // Hosts refuse a URL that has credentials, and repeat them.
  url.username = '';
  url.password = '';
  return url;
}

/** Whether dots in a path lead out of where it begins, for whoever reads it: servers decode it, more than once, and drop parameters. */
function climbs(text) {
  const [path] = text.split(/[?#]/, 1);
  let depth = 0;
  for (const segment of unescaped(path).split(/[/\\]/)) {
    const [name] = segment.split(';', 1);
    if (name === '..') depth -= 1;
    else if (name !== '' && name !== '.') depth += 1;
    if (depth < 0) return true;
  }
  return false;
}

function withoutHash(url) {
  const bare = new URL(url);
  bare.hash = '';
  return bare.href;
}

function apiUrl(option, text, isSafe) {
  const url = parsed(text);
  if (!url) throw invalidOption(option, 'must be an absolute URL, such as https://api.example.com/');
  if (!/^https?:$/.test(url.protocol) || !isSafe(url)) {
    throw invalidOption(option, 'must use https; http is accepted for loopback hosts, with a fetch of your own, and with allowInsecureRequests');
  }
  if (url.username || url.password) throw invalidOption(option, 'must not contain credentials');
  if (url.search || url.hash) throw invalidOption(option, 'must not have a query or a fragment');
  return url;
}

function isLoopback({ hostname }) {
  return /^(.+\.)?localhost$|^127(\.\d+){3}$|^\[::1\]$/.test(hostname);
}
