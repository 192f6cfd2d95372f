// Waiting until an AbortSignal is aborted.

/** Who waits, by signal. Each signal has one listener of ours, however many wait: hosts warn of more than ten. */
const waiting = new WeakMap();

/** Calls `run` with the reason when `signal` is aborted, or at once; what it gives ends that. */
export function onAbort(signal, run) {
  if (signal.aborted) {
    run(reasonOf(signal));
    return () => {};
  }
  let waiters = waiting.get(signal);
  if (waiters === undefined) {
    waiters = new Waiters(signal);
    waiting.set(signal, waiters);
  }
  return waiters.add(run);
}

/** The outcome of `promise`, or the reason for which `signal` was aborted before. */
export function orAborted(promise, signal) {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const end = onAbort(signal, reject);
    promise.then(resolve, reject).finally(end);
  });
}

/** Signals that a library made may have none. */
export function reasonOf({ reason }) {
  return reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : reason;
}

/** A signal of another realm as one of the host's, which takes no other. */
export function hostsSignal(signal) {
  if (!signal || signal instanceof AbortSignal) return signal;
  const controller = new AbortController();
  onAbort(signal, (reason) => controller.abort(reason));
  return controller.signal;
}

class Waiters {
  #signal;
  #runs = new Set();

  constructor(signal) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#abort);
  }

  add(run) {
    // One function may wait twice.
    const entry = { run };
    this.#runs.add(entry);
    return () => {
      if (this.#runs.delete(entry) && this.#runs.size === 0) this.#leave();
    };
  }

  #abort = () => {
    this.#leave();
    for (const { run } of this.#runs) run(reasonOf(this.#signal));
  };

  #leave() {
    waiting.delete(this.#signal);
    this.#signal.removeEventListener('abort', this.#abort);
  }
}
