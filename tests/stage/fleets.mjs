// The three fleets with their servers, and the same requests to each.
import { randomUUID } from 'node:crypto';
import { startAuthorizationServer } from '../runtimes/authorization-server.mjs';
import { basic } from '../runtimes/scene.mjs';
import { workerExampleAudience } from '../runtimes/worker-example.mjs';
import { startApi } from './api.mjs';
import { Fleet, SIZE } from './fleet.mjs';
import { Proofs } from './proofs.mjs';
import { startTokenServer } from './token-server.mjs';

const STORES = ['none', 'kv', 'durable_object'];

/** How often a fleet is asked. */
const PERIOD_MS = 250;

/** How many requests of a fleet may be waited for: who cannot keep up is not asked for ever more. */
const MOST_WAITING = 16;

const newSecret = () => `MARKER-stage-${randomUUID()}`;

/** Starts the servers; `request(message)` has an isolate serve a request. */
export async function startFleets({ lifetimeSeconds, request }) {
  const client = { client_id: 'stage', client_secret: newSecret() };
  const authorizationServer = await startAuthorizationServer({ clients: [client] });
  const api = await startApi({
    isActive: authorizationServer.isActive,
    onRequest: (arrival) => company.arrived(arrival),
  });
  const company = new Company({ client, lifetimeSeconds, authorizationServer, api, request });
  await company.startTokenServers();
  return company;
}

class Company {
  lifetimeSeconds;
  fleets;
  proofs;
  tokenServer = 'well';
  storeFails = false;
  hasTraffic = false;
  clockOffsetMs = 0;
  /** All that were ever the client's. */
  secrets;
  #client;
  #authorizationServer;
  #api;
  #request;
  #tokenServers = {};
  #timers = [];
  #waiting = new Map();
  #sent = 0;
  #answered = 0;

  constructor({ client, lifetimeSeconds, authorizationServer, api, request }) {
    let isolates = 0;
    this.fleets = STORES.map((store) => new Fleet(store, () => (isolates += 1)));
    this.proofs = new Proofs(this.fleets);
    this.lifetimeSeconds = lifetimeSeconds;
    this.#client = client;
    this.secrets = [client.client_secret];
    this.#authorizationServer = authorizationServer;
    this.#api = api;
    this.#request = request;
  }

  async startTokenServers() {
    const { tokenUrl } = this.#authorizationServer;
    for (const fleet of this.fleets) {
      const onToken = (life, isolate) => fleet.obtained(life, isolate);
      this.#tokenServers[fleet.store] = await startTokenServer({ tokenUrl, lifetimeSeconds: this.lifetimeSeconds, onToken });
    }
  }

