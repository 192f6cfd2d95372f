// Reads what a user wrote: types here, meaning in wasm.

import { invalidOption } from './error.js';
import { readPrivateKey } from './jwt.js';
import { storeAdapter } from './store.js';
import { readToken } from './token.js';

const CLIENT_OPTIONS = {
  tokenUrl: url,
  issuer: text,
  authorizationUrl: url,
  revocationUrl: url,
  refreshUrl: url,
  clientId,
  clientSecret: credential,
  clientAuth: oneOf('auto', 'header', 'body', 'both', 'none', 'private_key_jwt', 'client_secret_jwt'),
  credentialEncoding: oneOf('strict', 'loose', 'interop'),
  clientIdParam: text,
  clientSecretParam: text,
  privateKey: readPrivateKey,
  grant: text,
  username: text,
  password: text,
  refreshToken: text,
  assertion,
  token: tokenOrText,
  scopes: words,
  scopeSeparator: text,
  resource: wordsOrUrls,
  endpointParams: pairs,
  refreshParams: pairs,
  headers: pairs,
  bodyFormat: oneOf('form', 'json'),
  tokenMapping: pairs,
  noRefreshToken: flag,
  skipPkce: flag,
  identity: text,
  hooks: hookFunctions,
  expirySkewSeconds: whole,
  defaultLifetimeSeconds: whole,
  timeoutMs: whole,
  errorCacheSeconds: whole,
  refreshAhead: share,
  store: (_name, value) => storeAdapter(value),
  seal: flag,
  sealKey: text,
  previousSealKeys: texts,
  previousClientSecret: text,
  storeTimeoutMs: whole,
  storePrefix: text,
  waitUntil: callable,
  onEvent: callable,
  baseUrl: url,
  allowedOrigins: list,
  apply: callable,
  refreshOn: signs(300, 599, 'a 2xx status belongs in detectOn'),
  detectOn: signs(200, 299, 'any other status belongs in refreshOn'),
  apiHeaders,
  fetch: fetcher,
};

/** What a single call may ask for in another way: another token, or the same with another patience. */
const DERIVING_OPTIONS = {
  scopes: words,
  endpointParams: pairs,
  resource: wordsOrUrls,
  headers: pairs,
  timeoutMs: whole,
};

const CALL_OPTIONS = { forceRefresh: flag, signal: abortSignal, ...DERIVING_OPTIONS };

const AUTHORIZATION_OPTIONS = { redirectUri: url, scopes: words, state: text, codeVerifier: text, extra: pairs };

const CALLBACK_OPTIONS = { redirectUri: url, state: text, codeVerifier: text };

const HOOKS = { tokenRequest: callable, credentials: callable, refresh: callable };

const ASSERTION_OPTIONS = { issuer: text, subject: text, audience: text, claims, lifetimeSeconds: whole };

/** Options that JavaScript keeps; all others are for wasm. */
const FACE_OPTIONS = new Set(['store', 'waitUntil', 'onEvent', 'baseUrl', 'allowedOrigins', 'apply', 'refreshOn', 'detectOn', 'apiHeaders', 'fetch']);

/** Options that are lists of plain values. */
const LIST_OPTIONS = new Set(['scopes', 'resource', 'previousSealKeys']);

/** Reads a client's options into `fields` for wasm and `face` for JavaScript. */
export function readClientOptions(options) {
  const fields = [];
  const face = {};
  for (const [name, value] of read('options', CLIENT_OPTIONS, options)) {
    // None of them is not the same as not given.
    if (name === 'refreshParams' && value.length === 0) fields.push('refreshParams.none', '', '');
    if (FACE_OPTIONS.has(name)) face[name] = value;
    // One that has members, which are fields of their own.
    else if (value.fields) {
      face[name] = value;
      fields.push(...value.fields);
    }
    else if (name === 'token' && typeof value === 'object') fields.push(...tokenFields(value, options));
    else if (name === 'hooks') {
      if (Object.keys(value).length === 0) continue;
      face[name] = value;
      fields.push(name, '', '1');
    }
    else if (typeof value === 'function') {
      face[name] = value;
      fields.push(name, 'asked', '');
    }
    else fields.push(...triples(name, value));
  }
  // Wasm only has to know that there is one.
  if (face.store) fields.push('store', '', '');
  nameFunctions(options, fields, face);
  if (options.issuer === undefined) require(['tokenUrl'], options, 'is required; or give issuer, to have the endpoints found');
  return { fields, face };
}

function require(names, options, problem = 'is required') {
  const missing = names.find((name) => options[name] === undefined);
  if (missing !== undefined) throw invalidOption(missing, problem);
}

