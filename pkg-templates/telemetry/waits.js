// What one call waits for, one thing after the other: seen in what wasm asks for on its behalf.
import { isOurs } from '../face/error.js';
import { Place } from './place.js';
import { Wait } from './wait.js';

export class Waits {
  #start;
  #server;
  /** Where it was asked. */
  #place = new Place();
  /** The one at this moment. */
  #wait;
  /** Whether anything has been done on its behalf. */
  #isServed = false;
  /** Whether nobody waits any longer: what is done from then on is in the background. */
  #isOver = false;
  #isHeldByOther = false;
  #retries = 0;

  constructor(start, url) {
    this.#start = start;
    this.#server = serverOf(url);
  }

  /** What `ask` promises, which hands the call of wasm to what it is given. */
  of(ask, mayFollow) {
    const promise = ask(this.#watched);
    // Wasm begins with the next microtask. Whoever leads has begun something by the time that this one runs.
    if (mayFollow) this.#place.run(() => this.#isServed || this.#begin('flight'));
    return promise.then(
      (value) => {
        this.#over();
        return value;
      },
      (error) => {
        this.#failed(error);
        throw error;
      },
    );
  }

  /** The call that wasm works by, with what it asks for in view. */
  #watched = (call) => ({
    ...call,
    store: call.store && {
      ...call.store,
      get: (...args) => this.#within(this.#wait?.kind === 'lease' ? 'lease' : 'store', () => call.store.get(...args)),
      acquire: (...args) => this.#within('lease', () => this.#acquire(call.store, args)),
    },
    exchange: (forToken, ...request) => this.#exchange(forToken ? 'grant' : 'request', () => call.exchange(forToken, ...request)),
    waitUntil: (promise) => {
      this.#leads();
      call.waitUntil(promise);
    },
    count: (type) => {
      this.#hear(type);
      return call.count(type);
    },
  });

  #acquire(store, args) {
    this.#isHeldByOther = false;
    return store.acquire(...args);
  }

  /** A request in the air: see `begin` in host.js. */
  #exchange(kind, exchange) {
    const begun = this.#within(kind, exchange);
    const answer = async () => {
      const answer = await (await begun).promise;
      if (typeof answer[0] === 'number') this.#wait?.set('http.response.status_code', answer[0]);
      return answer;
    };
    return { promise: answer(), abort: () => begun.then((it) => it.abort(), () => {}) };
  }

  /** What `work` gives, which is run once, within the span of that kind, if somebody waits. */
  #within(kind, work) {
    this.#isServed = true;
    return new Promise((resolve, reject) => {
      const run = () => {
        try {
          resolve(work());
        } catch (error) {
          reject(error);
        }
      };
      if (this.#isOver) run();
      else this.#place.run(() => (this.#begin(kind) ? this.#wait.place.run(run) : run()));
    });
  }

  /** Begins to wait for that, unless it does so already; whether anybody waits. */
  #begin(kind) {
    if (this.#isOver) return false;
    if (this.#wait?.kind !== kind) {
      this.#end();
      this.#wait = new Wait(this.#start, kind, this.#server);
    }
    return true;
  }

  #end() {
    this.#wait?.end();
    this.#wait = undefined;
  }

  #over() {
    this.#isOver = true;
    this.#end();
  }

  #failed(error) {
    if (!isOurs(error)) this.#wait?.set('edge_oauth2.aborted', true);
    else this.#wait?.fail(error.code);
    this.#over();
  }

  /** It asks itself, and waits for no other's request. */
  #leads() {
    this.#isServed = true;
    if (this.#wait?.kind === 'flight') this.#end();
  }

  #hear(type) {
    this.#isServed = true;
    // Its caller has got a token: what follows is in the background.
    if (type === 'stale_served') this.#over();
    if (type === 'taken_over') this.#wait?.set('edge_oauth2.flight.taken_over', true);
    if (type === 'retry') this.#wait?.set('edge_oauth2.grant.retries', (this.#retries += 1));
    if (type === 'lease_wait') {
      this.#isHeldByOther = true;
      this.#wait?.set('edge_oauth2.lease.held_by_other', true);
    }
    if (/^store_(hit|miss|error)$/.test(type)) this.#looked(type);
  }

  /** The store has answered, or failed. Who waits for another's lease looks again and again. */
  #looked(type) {
    if (this.#isHeldByOther && type !== 'store_error') return;
    if (type === 'store_error') this.#wait?.fail(type);
    else this.#wait?.set('edge_oauth2.store.result', type.slice('store_'.length));
    if (['store', 'lease'].includes(this.#wait?.kind)) this.#end();
  }
}

/** The attributes by which the semantic conventions name a server. Nothing else of a URL is told: it may have a secret. */
function serverOf(url) {
  try {
    const { hostname, port } = new URL(url);
    return { 'server.address': hostname, ...(port !== '' && { 'server.port': Number(port) }) };
  } catch {
    return {};
  }
}
