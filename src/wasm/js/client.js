import { OAuth2Error, keepCause } from './error.js';
import { statsOf, tell } from './events.js';
import { ambientWaitUntil, kernel } from './kernel.js';
import { readCallOptions, readClientOptions } from './options.js';
import { Refusal } from './refusal.js';
import { Resource } from './resource.js';

/** Counts configurations, over all instances of the wasm module: a number is never used again. */
let lastId = 0;

/** How much later than wasm JavaScript gives up waiting, in case wasm no longer answers at all. */
const LAST_RESORT_MS = 100;

/** Failures that only other options can mend. */
const CONFIGURATION_CODES = new Set(['invalid_option', 'origin_not_allowed', 'unsupported_token_type']);

export class OAuth2Client {
  #fields;
  #id;
  #resource;
  #refusal;
  #timeoutMs;
  /** Whether the token was given, and nothing to renew it with. */
  #isFixed;
  #face;
  #stats;

  constructor(options) {
    const { fields, face } = readClientOptions(options);
    this.#fields = fields;
    this.#timeoutMs = options.timeoutMs ?? 10_000;
    this.#isFixed = options.grant === 'token' && options.refreshToken === undefined;
    this.#face = face;
    this.#resource = new Resource(face);
    this.#refusal = new Refusal(face);
    this.#open();
  }

  getToken(options) {
    return this.#view(options, (view) => view.token);
  }

  authorizationHeader(options) {
    return this.#view(options, authorizationOf);
  }

  /** Requests `input` with a new token, and tells which part failed. */
  async test(input, init) {
    if (input === undefined) throw new TypeError('test needs a path to request');
    let stage = 'configuration';
    try {
      const request = this.#resource.request(input, init);
      stage = 'token';
      const view = await this.#obtain(!this.#isFixed, request.signal);
      stage = 'api';
      const { isRefused, response } = await this.#sendOnce(request, view);
      const ok = response.ok && !isRefused;
      await response.body?.cancel();
      return ok ? { ok, status: response.status } : { ok, stage, status: response.status };
    } catch (error) {
      if (stage === 'configuration' && !(error instanceof OAuth2Error)) throw error;
      // Whenever it turns out. At the API the hook is `apply`.
      const isHook = stage === 'api' && error?.code === 'hook_failed';
      if (isHook || CONFIGURATION_CODES.has(error?.code)) stage = 'configuration';
      return { ok: false, stage, ...(error?.status !== undefined && { status: error.status }), error };
    }
  }

  async invalidate() {
    await this.#run((call) => kernel.invalidate(this.#id, call));
  }

  /** Refreshes the token if that is due: for a cron trigger or an alarm. */
  async warm() {
    await this.#run((call) => kernel.warm(this.#id, call));
  }

  /** How often what happened, over all clients of equal options in this isolate. */
  stats() {
    return { ...this.#stats };
  }

  /** Bound, since it is made to be passed on: `createApi({ fetch: client.fetch })`. */
  fetch = (input, init) => {
    try {
      const request = this.#resource.request(input, init);
      const view = this.#hit();
      return view === undefined
        ? this.#obtain(false, request.signal).then((view) => this.#send(request, view))
        : this.#send(request, view);
    } catch (error) {
      return Promise.reject(error);
    }
  };

  /** A hit resolves at once: no wasm future is made for it. */
  #view(options, pick) {
    try {
      const { forceRefresh = false, signal } = readCallOptions(options);
      const view = forceRefresh ? undefined : this.#hit();
      return view === undefined
        ? this.#obtain(forceRefresh, signal).then(pick)
        : Promise.resolve(pick(view));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #hit() {
    const view = kernel.hit(this.#id, Date.now());
    if (view !== undefined) {
      this.#stats.l1_hit++;
      if (this.#face.onEvent) tell(this.#face.onEvent, { type: 'l1_hit' });
    }
    return view;
  }

  #event = (event) => {
    this.#stats[event.type] = (this.#stats[event.type] ?? 0) + 1;
    if (this.#face.onEvent) tell(this.#face.onEvent, event);
  };

  /** Asks the user's function for a credential; a failure is known to wasm by its reference. */
  #ask = async (option) => {
    try {
      const credential = await this.#face[option]();
      if (typeof credential === 'string') return credential;
      throw new TypeError(`${option} gave no string`);
    } catch (error) {
      throw keepCause(error);
    }
  };

  async #send(request, view) {
    const { isRefused, response } = await this.#sendOnce(request, view);
    return isRefused ? this.#refused(request, view, response) : response;
  }

  async #sendOnce(request, view) {
    const response = await this.#resource.send(request, this.#applicable(view));
    const isRefused = request.carriesToken && this.#refusal.isIn(response);
    return isRefused === undefined ? this.#refusal.lookInto(response) : { isRefused, response };
  }

  /** `view`, if its token can be sent. Of any type, where the user's function knows how. */
  #applicable(view) {
    if (!this.#face.apply) authorizationOf(view);
    return view;
  }

  /** The API refused the token: it is dropped, and the request sent again with another if it can be. */
  async #refused(request, view, response) {
    this.#event({ type: 'refused' });
    const { accessToken } = view.token;
    const isWorthwhile = this.#run(() => kernel.refuse(this.#id, accessToken, Date.now()));
    if (!isWorthwhile || !request.isReplayable) return response;
    let renewed;
    try {
      renewed = this.#applicable(await this.#obtain(false, request.signal));
    } catch (error) {
      if (request.signal?.aborted) throw error;
      // Without another token the API's own answer says most.
      return response;
    }
    await response.body?.cancel();
    return this.#resource.send(request, renewed);
  }

  #obtain(forceRefresh, signal) {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const obtained = this.#run((call) => kernel.obtain(this.#id, call, forceRefresh));
    return new Promise((resolve, reject) => {
      const lastResort = setTimeout(
        () => settle(reject, new OAuth2Error('the request for a token was lost', { code: 'internal' })),
        this.#timeoutMs + LAST_RESORT_MS,
      );
      const abort = () => settle(reject, signal.reason);
      const settle = (how, value) => {
        clearTimeout(lastResort);
        signal?.removeEventListener('abort', abort);
        how(value);
      };
      signal?.addEventListener('abort', abort);
      obtained.then((view) => settle(resolve, view), (error) => settle(reject, error));
    });
  }

  /** Runs a function of the kernel with what this call brings along; opens again if it was forgotten. */
  #run(run) {
    const call = {
      fetch: this.#resource.fetch,
      waitUntil: this.#face.waitUntil ?? ambientWaitUntil(),
      store: this.#face.store,
      onEvent: this.#event,
      ask: this.#ask,
      sign: this.#face.privateKey?.sign,
    };
    return run(call) ?? (this.#open(), run(call));
  }

  #open() {
    if (!kernel) {
      throw new OAuth2Error('the wasm module is not initialised: call its init function first', { code: 'internal' });
    }
    this.#id = kernel.open(this.#fields, ++lastId);
    this.#stats = statsOf(this.#id);
  }
}

function authorizationOf({ authorization, token }) {
  if (authorization !== undefined) return authorization;
  throw new OAuth2Error(
    `a token of type ${token.tokenType} cannot be sent as a bearer token (RFC 6749 §7.1); say in the option apply how it is sent`,
    { code: 'unsupported_token_type' },
  );
}
