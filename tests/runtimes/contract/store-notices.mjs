// A store that does not do what it is for: nothing fails of it, so it is told on the console, once in an isolate.
import { equal, ok, throws } from '../assert.mjs';

/** What goes to the console while it runs. */
async function warnings(run) {
  const told = [];
  const { warn } = console;
  console.warn = (...parts) => told.push(parts.join(' '));
  try {
    await run();
  } finally {
    console.warn = warn;
  }
  return told;
}

const secret = 'MARKER-password';
const words = `connect redis://default:${secret}@10.0.0.1 for ${'0123456789abcdef'.repeat(4)}`;
const broken = () => ({ get: async () => Promise.reject(new Error(words)), put: async () => {}, delete: async () => {} });

const functions = (...names) => Object.fromEntries(names.map((name) => [name, () => {}]));

/** What is taken for a store, by its methods, and what to give instead. */
const mistaken = [
  [functions('get', 'put', 'delete', 'head', 'list', 'createMultipartUpload'), 'an R2 bucket'],
  [functions('send', 'sendBatch'), 'a queue'],
  [functions('idFromName', 'get'), 'coordinator(namespace)'],
  [functions('prepare', 'batch', 'exec', 'dump'), "'edge-oauth2/stores/d1'"],
  [functions('get', 'set', 'del', 'sendCommand'), "'edge-oauth2/stores/redis'"],
  [functions('get', 'set', 'del', 'eval'), "'edge-oauth2/stores/upstash'"],
  [functions('query', 'connect', 'end'), "'edge-oauth2/stores/postgres'"],
  [functions('get', 'set', 'delete', 'setJSON', 'getWithMetadata'), "'edge-oauth2/stores/netlify-blobs'"],
  [functions('match', 'put', 'delete'), "'edge-oauth2/stores/cache-api'"],
];

export const storeNotices = {
  'one that is given and undefined is told of once': async ({ client }) => {
    const told = await warnings(async () => {
      for (let time = 0; time < 3; time += 1) ok((await client({ store: undefined }).getToken({ forceRefresh: true })).accessToken, 'a token');
    });
    equal(told.map((text) => text.split(',')[0]), ['edge-oauth2: the option store is given']);
  },

  'one that fails is told of once, where nobody listens': async ({ client }) => {
    const heard = [];
    const onEvent = (event) => heard.push(event.type);
    const quiet = await warnings(async () => await client({ store: broken(), onEvent }).getToken());
    ok(quiet.length === 0 && heard.includes('store_error'), 'a listener is told instead');
    const told = await warnings(async () => {
      for (const audience of ['a', 'b', 'c']) ok((await client({ store: broken(), endpointParams: { audience } }).getToken()).accessToken, 'a token');
    });
    equal(told.length, 1, `notices: ${told}`);
    ok(told[0].startsWith('edge-oauth2: the store failed (get: connect redis://…@10.0.0.1 for …).'), told[0]);
    ok(!told[0].includes(secret), told[0]);
  },

  'what is easily taken for one is told apart': async ({ client }) => {
    for (const [store, place] of mistaken) {
      const { message } = await throws(() => client({ store }), { code: 'invalid_option' });
      ok(message.startsWith('store ') && message.includes(place), message);
    }
  },
};