/** An option as wasm takes it: option, key and value, once for each value. */
function triples(name, value) {
  if (LIST_OPTIONS.has(name)) return value.flatMap((item) => [name, '', item]);
  if (Array.isArray(value)) return value.flatMap(([key, item]) => [name, key, item]);
  return [name, '', String(value)];
}

/** A stored token: what it came with is renewed with it. */
function tokenFields({ accessToken, tokenType, expiresAt, scope, refreshToken, idToken, raw }, options) {
  const members = { access_token: accessToken, token_type: tokenType, scope, id_token: idToken };
  const response = raw.access_token === accessToken ? raw : { ...members, ...raw };
  const fields = ['token', '', accessToken, 'token.expiresAt', '', String(expiresAt), 'token.response', '', JSON.stringify(response)];
  if (refreshToken === undefined || refreshToken === options.refreshToken) return fields;
  if (options.refreshToken === undefined) return [...fields, 'refreshToken', '', refreshToken];
  throw invalidOption('refreshToken', 'is another than that of token; leave out one of them');
}

/** Options that may be functions, which take part in the token request and cannot be compared. */
const FUNCTION_OPTIONS = ['clientSecret', 'assertion'];

const functionNames = new WeakMap();
let lastFunction = 0;

/**
 * Two clients share a token when their options are equal. Functions are never known to be equal but to
 * themselves, unless the user names what they stand for. In a store, where other instances look, such a
 * name would mean nothing.
 */
function nameFunctions(options, fields, face) {
  const things = new Map();
  for (const name of FUNCTION_OPTIONS) if (typeof face[name] === 'function') things.set(name, face[name]);
  if (face.privateKey?.isHandle) things.set('privateKey', options.privateKey.key);
  for (const [name, hook] of Object.entries(face.hooks ?? {})) things.set(`hooks.${name}`, hook);
  const functions = [...things.keys()];
  if (functions.length === 0 || options.identity !== undefined) return;
  // There it names the user whose token is kept; without one none is.
  if (options.grant === 'authorization_code') return;
  if (face.store) {
    throw invalidOption('identity', `is required with a store where ${functions.join(' and ')} cannot be compared: a name that is the same exactly for those whose token may be shared`);
  }
  const names = [...things].map(([name, itself]) => {
    if (!functionNames.has(itself)) functionNames.set(itself, (lastFunction += 1));
    return `${name} ${functionNames.get(itself)}`;
  });
  fields.push('identity', '', `functions ${names.join(' ')}`);
}

const NO_CALL_OPTIONS = { fields: [] };

/** Reads the options of a single call; `fields` are those that take the place of the client's. */
export function readCallOptions(options) {
  if (options === undefined) return NO_CALL_OPTIONS;
  const call = { fields: [] };
  for (const [name, value] of read('options', CALL_OPTIONS, options)) {
    if (Object.hasOwn(DERIVING_OPTIONS, name)) call.fields.push(...replacing(name, value));
    else call[name] = value;
  }
  return call;
}

/** Triples that take the place of others: an empty list says something too. */
function replacing(name, value) {
  return LIST_OPTIONS.has(name) && value.length === 0 ? [`${name}.none`, '', ''] : triples(name, value);
}

/** Reads the options of an authorization request, as triples. */
export function readAuthorizationOptions(options) {
  const fields = [...read('options', AUTHORIZATION_OPTIONS, options)].flatMap(([name, value]) => replacing(name, value));
  require(['redirectUri'], options);
  return fields;
}

/** Reads what a user came back to, and what was kept for it. */
export function readCallback(callback, options) {
  const address = url('url', callback instanceof Request ? callback.url : callback);
  const given = Object.fromEntries(read('options', CALLBACK_OPTIONS, options));
  require(['redirectUri', 'state'], options);
  return [address, given.redirectUri, given.state, given.codeVerifier];
}

export const readTokenType = oneOf('access_token', 'refresh_token');

/**
 * A client's `fields` with those of a call. Parameters and headers are replaced one by one, by their names; all
 * else as a whole.
 */
export function deriveFields(fields, callFields) {
  const byName = { endpointParams: (key) => key, headers: (key) => key.toLowerCase() };
  const nameOf = ([option, key]) => `${option.replace('.none', '')} ${byName[option]?.(key) ?? ''}`;
  const replaced = new Set(inTriples(callFields).map(nameOf));
  const kept = inTriples(fields).filter((field) => !replaced.has(nameOf(field)));
  return [...kept.flat(), ...callFields];
}

