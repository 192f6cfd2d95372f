// How a token is applied to a request by the user's function `apply`.

import { OAuth2Error } from './error.js';

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
  async to({ url: given, method, headers, body }) {
    const url = new URL(given);
    const request = Object.freeze({ url, method, headers, body });
    const run = async () => this.#apply(request, this.#token);
    const change = await orAborted(run().catch(failed), this.#signal);
    const isChange = typeof change === 'object' && change && Object.keys(change).every((key) => key === 'body');
    if (change !== undefined && !isChange) {
      throw new OAuth2Error('apply must return nothing or { body }', { code: 'hook_failed' });
    }
    for (const [name, value] of url.searchParams) {
      if (!given.searchParams.getAll(name).includes(value)) this.#parameters.push([name, value]);
    }
    return { url, headers, body: change?.body === undefined ? body : change.body };
  }

  /** `url`, which an API redirected to and which must not see the token. APIs repeat what they were sent. */
  takeFrom(url) {
    const { accessToken } = this.#token;
    const clean = new URL(url);
    for (const [name, value] of url.searchParams) {
      const wasPut = this.#parameters.some(([key, put]) => key === name && put === value);
      if (wasPut || holds(value, accessToken)) clean.searchParams.delete(name);
    }
    if (!holds(clean.href, accessToken)) return clean;
    throw new OAuth2Error(`the API redirected to ${url.origin} with the token in the URL, which was not followed`, {
      code: 'origin_not_allowed',
    });
  }
}

function failed(cause) {
  throw new OAuth2Error('apply failed', { code: 'hook_failed', cause });
}

/** How long `apply` takes is up to the caller: its signal is the only limit. */
function orAborted(promise, signal) {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Whether `text` has the token in it, also encoded, and in a URL that is a parameter of another. */
function holds(text, accessToken) {
  for (let depth = 0; depth < 3; depth++) {
    if (text.includes(accessToken)) return true;
    text = text.replaceAll(/(%[0-9a-f]{2})+/gi, decoded);
  }
  return text.includes(accessToken);
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
