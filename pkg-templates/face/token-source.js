// Where a client's tokens come from: what it asks for, on the way into wasm and back.

import { reasonOf } from './abort.js';
import { bounded, origin } from './circle.js';
import { lastingId } from './configurations.js';
import { Crossing } from './crossing.js';
import { classified } from './error.js';
import { statsOf } from './events.js';
import { replaced } from './fields.js';
import { Hand } from './hand.js';
import { hooked } from './hooks.js';
import { begin } from './host.js';
import { Token } from './token.js';

/** How many ways of asking a client remembers, beside its own. */
const MAX_DERIVED = 100;

export class TokenSource extends Crossing {
  /** What calls ask for that ask for something else, by their options. */
  #derived = new Map();
  #ownerOf;
  #stats;
  /** Tokens as this client hands them out, by what the kernel holds, which all clients share. */
  #tokens = new WeakMap();
  /** The last of them: a hit looks no further. */
  #lastView;
  #lastToken;

  /**
   * `kernel` is the way to the wasm functions of an entry, as of kernel.js. `ownerOf(source, config, isOwn)` is who
   * renews and revokes tokens: `isOwn` are those that the client obtained.
   */
  constructor(kernel, options, ownerOf) {
    super(kernel, options, 'the request for a token');
    this.#ownerOf = ownerOf;
    const { face } = options;
    if (face.apply) face.apply = bounded('apply', face.apply);
  }

  get stats() {
    return this.#stats ?? { l1_hit: 0 };
  }

  /** Whether the body of a token request is JSON, so that parameters may be more than texts. */
  get isJson() {
    return this.face.bodyFormat === 'json';
  }

  /** What this client asks for when `callFields`, which are `key` as JSON, take the place of its own. */
  derive(callFields, key) {
    let config = this.#derived.get(key);
    if (config === undefined) {
      const fields = replaced(this.config.fields, callFields);
      config = { fields, json: JSON.stringify(fields) };
      this.open(config);
      if (this.#derived.size >= MAX_DERIVED) this.#derived.delete(this.#derived.keys().next().value);
      this.#derived.set(key, config);
    }
    return config;
  }

  /** The token in `view`, bound to this client: the same each time. */
  token = (view, config = this.config) => {
    if (view === this.#lastView) return this.#lastToken;
    let token = this.#tokens.get(view);
    if (token === undefined) {
      token = this.tokenOf(view.token, config, true);
      this.#tokens.set(view, token);
    }
    this.#lastView = view;
    this.#lastToken = token;
    return token;
  };

  /** A token of `data`, which this client obtained or reads for somebody. */
  tokenOf(data, config, isOwn) {
    return new Token(data, this.#ownerOf(this, config, isOwn));
  }

  hit(config = this.config) {
    const view = config.hand?.view(config.id);
    if (view !== undefined) {
      this.#stats.l1_hit++;
      if (this.face.onEvent) this.tell({ type: 'l1_hit' }, origin());
    }
    return view;
  }

  event(event, from) {
    this.count(event.type);
    this.tell(event, from);
  }

  count(type) {
    this.#stats[type] = (this.#stats[type] ?? 0) + 1;
    return super.count(type);
  }

  obtain(forceRefresh, signal, ours, config = this.config, from = origin()) {
    if (signal?.aborted) return Promise.reject(reasonOf(signal));
    return this.patiently((kernel, call) => kernel.obtain(config.id, call, forceRefresh), config, signal, undefined, from, ours, true);
  }

  /** Makes a token request by the user's functions, if there are any. */
  exchange(config, by, forToken, send, request) {
    const { hooks } = this.face;
    if (!forToken || !hooks) return super.exchange(config, by, forToken, send, request);
    const { grant, scopes = [] } = config.fields;
    const [, url, headers, body, , renewed] = request;
    return begin((signal) => hooked({ by, hooks, fetch: this.fetch, grant, scopes }, signal, url, headers, body, renewed));
  }

  classify(refusal) {
    const { classify } = this.face;
    return classify ? classified(classify, refusal) : undefined;
  }

  open(config = this.config, isForgotten = false) {
    super.open(config, isForgotten);
    // What calls of this client's ask for is counted with it.
    if (config === this.config) this.#stats = statsOf(config.id);
  }

  opened({ fields }) {
    return { id: this.kernel.enter((kernel) => kernel.open(fields, lastingId())), hand: new Hand(this.kernel) };
  }
}
