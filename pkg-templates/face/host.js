// The token request, by the host's fetch.

import { circles, isControlFlow, keepCause } from './error.js';
import { frozen } from './members.js';

/** Of a stranger's words; what is told of them is shorter yet. */
const MAX_REASON = 64 * 1024;

/** The response headers that say something about a token response, above all when, and where, to ask again. */
const HEADERS = [
  'content-type',
  'location',
  'date',
  'www-authenticate',
  'retry-after',
  'retry-after-ms',
  'ratelimit',
  ...['ratelimit-reset', 'x-ratelimit-reset', 'x-rate-limit-reset'],
  ...['ratelimit-remaining', 'x-ratelimit-remaining', 'x-rate-limit-remaining'],
];

/**
 * Begins `work(signal)`: the promise of what it comes to, and what aborts it while it is in the air. Later than that
 * nothing is aborted: to undici it is an error that nobody handles, which ends the process.
 */
export function begin(work) {
  const controller = new AbortController();
  let isInAir = true;
  const land = async () => {
    try {
      return await work(controller.signal);
    } finally {
      isInAir = false;
    }
  };
  return {
    promise: land(),
    abort() {
      if (isInAir) attempt(() => controller.abort());
    },
  };
}

/** Marks a body that may be good for one use. */
const ONCE = Symbol('once');

/** Deno's own, which sends a text once more by itself where a connection breaks off, but no blob. */
const denoFetch = globalThis.Deno && globalThis.fetch;

/** The host's fetch, whoever replaces it. */
export function hostFetch(input, init) {
  const isAtRisk = init?.[ONCE] && globalThis.fetch === denoFetch;
  return globalThis.fetch(input, isAtRisk ? { ...init, body: new Blob([init.body]) } : init);
}

/** A request in the air: see `send`. */
export function exchange(fetch, method, url, headers, body, maxResponseBytes) {
  return begin((signal) => send(fetch, method, url, headers, body, maxResponseBytes, signal));
}

/**
 * Resolves to [status, body, headers], the body being undefined when it is over the limit, to ['response', why] when
 * what `fetch` gave is no response, or to ['fetch', reference] when the user's asks for what it is to bring or steers a framework.
 */
export async function send(fetch, method, url, headers, body, maxResponseBytes, signal) {
  // A GET must have no body, not even an empty one.
  const init = { method, headers, body: body || undefined, signal, redirect: 'manual', ...notKept(), [ONCE]: body !== '' };
  try {
    const response = await fetch(url, init);
    const text = await boundedText(response, maxResponseBytes);
    // A mock may say no more than whether all went well.
    const { status = response.ok === false ? 400 : 200 } = response;
    if (!Number.isInteger(status)) throw unusableFor('fetch gave a response whose status is no number');
    return [status, text, headersOf(response)];
  } catch (error) {
    if (unusable.has(error)) return ['response', error.message];
    if (circles.has(error) || isControlFlow(error)) return ['fetch', keepCause(error)];
    throw error;
  }
}

/**
 * Nobody's HTTP cache keeps what is asked for here, where the host knows the word: Next.js 14 would write tokens to
 * its disk. Workers of an early compatibility date throw on it.
 */
export function notKept() {
  return 'cache' in Request.prototype ? { cache: 'no-store' } : undefined;
}

export function headersOf(response) {
  return HEADERS.map((name) => [name, headerOf(response, name)]);
}

function headerOf({ headers }, name) {
  return typeof headers?.get === 'function' ? headers.get(name) : headers?.[name];
}

/** Most bodies are streams. Those of other libraries may be read in another way. */
export async function boundedText(response, maxBytes) {
  if (typeof response !== 'object' || response === null) {
    throw unusableFor(`fetch gave ${response === null ? 'null' : typeof response}, and no Response`);
  }
  const { body } = response;
  if (response.bodyUsed) throw unusableFor('fetch gave a response whose body somebody has read already');
  if (typeof body?.getReader !== 'function') return await wholeText(response, maxBytes);
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      // The outcome is known; whether the cancellation succeeds changes nothing.
      attempt(() => reader.cancel().catch(() => {}));
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** The text of a response without a stream of the web's: node-fetch's, or a mock. */
async function wholeText(response, maxBytes) {
  const has = (method) => typeof response[method] === 'function';
  if (!has('text') && !has('json')) throw unusableFor('fetch gave what has neither text() nor json(), and is no Response');
  const text = String((has('text') ? await response.text() : JSON.stringify(await response.json())) ?? '');
  return text.length > maxBytes ? undefined : text;
}

/** Errors that say that what came is no response. Strangers' errors may not even be looked at. */
const unusable = new WeakSet();

function unusableFor(why) {
  const error = new TypeError(why);
  unusable.add(error);
  return error;
}

/** Why something failed, in one line. Node says only "fetch failed" and hides the reason in `cause`; Bun's has its code itself. */
export function reason(error) {
  const message = told(() => error.message) ?? told(() => String(error)) ?? 'no reason was given';
  const own = attempt(() => error.code);
  const detail = told(() => error.cause.code) ?? (typeof own === 'string' ? own : told(() => error.cause.message));
  return (detail ? `${message} (${detail})` : message).slice(0, MAX_REASON);
}

/** What strangers throw may throw again when it is looked at. */
function told(look) {
  const text = attempt(look);
  return ['string', 'number'].includes(typeof text) ? String(text) : undefined;
}

function attempt(run) {
  try {
    return run();
  } catch {
    return undefined;
  }
}

/**
 * A token as users see it, and as the authorised fetch sends it. Made once per token. While it is in the cache it is
 * handed out without asking there.
 */
export function view(
  accessToken,
  tokenType,
  expiresAt,
  scope,
  refreshToken,
  idToken,
  raw,
  authorization,
) {
  const token = { accessToken, tokenType, expiresAt };
  if (scope !== undefined) token.scope = scope;
  if (refreshToken !== undefined) token.refreshToken = refreshToken;
  if (idToken !== undefined) token.idToken = idToken;
  token.raw = frozen(raw);
  return { token: Object.freeze(token), authorization, isUsed: false, hands: new Set() };
}

/** The cache has dropped it. */
export function withdraw({ hands }) {
  for (const hand of hands) hand.drop();
  hands.clear();
}

/** Whether it was handed out since this was asked last. */
export function takeUse(view) {
  const { isUsed } = view;
  view.isUsed = false;
  return isUsed;
}
