// Token requests in the user's way: functions that replace or wrap them, and that derive credentials from what
// they bring.

import { keepCause } from './error.js';
import { begin, headersOf, notKept, send } from './host.js';
import { EXPIRY, isMembers, kindOf, numberOf, toJson } from './members.js';
import { remembers } from './memory.js';

/** As for requests without hooks. */
export const MAX_RESPONSE_BYTES = 1024 * 1024;

/** The members that say when a token ends. They belong together: what says one of them replaces all. */
const LIFE = ['expires_in', 'expiresIn', ...EXPIRY];

/**
 * Makes a token request by `hooks`; `grant` and `scopes` are the client's.
 *
 * Resolves to what `send` resolves to, or to the name of the hook that failed and a reference to what it threw.
 * `renewed` is the response that came with the refresh token that the request spends.
 */
export async function hooked({ by, hooks, fetch, grant, scopes }, signal, url, headers, body, renewed) {
  const params = paramsOf(headers, body);
  // With that grant there is no other request.
  const isRefresh = params.grant_type === 'refresh_token' && (hooks.refresh || grant !== 'refresh_token');
  const name = isRefresh ? 'refresh' : 'tokenRequest';
  let answered;
  const watched = async (input, init) => (answered = await fetch(input, { ...notKept(), ...init }));
  const exchange = (signal) => send(watched, 'POST', url, headers, body, MAX_RESPONSE_BYTES, signal);
  if (!hooks[name] && !hooks.credentials) return exchange(signal);
  const standard = new StandardRequest(exchange, signal, params, spendingOf(url, headers, params));
  const common = { fetch: watched, signal };
  const { refresh_token: refreshToken } = params;
  const credentials = { ...renewed, refresh_token: refreshToken };
  const context = isRefresh
    ? { credentials: structuredClone(credentials), refreshToken, params, ...common }
    : { grant: params.grant_type, scopes, params, ...common };
  const hook = hooks[name] ?? ((_, next) => next());
  try {
    let response = await bring(name, by, hook, context, standard.next);
    if (isRefresh && hooks.refresh) response = renewal(credentials, response);
    if (hooks.credentials) {
      const context = { tokenResponse: structuredClone(response), ...common };
      response = merged(response, await bring('credentials', by, hooks.credentials, context));
    }
    // Whoever gave up waiting has not got it.
    if (!signal.aborted) standard.finish();
    const json = ['content-type', 'application/json'];
    if (!response.error || response.access_token) return [200, toJson(response), [json]];
    // What says an error is the server's refusal, which comes as the server last answered.
    const [status, more] = aside(answered);
    return [status, toJson(response), [json, ...more]];
  } catch (failure) {
    const answer = standard.answerFor(failure.cause);
    return answer ? answer() : [failure.hook, keepCause(failure.cause)];
  }
}

/** Status and headers of a response. Where a hook has asked nobody, or nobody can tell, a refusal is a 400. */
function aside(response) {
  try {
    return [Number.isInteger(response.status) ? response.status : 400, headersOf(response)];
  } catch {
    return [400, []];
  }
}

/** The members that a hook brings. */
async function bring(hook, by, run, ...args) {
  try {
    return read(await by(`hooks.${hook}`, () => run(...args)));
  } catch (cause) {
    throw { hook, cause };
  }
}

/** The form's parameters, or those of JSON, as an object. One that repeats is an array. */
function paramsOf(headers, body) {
  if (headers.some(([name, value]) => name === 'content-type' && value === 'application/json')) {
    return JSON.parse(body);
  }
  const form = new URLSearchParams(body);
  const value = ([first, ...more]) => (more.length > 0 ? [first, ...more] : first);
  return Object.fromEntries([...new Set(form.keys())].map((name) => [name, value(form.getAll(name))]));
}

/** What cannot be spent again, a rotating refresh token or a code, and what it brought: hooks may fail after that. */
const unfinished = new Map();
const MAX_UNFINISHED = 100;
const MAX_UNFINISHED_LENGTH = 4 * 1024 * 1024;
const MAX_UNFINISHED_MS = 10 * 60 * 1000;
remembers(() => unfinished.clear());

function keepUnfinished(spending, one) {
  unfinished.delete(spending);
  unfinished.set(spending, one);
  let length = 0;
  const newest = [...unfinished].reverse();
  for (const [count, [name, { text }]] of newest.entries()) {
    length += text.length;
    if (count > 0 && (count >= MAX_UNFINISHED || length > MAX_UNFINISHED_LENGTH)) unfinished.delete(name);
  }
}