/** The values of a list option among `fields`. */
export function valuesOf(fields, option) {
  return inTriples(fields).flatMap(([name, , value]) => (name === option ? [value] : []));
}

function inTriples(fields) {
  return Array.from({ length: fields.length / 3 }, (_, index) => fields.slice(index * 3, index * 3 + 3));
}

/** Reads the parameters of a refresh or a revocation, as keys and values in turn. */
export function readParams(params) {
  return params === undefined ? [] : pairs('params', params).flat();
}

/** `prefix` is what the names of the options begin with in messages. */
function* read(what, readers, options, prefix = '') {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidOption(what, `must be an object, not ${kind(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(readers, name)) throw unknownOption(prefix, name, Object.keys(readers));
  }
  for (const [name, reader] of Object.entries(readers)) {
    const value = options[name];
    if (value !== undefined) yield [name, reader(prefix + name, value)];
  }
}

function unknownOption(prefix, name, known) {
  const plain = (word) => word.replaceAll(/[-_]/g, '').toLowerCase();
  const [nearest] = known
    .map((option) => ({ option, distance: distance(plain(name), plain(option)) }))
    .sort((left, right) => left.distance - right.distance);
  return invalidOption(
    prefix + name,
    nearest.distance <= Math.max(2, name.length / 3)
      ? `is not an option; did you mean ${prefix}${nearest.option}?`
      : `is not an option; there are ${known.join(', ')}`,
  );
}

/** The number of letters to insert, remove or replace (Levenshtein). */
function distance(left, right) {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      next[j] = Math.min(
        row[j] + 1,
        next[j - 1] + 1,
        row[j - 1] + (left[i - 1] === right[j - 1] ? 0 : 1),
      );
    }
    row = next;
  }
  return row[right.length];
}

/** What was given, without its value: it may be a secret in the wrong place. */
function kind(value) {
  if (value === null) return 'null';
  if (value === '') return 'an empty string';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number') return String(value);
  return { undefined: 'undefined', object: 'an object' }[typeof value] ?? `a ${typeof value}`;
}

function text(name, value) {
  if (typeof value !== 'string') throw invalidOption(name, `must be a string, not ${kind(value)}`);
  return value;
}

/** A text, or a function that gives one, or the promise of one. */
function credential(name, value) {
  if (typeof value === 'function') return value;
  if (typeof value === 'string') return value;
  throw invalidOption(name, `must be a string or a function that gives one, not ${kind(value)}`);
}

/** As somebody has kept it, or its text only. */
function tokenOrText(name, value) {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null) return readToken(value, `${name}.`);
  throw invalidOption(name, `must be a string or a stored token, not ${kind(value)}`);
}

/** Wasm takes an empty one for none. It is a setting that is missing. */
function clientId(name, value) {
  if (value === '') throw invalidOption(name, 'must not be empty');
  return text(name, value);
}

/** A credential, or an object of what it says, to be signed. */
function assertion(name, value) {
  if (typeof value !== 'object') return credential(name, value);
  const fields = [`${name}.signed`, '', ''];
  for (const [member, content] of read(name, ASSERTION_OPTIONS, value, `${name}.`)) {
    if (Array.isArray(content)) fields.push(...content);
    else fields.push(`${name}.${member}`, '', String(content));
  }
  return { fields };
}

/** Further claims, as fields: each is JSON. */
function claims(name, value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidOption(name, `must be an object, not ${kind(value)}`);
  }
  return Object.entries(value).flatMap(([claim, content]) => {
    if (content === undefined) return [];
    const json = jsonOf(content);
    if (json === undefined || json === 'null') {
      throw invalidOption(`${name}.${claim}`, `must be a JSON value other than null, not ${kind(content)}`);
    }
    return [name, claim, json];
  });
}

function jsonOf(value) {
  try {
    return JSON.stringify(value);
  } catch {
    // A bigint, or an object in itself.
    return undefined;
  }
}

function url(name, value) {
  return text(name, value instanceof URL ? value.href : value);
}

function oneOf(...choices) {
  return (name, value) => {
    if (choices.includes(value)) return value;
    const given = typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : kind(value);
    throw invalidOption(name, `must be one of '${choices.join("', '")}', not ${given}`);
  };
}

function whole(name, value) {
  if (Number.isInteger(value) && value >= 0 && value <= 0x7fffffff) return value;
  throw invalidOption(name, `must be a whole number from 0 to 2147483647, not ${kind(value)}`);
}

/** In percent, or 'off'. */
function share(name, value) {
  if (value === false) return 'off';
  if (typeof value === 'number' && value >= 0.1 && value <= 0.95) return Math.round(value * 100);
  throw invalidOption(name, `must be a share of the token's life from 0.1 to 0.95, or false, not ${kind(value)}`);
}

function flag(name, value) {
  if (typeof value === 'boolean') return value;
  throw invalidOption(name, `must be true or false, not ${kind(value)}`);
}

function abortSignal(name, value) {
  if (typeof value?.addEventListener === 'function' && 'aborted' in value) return value;
  throw invalidOption(name, `must be an AbortSignal, not ${kind(value)}`);
}

function callable(name, value) {
  if (typeof value === 'function') return value;
  throw invalidOption(name, `must be a function, not ${kind(value)}`);
}

function hookFunctions(name, value) {
  return Object.fromEntries(read(name, HOOKS, value, `${name}.`));
}

/** A function like fetch, or an object that has one: service and mTLS bindings do. */
function fetcher(name, value) {
  if (typeof value === 'function') return value;
  if (typeof value?.fetch === 'function') return (input, init) => value.fetch(input, init);
  throw invalidOption(name, `must be a function or an object with a fetch method, not ${kind(value)}`);
}

function list(name, value) {
  if (!Array.isArray(value)) throw invalidOption(name, `must be an array, not ${kind(value)}`);
  return value.map((item) => url(name, item));
}

/** What in an answer means that the token is refused: statuses, and texts or patterns of its body. */
function signs(least, most, otherwise) {
  return (name, value) => {
    if (!Array.isArray(value)) throw invalidOption(name, `must be an array, not ${kind(value)}`);
    return value.map((sign) => {
      if (typeof sign === 'number') {
        if (Number.isInteger(sign) && sign >= least && sign <= most) return sign;
        throw invalidOption(name, `may have statuses from ${least} to ${most}, not ${sign}; ${otherwise}`);
      }
      if (typeof sign === 'string' && sign !== '') return sign;
      // A copy, whose lastIndex nobody else uses.
      if (Object.prototype.toString.call(sign) === '[object RegExp]') return new RegExp(sign);
      throw invalidOption(name, `must hold statuses, strings and regular expressions, not ${kind(sign)}`);
    });
  };
}

function apiHeaders(name, value) {
  const headers = new Headers();
  for (const [key, item] of pairs(name, value)) {
    const header = key.toLowerCase();
    if (header === 'authorization') {
      throw invalidOption(`${name}.${key}`, 'is the place of the token; anything else is sent there by the option apply');
    }
    if (header === 'host' || header.startsWith('content-')) {
      throw invalidOption(`${name}.${key}`, 'depends on the request: give it to the call');
    }
    // Hosts differ in what they take, and their own words would repeat what may be a secret.
    if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(key) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(item)) {
      throw invalidOption(`${name}.${key}`, 'cannot be sent: a name is made of letters, digits and hyphens, a value is one line of Latin-1');
    }
    headers.append(key, item);
  }
  return [...headers];
}