  /** The same requests to each fleet, from now on. */
  startTraffic() {
    this.hasTraffic = true;
    this.#timers = this.fleets.map((fleet) => {
      const isBusy = () => [...this.#waiting.values()].filter((one) => one.fleet === fleet).length >= MOST_WAITING;
      return setInterval(() => isBusy() || this.send(fleet, fleet.next()), PERIOD_MS);
    });
  }

  stopTraffic() {
    this.hasTraffic = false;
    for (const timer of this.#timers) clearInterval(timer);
  }

  /** A request has reached the API, and so it had a token. */
  arrived({ fleet, request, token, isGood, atMs }) {
    const one = this.#waiting.get(request);
    if (!one) return;
    one.arrivedAtMs ??= atMs;
    one.isolate.token = this.#tokenServers[fleet].lifeOf(token)?.number;
    if (!isGood) one.refusals += 1;
  }

  /** Has an isolate serve one request, which counts for `proof`. */
  async send(fleet, isolate, proof = this.proofs.watching) {
    const number = (this.#sent += 1);
    const one = { fleet, isolate, refusals: 0 };
    const isCold = isolate.requests === 0;
    const atMs = Date.now();
    const isExcused = this.tokenServer !== 'well' && !fleet.hasToken(atMs, isCold);
    const startMs = performance.now();
    this.#waiting.set(number, one);
    const answer = await this.#ask(fleet, isolate, number).catch(() => ({ from: 'failed', code: 'no_answer' }));
    this.#waiting.delete(number);
    const durationMs = performance.now() - startMs;
    const { from, status, code } = answer;
    const waitedMs = from === 'memory' ? 0 : (one.arrivedAtMs ?? startMs + durationMs) - startMs;
    const request = { id: (this.#answered += 1), atMs, durationMs, isolate: isolate.id, from, ...(status && { status }), ...(code && { code }) };
    isolate.requests += 1;
    fleet.served(request, waitedMs);
    proof?.add(fleet.store, request, { isCold, isExcused, refusals: one.refusals });
  }

  /** As many requests at once, to one fleet after the other: they have one machine, and one thread of workerd's. */
  async herd(count, proof) {
    for (const fleet of this.fleets) await Promise.all(Array.from({ length: count }, () => this.send(fleet, fleet.next(), proof)));
  }

  /** One request to each isolate, all at once. */
  async sweep(proof) {
    await Promise.all(this.fleets.flatMap((fleet) => fleet.serving.map((isolate) => this.send(fleet, isolate, proof))));
  }

  /** Has an isolate pass a request on to the API. The first loads it. */
  #ask({ store }, { id }, number) {
    const { clockOffsetMs, storeFails } = this;
    return this.#request({ fleet: store, isolate: id, number, clockOffsetMs, storeFails, variables: this.#variables(store) });
  }

  /** An isolate that is loaded, and serves nobody yet: what its code costs is no part of what a token costs. */
  async #load(fleet) {
    const isolate = fleet.newIsolate();
    // Else its first request does.
    await this.#ask(fleet, isolate).catch(() => {});
    return isolate;
  }

  /** Fills the fleets. */
  async startIsolates() {
    for (const fleet of this.fleets) for (let place = 0; place < SIZE; place += 1) fleet.start(await this.#load(fleet));
  }

  /** Has a cold isolate take the place of the one of each fleet that has served longest; gives them with their fleets. */
  async replace() {
    return await Promise.all(
      this.fleets.map(async (fleet) => {
        const isolate = await this.#load(fleet);
        fleet.end(fleet.serving[0]);
        fleet.start(isolate);
        return { fleet, isolate };
      }),
    );
  }

  #variables(store) {
    return {
      TOKEN_URL: this.#tokenServers[store].url,
      SCOPES: 'read',
      API_URL: `${this.#api.url}/${store}`,
      ISSUER: this.#authorizationServer.url,
      AUDIENCE: workerExampleAudience,
      CLIENT_ID: this.#client.client_id,
      CLIENT_SECRET: this.#client.client_secret,
    };
  }

  /** What the token servers are from now on. */
  async turn(tokenServer) {
    this.tokenServer = tokenServer;
    await Promise.all(Object.values(this.#tokenServers).map((server) => server.become(tokenServer)));
  }

  /** Sets all clocks past the end of the tokens. */
  expire() {
    this.clockOffsetMs += this.lifetimeSeconds * 1000;
    for (const fleet of this.fleets) fleet.expire(Date.now());
  }

  /** Has the authorization server take back all tokens that live (RFC 7009). */
  async revoke() {
    const { client_id: id, client_secret: secret } = this.#client;
    const living = Object.values(this.#tokenServers).flatMap((server) => server.living());
    await Promise.all(
      living.map(async ({ life, token }) => {
        const body = new URLSearchParams({ token });
        const headers = { authorization: basic({ id, secret }) };
        const { ok } = await fetch(`${this.#authorizationServer.tokenUrl}/revocation`, { method: 'POST', headers, body });
        if (ok) life.revokedAtMs = Date.now();
      }),
    );
    this.#api.forget();
  }

  /** The authorization server takes another secret, and no other; all isolates are deployed anew with it, and serve one request each. */
  async rotate(proof) {
    this.#client.client_secret = newSecret();
    this.secrets.push(this.#client.client_secret);
    this.#authorizationServer.rotate();
    // What they hold was sealed by the secret of before: nobody will read it.
    for (const fleet of this.fleets) fleet.record = {};
    const sent = [];
    for (let place = 0; place < SIZE; place += 1) {
      for (const { fleet, isolate } of await this.replace()) sent.push(this.send(fleet, isolate, proof));
    }
    await Promise.all(sent);
  }

  /** An isolate did something at its store. */
  stored({ fleet: store, ...happening }) {
    this.fleets.find((fleet) => fleet.store === store).stored(happening);
  }

  /** What nobody outside may see. */
  issued() {
    return [...this.secrets, ...Object.values(this.#tokenServers).flatMap((server) => server.tokens())];
  }

  async close() {
    this.stopTraffic();
    for (const server of [...Object.values(this.#tokenServers), this.#api, this.#authorizationServer]) await server.close();
  }
}
