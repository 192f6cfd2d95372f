// Where a client's tokens come from: what it asks for, the way into wasm and back, and what happens on it.

import { onAbort, reasonOf } from './abort.js';
import { awaited, bounded, heard, origin, refuseCircle } from './circle.js';
import { classified, keepCause, OAuth2Error } from './error.js';
import { quietly, statsOf, tell } from './events.js';
import { replaced } from './fields.js';
import { Hand } from './hand.js';
import { hooked } from './hooks.js';
import { begin, exchange, hostFetch } from './host.js';
import { Token } from './token.js';

/** Counts configurations, over all instances of all wasm modules: a number is never used again. */
let lastId = 0;

/** How much later than wasm JavaScript gives up waiting, in case wasm no longer answers at all. */
const LAST_RESORT_MS = 100;

/** How long it waits on while the instance is there: where much begins at once, wasm begins late. */
const LATENESS_MS = 10_000;

/** How often an operation looks into the store or writes to it at most, while its caller waits, beyond its deadline. */
const STORE_VISITS = 4;

/** As in wasm: how long it waits where the options do not say. */
export const DEFAULTS = { timeoutMs: 10_000, storeTimeoutMs: 250 };

/** How many ways of asking a client remembers, beside its own. */
const MAX_DERIVED = 100;

export class TokenSource {
  #kernel;
  /** What the client asks for: `fields` for wasm, the same as JSON, and the number of the configuration that they make. */
  #config;
  /** The same where calls ask for something else, by their options. */
  #derived = new Map();
  #face;
  #fetch;
  #ownerOf;
  /** When wasm has all that it waits for, it may still look into the store. */
  #lastResortMs;
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
  constructor(kernel, { fields, json, face }, ownerOf) {
    this.#kernel = kernel;
    this.#config = { fields, json };
    this.#face = face;
    this.#ownerOf = ownerOf;
    const visitMs = face.store ? (fields.storeTimeoutMs ?? DEFAULTS.storeTimeoutMs) : 0;
    this.#lastResortMs = LAST_RESORT_MS + STORE_VISITS * visitMs;
    for (const name of ['apply', 'fetch']) if (face[name]) face[name] = bounded(name, face[name]);
    // The host's own, passed on by itself, works as a function and not as a method of something else.
    this.#fetch = face.fetch ? (input, init) => face.fetch(input, init) : hostFetch;
  }

  /** What the client itself asks for. */
  get config() {
    return this.#config;
  }

  /** The options that stay in JavaScript. */
  get face() {
    return this.#face;
  }

  get stats() {
    return this.#stats;
  }

  /** Whether the body of a token request is JSON, so that parameters may be more than texts. */
  get isJson() {
    return this.#face.bodyFormat === 'json';
  }

