// A fleet of Workers in workerd, each an isolate with memory of its own, that share one KV namespace and one
// Durable Object, and ask a real authorization server.
import { sleep } from './assert.mjs';
import { startAuthorizationServer } from './authorization-server.mjs';
import { startProtectedApi } from './protected-api.mjs';
import { createScene } from './scene.mjs';
import { startTokenEndpoint } from './token-endpoint.mjs';
import { bundle, startWorkerd } from './workerd.mjs';

/** How many isolates serve at a time. */
export const SIZE = 8;

/** How many there are: those that serve later replace others. */
const MEMBERS = 20;

/** What a request must not have met on its way to a token, to count as one that did not wait for a grant. */
const WAITS = ['grant', 'grant_failed', 'retry', 'flight_wait', 'lease_wait', 'taken_over'];

/** Starts the servers. A grant takes a while. */
export async function startIssuer() {
  const client = { client_id: 'fleet', client_secret: 'a secret' };
  const server = await startAuthorizationServer({ clients: [client] });
  const tokenEndpoint = await startTokenEndpoint(server.tokenUrl);
  const api = await startProtectedApi(server);
  const addresses = {
    tokenEndpoint: tokenEndpoint.url,
    api: api.url,
    clients: { header: { id: client.client_id, secret: client.client_secret } },
  };
  return {
    /** A scene whose tokens live that long, and what to send to a member so that it plays in it. */
    async newScene(store, lifetimeSeconds) {
      const scene = createScene({ package: {}, addresses, runtime: 'fleet' });
      await scene.behave({ delayMs: 150 });
      const options = scene.options({ endpointParams: { lifetime: lifetimeSeconds } });
      return { scene, message: { options, store } };
    },
    async close() {
      for (const one of [api, tokenEndpoint, server]) await one.close();
    },
  };
}

/** Starts the Workers. What they store stays in the folder `state`. */
export async function startFleet(project, state) {
  const names = Array.from({ length: MEMBERS }, (_, index) => `member-${index}`);
  const options = { project, compatibilityDate: '2026-07-01' };
  const member = await bundle('member', options);
  const object = { className: 'Coordinator', useSQLite: true };
  const workerd = await startWorkerd(
    [
      {
        ...(await bundle('front', options)),
        serviceBindings: Object.fromEntries([...names, 'coordinator'].map((name) => [name, name])),
      },
      {
        ...(await bundle('coordinator', options)),
        durableObjects: { COORDINATOR: object },
      },
      ...names.map((name) => ({
        ...member,
        name,
        kvNamespaces: { TOKENS: 'tokens' },
        durableObjects: { COORDINATOR: { ...object, scriptName: 'coordinator' } },
      })),
    ],
    { kvPersist: state, durableObjectsPersist: state },
  );
  const post = async (worker, message) =>
    await (await fetch(workerd.url + worker, { method: 'POST', body: JSON.stringify(message) })).json();
  return {
    close: workerd.close,
    namespace: () => workerd.namespace('TOKENS', names[0]),
    /** Forgets what the location has cached of a record in KV. */
    async forget(key) {
      const cache = await (await workerd.caches()).open('edge-oauth2');
      await cache.delete(`https://edge-oauth2.invalid/record/${encodeURIComponent(key)}`);
    },
    /** Calls a method of the Durable Object of that name. */
    coordinate: async (key, method, ...args) => (await post('coordinator', { key, method, args })).result,
    /** Has one of the Workers call the API. */
    request: (member, message) => post(`member-${member}`, message),
  };
}

/** All isolates, cold, several requests each, at once. */
export async function herd({ request }, message, first = 0) {
  const members = Array.from({ length: SIZE * 3 }, (_, index) => first + (index % SIZE));
  return await Promise.all(members.map((member) => request(member, message)));
}

/**
 * Requests to every isolate, each 250 ms, for that long. Meanwhile isolates go, and cold ones come, `replaced` of
 * them in all.
 */
export async function traffic({ request }, message, { seconds, replaced = 0, first = 0 }) {
  const until = Date.now() + seconds * 1000;
  const answers = [];
  const places = Array.from({ length: SIZE }, (_, index) => first + index);
  const serve = async (place) => {
    await sleep((250 * place) / SIZE);
    while (Date.now() < until) {
      answers.push(await request(places[place], message));
      await sleep(250);
    }
  };
  const replace = async () => {
    for (let index = 0; index < replaced; index += 1) {
      await sleep((seconds * 1000) / (replaced + 1));
      places[index % SIZE] = first + SIZE + index;
    }
  };
  await Promise.all([...places.keys()].map(serve).concat(replace()));
  return answers;
}

/** Whether a request was served without waiting for a grant. */
export const waited = ({ events }) => events.some((type) => WAITS.includes(type));

/** The grants of a scene, told apart by token life: those that come close together renewed the same token. */
export async function grantsPerLife(scene, lifetimeSeconds) {
  const lives = [];
  let last = -Infinity;
  for (const { atMs } of await scene.tokenRequests()) {
    if (atMs - last > lifetimeSeconds * 250) lives.push(0);
    lives[lives.length - 1] += 1;
    last = atMs;
  }
  return lives;
}
