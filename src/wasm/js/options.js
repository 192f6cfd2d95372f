// Reads what a user wrote: types here, meaning in wasm.

import { invalidOption } from './error.js';
import { readPrivateKey } from './jwt.js';
import { storeAdapter } from './store.js';

const CLIENT_OPTIONS = {
  tokenUrl: url,
  refreshUrl: url,
  clientId: text,
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
  assertion: credential,
  token: text,
  scopes: words,
  scopeSeparator: text,
  resource: wordsOrUrls,
  endpointParams: pairs,
  refreshParams: pairs,
  headers: pairs,
  bodyFormat: oneOf('form', 'json'),
  tokenMapping: pairs,
  noRefreshToken: flag,
  identity: text,
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
  fetch: fetcher,
};

const CALL_OPTIONS = { forceRefresh: flag, signal: abortSignal };

/** Options that JavaScript keeps; all others are for wasm. */
const FACE_OPTIONS = new Set(['store', 'waitUntil', 'onEvent', 'baseUrl', 'allowedOrigins', 'fetch']);

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
    else if (name === 'privateKey') {
      face[name] = value;
      fields.push(...value.fields);
    }
    else if (typeof value === 'function') {
      face[name] = value;
      fields.push(name, 'asked', '');
    }
    else if (LIST_OPTIONS.has(name)) for (const item of value) fields.push(name, '', item);
    else if (Array.isArray(value)) for (const [key, item] of value) fields.push(name, key, item);
    else fields.push(name, '', String(value));
  }
  // Wasm only has to know that there is one.
  if (face.store) fields.push('store', '', '');
  nameFunctions(options, fields, face);
  for (const name of ['tokenUrl', 'clientId']) {
    if (options[name] === undefined) throw invalidOption(name, 'is required');
  }
  return { fields, face };
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
  const functions = FUNCTION_OPTIONS.filter((name) => typeof face[name] === 'function');
  if (face.privateKey?.isHandle) functions.push('privateKey');
  if (functions.length === 0 || options.identity !== undefined) return;
  if (face.store) {
    throw invalidOption('identity', `is required with a store where ${functions.join(' and ')} cannot be compared: a name that is the same exactly for those whose token may be shared`);
  }
  const names = functions.map((name) => {
    const itself = name === 'privateKey' ? options.privateKey.key : face[name];
    if (!functionNames.has(itself)) functionNames.set(itself, (lastFunction += 1));
    return functionNames.get(itself);
  });
  fields.push('identity', '', `functions ${names.join(' ')}`);
}

/** Reads the options of a single call. */
export function readCallOptions(options) {
  return options === undefined ? {} : Object.fromEntries(read('options', CALL_OPTIONS, options));
}

function* read(what, readers, options) {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidOption(what, `must be an object, not ${kind(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(readers, name)) throw unknownOption(name, Object.keys(readers));
  }
  for (const [name, reader] of Object.entries(readers)) {
    const value = options[name];
    if (value !== undefined) yield [name, reader(name, value)];
  }
}

function unknownOption(name, known) {
  const plain = (word) => word.replaceAll(/[-_]/g, '').toLowerCase();
  const [nearest] = known
    .map((option) => ({ option, distance: distance(plain(name), plain(option)) }))
    .sort((left, right) => left.distance - right.distance);
  return invalidOption(
    name,
    nearest.distance <= Math.max(2, name.length / 3)
      ? `is not an option; did you mean ${nearest.option}?`
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