  /** What this client asks for when `callFields`, which are `key` as JSON, take the place of its own. */
  derive(callFields, key) {
    let config = this.#derived.get(key);
    if (config === undefined) {
      const fields = replaced(this.#config.fields, callFields);
      config = { fields, json: JSON.stringify(fields) };
      this.open(config);
      if (this.#derived.size >= MAX_DERIVED) this.#derived.delete(this.#derived.keys().next().value);
      this.#derived.set(key, config);
    }
    return config;
  }

  /** The token in `view`, bound to this client: the same each time. */
  token = (view, config = this.#config) => {
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

  hit(config = this.#config) {
    const view = config.hand.view(config.id);
    if (view !== undefined) {
      this.#stats.l1_hit++;
      if (this.#face.onEvent) this.#tell({ type: 'l1_hit' }, origin());
    }
    return view;
  }

  event(event, from) {
    this.#count(event.type);
    this.#tell(event, from);
  }

  /** Whether somebody listens. */
  #count(type) {
    this.#stats[type] = (this.#stats[type] ?? 0) + 1;
    return this.#face.onEvent !== undefined;
  }

  /** `from` is what the call that caused it belongs to. What wasm runs belongs to any of those that wait. */
  #tell(event, from) {
    const { onEvent } = this.#face;
    if (onEvent) heard(onEvent, from, () => tell(onEvent, event));
  }

  /** Asks the user's function for a credential; a failure is known to wasm by its reference. */
  async #ask(option, by) {
    try {
      const credential = await by(option, () => this.#face[option]());
      if (typeof credential === 'string') return credential;
      throw new TypeError(`${option} gave no string`);
    } catch (error) {
      throw keepCause(error);
    }
  }

  obtain(forceRefresh, signal, config = this.#config, from = origin()) {
    if (signal?.aborted) return Promise.reject(reasonOf(signal));
    return this.patiently((kernel, call) => kernel.obtain(config.id, call, forceRefresh), config, signal, undefined, from);
  }

  /** Waits for what a function of the kernel promises, but not for ever: its instance may be lost. */
  patiently(run, config = this.#config, signal, circles, from = origin()) {
    return new Promise((resolve, reject) => {
      const its = this.#kernel.instance;
      const giveUp = () => settle(reject, new OAuth2Error('the request for a token was lost', { code: 'internal', retryable: true }));
      const ring = () => (its === this.#kernel.instance ? (lastResort = setTimeout(giveUp, LATENESS_MS)) : giveUp());
      let lastResort = startTimer(ring, Math.min((config.fields.timeoutMs ?? DEFAULTS.timeoutMs) + this.#lastResortMs, this.#kernel.LONGEST_TIMER_MS));
      let endWait;
      const settle = (how, value) => {
        clearTimeout(lastResort);
        endWait?.();
        how(value);
      };
      if (signal) endWait = onAbort(signal, (reason) => settle(reject, reason));
      const promised = (async () => await this.run(run, config, from, circles))();
      promised.then((value) => settle(resolve, value), (error) => settle(reject, error));
    });
  }

  /** Runs a function of the kernel with what this call brings along; opens again if it was forgotten. */
  run(run, config = this.#config, from, circles) {
    if (from) refuseCircle(config.id, from, circles);
    const { enter } = this.#kernel;
    const { store, fetch, hooks, privateKey, classify } = this.#face;
    /** Runs a function of the user's, which may call us. */
    const by = (name, call) => awaited(name, config.id, from, call);
    const call = {
      exchange: (forToken, ...request) =>
        forToken && hooks
          ? this.#hooked(config, by, ...request)
          : exchange(fetch ? (...args) => by('fetch', () => fetch(...args)) : this.#fetch, ...request),
      waitUntil: this.#waitUntil,
      store: store && storeBy(by, store),
      count: (type) => this.#count(type),
      tell: (event) => this.#tell(event, from),
      ask: (option) => this.#ask(option, by),
      sign: async (algorithm, data) => privateKey.sign(algorithm, data),
      classify: (refusal) => (classify ? classified(classify, refusal) : undefined),
    };
    return enter((kernel) => run(kernel, call)) ?? (this.open(config, true), enter((kernel) => run(kernel, call)));
  }

  /** A platform's refuses outside of a request; the task runs all the same. */
  #waitUntil = (promise) => quietly(() => (this.#face.waitUntil ?? this.#kernel.ambientWaitUntil())?.(promise));

  /** Makes a token request by the user's functions. */
  #hooked({ fields }, by, method, url, headers, body, maxResponseBytes, renewed) {
    const { hooks } = this.#face;
    const means = { by, hooks, fetch: this.#fetch, grant: fields.grant, scopes: fields.scopes ?? [] };
    return begin((signal) => hooked(means, signal, url, headers, body, renewed));
  }

  /** Gives `config` the number of its configuration: that of equal options, unless wasm has forgotten it. */
  open(config = this.#config, isForgotten = false) {
    const { kernel, configurations, enter } = this.#kernel;
    if (!kernel) {
      throw new OAuth2Error('the wasm module is not initialised: call its init function first', { code: 'internal' });
    }
    let configuration = isForgotten ? undefined : configurations.of(config.json);
    if (configuration === undefined) {
      configuration = { id: enter((kernel) => kernel.open(config.fields, ++lastId)), hand: new Hand(this.#kernel) };
      configurations.keep(config.json, configuration);
    }
    Object.assign(config, configuration);
    // What calls of this client's ask for is counted with it.
    if (config === this.#config) this.#stats = statsOf(config.id);
  }
}

/** The store, whose functions are called `by`. */
function storeBy(by, store) {
  const method = (name) => [name, (...args) => by('store', () => store[name](...args))];
  return { ...store, ...Object.fromEntries(['get', 'put', 'delete', 'acquire', 'release'].map(method)) };
}

function startTimer(ring, ms) {
  try {
    return setTimeout(ring, ms);
  } catch (cause) {
    throw new OAuth2Error('this host refuses timers here: in a Worker, ask for tokens in a handler, and not in its global scope', {
      code: 'network',
      cause,
    });
  }
}
