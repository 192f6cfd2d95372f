// What hosts know of who asked for something: a span, a request, a store of AsyncLocalStorage.

/**
 * Runs functions where it was made itself, as seen by the host: an asynchronous function that awaits goes on where it
 * began, whoever it is that it awaits. Wasm runs the work of all requests, and would run these wherever it happens to be.
 * Unlike AsyncLocalStorage it needs no compatibility flag of Workers.
 */
export class Place {
  #tasks = [];
  #wake;

  constructor() {
    this.#work();
  }

  /** Runs `task`, which throws nothing, as soon as may be. */
  run(task) {
    this.#tasks.push(task);
    this.#wake();
  }

  async #work() {
    for (;;) {
      await new Promise((resolve) => (this.#wake = resolve));
      for (const task of this.#tasks.splice(0)) task();
    }
  }
}