/** The name of a request that spends something; `undefined` for one that may be made as often as you like. */
function spendingOf(url, headers, { client_assertion: _, ...params }) {
  const isSpending = params.refresh_token !== undefined || params.code !== undefined;
  return isSpending ? JSON.stringify([url, headers, params]) : undefined;
}

/** The request as it is made without hooks. What hooks do not handle comes out as if there were none. */
class StandardRequest {
  #exchange;
  #signal;
  #params;
  #spending;
  #answers = new Map();

  constructor(exchange, signal, params, spending) {
    this.#exchange = exchange;
    this.#signal = signal;
    this.#params = params;
    this.#spending = spending;
  }

  /** Resolves to the members of the response. */
  next = () => {
    const members = this.#next();
    // The hook may have gone on without waiting for it.
    members.catch(() => {});
    return members;
  };

  async #next() {
    const before = unfinished.get(this.#spending);
    if (before && Date.now() - before.atMs < MAX_UNFINISHED_MS) return aged(before);
    const atMs = Date.now();
    const members = await this.#ask();
    if (this.#spending && isSpent(this.#params, members)) {
      keepUnfinished(this.#spending, { text: JSON.stringify(members), atMs });
    }
    return members;
  }

  /** The hooks have made of it what they want. */
  finish() {
    unfinished.delete(this.#spending);
  }

  async #ask() {
    const { promise, abort } = begin(this.#exchange);
    if (this.#signal.aborted) abort();
    this.#signal.addEventListener('abort', abort);
    let answer;
    try {
      answer = await promise;
    } catch (error) {
      this.#answers.set(error, () => Promise.reject(error));
      throw error;
    }
    const [status, text] = answer;
    const members = status >= 200 && status < 300 && text !== undefined ? membersOf(text) : undefined;
    if (members) return members;
    const error = new UnusableAnswer(status, text);
    this.#answers.set(error, () => answer);
    throw error;
  }

  /** Gives what the request came to that was rejected with `error`; `undefined` for another's error. */
  answerFor(error) {
    return this.#answers.get(error);
  }
}

/** A refresh token that the server neither replaced nor took back is good for another request. */
function isSpent({ refresh_token: spent }, { refresh_token: next }) {
  return spent === undefined || (typeof next === 'string' && next !== spent);
}

/** The members of a response that came some time ago. */
function aged({ text, atMs }) {
  const members = JSON.parse(text);
  const lifetime = numberOf(members.expires_in);
  // The clock may have been set back.
  const passedMs = Math.max(0, Date.now() - atMs);
  const left = Math.max(1, Math.floor(lifetime - passedMs / 1000));
  return { ...members, ...(lifetime > 0 && { expires_in: left }) };
}

/** The standard request brought no members. For hooks: what is printed of it has no body. */
class UnusableAnswer extends Error {
  #body;

  constructor(status, body) {
    const problem = `${body === undefined ? 'an answer that is too long' : 'no token'}, but status ${status}`;
    super(status === 'response' ? body : `the token endpoint gave ${problem}`);
    this.status = status;
    this.#body = body;
  }

  get body() {
    return this.#body;
  }
}

/** Tokens that are numbers, of which the parser would lose the last digits. */
const LONG_NUMBERS = /("(?:access|refresh|id)_token"\s*:\s*)(\d{16,})(?=\s*[,}])/g;

/** JSON, or a form, as early servers answer; whatever its content type says. */
function membersOf(text) {
  const trimmed = text.trim().replace(LONG_NUMBERS, '$1"$2"');
  try {
    const members = JSON.parse(trimmed);
    return isMembers(members) ? members : undefined;
  } catch {
    if (!/^[!#-;=?-z|~]*$/.test(trimmed)) return undefined;
    const form = new URLSearchParams(trimmed);
    return form.has('access_token') || form.has('error') ? Object.fromEntries(form) : undefined;
  }
}

/** The result of a hook in the form of a token response. */
function read(result) {
  if (!isMembers(result)) {
    throw new TypeError(`the result is ${kindOf(result)}, and not an object with members such as access_token`);
  }
  const name = EXPIRY.find((name) => result[name] instanceof Date && Number.isNaN(result[name].getTime()));
  if (name) throw new TypeError(`${name} is an invalid Date`);
  return JSON.parse(toJson(result));
}

/** `members` over those that were there before, and a life that is said anew over all that was said of it. */
function merged(before, members) {
  const { ...kept } = before;
  if (LIFE.some((name) => members[name] !== undefined)) LIFE.forEach((name) => delete kept[name]);
  return { ...kept, ...members };
}

/** The same for a renewal: the access token and its life end with the token that is renewed. */
function renewal(credentials, members) {
  const { access_token: _, ...kept } = credentials;
  LIFE.forEach((name) => delete kept[name]);
  return { ...kept, ...members };
}
