// The token that was handed out last, and how long it may be again without asking wasm: a hit is a comparison.

import { withdraw } from './host.js';

/** How many hold a token in hand, configurations that nobody uses any more among them; of more all ask again. */
const MAX_HANDS = 1000;

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
    const isGood = nowMs < this.#untilMs && nowMs >= this.#fromMs && this.#instance === this.#kernel.instance;
    if (!isGood) return this.#ask(id, nowMs);
    this.#view.isUsed = true;
    return this.#view;
  }

  #ask(id, nowMs) {
    const [view, untilMs = 0] = this.#kernel.enter((kernel) => kernel.hit(id, nowMs)) ?? [];
    this.#take(view);
    this.#fromMs = nowMs;
    this.#untilMs = untilMs;
    this.#instance = this.#kernel.instance;
    return view;
  }

  #take(view) {
    if (view === this.#view) return;
    this.#view?.hands.delete(this);
    if (view?.hands.size >= MAX_HANDS) withdraw(view);
    view?.hands.add(this);
    this.#view = view;
  }

  /** The cache has dropped the token. */
  drop() {
    this.#view = undefined;
    this.#untilMs = 0;
  }
}
