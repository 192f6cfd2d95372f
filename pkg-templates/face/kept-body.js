// The body of a Request, kept while it is sent: it is a stream, whatever it was made of, and the refusal of its token comes
// when it is spent.
import { clearTimeout, setTimeout } from './timers.js';

/** What is longer is sent once. It leaves the memory as soon as that is seen. */
const MAX_BYTES = 64 * 1024;

/** How long the rest of it is waited for, where the refusal comes before its end. */
const MAX_MS = 1_000;

/** Whether its header says that it is longer than what is kept. */
export function isLong(headers) {
  return Number(headers.get('content-length')) > MAX_BYTES;
}

export class KeptBody {
  #reader;
  #reading;

  /** `stream` is a branch of the body of its own. It is read as it comes, so that the host does not pile it up. */
  constructor(stream) {
    this.#reader = stream.getReader();
    this.#reading = this.#read();
  }

  async #read() {
    const chunks = [];
    try {
      for (let left = MAX_BYTES; ; ) {
        const { done, value } = await this.#reader.read();
        if (done) return new Blob(chunks);
        left -= value.byteLength;
        if (left < 0) return this.drop();
        chunks.push(value);
      }
    } catch {
      // Whoever sends it meets the failure.
      return undefined;
    }
  }

  /** All of it, if that is short and is there. */
  async whole() {
    let timer;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, MAX_MS)));
    try {
      return await Promise.race([this.#reading, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Nobody needs it any longer. Where it comes from hears of that when the other branch has ended too, so nobody waits for it. */
  drop() {
    this.#reader.cancel().catch(() => {});
  }
}
