// The client of a program that acts for itself: it brings tokens, and requests APIs with them. Entries add what
// they can do beside that.

import { origin } from './circle.js';
import { isOurs, OAuth2Error } from './error.js';
import { readCallOptions, readInvalidation } from './options.js';
import { Refusal } from './refusal.js';
import { Resource } from './resource.js';
import { discard } from './response.js';

/** What waits for nobody's token, and for the store at most. */
export const STORE_ONLY = ['store'];

/** Failures that only other options can mend. */
const CONFIGURATION_CODES = new Set(['invalid_option', 'origin_not_allowed', 'unsupported_token_type']);

export class MachineClient {
  #source;
  #resource;
  #refusal;

  /** Where the tokens of `source` go is said by the options that stay in JavaScript. */
  constructor(source, options) {
    this.#source = source;
    this.#resource = new Resource(source.face);
    this.#refusal = new Refusal(source.face);
    source.begin(options);
  }

  getToken(options) {
    return this.#view(options, this.#source.token, this.getToken);
  }

  authorizationHeader(options) {
    return this.#view(options, authorizationOf, this.authorizationHeader);
  }

  /** Requests `input` with a new token, and tells which part failed. */
  async test(input, init) {
    if (input === undefined) throw new TypeError('test needs a path to request');
    let stage = 'configuration';
    try {
      const request = this.#resource.request(input, init);
      request.from = origin();
      stage = 'token';
      const view = await this.#source.obtain(!this.#isFixed(), request.signal, this.test);
      stage = 'api';
      const answer = await request.keeping(() => this.#resource.send(request, this.#applicable(view)));
      const { isRefused, response } = await this.#judged(request, answer);
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
    const { config, face } = this.#source;
    return config.fields.grant === 'token' && config.fields.refreshToken === undefined && !face.hooks?.refresh;
  }

  async invalidate(options) {
    const forgetsRefreshToken = readInvalidation(options);
    const run = (kernel, call) => kernel.invalidate(this.#source.config.id, call, forgetsRefreshToken);
    await this.#source.patiently(run, undefined, undefined, STORE_ONLY);
  }

  /** Refreshes the token if that is due: for a cron trigger or an alarm. */
  async warm() {
    await this.#source.patiently((kernel, call) => kernel.warm(this.#source.config.id, call));
  }

  /** How often what happened, over all clients of equal options in this isolate. */
  stats() {
    return { ...this.#source.stats };
  }

  /** Bound, since it is made to be passed on: `createApi({ fetch: client.fetch })`. */
  fetch = (input, init) => {
    try {
      const request = this.#resource.request(input, init);
      request.from = origin();
      const view = this.#source.hit();
      return view === undefined
        ? this.#source.obtain(false, request.signal, this.fetch).then((view) => this.#send(request, view))
        : this.#send(request, view);
    } catch (error) {
      return Promise.reject(error);
    }
  };

  /** A hit resolves at once: no wasm future is made for it. */
  #view(options, pick, ours) {
    const source = this.#source;
    try {
      const { forceRefresh = false, signal, fields, json } = readCallOptions(options, source.isJson);
      const config = fields === undefined ? source.config : source.derive(fields, json);
      const view = forceRefresh ? undefined : source.hit(config);
      return view === undefined
        ? source.obtain(forceRefresh, signal, ours, config).then((view) => pick(view, config))
        : Promise.resolve(pick(view, config));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #send(request, view) {
    return request.keeping(() => this.#sendOnce(request, view));
  }

  /** Most answers are handed on as they come. */
  #sendOnce(request, view) {
    const sent = this.#resource.send(request, this.#applicable(view));
    return sent.then((response) => (this.#isRefused(request, response) === false ? response : this.#answer(request, view, response)));
  }

  async #answer(request, view, answer) {
    const { isRefused, response } = await this.#judged(request, answer);
    return isRefused ? this.#refused(request, view, response) : response;
  }

  async #judged(request, response) {
    const isRefused = this.#isRefused(request, response);
    return isRefused === undefined ? this.#refusal.lookInto(response) : { isRefused, response };
  }

  /** `undefined` if the body has to be looked at. */
  #isRefused(request, response) {
    return request.carriesToken && this.#refusal.isIn(response);
  }

  /** What is sent of `view`, if it can be. A token of any type, where the user's function knows how. */
  #applicable(view) {
    if (this.#source.face.apply) return { token: this.#source.token(view) };
    authorizationOf(view);
    return view;
  }

  /** The API refused the token: it is dropped, and the request sent again with another if it can be. */
  async #refused(request, view, response) {
    this.#source.event({ type: 'refused' }, request.from);
    const { accessToken } = view.token;
    const isWorthwhile = this.#source.run((kernel) => kernel.refuse(this.#source.config.id, accessToken, Date.now()));
    if (!isWorthwhile || !(await request.canRepeat())) return response;
    let renewed;
    try {
      renewed = this.#applicable(await this.#source.obtain(false, request.signal, undefined, undefined, request.from));
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
}

function authorizationOf({ authorization, token }) {
  if (authorization !== undefined) return authorization;
  throw new OAuth2Error(
    `a token of type ${token.tokenType} cannot be sent as a bearer token (RFC 6749 §7.1); say in the option apply how it is sent`,
    { code: 'unsupported_token_type' },
  );
}
