// The page of a Worker that is developed alone: one isolate, and the requests that pass through it.
import type { OAuth2Event } from 'edge-oauth2';
import worker, { type Env } from '../index';
import { courseOf, provenance } from './provenance';
import type { Action, Fleet, Proof, ServedRequest, Snapshot, TokenLife } from './snapshot';

const HERD = 50;
const KEPT = { requests: 500, lives: 8, proofs: 20 };

const now = Date.now;
let clockOffsetMs = 0;
let storeFails = false;
let startedAtMs = 0;
let lastId = 0;
let requests: ServedRequest[] = [];
let lives: TokenLife[] = [];
let proofs: Proof[] = [];
const totals = { requests: 0, failed: 0, grants: 0, waitedMs: 0 };
/** Whether there may be a token that is not among `lives` yet. */
let isNew = false;

/** Passes a request on as ever, and remembers how it came by its token. */
export async function serve(request: Parameters<typeof worker.fetch>[0], env: Env): Promise<Response> {
  const atMs = now();
  const events: OAuth2Event['type'][] = [];
  const response = await worker.fetch(request, {
    ...storedBy(env),
    onEvent({ type }) {
      events.push(type);
      if (type === 'grant') totals.grants += 1;
      isNew ||= type === 'grant' || type === 'store_hit';
    },
  });
  const course = await courseOf(response, events);
  // Neither asked for a token: `/me`, or what failed before.
  if (events.length === 0 && course.code === undefined) return response;
  begin(atMs);
  const { status, code } = course;
  const from = provenance(course);
  const durationMs = now() - atMs;
  requests = [...requests, { id: (lastId += 1), atMs, durationMs, isolate: 1, from, status, ...(code && { code }) }].slice(-KEPT.requests);
  totals.requests += 1;
  if (from === 'failed') totals.failed += 1;
  if (from !== 'memory') totals.waitedMs += durationMs;
  if (isNew && from !== 'failed') await meetToken(env);
  return response;
}

/** The numbers go on where those of before a reload ended, for a page that stays open. */
function begin(atMs: number): void {
  startedAtMs ||= atMs;
  lastId ||= atMs;
}

/** `/token` says when the token ends that is in memory now. */
async function meetToken(env: Env): Promise<void> {
  isNew = false;
  const response = await worker.fetch(new Request('http://localhost/token'), storedBy(env));
  if (!response.ok) return;
  const { expiresAt } = await response.json<{ expiresAt: string }>();
  const obtainedAtMs = now();
  const expiresAtMs = Date.parse(expiresAt) - clockOffsetMs;
  const last = lives.at(-1);
  if (last?.expiresAtMs === expiresAtMs) return;
  // As the options `refreshAhead` and `expirySkewSeconds` are when nobody sets them.
  const lifeMs = expiresAtMs - obtainedAtMs;
  const refreshAtMs = obtainedAtMs + (lifeMs - Math.min(10_000, lifeMs / 4)) * 0.75;
  lives = [...lives, { number: (last?.number ?? 0) + 1, obtainedAtMs, refreshAtMs, expiresAtMs }].slice(-KEPT.lives);
}

/** The environment, with a store that fails if it is to. */
function storedBy(env: Env): Env {
  if (!storeFails) return env;
  const fail = () => {
    throw new Error('the store is to fail');
  };
  const failing = {
    ...(env.COORDINATOR && { COORDINATOR: { idFromName: fail } }),
    ...(env.TOKENS && { TOKENS: { get: fail, getWithMetadata: fail, put: fail, delete: fail } }),
  };
  return { ...env, ...failing } as unknown as Env;
}

export function snapshot(env: Env, after: number): Snapshot {
  const nowMs = now();
  const store = env.COORDINATOR ? 'durable_object' : env.TOKENS ? 'kv' : 'none';
  const life = lives.at(-1);
  const token = life && { token: life.number };
  const isolate = { id: 1, startedAtMs: startedAtMs || nowMs, requests: totals.requests, ...token };
  const kept = life && life.expiresAtMs > nowMs && !storeFails;
  const fleet: Fleet = { store, requests: requests.filter(({ id }) => id > after), totals, lives, isolates: [isolate] };
  return {
    nowMs,
    actions: Object.keys(actions).filter((action) => store !== 'none' || !action.endsWith('_store')) as Action[],
    hasTraffic: false,
    tokenServer: 'well',
    storeFails,
    fleets: [store === 'none' ? fleet : { ...fleet, record: kept ? { ...token } : {} }],
    proofs,
  };
}

/** Does what that button does, if there is one. */
export async function act(action: string, env: Env): Promise<boolean> {
  const run = Object.hasOwn(actions, action) ? actions[action as keyof typeof actions] : undefined;
  if (!run) return false;
  const { text, isPromised = true }: { text: string; isPromised?: boolean } = await run(env);
  const id = (proofs.at(-1)?.id ?? 0) + 1;
  proofs = [...proofs, { id, atMs: now(), action: action as Action, text, isPromised }].slice(-KEPT.proofs);
  return true;
}

const actions = {
  async herd(env: Env) {
    const before = { ...totals };
    await Promise.all(Array.from({ length: HERD }, () => serve(new Request('http://localhost/token'), env)));
    const [failed, grants] = [totals.failed - before.failed, totals.grants - before.grants];
    const made = grants === 1 ? '1 grant' : `${grants} grants`;
    const text = `${HERD} requests for a token at once: ${made}, ${failed === 0 ? 'all answered' : `${failed} failed`}.`;
    return { text, isPromised: failed === 0 && grants <= 1 };
  },
  async expire() {
    const life = lives.at(-1);
    if (!life || life.expiresAtMs <= now()) return { text: 'No token lives: there is nothing to expire.' };
    clockOffsetMs += life.expiresAtMs - now();
    Date.now = () => now() + clockOffsetMs;
    lives = [...lives.slice(0, -1), { ...life, refreshAtMs: Math.min(life.refreshAtMs, now()), expiresAtMs: now() }];
    return { text: 'The clock is past the end of the token: the next request obtains another.' };
  },
  async fail_store() {
    storeFails = true;
    return { text: 'The store fails from now on: requests go on, and the token is no longer shared.' };
  },
  async mend_store() {
    storeFails = false;
    return { text: 'The store works again.' };
  },
};
