// What every store does, whatever is behind it. Plain JavaScript, so that it runs in Node, Deno, Bun and inside a Worker.
import { equal, eventually, ok, rejects, sleep } from '../runtimes/assert.mjs';

/** Texts that a client or a server may take for something else. */
const TEXTS = {
  'a number': '12345678901234567890',
  'a word of JSON': 'null',
  'a text of JSON': '"text"',
  'an object of JSON': '{"v":1,"expires":1.0,"big":12345678901234567890}',
  'what begins as a record does': '1764172289123456 text',
  'signs of other languages': 'Grüße, 世界, 👩‍👩‍👧',
  'control characters': 'a\r\nb\tc\u0001\u007f\u2028',
  quotes: `'"\`\\'; DROP TABLE edge_oauth2_tokens; --`,
};

/** What a user may let keys begin with; some stores have paths and queries in them. */
const PREFIXES = ['edge-oauth2:', 'a:b:'];
const OTHER_PREFIXES = ['a/b/../c:', 'ü 世:', '{a}{b}', `%2F?#&="'\\`];

/** A record as large as tokens get. */
const LARGE = 'x'.repeat(60_000);

/** What each keeps. */
const records = {
  async 'keeps a text, replaces it and forgets it'({ store, key }) {
    equal(await store.get(key), undefined, 'before');
    await store.put(key, 'one', 60);
    equal(await store.get(key), 'one');
    await store.put(key, 'two', 60);
    equal(await store.get(key), 'two');
    await store.delete(key);
    equal(await store.get(key), undefined, 'after');
    await store.delete(key);
  },

  async 'changes no text'({ store, key }) {
    for (const [what, text] of Object.entries(TEXTS)) {
      await store.put(key, text, 60);
      equal(await store.get(key), text, what);
    }
  },

  async 'keeps a large text'({ store, key }) {
    await store.put(key, LARGE, 60);
    ok((await store.get(key)) === LARGE, 'is the same');
  },

  async 'takes any key, and tells them apart'({ store, key, hasPaths }) {
    const keys = [...PREFIXES, ...(hasPaths ? [] : OTHER_PREFIXES)].map((prefix) => prefix + key);
    for (const each of keys) await store.put(each, each, 60);
    for (const each of keys) equal(await store.get(each), each);
    for (const each of keys) await store.delete(each);
    for (const each of keys) equal(await store.get(each), undefined, each);
  },

  async 'takes many writes at once'({ store, key }) {
    const texts = Array.from({ length: 5 }, (_, index) => `text ${index}`);
    await Promise.all(texts.map((text) => store.put(key, text, 60)));
    ok(texts.includes(await store.get(key)), 'one of them is there');
  },
};

/** What one does whose records end. */
const times = {
  async 'forgets when the time is over'({ store, key }) {
    await Promise.all([store.put(key, 'short', 1), store.put(`${key}2`, 'long', 60)]);
    await eventually(async () => (await store.get(key)) === undefined, 'it is over', 5_000);
    equal(await store.get(`${key}2`), 'long');
    await store.put(key, 'again', 60);
    equal(await store.get(key), 'again');
  },
};

/** What its lease does. */
const leases = {
  async 'gives its lease to one of many, and tells the others when to ask'({ store, key }) {
    const answers = await Promise.all(Array.from({ length: 12 }, () => store.acquire(key, 60_000)));
    const given = answers.filter(([fence]) => fence !== undefined);
    equal(given.length, 1, 'holders');
    ok(answers.every(([fence, retryMs]) => fence !== undefined || (retryMs > 0 && retryMs <= 60_000)), JSON.stringify(answers));
  },

  async 'takes a lease back from its holder only'({ store, key }) {
    const [fence] = await store.acquire(key, 60_000);
    await store.release(key, `${fence}0`);
    equal((await store.acquire(key, 60_000))[0], undefined, 'after another released');
    await store.release(key, fence);
    const [next] = await store.acquire(key, 60_000);
    ok(next !== undefined && next !== fence, 'another tenure');
    await store.release(key, fence);
    equal((await store.acquire(key, 60_000))[0], undefined, 'after who had it released');
    await store.release(key, next);
  },

  async 'ends a lease by time'({ store, key }) {
    const [fence] = await store.acquire(key, 300);
    ok(fence !== undefined, 'held');
    await sleep(350);
    ok((await store.acquire(key, 60_000))[0] !== undefined, 'held by another');
  },

  async 'keeps a record while its lease is given, released and over'({ store, key }) {
    await store.put(key, 'one', 60);
    const [fence] = await store.acquire(key, 60_000);
    equal(await store.get(key), 'one');
    await store.put(key, 'two', 60, fence);
    await store.release(key, fence);
    equal(await store.get(key), 'two');
    await store.delete(key);
    ok((await store.acquire(key, 100))[0] !== undefined, 'a lease without a record');
  },
};

/** What its fences do. */
const fences = {
  async 'lets nobody who lost the lease overwrite what a later holder wrote'({ store, key }) {
    const [early] = await store.acquire(key, 20);
    await eventually(async () => (await store.acquire(key, 20))[0] !== undefined, 'the first lease is over');
    await store.put(key, 'early', 60, early);
    equal(await store.get(key), 'early', 'there is nothing later yet');
    let late;
    await eventually(async () => ([late] = await store.acquire(key, 60_000))[0] !== undefined, 'the second lease is over');
    await store.put(key, 'late', 60, late);
    await store.put(key, 'early again', 60, early);
    equal(await store.get(key), 'late');
    await store.put(key, 'without a lease', 60);
    await store.put(key, 'early again', 60, early);
    equal(await store.get(key), 'without a lease');
    await store.put(key, 'late again', 60, late);
    equal(await store.get(key), 'late again', 'the holder of now writes over who had no lease');
    await store.delete(key);
    await store.put(key, 'after', 60, late);
    equal(await store.get(key), 'after');
  },
};

/** What one does with more than it takes. */
const limits = {
  async 'refuses a record that is too large, and keeps the one that it has'({ store, key }) {
    await store.put(key, 'one', 60);
    await rejects(store.put(key, 'x'.repeat(70_000), 60));
    equal(await store.get(key), 'one');
  },
};

/** The clauses for a kind of store, by their titles. Each is given `store`, the adapter that wasm calls, a `key`, and the kind. */
export const clausesFor = ({ hasLease = true, isAtomic = false, isEndless = false, isLimited = false }) => ({
  ...records,
  ...(!isEndless && times),
  ...(hasLease && leases),
  ...(isAtomic && fences),
  ...(isLimited && limits),
});

/** A key as the package makes them. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `edge-oauth2:${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
