// What is known of one fleet: its isolates, what they served, the tokens, and what is in the store.

/** How many isolates serve at a time. */
export const SIZE = 8;

/** How much of the past is kept. */
const KEPT = { requests: 500, lives: 8, gone: 8 };

/** Of a token's life: for how long the client hands it out, and when it first asks for the successor (docs/options.md). */
const SKEW = { seconds: 10, share: 1 / 4 };
const REFRESH_AHEAD = 0.75;

/** How much earlier than the token server an isolate may have begun to count, as busy as the machine may be. */
const EARLIER_MS = 2_000;

export class Fleet {
  store;
  isolates = [];
  requests = [];
  lives = [];
  totals = { requests: 0, failed: 0, grants: 0, waitedMs: 0 };
  record = {};
  #newId;
  #turn = 0;

  /** `newId()` counts isolates through all fleets. */
  constructor(store, newId) {
    this.store = store;
    this.#newId = newId;
  }

  get serving() {
    return this.isolates.filter(({ endedAtMs }) => endedAtMs === undefined);
  }

  /** The isolate whose turn it is. */
  next() {
    this.#turn += 1;
    return this.serving[this.#turn % SIZE];
  }

  /** An isolate that may serve from now on. */
  newIsolate() {
    return { id: this.#newId(), startedAtMs: Date.now(), requests: 0 };
  }

  start(isolate) {
    this.isolates.push(isolate);
  }

  end(isolate) {
    isolate.endedAtMs = Date.now();
    const gone = this.isolates.filter(({ endedAtMs }) => endedAtMs !== undefined);
    if (gone.length > KEPT.gone) this.isolates = this.isolates.filter((one) => one !== gone[0]);
  }

  /** A token was issued, to the isolate of that id. */
  obtained(life, id) {
    const lifeMs = life.expiresAtMs - life.obtainedAtMs;
    const usableMs = lifeMs - Math.min(SKEW.seconds * 1000, lifeMs * SKEW.share);
    life.refreshAtMs = life.obtainedAtMs + usableMs * REFRESH_AHEAD;
    life.usableUntilMs = life.obtainedAtMs + usableMs;
    this.lives = [...this.lives, life].slice(-KEPT.lives);
    this.totals.grants += 1;
    const isolate = this.isolates.find((one) => one.id === id);
    if (isolate) isolate.unstored = life.number;
  }

  /** All clocks were set past the end of the tokens. */
  expire(nowMs) {
    for (const life of this.lives) {
      for (const name of ['refreshAtMs', 'usableUntilMs', 'expiresAtMs']) life[name] = Math.min(life[name], nowMs);
    }
  }

  /** Whether a client has a token that it would hand out: from the store, if it is cold. */
  hasToken(atMs, isCold) {
    const alive = this.lives.filter(({ usableUntilMs, revokedAtMs }) => usableUntilMs - EARLIER_MS > atMs && !revokedAtMs);
    return isCold ? alive.some(({ number }) => number === this.record.token) : alive.length > 0;
  }

  /** `waitedMs` is how long a token was waited for. */
  served(request, waitedMs) {
    this.requests = [...this.requests, request].slice(-KEPT.requests);
    this.totals.requests += 1;
    this.totals.waitedMs += waitedMs;
    if (request.from === 'failed') this.totals.failed += 1;
  }

  /** What an isolate did at the store. */
  stored({ isolate: id, did, ttlMs }) {
    const isolate = this.isolates.find((one) => one.id === id);
    const { lease, ...record } = this.record;
    if (did === 'acquire') this.record = { ...record, lease: { isolate: id, untilMs: Date.now() + ttlMs } };
    // A late one ends no lease of another.
    else if (did === 'release' && lease?.isolate === id) this.record = record;
    else if (did === 'remove') this.record = { ...(lease && { lease }) };
    // What else is written there is that a grant was refused.
    else if (did === 'write' && isolate?.unstored) {
      this.record = { ...this.record, token: isolate.unstored };
      delete isolate.unstored;
    }
  }

  /** As the page sees it. */
  snapshot(after, nowMs) {
    const { token, lease } = this.record;
    const isThere = this.lives.some(({ number, expiresAtMs }) => number === token && expiresAtMs > nowMs);
    return {
      store: this.store,
      requests: this.requests.filter(({ id }) => id > after),
      totals: this.totals,
      lives: this.lives.map(({ usableUntilMs, ...life }) => life),
      isolates: this.isolates.map(({ unstored, ...isolate }) => isolate),
      ...(this.store !== 'none' && {
        record: { ...(isThere && { token }), ...(lease?.untilMs > nowMs && { lease }) },
      }),
    };
  }
}
