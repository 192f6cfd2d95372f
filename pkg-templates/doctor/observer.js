// Stands between the client and its fetch, and remembers what was answered.

import { fetcher } from '../face/api-options.js';
import { hostFetch } from '../face/host.js';
import { clearTimeout, setTimeout } from '../face/timers.js';

/** What is read of an answer. Metadata is longer than most pages. */
const MAX_PEEK_BYTES = 64 * 1024;
const MAX_PEEK_MS = 1_000;

export class Observer {
  exchanges = [];
  /** What the requests are for that come now; those for metadata are recognised. */
  part = 'token';
  #fetch;
  #secrets;

  constructor(given, secrets) {
    this.#fetch = given === undefined ? hostFetch : fetcher('fetch', given);
    this.#secrets = secrets;
  }

  fetch = async (input, init) => {
    const url = new URL(typeof input === 'object' && 'url' in input ? input.url : input);
    const part = /\/\.well-known\//.test(url.pathname) ? 'discovery' : this.part;
    if (part === 'token') this.#secrets.addSent(init);
    const exchange = { part, url, sentAt: Date.now() };
    this.exchanges.push(exchange);
    try {
      const response = await this.#fetch(input, init);
      exchange.receivedAt = Date.now();
      exchange.status = response.status;
      exchange.headers = headersOf(response);
      exchange.text = peek(response);
      return response;
    } finally {
      exchange.endedAt = Date.now();
    }
  };

  of(part) {
    return this.exchanges.filter((exchange) => exchange.part === part);
  }

  last(part) {
    return this.of(part).at(-1);
  }

  /** How long all requests for `part` took together. */
  durationMs(part) {
    return this.of(part).reduce((sum, { sentAt, endedAt = sentAt }) => sum + endedAt - sentAt, 0);
  }
}

/** The beginning of a body, read beside whoever reads it. */
async function peek(response) {
  const reader = copyOf(response)?.body?.getReader?.();
  if (!reader) return '';
  const decoder = new TextDecoder();
  let text = '';
  const read = async () => {
    for (let bytes = 0; bytes < MAX_PEEK_BYTES; ) {
      const { done, value } = await reader.read();
      if (done) return;
      bytes += value.byteLength;
      text += decoder.decode(value, { stream: true });
    }
  };
  let timer;
  const tooLong = new Promise((done) => (timer = setTimeout(done, MAX_PEEK_MS)));
  await Promise.race([read().catch(() => {}), tooLong]);
  clearTimeout(timer);
  reader.cancel().catch(() => {});
  return text;
}

/** Those of a mock may be no more than an object, or missing. */
function headersOf({ headers = {} }) {
  return new Headers(typeof headers.forEach === 'function' ? [...headers] : headers);
}

/** Mocks, and responses of some libraries, have no copy. */
function copyOf(response) {
  try {
    return response.clone();
  } catch {
    return undefined;
  }
}
