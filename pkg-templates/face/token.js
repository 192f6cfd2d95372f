// The token as users hold it.

import { invalidOption, OAuth2Error } from './error.js';
import { EXPIRY, frozen, isMembers, kindOf, numberOf, timeMs, toJson } from './members.js';

/** How servers write `Bearer`, but for what is neither letter nor digit: as in `token_response.rs`. */
const BEARER = /^(bearer(token)?|bot|user|.*accesstoken)$/i;

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

/** Our names of the members that RFC 6749 §5.1 and OpenID Connect name on the wire. */
const NAMES = {
  access_token: 'accessToken',
  token_type: 'tokenType',
  expires_at: 'expiresAt',
  scope: 'scope',
  refresh_token: 'refreshToken',
  id_token: 'idToken',
};

/** An access token. What it holds never changes. */
export class Token {
  #owner;

  /** `owner` renews and revokes it: `refresh(token, params)`, `revoke(token, type, params)`. */
  constructor(data, owner = NOBODY) {
    // Copied as it is: when it ends may not be known yet.
    Object.defineProperties(this, Object.getOwnPropertyDescriptors(data));
    this.#owner = owner;
    Object.freeze(this);
  }

  /** Whether it is over, or will be in that many seconds. */
  expired(windowSeconds = 0) {
    if (!Number.isFinite(windowSeconds)) throw invalidOption('windowSeconds', `must be a number, not ${kindOf(windowSeconds)}`);
    return this.expiresAt - windowSeconds * 1000 <= Date.now();
  }

  /** What `tokenFrom` reads. */
  toJSON() {
    return { ...this };
  }

  async refresh(params) {
    return await this.#owner.refresh(this, params);
  }

  /** Tells the server that it, or its refresh token, is no longer needed (RFC 7009). */
  async revoke(type = 'access_token', params) {
    await this.#owner.revoke(this, type, params);
  }

  /** Both, even if one fails. */
  async revokeAll() {
    await revokeAll(this, (type) => this.revoke(type));
  }
}

/** The owner of a token that belongs to no client. */
const NOBODY = { refresh: needsClient('refresh'), revoke: needsClient('revoke') };

function needsClient(method) {
  return () => {
    throw invalidOption(method, 'needs a client that makes the request: read the token by client.tokenFrom(…)');
  };
}

/** Runs `revoke(type)` for each token that there is. When all fail, the error has all of them in its cause. */
export async function revokeAll({ accessToken, refreshToken }, revoke) {
  const types = [];
  // The refresh token first: it is the one that others could get tokens by.
  if (refreshToken !== undefined) types.push('refresh_token');
  if (accessToken !== undefined) types.push('access_token');
  const failures = [];
  for (const type of types) await revoke(type).catch((failure) => failures.push(failure));
  if (failures.length === 0) return;
  const [first, second] = failures;
  if (second === undefined) throw first;
  const { code, error, description, uri, status } = first;
  const retryable = failures.every((failure) => failure.retryable);
  const cause = new AggregateError(failures, 'neither token was revoked');
  throw new OAuth2Error(`neither token was revoked: ${first.message}; ${second.message}`, { code, error, description, uri, status, retryable, cause });
}

