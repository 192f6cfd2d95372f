// Which answers of the API mean that it refused the token.

import { withBody } from './response.js';
import { clearTimeout, setTimeout } from './timers.js';

/** How much of a body is looked at, and for how long: a refusal is short and comes at once. */
const MAX_BYTES = 64 * 1024;
const MAX_MS = 1_000;

/** Bodies that are looked at. Not those that are streams by nature, such as text/event-stream or x-ndjson. */
const TEXT_TYPES = /^\s*(text\/(?!event-stream)|[^;]*[/+](json|xml)\s*(;|$)|application\/x-www-form-urlencoded)/i;

export class Refusal {
  #onSuccess;
  #onFailure;

  constructor({ refreshOn = [401], detectOn = [] }) {
    this.#onSuccess = sorted(detectOn);
    this.#onFailure = sorted(refreshOn);
  }

  #signs(response) {
    return response.ok ? this.#onSuccess : this.#onFailure;
  }

  /** Whether the API refused the token; `undefined` if its body has to be looked at. */
  isIn(response) {
    const { statuses, patterns } = this.#signs(response);
    if (statuses.includes(response.status)) return true;
    return patterns.length > 0 && isText(response) ? undefined : false;
  }

  /** Whether it did, by the body; and the response for the caller, whose body is whole. */
  async lookInto(response) {
    const { text, isWhole, unread } = await beginning(response);
    const isRefused = this.#signs(response).patterns.some((pattern) => {
      if (text === undefined) return false;
      if (typeof pattern === 'string') return isWhole && text === pattern;
      // With the flag g or y it would go on where it last ended.
      pattern.lastIndex = 0;
      return pattern.test(text);
    });
    return { isRefused, response: withBody(response, unread) };
  }
}

function sorted(signs) {
  const isStatus = (sign) => typeof sign === 'number';
  return { statuses: signs.filter(isStatus), patterns: signs.filter((sign) => !isStatus(sign)) };
}

function isText({ body, bodyUsed, headers }) {
  const type = headers?.get?.('content-type');
  // Somebody may be reading it already.
  const isReadable = Boolean(body?.getReader ?? body?.[Symbol.asyncIterator]) && !bodyUsed && !body.locked;
  return isReadable && (!type || TEXT_TYPES.test(type));
}

/** Node's own streams, which are the bodies of node-fetch, are read by iterating. */
function readerOf(body) {
  if (body.getReader) return body.getReader();
  const iterator = body[Symbol.asyncIterator]();
  return {
    async read() {
      const { done, value } = await iterator.next();
      // A copy: buffers of Node's lie in a memory that is not theirs alone.
      return done ? { done } : { done, value: new Uint8Array(typeof value === 'string' ? new TextEncoder().encode(value) : value) };
    },
    cancel: () => iterator.return(),
  };
}

/**
 * The beginning of the body; no text if it did not come in time or broke off, since a pattern may be about what
 * is missing. `unread` is the body once more, from its first byte. It is not read from a clone: in workerd
 * what is left of one that was read in part can end without an error where the connection broke.
 */
async function beginning({ body }) {
  const reader = readerOf(body);
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, MAX_MS)));
  const decoder = new TextDecoder();
  const chunks = [];
  let text = '';
  let next;
  try {
    for (let left = MAX_BYTES; left > 0; ) {
      next = reader.read();
      const read = await Promise.race([next, late]);
      if (!read) break;
      if (read.done) return { text: text + decoder.decode(), isWhole: true, unread: new Blob(chunks) };
      next = undefined;
      chunks.push(read.value);
      text += decoder.decode(read.value.subarray(0, left), { stream: true });
      left -= read.value.length;
    }
  } catch {
    // The caller meets the failure where it reads: it is what comes next.
  } finally {
    clearTimeout(timer);
  }
  // Nobody may ever read it.
  next?.catch(() => {});
  return { text: next ? undefined : text, isWhole: false, unread: joined(chunks, next, reader) };
}

/** What was read, what is being read, and what is left: read as the caller reads. */
function joined(chunks, next, reader) {
  const reads = [...chunks.map((value) => ({ value })), ...(next ? [next] : [])];
  const read = () => (reads.length > 0 ? reads.shift() : reader.read());
  return new ReadableStream({
    type: 'bytes',
    async pull(controller) {
      let { done, value } = await read();
      // A stream of bytes takes no empty chunk, and does not ask again without one.
      while (!done && value.length === 0) ({ done, value } = await read());
      if (!done) return controller.enqueue(value);
      controller.close();
      controller.byobRequest?.respond(0);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
