// The arguments of a fetch, as the protected API's requests are made of them.

import { hostsSignal } from './abort.js';
import { bodyInit, hostsBody, isReplayable } from './body.js';
import { isLong, KeptBody } from './kept-body.js';
import { kind } from './readers.js';

/** Told by its shape: that of another realm or of a library is no instance of the host's. */
export function isRequest(value) {
  if (typeof value !== 'object' || value === null) return false;
  return [value.url, value.method].every((member) => typeof member === 'string') && typeof value.headers?.get === 'function';
}

/** Whether the host's fetch takes it as it is. What only looks like it, or adds to it, may be taken for a URL. */
export function isHostsRequest(value) {
  return typeof Request === 'function' && Object.getPrototypeOf(value) === Request.prototype && takesAll();
}

/** The host's Request that was looked at last, and whether one that is made of another takes all of it. */
let judged;
let isTaken;

/** In Next.js's edge runtime it takes the URL alone, and so does fetch with an init: a POST would become a GET. */
function takesAll() {
  if (judged !== Request) {
    judged = Request;
    isTaken = new Request(new Request('https://edge-oauth2.invalid/', { method: 'PUT' }), {}).method === 'PUT';
  }
  return isTaken;
}

/** The URL of a fetch as text. An object that can say no more than its kind is a mistake, and not a path. */
export function urlText(input) {
  if (typeof input === 'string') return input;
  const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
  const text = isObject && typeof input.toString === 'function' ? String(input) : '[object';
  if (!text.startsWith('[object')) return text;
  throw new TypeError(`fetch takes a string, a URL or a Request, and not ${kind(input)}`);
}

/** What a Request says, for who cannot take it as it is. */
export function initOf({ method, headers, body, signal, redirect }) {
  return { method, headers: new Headers([...headers]), signal: hostsSignal(signal), redirect, ...(body && { body: hostsBody(body) }) };
}

/** The arguments of a fetch, which may be sent more than once. */
export class ResourceRequest {
  /** Whether it was last sent with the token: a redirect may have taken it off. */
  carriesToken = false;
  /** Whether the body is that of a Request which the host's fetch does not take as it is. */
  hasForeignBody = false;
  #template = {};
  /** The body of a Request while it is sent, and what was kept of it once that is sent again. */
  #kept;
  #again;
  #href;
  #url;

  /** `href` is the URL; `url` the same, if it was parsed. */
  constructor(input, init, href, url) {
    this.#href = href;
    this.#url = url;
    this.init = init;
    this.input = href;
    if (isRequest(input)) {
      if (isHostsRequest(input)) this.input = this.#template = input;
      else {
        this.init = { ...initOf(input), ...init };
        this.hasForeignBody = this.init.body !== undefined && (init?.body ?? undefined) === undefined;
      }
    }
    this.#complete();
  }

  /** What callers forget. */
  #complete() {
    const { init, body } = this;
    if (body !== undefined && init.duplex === undefined && bodyInit(body).duplex) this.init = { ...init, duplex: 'half' };
    const given = init?.method;
    // Fetch leaves `patch` as it is, and servers do not know it.
    if (given !== undefined && given !== this.method) this.init = { ...this.init, method: this.method };
  }

  get url() {
    return (this.#url ??= new URL(this.#href));
  }

  /** The input with another URL, if it is another. */
  inputAt({ href }) {
    if (href === this.#href) return this.input;
    if (typeof this.input === 'string') return href;
    return new Request(href, this.#again ? spent(this.input) : this.input);
  }

  get method() {
    return String(this.init?.method ?? this.#template.method ?? 'GET').toUpperCase();
  }

  get body() {
    return this.init?.body ?? undefined;
  }

  /** The body, also that of a Request, which is a stream each time. */
  get content() {
    return this.#again?.stream() ?? this.body ?? this.#template.body ?? undefined;
  }

  /** `null` takes off that of a Request. */
  get signal() {
    const { signal } = this.init ?? {};
    return (signal === undefined ? this.#template.signal : signal) ?? undefined;
  }

  get redirect() {
    return this.init?.redirect ?? this.#template.redirect ?? 'follow';
  }

  get hasHeaders() {
    return Boolean(this.init?.headers ?? this.#template.headers);
  }

  headers() {
    return new Headers(this.init?.headers ?? this.#template.headers);
  }

  /** Does what `send` does; the body of a Request is kept until that is done. */
  keeping(send) {
    const isOfRequest = typeof this.input !== 'string' && this.body === undefined && !['GET', 'HEAD'].includes(this.method);
    return isOfRequest || this.hasForeignBody ? this.#keeping(send) : send();
  }

  async #keeping(send) {
    this.#kept = this.#branch();
    try {
      return await send();
    } finally {
      this.#kept?.drop();
    }
  }

  /**
   * A branch of the body, if there is one and it may be short. That of a clone, since the Request then still knows its length:
   * in Deno it forgets it already when somebody looks at its body.
   */
  #branch() {
    try {
      if (isLong(this.headers())) return undefined;
      if (!this.hasForeignBody) return new KeptBody(this.#template.clone().body);
      const [body, branch] = this.body.tee();
      this.init = { ...this.init, body };
      return new KeptBody(branch);
    } catch {
      // There is none, it was read already, or it is no stream of the web's.
      return undefined;
    }
  }

  /** Whether the body can be sent again: what was kept of a Request's takes its place. */
  async canRepeat() {
    const { body } = this;
    if (body !== undefined && isReplayable(body)) return true;
    // Not every browser shows the body of a Request. Once it is sent, all say that it was used.
    if (body === undefined && !this.#template.body && !this.#template.bodyUsed) return true;
    this.#again = await this.#kept?.whole();
    if (this.#again === undefined) return false;
    this.init = { ...this.init, body: this.#again };
    return true;
  }
}

/** A Request as it says what another is made of, but for its body, which was sent. */
function spent(request) {
  return new Proxy(request, { get: (target, name) => (name === 'body' ? undefined : Reflect.get(target, name)) });
}
