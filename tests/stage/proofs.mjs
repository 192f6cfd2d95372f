// What was just proven: one line for each action, made of what was measured.

const STORES = { none: 'without a store', kv: 'with KV', durable_object: 'with a Durable Object' };

/** How many proofs are kept. */
const KEPT = 20;

/** What became of the requests that an action is about. */
class Tally {
  total = 0;
  /** Isolates that had served nobody yet. */
  cold = new Set();
  /** How often the API refused a token. */
  refusals = 0;
  byOrigin = {};
  codes = new Set();
  /** Failed although there was a token to be had. */
  broken = 0;
  slowestMs = 0;

  add({ from, status, code, durationMs, isolate }, { isCold, isExcused, refusals }) {
    this.total += 1;
    this.refusals += refusals;
    if (isCold) this.cold.add(isolate);
    this.byOrigin[from] = (this.byOrigin[from] ?? 0) + 1;
    this.slowestMs = Math.max(this.slowestMs, durationMs);
    if (from !== 'failed') return;
    this.codes.add(code ?? `status ${status}`);
    if (!isExcused) this.broken += 1;
  }

  get failed() {
    return this.byOrigin.failed ?? 0;
  }

  /** `12 requests since, all answered 200 from memory` */
  describe(since = ' since') {
    const { total, failed, byOrigin } = this;
    if (total === 0) return `no request${since}`;
    const requests = `${total} request${total === 1 ? '' : 's'}${since}`;
    const place = byOrigin.memory === total ? ' from memory' : '';
    if (failed === 0) return `${requests}, ${total === 1 ? '' : 'all '}answered 200${place}`;
    const reason = this.broken === 0 ? ', with no token left' : '';
    return `${requests}, ${total - failed} answered 200, ${failed} failed (${[...this.codes].join(', ')})${reason}`;
  }
}

/** What was proven, the newest last. */
export class Proofs {
  #proofs = [];
  #ids = 0;
  #fleets;
  /** The proof that requests count for which no action has made. */
  watching;

  constructor(fleets) {
    this.#fleets = fleets;
  }

  list() {
    return this.#proofs.map(({ id, atMs, action, text, isPromised }) => ({ id, atMs, action, text, isPromised }));
  }

  /** Begins the proof of an action, by requests of its own. `describe(proof)` says what was seen, and whether that was promised. */
  begin(action, describe) {
    const proof = new Proof(this.#fleets, { id: (this.#ids += 1), action, describe });
    this.#proofs = [...this.#proofs, proof].slice(-KEPT);
    this.watching = undefined;
    return proof;
  }

  /** The same by all requests from now on, until the next action. */
  watch(action, describe) {
    this.watching = this.begin(action, describe);
  }
}

class Proof {
  id;
  action;
  atMs = Date.now();
  /** Of all requests, and of those to each fleet. */
  all = new Tally();
  by = {};
  text = '';
  isPromised = true;
  #describe;
  #fleets;
  #before = {};

  constructor(fleets, { id, action, describe }) {
    Object.assign(this, { id, action });
    this.#fleets = fleets;
    this.#describe = describe;
    for (const { store, totals } of fleets) {
      this.by[store] = new Tally();
      this.#before[store] = totals.grants;
    }
    this.update();
  }

  add(store, request, circumstances) {
    for (const tally of [this.all, this.by[store]]) tally.add(request, circumstances);
    this.update();
  }

  update() {
    const { text, isPromised } = this.#describe(this);
    this.text = text;
    this.isPromised = isPromised && this.all.broken === 0;
  }

  /** How many grants each fleet has made since. */
  get grants() {
    return Object.fromEntries(this.#fleets.map(({ store, totals }) => [store, totals.grants - this.#before[store]]));
  }
}

/** `8 without a store, 1 with KV, 1 with a Durable Object` */
function byFleet(values) {
  return Object.entries(values)
    .map(([store, value]) => `${value} ${STORES[store]}`)
    .join(', ');
}

const grantsOf = ({ grants }) => `grants: ${byFleet(grants)}`;

/** Whether isolates that share a store made one grant at most, and each of the others. */
const isShared = ({ grants }) => grants.kv <= 1 && grants.durable_object <= 1;

/** What a proof says of all requests since the action. */
export const since = (what) => ({ all }) => ({ text: `${what}: ${all.describe()}.`, isPromised: true });

/** What fails when the store fails concerns the fleets that have one. */
export const sinceAtStores = (what) => ({ by }) => ({
  text: `${what}: with KV ${by.kv.describe()}; with a Durable Object ${by.durable_object.describe()}.`,
  isPromised: true,
});

export const herd = (count, isolates, storeFails) => (proof) => {
  const { all, by } = proof;
  const { size } = all.cold;
  const temperature = size === 0 ? 'all isolates warm' : size === isolates ? 'all isolates cold' : `${size} of ${isolates} isolates cold`;
  const state = Object.values(by).every(({ total }) => total >= count) ? '' : 'so far ';
  const failures = all.failed > 0 ? `; ${all.failed} failed (${[...all.codes].join(', ')})` : '';
  return {
    text: `${count} requests at once to each fleet, ${temperature}: ${state}${grantsOf(proof)}${failures}.`,
    isPromised: storeFails || isShared(proof),
  };
};

/** What a proof says of one request to each isolate. */
export const sweep = (what, storeFails) => (proof) => ({
  text: `${what(proof)}: ${proof.all.describe('')}; ${grantsOf(proof)}.`,
  isPromised: storeFails || isShared(proof),
});

const ORIGINS = {
  memory: 'from memory',
  another_request: 'from another request',
  store: 'from the store',
  granted: 'by a grant of its own',
  waited: 'from another isolate, which held the lease',
  failed: 'not at all',
};

/** Where a cold isolate of each fleet had its token from. The stores `holding` had one for it. */
export const replacement = (holding) => (proof) => {
  const ways = Object.entries(proof.by)
    .filter(([, { total }]) => total > 0)
    .map(([store, { byOrigin, codes, slowestMs }]) => {
      const [from] = Object.keys(byOrigin);
      return `${STORES[store]} ${ORIGINS[from]}${from === 'failed' ? ` (${[...codes]})` : `, ${Math.round(slowestMs)} ms`}`;
    });
  return {
    text: `A cold isolate got its token: ${ways.join('; ') || 'no request yet'}.`,
    isPromised: holding.every((store) => !proof.by[store].byOrigin.granted),
  };
};
