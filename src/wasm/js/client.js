import { onAbort, reasonOf } from './abort.js';
import { awaited, bounded, heard, origin, refuseCircle } from './circle.js';
import { classified, isOurs, keepCause, OAuth2Error } from './error.js';
import { quietly, statsOf, tell } from './events.js';
import { hooked } from './hooks.js';
import { begin } from './host.js';
import { ambientWaitUntil, enter, instance, kernel, LONGEST_TIMER_MS } from './kernel.js';
import { deriveFields, valuesOf, wellFormed } from './fields.js';
import {
  readAnswer,
  readAuthorizationOptions,
  readCallback,
  readCallOptions,
  readClientOptions,
  readInvalidation,
  readParams,
  readTokenType,
} from './options.js';
import { Refusal } from './refusal.js';
import { Resource } from './resource.js';
import { discard } from './response.js';
import { readToken, revokeAll, Token } from './token.js';

/** Counts configurations, over all instances of the wasm module: a number is never used again. */
let lastId = 0;

/** How much later than wasm JavaScript gives up waiting, in case wasm no longer answers at all. */
const LAST_RESORT_MS = 100;

/** How long it waits on while the instance is there: where much begins at once, wasm begins late. */
const LATENESS_MS = 10_000;

/** How often an operation looks into the store or writes to it at most, while its caller waits, beyond its deadline. */
const STORE_VISITS = 4;

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_STORE_TIMEOUT_MS = 250;

/** What waits for nobody's token, and for the store at most. */
const STORE_ONLY = ['store'];

/** How many ways of asking a client remembers, beside its own. */
const MAX_DERIVED = 100;

/** Failures that only other options can mend. */
const CONFIGURATION_CODES = new Set(['invalid_option', 'origin_not_allowed', 'unsupported_token_type']);

export class OAuth2Client {
  /** What the client asks for: `fields` for wasm, and the number of the configuration that they make. */
  #slot;
  /** The same where calls ask for something else, by their options. */
  #derived = new Map();
  #resource;
  #refusal;
  #face;
  /** When wasm has all that it waits for, it may still look into the store. */
  #lastResortMs;
  #stats;
  /** Tokens as this client hands them out, by what the kernel holds, which all clients share. */
  #tokens = new WeakMap();
  /** The last of them: a hit looks no further. */
  #lastView;
  #lastToken;

  constructor(options) {
    const { fields, face } = readClientOptions(options);
    this.#slot = { fields, timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS };
    this.#face = face;
    const visitMs = face.store ? (options.storeTimeoutMs ?? DEFAULT_STORE_TIMEOUT_MS) : 0;
    this.#lastResortMs = LAST_RESORT_MS + STORE_VISITS * visitMs;
    for (const name of ['apply', 'fetch']) if (face[name]) face[name] = bounded(name, face[name]);
    this.#resource = new Resource(face);
    this.#refusal = new Refusal(face);
    this.#open();
  }

  /** Reads a stored token, for who only wants to look at it. */
  static tokenFrom(object) {
    return new Token(readToken(object));
  }