function texts(name, value) {
  if (!Array.isArray(value)) throw invalidOption(name, `must be an array, not ${kind(value)}`);
  return value.map((item) => text(name, item));
}

function wordsOrUrls(name, value) {
  return (Array.isArray(value) ? value : [value]).map((item) => url(name, item));
}

/** A string of scopes is split at spaces. */
function words(name, value) {
  const items = typeof value === 'string' ? value.trim().split(/ +/) : value;
  if (!Array.isArray(items) || items.some((item) => typeof item !== 'string')) {
    throw invalidOption(name, `must be a string or an array of strings, not ${kind(value)}`);
  }
  return items;
}

/** An object, or anything that iterates over pairs: URLSearchParams, Headers, Map, arrays. */
function pairs(name, value) {
  if (typeof value !== 'object' || value === null) {
    throw invalidOption(name, `must be an object, not ${kind(value)}`);
  }
  const entries = typeof value[Symbol.iterator] === 'function' ? value : Object.entries(value);
  const read = [];
  for (const entry of entries) {
    if (!Array.isArray(entry) || entry.length !== 2 || typeof entry[0] !== 'string') {
      throw invalidOption(name, 'must be an object or a list of pairs');
    }
    const [key, values] = entry;
    for (const item of Array.isArray(values) ? values : [values]) {
      if (item === undefined) continue;
      if (!['string', 'number', 'boolean'].includes(typeof item)) {
        throw invalidOption(`${name}.${key}`, `must be a string, number, boolean or an array of them, not ${kind(item)}`);
      }
      read.push([key, String(item)]);
    }
  }
  return read;
}
