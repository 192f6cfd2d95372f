import { OAuth2Error } from './error.js';
import { ambientWaitUntil, kernel } from './kernel.js';
import { readCallOptions, readClientOptions } from './options.js';
import { Resource } from './resource.js';

/** Counts configurations, over all instances of the wasm module: a number is never used again. */
let lastId = 0;

/** How much later than wasm JavaScript gives up waiting, in case wasm no longer answers at all. */
const LAST_RESORT_MS = 100;

export class OAuth2Client {
  #fields;
  #id;
  #resource;
  #timeoutMs;
  #waitUntil;

  constructor(options) {
    const { fields, face } = readClientOptions(options);
    this.#fields = fields;
    this.#timeoutMs = options.timeoutMs ?? 10_000;
    this.#waitUntil = face.waitUntil;
    this.#resource = new Resource(face);
    this.#open();
  }

  getToken(options) {
    return this.#view(options, (view) => view.token);
  }

  authorizationHeader(options) {
    return this.#view(options, authorizationOf);
  }

  async invalidate() {
    this.#run(() => kernel.invalidate(this.#id));
  }

  /** Bound, since it is made to be passed on: `createApi({ fetch: client.fetch })`. */
  fetch = (input, init) => {
    try {
      const request = this.#resource.request(input, init);
      const view = kernel.hit(this.#id, Date.now());
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
      const view = forceRefresh ? undefined : kernel.hit(this.#id, Date.now());
      return view === undefined
        ? this.#obtain(forceRefresh, signal).then(pick)
        : Promise.resolve(pick(view));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #send(request, view) {
    return this.#resource
      .send(request, authorizationOf(view))
      .then((response) =>
        response.status === 401 && request.carriesToken
          ? this.#refused(request, view, response)
          : response,
      );
  }

  /** The API refused the token: it is dropped, and the request sent again with another if it can be. */
  async #refused(request, view, response) {
    const { accessToken } = view.token;
    const isWorthwhile = this.#run(() => kernel.refuse(this.#id, accessToken, Date.now()));
    if (!isWorthwhile || !request.isReplayable) return response;
    let authorization;
    try {
      authorization = authorizationOf(await this.#obtain(false, request.signal));
    } catch (error) {
      if (request.signal?.aborted) throw error;
      // Without another token the API's own answer says most.
      return response;
    }
    await response.body?.cancel();
    return this.#resource.send(request, authorization);
  }

  #obtain(forceRefresh, signal) {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const waitUntil = this.#waitUntil ?? ambientWaitUntil();
    const obtained = this.#run(() =>
      kernel.obtain(this.#id, this.#resource.fetch, waitUntil, forceRefresh),
    );
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

  /** Runs a function of the kernel; again if wasm has forgotten the configuration in the meantime. */
  #run(run) {
    return run() ?? (this.#open(), run());
  }

  #open() {
    if (!kernel) {
      throw new OAuth2Error('the wasm module is not initialised: call its init function first', { code: 'internal' });
    }
    this.#id = kernel.open(this.#fields, ++lastId);
  }
}

function authorizationOf({ authorization, token }) {
  if (authorization !== undefined) return authorization;
  throw new OAuth2Error(
    `a token of type ${token.tokenType} cannot be sent as a bearer token (RFC 6749 §7.1); use getToken() and send it as its type demands`,
    { code: 'unsupported_token_type' },
  );
}