  /** Reads a stored token, which this client will renew. */
  tokenFrom(object) {
    return new Token(readToken(object), this.#owner(this.#slot, false));
  }

  getToken(options) {
    return this.#view(options, this.#token);
  }

  authorizationHeader(options) {
    return this.#view(options, authorizationOf);
  }

  /** Renews the current token. */
  async refresh(params) {
    if (readParams(params, this.#isJson).length === 0) return await this.getToken({ forceRefresh: true });
    return await (await this.getToken()).refresh(params);
  }

  /** Revokes the current token, if there is one (RFC 7009). */
  async revoke(type = 'access_token', params) {
    const held = await this.#held();
    const token = readTokenType('type', type) === 'access_token' ? held.accessToken : held.refreshToken;
    if (token !== undefined) await this.#revoke(this.#slot, held, type, params);
  }

  /** Revokes all there is, even if one fails. */
  async revokeAll() {
    const held = await this.#held();
    await revokeAll(held, (type) => this.#revoke(this.#slot, held, type));
  }

  /** Where a user is sent to authorize this client, and what is to be kept for when they come back. */
  async authorizationUrl(options) {
    const fields = readAuthorizationOptions(options);
    const [url, state, codeVerifier] = await this.#patiently((call) => kernel.authorize(this.#id, call, fields));
    const [redirectUri] = valuesOf(fields, 'redirectUri');
    return { url, redirectUri, state, ...(codeVerifier !== undefined && { codeVerifier }) };
  }

  /** Spends the code in what the user came back with. */
  async callback(url, options) {
    const kept = readCallback(options);
    const [, , answer] = wellFormed(['url', '', await readAnswer(url)]);
    const spent = this.#patiently((call) => kernel.callback(this.#id, call, answer, ...kept));
    return this.#renewed(await spent, this.#slot);
  }

  /** Requests `input` with a new token, and tells which part failed. */
  async test(input, init) {
    if (input === undefined) throw new TypeError('test needs a path to request');
    let stage = 'configuration';
    try {
      const request = this.#resource.request(input, init);
      request.from = origin();
      stage = 'token';
      const view = await this.#obtain(!this.#isFixed(), request.signal);
      stage = 'api';
      const { isRefused, response } = await this.#sendOnce(request, view);
      const ok = response.ok && !isRefused;
      discard(response);
      return ok ? { ok, status: response.status } : { ok, stage, status: response.status };
    } catch (error) {
      if (stage === 'configuration' && !isOurs(error)) throw error;
      const { code, status } = isOurs(error) ? error : {};
      // Whenever it turns out. At the API the hook is `apply`.
      if ((stage === 'api' && code === 'hook_failed') || CONFIGURATION_CODES.has(code)) stage = 'configuration';
      return { ok: false, stage, ...(status !== undefined && { status }), error };
    }
  }

  /** Whether the token was given, and nothing to renew it with. */
  #isFixed() {
    const { fields } = this.#slot;
    return valuesOf(fields, 'grant')[0] === 'token' && valuesOf(fields, 'refreshToken').length === 0 && !this.#face.hooks?.refresh;
  }

  async invalidate(options) {
    const forgetsRefreshToken = readInvalidation(options);
    const run = (call) => kernel.invalidate(this.#id, call, forgetsRefreshToken);
    await this.#patiently(run, undefined, undefined, STORE_ONLY);
  }

  /** Refreshes the token if that is due: for a cron trigger or an alarm. */
  async warm() {
    await this.#patiently((call) => kernel.warm(this.#id, call));
  }

  /** How often what happened, over all clients of equal options in this isolate. */
  stats() {
    return { ...this.#stats };
  }

  /** Bound, since it is made to be passed on: `createApi({ fetch: client.fetch })`. */
  fetch = (input, init) => {
    try {
      const request = this.#resource.request(input, init);
      request.from = origin();
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
      const { forceRefresh = false, signal, fields } = readCallOptions(options, this.#isJson);
      const slot = fields.length === 0 ? this.#slot : this.#derive(fields);
      const view = forceRefresh ? undefined : this.#hit(slot);
      return view === undefined
        ? this.#obtain(forceRefresh, signal, slot).then((view) => pick(view, slot))
        : Promise.resolve(pick(view, slot));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** What this client asks for when `callFields` take the place of its own. */
  #derive(callFields) {
    const key = JSON.stringify(callFields);
    let slot = this.#derived.get(key);
    if (slot === undefined) {
      const [timeoutMs = this.#slot.timeoutMs] = valuesOf(callFields, 'timeoutMs').map(Number);
      slot = { fields: deriveFields(this.#slot.fields, callFields), timeoutMs };
      this.#open(slot);
      if (this.#derived.size >= MAX_DERIVED) this.#derived.delete(this.#derived.keys().next().value);
      this.#derived.set(key, slot);
    }
    return slot;
  }

  /** Whether the body of a token request is JSON, so that parameters may be more than texts. */
  get #isJson() {
    return this.#face.bodyFormat === 'json';
  }

  get #id() {
    return this.#slot.id;
  }

  /** The token in `view`, bound to this client: the same each time. */
  #token = (view, slot) => {
    if (view === this.#lastView) return this.#lastToken;
    let token = this.#tokens.get(view);
    if (token === undefined) {
      token = new Token(view.token, this.#owner(slot, true));
      this.#tokens.set(view, token);
    }
    this.#lastView = view;
    this.#lastToken = token;
    return token;
  };

  /** Renews `token`, which this client had obtained, or somebody else. */
  async #renew(slot, token, params, isOwn) {
    const pairs = readParams(params, this.#isJson);
    const held = [token.accessToken, token.refreshToken, JSON.stringify(token.raw)];
    const renewed = this.#patiently((call) => kernel.refresh(slot.id, call, ...held, isOwn, pairs), slot);
    return this.#renewed(await renewed, slot);
  }

  #renewed([view, isKept], slot) {
    return isKept ? this.#token(view, slot) : new Token(view.token, this.#owner(slot, false));
  }

  async #revoke(slot, { accessToken, refreshToken }, type, params) {
    const held = [accessToken, refreshToken, readTokenType('type', type), readParams(params)];
    await this.#patiently((call) => kernel.revoke(slot.id, call, ...held), slot);
  }

  /** What a token calls upon; `isOwn`: this client had obtained it. */
  #owner(slot, isOwn) {
    return {
      refresh: (token, params) => this.#renew(slot, token, params, isOwn),
      revoke: (token, type, params) => this.#revoke(slot, token, type, params),
    };
  }

  /** The tokens that are there, without asking the server. */
  async #held() {
    const [accessToken, refreshToken] = await this.#patiently((call) => kernel.held(this.#id, call), undefined, undefined, STORE_ONLY);
    return { accessToken, refreshToken };
  }

  #hit(slot = this.#slot) {
    const view = enter(() => kernel.hit(slot.id, Date.now()));
    if (view !== undefined) {
      this.#stats.l1_hit++;
      this.#tell({ type: 'l1_hit' }, origin());
    }
    return view;
  }

  #event(event, from) {
    this.#stats[event.type] = (this.#stats[event.type] ?? 0) + 1;
    this.#tell(event, from);
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

  async #send(request, view) {
    const { isRefused, response } = await this.#sendOnce(request, view);
    return isRefused ? this.#refused(request, view, response) : response;
  }

  async #sendOnce(request, view) {
    const response = await this.#resource.send(request, this.#applicable(view));
    const isRefused = request.carriesToken && this.#refusal.isIn(response);
    return isRefused === undefined ? this.#refusal.lookInto(response) : { isRefused, response };
  }

  /** What is sent of `view`, if it can be. A token of any type, where the user's function knows how. */
  #applicable(view) {
    if (this.#face.apply) return { token: this.#token(view, this.#slot) };
    authorizationOf(view);
    return view;
  }

  /** The API refused the token: it is dropped, and the request sent again with another if it can be. */
  async #refused(request, view, response) {
    this.#event({ type: 'refused' }, request.from);
    const { accessToken } = view.token;
    const isWorthwhile = this.#run(() => kernel.refuse(this.#id, accessToken, Date.now()));
    if (!isWorthwhile || !request.isReplayable) return response;
    let renewed;
    try {
      renewed = this.#applicable(await this.#obtain(false, request.signal, this.#slot, request.from));
    } catch (error) {
      if (request.signal?.aborted) {
        discard(response);
        throw error;
      }
      // Without another token the API's own answer says most.
      return response;
    }
    discard(response);
    return this.#resource.send(request, renewed);
  }

  #obtain(forceRefresh, signal, slot = this.#slot, from = origin()) {
    if (signal?.aborted) return Promise.reject(reasonOf(signal));
    return this.#patiently((call) => kernel.obtain(slot.id, call, forceRefresh), slot, signal, undefined, from);
  }

  /** Waits for what a function of the kernel promises, but not for ever: its instance may be lost. */
  #patiently(run, slot = this.#slot, signal, circles, from = origin()) {
    return new Promise((resolve, reject) => {
      const its = instance;
      const giveUp = () => settle(reject, new OAuth2Error('the request for a token was lost', { code: 'internal', retryable: true }));
      const ring = () => (its === instance ? (lastResort = setTimeout(giveUp, LATENESS_MS)) : giveUp());
      let lastResort = startTimer(ring, slot.timeoutMs + this.#lastResortMs);
      let endWait;
      const settle = (how, value) => {
        clearTimeout(lastResort);
        endWait?.();
        how(value);
      };
      if (signal) endWait = onAbort(signal, (reason) => settle(reject, reason));
      const promised = (async () => await this.#run(run, slot, from, circles))();
      promised.then((value) => settle(resolve, value), (error) => settle(reject, error));
    });
  }

  /** Runs a function of the kernel with what this call brings along; opens again if it was forgotten. */
  #run(run, slot = this.#slot, from, circles) {
    if (from) refuseCircle(slot.id, from, circles);
    const { store, fetch, hooks, privateKey } = this.#face;
    /** Runs a function of the user's, which may call us. */
    const by = (name, call) => awaited(name, slot.id, from, call);
    const call = {
      fetch: fetch ? (...args) => by('fetch', () => fetch(...args)) : this.#resource.fetch,
      waitUntil: this.#waitUntil,
      store: store && storeBy(by, store),
      onEvent: (event) => this.#event(event, from),
      ask: (option) => this.#ask(option, by),
      sign: privateKey?.sign,
      hooked: hooks && this.#hooked(slot, by),
      classify: this.#face.classify && ((refusal) => classified(this.#face.classify, refusal)),
    };
    return enter(() => run(call)) ?? (this.#open(slot), enter(() => run(call)));
  }

  /** A platform's refuses outside of a request; the task runs all the same. */
  #waitUntil = (promise) => quietly(() => (this.#face.waitUntil ?? ambientWaitUntil())?.(promise));

  /** Makes token requests by the user's functions, if there are any. */
  #hooked({ fields }, by) {
    const { hooks } = this.#face;
    const [grant] = valuesOf(fields, 'grant');
    const means = { by, hooks, fetch: this.#resource.fetch, grant, scopes: valuesOf(fields, 'scopes') };
    return (...request) => begin((signal) => hooked(means, signal, ...request));
  }

  #open(slot = this.#slot) {
    if (!kernel) {
      throw new OAuth2Error('the wasm module is not initialised: call its init function first', { code: 'internal' });
    }
    slot.id = enter(() => kernel.open(slot.fields, ++lastId));
    // What calls of this client's ask for is counted with it.
    if (slot === this.#slot) this.#stats = statsOf(slot.id);
  }
}

function authorizationOf({ authorization, token }) {
  if (authorization !== undefined) return authorization;
  throw new OAuth2Error(
    `a token of type ${token.tokenType} cannot be sent as a bearer token (RFC 6749 §7.1); say in the option apply how it is sent`,
    { code: 'unsupported_token_type' },
  );
}

/** The store, whose functions are called `by`. */
function storeBy(by, store) {
  const method = (name) => [name, (...args) => by('store', () => store[name](...args))];
  return { ...store, ...Object.fromEntries(['get', 'put', 'delete', 'acquire', 'release'].map(method)) };
}

function startTimer(ring, ms) {
  try {
    return setTimeout(ring, Math.min(ms, LONGEST_TIMER_MS));
  } catch (cause) {
    throw new OAuth2Error('this host refuses timers here: in a Worker, ask for tokens in a handler, and not in its global scope', {
      code: 'network',
      cause,
    });
  }
}
