// The token that was handed out last, and how long it may be again without asking wasm: a hit is a comparison.

export class Hand {
  #kernel;
  #view;
  #fromMs;
  #untilMs = 0;
  /** The instance that said so. */
  #instance;

  constructor(kernel) {
    this.#kernel = kernel;
  }

  /** The token of configuration `id`, as wasm had it rendered, if one may be handed out with nothing else to do. */
  view(id) {
    const nowMs = Date.now();
    const view = this.#view;
    const isGood = nowMs < this.#untilMs && nowMs >= this.#fromMs && !view.isWithdrawn && this.#instance === this.#kernel.instance;
    if (!isGood) return this.#ask(id, nowMs);
    view.isUsed = true;
    return view;
  }

  #ask(id, nowMs) {
    const [view, untilMs = 0] = this.#kernel.enter((kernel) => kernel.hit(id, nowMs)) ?? [];
    this.#view = view;
    this.#fromMs = nowMs;
    this.#untilMs = untilMs;
    this.#instance = this.#kernel.instance;
    return view;
  }
}
