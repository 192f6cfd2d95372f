// The numbers of configurations, by their options: equal ones do not cross to wasm again.

/** As many as wasm keeps. */
const MAX_IDS = 1000;
const MAX_LENGTH = 8 * 1024 * 1024;

export class Configurations {
  /** By the fields as JSON, the oldest first. */
  #ids = new Map();
  #length = 0;

  /** The number of the configuration of these fields, if they have been here. */
  idOf(json) {
    return this.#ids.get(json);
  }

  keep(json, id) {
    if (!this.#ids.has(json)) this.#length += json.length;
    this.#ids.set(json, id);
    for (const oldest of this.#ids.keys()) {
      if (this.#ids.size <= MAX_IDS && this.#length <= MAX_LENGTH) break;
      this.#ids.delete(oldest);
      this.#length -= oldest.length;
    }
  }
}
