// Whether a store does what sharing needs, tried with a record of the doctor's own, which is taken out again.

import { DEFAULTS } from '../face/patience.js';
import { clearTimeout, setTimeout } from '../face/timers.js';
import { storeAdapter } from '../stores/any.js';
import { failureOf, silenceOf } from './store-failures.js';

/** How long one call of the store is waited for. Clients that try again by themselves take longer than a store may. */
const PATIENCE_MS = 5_000;

/** How often it is read to say how fast it is. */
const READS = 5;

/** How long a record is kept that nobody takes out; the least that KV takes. */
const TTL_SECONDS = 60;

/** How late a record of one second may end. */
const LATE_MS = 2_200;

const LEASE_MS = 10_000;

/** As many characters as a large token has in its record. */
const LENGTH = 8_000;

/** What `storePrefix` is by default. */
const PREFIX = 'edge-oauth2:';

/**
 * Tries `store`, the option of that name, as `options` use it. The records of tokens are neither read nor written.
 */
export async function checkStore(store, options = {}) {
  const begunAt = Date.now();
  const findings = [];
  const find = (severity, finding) => findings.push({ part: 'store', severity, option: 'store', ...finding });
  const trial = trialOf(store, options);
  let note;
  try {
    note = await tryOut(trial, find);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    find('error', error.finding);
  } finally {
    await trial.cleanUp();
  }
  const outcome = findings.some(({ severity }) => severity === 'error') ? 'failed' : 'passed';
  return { findings, step: { name: 'store', outcome, durationMs: Date.now() - begunAt, ...(note && { note }) } };
}

/** Adds to the findings; gives what could not be tried. */
async function tryOut(trial, find) {
  const { key, short, value, store } = trial;
  const endsRecords = store.minTtlSeconds <= 1;
  const shortSince = Date.now();
  if (endsRecords) await trial.call('put', short, value, 1);
  const isLocalWrite = await trial.isLocal('put', key, value, TTL_SECONDS);
  const isLocalRead = await trial.isLocal('get', key);
  const read = await trial.call('get', key);
  // A write to KV is seen when it is seen.
  if (read === undefined && store.propagationMs > 0) return 'it took a record, which is not seen yet, as is right: what is read was not looked at';
  if (read !== value) return void find('error', unlike(value, read));
  if (isLocalRead) find('warning', isLocalWrite ? NOT_SHARED : READ_FROM_MEMORY);
  await measure(trial, find);
  if (store.propagationMs === 0) await replace(trial, find);
  if (store.hasLease) await claim(trial, find);
  await trial.call('delete', key);
  if (store.propagationMs === 0 && (await trial.call('get', key)) !== undefined) find('error', NOT_DELETED);
  if (!endsRecords || isLocalWrite) return undefined;
  await new Promise((done) => setTimeout(done, Math.max(0, shortSince + LATE_MS - Date.now())));
  if ((await trial.call('get', short)) !== undefined) find('warning', NEVER_EXPIRES);
  return undefined;
}

const NOT_SHARED = {
  code: 'store_does_not_share',
  message: 'the store answers out of the memory of this process: every other instance has one of its own, and asks the server for itself',
  advice: 'Give a store that is elsewhere: a KV namespace, coordinator(namespace), redisStore(client). For one process, or a test, it does.',
};
const READ_FROM_MEMORY = {
  code: 'store_reads_memory',
  message: 'the store writes elsewhere and reads out of the memory of this process: what another instance has renewed is not seen until that ends',
  advice: 'Give the store without the cache before it: the client has one of its own, and asks the store when it has to know.',
};
const NOT_DELETED = {
  code: 'store_does_not_delete',
  message: 'what was deleted is still there: a token that was revoked, or that the API refuses, would come back',
  advice: 'Let delete(key) take the record out under the very key that it was put under.',
};
const NEVER_EXPIRES = {
  code: 'store_never_expires',
  message: 'a record that was put for one second is still there: no wrong token comes of it, but the store grows with every change of options',
  advice: 'Let put(key, value, { ttl }) end the record after as many seconds.',
};

/** What is wrong if `read` came where `value` was put. */
function unlike(value, read) {
  if (read === undefined) {
    return {
      code: 'store_forgets',
      message: 'what was put is not there when it is read',
      advice: 'Let reads and writes go to the same place, database and key, and none to a replica. A store of yours with a delay has propagationMs.',
    };
  }
  const isCut = value.startsWith(read);
  return {
    code: isCut ? 'store_truncates' : 'store_changes_values',
    message: isCut
      ? `of a record of ${value.length} characters only ${read.length} came back`
      : `another text came back than the ${value.length} characters that were put: no token in it can be read`,
    advice: isCut
      ? 'Give the column or the field room: records have 1 to 60 KB.'
      : 'Let get(key) give the text as it was put: without parsing, quotes, another encoding or compression of one side only.',
  };
}

