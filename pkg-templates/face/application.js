// How a token is applied to a request by the user's function `apply`.

import { orAborted } from './abort.js';
import { copyOf, hasOwnType } from './body.js';
import { OAuth2Error } from './error.js';

/** Headers that are about the bytes of a body, and those that are only about bytes which are no text. */
const ABOUT_BYTES = ['content-length', 'content-digest', 'content-md5', 'digest', 'repr-digest'];
const ABOUT_CODED_BYTES = [...ABOUT_BYTES, 'content-encoding'];

/** One token, and the requests that it is applied to: the first, and those that redirects lead to. */
export class Application {
  #apply;
  #token;
  #signal;
  /** Names and values of the parameters that were put into URLs. */
  #parameters = [];

  constructor(apply, token, signal) {
    this.#apply = apply;
    this.#token = token;
    this.#signal = signal;
  }

  /** The URL, headers and body to send, made from copies: without the token they may be needed again. */
  async to({ url: given, method, headers, body: original }) {
    const url = new URL(given);
    const copy = copyOf(original);
    const before = new Headers(headers);
    const change = await orAborted(this.#change({ url, method, headers, body: copy }), this.#signal);
    const body = change === undefined ? copy : change;
    for (const name of describing(body, copy, original)) {
      if (headers.get(name) === before.get(name)) headers.delete(name);
    }
    for (const [name, value] of url.searchParams) {
      if (!given.searchParams.getAll(name).includes(value)) this.#parameters.push([name, value]);
    }
    return { url, headers, body };
  }

  /** Whether a parameter of a URL was put there with the token. */
  hasPut = (name, value) => this.#parameters.some(([key, put]) => key === name && put === value);

  /** The body that `apply` gives, if it gives one. */
  async #change(request) {
    let change;
    let isChange;
    try {
      change = await this.#apply(Object.freeze(request), this.#token);
      isChange = typeof change === 'object' && change && Object.keys(change).every((key) => key === 'body');
      if (isChange) return change.body;
    } catch (cause) {
      throw new OAuth2Error('apply failed', { code: 'hook_failed', cause });
    }
    if (change === undefined) return undefined;
    throw new OAuth2Error('apply must return nothing or { body }', { code: 'hook_failed' });
  }
}

/** Headers that were about `original`, and may not be about the `body` that takes its place; `copy` may have been written to. */
function describing(body, copy, original) {
  if (body === original) return [];
  const mayBeCoded = body === copy || (typeof body === 'object' && !hasOwnType(body));
  const about = mayBeCoded ? ABOUT_BYTES : ABOUT_CODED_BYTES;
  return hasOwnType(body) && body !== copy ? [...about, 'content-type'] : about;
}
