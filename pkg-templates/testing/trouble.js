// What is wrong with a fake server.

import { json } from './messages.js';

export class Trouble {
  /** Functions that give the answer to a token request, or `undefined` when they are over. */
  #all = [];

  /** The answer to a token request, if there is trouble. */
  answer() {
    for (const trouble of this.#all) {
      const answer = trouble();
      if (answer) return answer;
    }
    return undefined;
  }

  refuse(refusal) {
    this.#all.push(() => refused(refusal));
  }

  refuseOnce(refusal) {
    let isOver = false;
    this.#all.push(() => {
      if (isOver) return undefined;
      isOver = true;
      return refused(refusal);
    });
  }

  rateLimit(seconds) {
    const untilMs = Date.now() + seconds * 1000;
    this.#all.push(() => {
      const leftMs = untilMs - Date.now();
      if (leftMs <= 0) return undefined;
      return refused({ error: 'slow_down', status: 429 }, { 'retry-after': String(Math.ceil(leftMs / 1000)) });
    });
  }

  down() {
    this.#all.push(() => {
      throw new TypeError('fetch failed: the fake server is down');
    });
  }

  recover() {
    this.#all = [];
  }
}

/** An error response (RFC 6749 §5.2): 401 for a client that is not known, else 400, unless it says so itself. */
export function refused({ error = 'invalid_client', description, status = error === 'invalid_client' ? 401 : 400 } = {}, headers) {
  return json(status, { error, ...(description !== undefined && { error_description: description }) }, headers);
}
