// Configurations that were opened, by their options: equal ones do not cross to wasm again.

/** As many as wasm keeps. */
const MAX_CONFIGURATIONS = 1000;
const MAX_LENGTH = 8 * 1024 * 1024;

/** Counts configurations, over all instances of all wasm modules. */
let lastId = 0;

/** A number that is never used again. */
export function lastingId() {
  return ++lastId;
}

export class Configurations {
  /** By the fields as JSON, the oldest first. */
  #opened = new Map();
  #length = 0;

  /** The configuration of these fields, if they have been here: its number, and its token at hand. */
  of(json) {
    return this.#opened.get(json);
  }

  keep(json, configuration) {
    if (!this.#opened.has(json)) this.#length += json.length;
    this.#opened.set(json, configuration);
    for (const oldest of this.#opened.keys()) {
      if (this.#opened.size <= MAX_CONFIGURATIONS && this.#length <= MAX_LENGTH) break;
      this.#opened.delete(oldest);
      this.#length -= oldest.length;
    }
  }
}
