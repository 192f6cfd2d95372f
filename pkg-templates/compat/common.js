// What entries of compat/ have in common that are made of an OAuth2Client.
import { invalidOption } from '../face/error.js';

/** An object made of members, and not an array, a Response or a promise. */
export function isPlain(value) {
  return Object.prototype.toString.call(value) === '[object Object]';
}

/** Gives `object`, which has no members but `names`. */
export function checked(what, names, object) {
  if (!isPlain(object)) throw invalidOption(what, 'must be an object');
  const unknown = Object.keys(object).find((name) => !names.includes(name));
  if (unknown === undefined) return object;
  throw invalidOption(`${what}.${unknown}`, `is not known; there are ${names.join(', ')}`);
}

/** Where functions are told by their names, those are functions. */
export function checkFunctions(what, names, object) {
  for (const name of names) {
    if (object[name] !== undefined && typeof object[name] !== 'function') throw invalidOption(`${what}.${name}`, 'must be a function');
  }
}

export function checkText(what, value) {
  if (value === '') throw invalidOption(what, 'must not be empty');
  if (typeof value !== 'string') throw invalidOption(what, 'is required: a string');
}

/** What a function of the user's threw, and not that it did. */
export function thrown(error) {
  throw error?.code === 'hook_failed' && error.cause ? error.cause : error;
}

const names = new WeakMap();
let lastName = 0;

/**
 * A name for what has functions, which are equal to nothing but themselves. In a store, where other instances look,
 * it would mean nothing.
 */
export function identityOf(thing, { identity, store }) {
  if (identity !== undefined) return identity;
  if (store) throw invalidOption('identity', 'is required with a store: a name that changes when the functions given do');
  if (!names.has(thing)) names.set(thing, (lastName += 1));
  return String(names.get(thing));
}

/** A function like fetch, of the option `fetch`. */
export function fetcher(given = globalThis) {
  return typeof given === 'function' ? given : (input, init) => given.fetch(input, init);
}

/** What keeps an answer that may be a token out of HTTP caches, as Next.js has one, where the host knows the word. */
export function notKept() {
  return 'cache' in Request.prototype ? { cache: 'no-store' } : undefined;
}

/** JSON, or the text itself if it is none. */
export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** As btoa, which takes characters up to U+00FF only, of UTF-8. */
export function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
