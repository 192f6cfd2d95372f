// The way of a configuration into wasm and back, and what happens on it.

import { awaited, bounded, heard, origin, refuseCircle } from './circle.js';
import { keepCause } from './error.js';
import { quietly, tell } from './events.js';
import { exchange, hostFetch } from './host.js';
import { show } from './memory.js';
import { isTold, notice, noticeStoreError, STORE_ERROR } from './notices.js';
import { lastResortMs, patiently } from './patience.js';
import { located } from './stack.js';
import { isUnset, unset, unsetOptions } from './unset.js';

export class Crossing {
  #kernel;
  /** What is asked for: `fields` for wasm, the same as JSON, and the number of the configuration that they make. */
  #config;
  #face;
  #fetch;
  #what;
  #isStoreUnset;
  /** The option that is needed and was given undefined, and others that were, if there is one. */
  #unset;

  /** `kernel` is the way to the wasm functions of an entry, as of kernel.js; `what` is what its calls wait for. */
  constructor(kernel, { fields, json, face }, what) {
    this.#kernel = kernel;
    this.#config = { fields, json };
    this.#face = face;
    this.#what = what;
    if (face.fetch) face.fetch = bounded('fetch', face.fetch);
    // The host's own, passed on by itself, works as a function and not as a method of something else.
    this.#fetch = face.fetch ? (input, init) => face.fetch(input, init) : hostFetch;
  }

  get kernel() {
    return this.#kernel;
  }

  /** What is asked for where a call does not say otherwise. */
  get config() {
    return this.#config;
  }

  /** The options that stay in JavaScript. */
  get face() {
    return this.#face;
  }

  /** The host's or the user's. */
  get fetch() {
    return this.#fetch;
  }

  /** Whether somebody is to hear of what happens. */
  count(type) {
    return this.#face.onEvent !== undefined || (type === STORE_ERROR && !isTold(STORE_ERROR));
  }

  /** `from` is what the call that caused it belongs to. What wasm runs belongs to any of those that wait. */
  tell(event, from) {
    const { onEvent } = this.#face;
    if (onEvent) heard(onEvent, from, () => tell(onEvent, event));
    else if (event.type === STORE_ERROR) noticeStoreError(event);
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

  /**
   * Waits for what a function of the kernel promises, but not for ever. `ours` is the function that was called of us, and
   * `mayFollow` whether another call may be asking for the same.
   */
  patiently(run, config = this.#config, signal, circles, from = origin(), ours = this.patiently, mayFollow = false) {
    const { store, tracing } = this.#face;
    const { tokenUrl, issuer } = config.fields;
    const ms = lastResortMs(config.fields, store);
    const ask = (watched) => {
      const promise = patiently(this.#kernel, this.#what, ms, signal, () => this.run(run, config, from, circles, watched));
      return located(promise, ours);
    };
    return tracing ? tracing(ask, tokenUrl ?? issuer, mayFollow) : ask();
  }

  /** Runs a function of the kernel with what this call brings along, `watched` or not; opens again if it was forgotten. */
  run(run, config = this.#config, from, circles, watched = (call) => call) {
    if (from) refuseCircle(config.id, from, circles);
    const { enter } = this.#kernel;
    const call = watched(this.call(config, from));
    return enter((kernel) => run(kernel, call)) ?? (this.open(config, true), enter((kernel) => run(kernel, call)));
  }

  /** What a call brings along: functions that let nothing of the user's through. */
  call(config, from) {
    if (this.#isStoreUnset) notice('store', 'the option store is given, but undefined, and tokens are not shared: is the binding there where this runs?');
    const { store, fetch, privateKey } = this.#face;
    /** Runs a function of the user's, which may call us. */
    const by = (name, call) => awaited(name, config.id, from, call);
    const send = fetch ? (...args) => by('fetch', () => fetch(...args)) : this.#fetch;
    return {
      exchange: (forToken, ...request) => this.exchange(config, by, forToken, send, request),
      waitUntil: this.#waitUntil,
      store: store && storeBy(by, store),
      count: (type) => this.count(type),
      tell: (event) => this.tell(event, from),
      ask: (option) => this.#ask(option, by),
      sign: async (algorithm, data) => privateKey.sign(algorithm, data),
      classify: (refusal) => this.classify(refusal),
    };
  }

  /** Makes a request. */
  exchange(_config, _by, _forToken, send, request) {
    return exchange(send, ...request);
  }

  /** What a refusal means, where wasm is not to decide. */
  classify(_refusal) {}

  /** A platform's refuses outside of a request; the task runs all the same. */
  #waitUntil = (promise) => {
    show(promise);
    quietly(() => (this.#face.waitUntil ?? this.#kernel.ambientWaitUntil())?.(promise));
  };

  /**
   * Opens what `options` ask for. What is wrong is thrown. What is given and undefined is left for the first call to be
   * told of: applications are built where there are no secrets, and run their modules for it.
   */
  begin(options) {
    this.#isStoreUnset = isUnset(options, 'store');
    try {
      this.open();
    } catch (error) {
      this.#unset = unsetOptions(error, options);
      if (this.#unset === undefined) throw error;
    }
  }

  get isUnset() {
    return this.#unset !== undefined;
  }

  refuseUnset() {
    if (this.isUnset) throw unset(...this.#unset);
  }

  /** Gives `config` the number of its configuration: that of equal options, unless wasm has forgotten it. */
  open(config = this.#config, isForgotten = false) {
    this.refuseUnset();
    Object.assign(config, this.#kernel.opened(config.json, isForgotten, () => this.opened(config)));
  }
}

/** The store, whose functions are called `by`. */
function storeBy(by, store) {
  const method = (name) => [name, (...args) => by('store', () => store[name](...args))];
  return { ...store, ...Object.fromEntries(['get', 'put', 'delete', 'acquire', 'release'].map(method)) };
}