async function measure(trial, find) {
  const times = [];
  for (let reads = 0; reads < READS; reads++) {
    const begunAt = Date.now();
    await trial.call('get', trial.key);
    times.push(Date.now() - begunAt);
  }
  const [median, longest] = [times.toSorted((a, b) => a - b)[READS >> 1], Math.max(...times)];
  if (median <= trial.timeoutMs) return;
  // It may be near to where the program runs, and far from here.
  find('warning', {
    code: 'store_slow',
    option: 'storeTimeoutMs',
    message: `a read took ${median} ms from here (median of ${READS}, the longest ${longest}), and after ${trial.timeoutMs} ms the server is asked`,
    advice: 'Put the store near to the instances, or set storeTimeoutMs to more than a read takes.',
  });
}

async function replace(trial, find) {
  const next = trial.newValue();
  await trial.call('put', trial.key, next, TTL_SECONDS);
  if ((await trial.call('get', trial.key)) === next) return;
  find('error', {
    code: 'store_keeps_first',
    message: 'a record that was put over another does not take its place: renewed tokens would be lost',
    advice: 'Let put(key, value) overwrite what is there, and get(key) read it from where it was put.',
  });
}

/** Two ask for the lease at once, and later one after the other. */
async function claim(trial, find) {
  const { key } = trial;
  const both = await Promise.all([trial.call('acquire', key, LEASE_MS), trial.call('acquire', key, LEASE_MS)]);
  const fences = both.map(([fence]) => fence).filter((fence) => fence !== undefined);
  if (fences.length !== 1) {
    await Promise.all(fences.map((fence) => trial.call('release', key, fence)));
    const isDouble = fences.length === 2;
    return find('error', {
      code: isDouble ? 'store_claims_twice' : 'store_gives_no_lease',
      message: isDouble
        ? 'two that asked for the lease at once both have it: both would ask the server, and a rotating refresh token would be spent twice'
        : 'nobody has the lease, and nobody gets it: every grant waits in vain first',
      advice: isDouble
        ? 'Let acquire be one atomic operation (SET with NX and PX, a conditional update), or leave acquire and release out.'
        : 'Let acquire(key, ttlMs) give { held: true, fence } to the first who asks.',
    });
  }
  await trial.call('release', key, fences[0]);
  const [next] = await trial.call('acquire', key, LEASE_MS);
  if (next !== undefined) return await trial.call('release', key, next);
  find('error', {
    code: 'store_keeps_lease',
    message: 'a lease that was released is still taken: whoever renews next waits until it ends',
    advice: 'Let release(key, fence) end the lease of that fence; fences are compared as texts.',
  });
}

/** A store with a key and a value to try it with. */
function trialOf(given, { storePrefix = PREFIX, storeTimeoutMs = DEFAULTS.storeTimeoutMs, seal }) {
  const store = storeAdapter(isKv(given) ? alone(given) : given);
  // After the prefix, the names of records are digits only.
  const key = `${storePrefix}doctor:${randomText(16)}`;
  const short = `${key}-short`;
  const newValue = () => (seal === false ? plainRecord(key) : randomText(LENGTH));
  const written = new Set();
  const call = async (operation, ...args) => {
    try {
      const answer = await inTime(operation, store[operation](...args));
      if (operation === 'put') written.add(args[0]);
      return answer;
    } catch (error) {
      throw error instanceof Failure ? error : new Failure(failureOf(operation, error));
    }
  };
  return {
    store,
    key,
    short,
    value: newValue(),
    newValue,
    timeoutMs: storeTimeoutMs,
    call,
    /** Whether the call is done before anything from outside can have come: promises settle, and the event loop stands still. */
    async isLocal(operation, ...args) {
      let isDone = false;
      const done = call(operation, ...args).then(() => (isDone = true));
      done.catch(() => {});
      for (let turns = 0; turns < 200 && !isDone; turns++) await undefined;
      const isLocal = isDone;
      await done;
      return isLocal;
    },
    async cleanUp() {
      await Promise.all(Array.from(written, (name) => call('delete', name).catch(() => {})));
    },
  };
}

/** What ends the trial, as a finding. */
class Failure {
  constructor(finding) {
    this.finding = finding;
  }
}

async function inTime(operation, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Failure(silenceOf(operation, PATIENCE_MS))), PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

const isKv = (store) => typeof store?.getWithMetadata === 'function' && typeof store.acquire !== 'function';

/** A KV namespace without the cache of its location, which would answer in its place. */
function alone(kv) {
  return {
    propagationMs: 60_000,
    minTtlSeconds: 60,
    get: (key) => kv.get(key),
    put: (key, value, { expirationTtl }) => kv.put(key, value, { expirationTtl }),
    delete: (key) => kv.delete(key),
  };
}

/** As a record is that is sealed: letters and digits. */
function randomText(length) {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => (byte & 15).toString(16)).join('');
}

/** As a record is that is not: JSON. */
function plainRecord(key) {
  const raw = { token_type: 'Bearer', expires_in: 3600, name: 'Grüße, 世界' };
  return JSON.stringify({ v: 1, key, access_token: randomText(LENGTH), expires_at: Date.now() + 3_600_000, raw });
}