/** Reads a token as `toJSON` writes it, or as a server does; messages have `prefix` before a member's name. */
export function readToken(object, prefix = '') {
  if (!isMembers(object)) throw invalidOption('token', `must be an object with an access token, not ${kindOf(object)}`);
  const isOurs = object.accessToken !== undefined;
  const nameOf = (wireName) => (isOurs ? NAMES[wireName] : wireName);
  const textOf = (wireName) => readText(prefix + nameOf(wireName), object[nameOf(wireName)]);
  // Some servers send a number. Of a larger one the last digits are lost.
  const tokenOf = (wireName) => (Number.isSafeInteger(object[nameOf(wireName)]) ? String(object[nameOf(wireName)]) : textOf(wireName));
  const accessToken = tokenOf('access_token');
  if (accessToken === undefined) throw invalidOption(`${prefix}access_token`, 'is required');
  if (!/^[!-~]+$/.test(accessToken)) {
    throw invalidOption(prefix + nameOf('access_token'), 'must consist of visible ASCII characters, to fit a header (RFC 6750 §2.1)');
  }
  const tokenType = textOf('token_type') ?? 'Bearer';
  const optional = {
    scope: Array.isArray(object.scope) ? readScopes(`${prefix}scope`, object.scope) : textOf('scope'),
    refreshToken: tokenOf('refresh_token'),
    idToken: textOf('id_token'),
  };
  const data = {
    accessToken,
    tokenType: BEARER.test(tokenType.replaceAll(/[^a-z\d]/gi, '')) ? 'Bearer' : tokenType,
  };
  Object.defineProperty(data, 'expiresAt', { ...readExpiry(object, prefix), enumerable: true });
  for (const [name, value] of Object.entries(optional)) if (value !== undefined) data[name] = value;
  data.raw = isOurs ? readOthers(object, prefix) : plain(object);
  return data;
}

function readText(name, value) {
  if (isUnsaid(value)) return undefined;
  if (typeof value !== 'string') throw invalidOption(name, `must be a string, not ${kindOf(value)}`);
  if (/\p{Cc}/u.test(value)) throw invalidOption(name, 'must not contain control characters');
  return value;
}

function readScopes(name, scopes) {
  return scopes.map((scope) => readText(name, scope)).join(' ');
}

/** Numbers below are no point in time, where a member may say either. */
const FIRST_POINT = 1e9;

/** Members that say since when a token lives. */
const ISSUED = ['created_at', 'createdAt', 'issued_at', 'issuedAt', 'created'];

/** As that of a token that a server issued: where nothing is said, until it is refused. As a property. */
function readExpiry(object, prefix) {
  for (const name of EXPIRY) {
    if (isUnsaid(object[name]) || (name === 'expires' && numberOf(object[name]) < FIRST_POINT)) continue;
    const atMs = timeMs(object[name]);
    if (atMs === undefined) {
      throw invalidOption(prefix + name, 'must be a Date, a time as ISO 8601 or HTTP writes it, or seconds or milliseconds since the epoch');
    }
    // What is before the epoch is a program's zero: nothing was said.
    if (atMs >= 0) return { value: Math.floor(atMs) };
  }
  const name = ['expires_in', 'expiresIn', 'expires'].find((name) => !isUnsaid(object[name]));
  if (name === undefined) return fromNow(YEAR_MS);
  const lifetime = numberOf(object[name]);
  if (lifetime === undefined) throw invalidOption(prefix + name, 'must be a number of seconds, from 0 on');
  const lifeMs = Math.floor(lifetime) * 1000;
  const [issuedAtMs] = ISSUED.map((name) => timeMs(object[name])).filter((atMs) => atMs > 0);
  if (issuedAtMs === undefined) return fromNow(lifeMs);
  return { value: Math.min(issuedAtMs, Date.now() || issuedAtMs) + lifeMs };
}

/** In the global scope of a Worker the clock stands at 0. A life that is read there begins when it is looked at first. */
function fromNow(lifeMs) {
  if (Date.now() > 0) return { value: Date.now() + lifeMs };
  let sinceMs = 0;
  return { get: () => (sinceMs ||= Date.now()) + lifeMs };
}

function isUnsaid(value) {
  return value === undefined || value === null || value === '';
}

/** What the server had sent, and what was kept beside it. */
function readOthers({ raw = {}, ...object }, prefix) {
  if (!isMembers(raw)) throw invalidOption(`${prefix}raw`, `must be an object, not ${kindOf(raw)}`);
  for (const name of Object.values(NAMES)) delete object[name];
  return plain({ ...raw, ...object });
}

/** A copy of what JSON can say, frozen. */
function plain(members) {
  const isDate = (value) => value instanceof Date;
  const texts = Object.entries(members).map(([name, value]) => [name, isDate(value) ? value.toJSON() : value]);
  try {
    return frozen(JSON.parse(toJson(Object.fromEntries(texts))));
  } catch (cause) {
    throw invalidOption('token', `must be made of what JSON can say: ${cause.message}`);
  }
}
