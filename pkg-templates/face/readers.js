// Reads values as users write them: their types. What is wrong is named, without its value.

import { invalidOption } from './error.js';
import { toJson } from './members.js';
import { parsed } from './url.js';
import { plain, unknownOption } from './option-names.js';

/** Hands to `take` what each of `readers` makes of its option. `prefix` is what their names begin with in messages. */
export function read(what, readers, options, take, prefix = '') {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidOption(what, `must be an object, not ${kind(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(readers, name)) throw unknownOption(prefix, name, Object.keys(readers));
  }
  for (const name in readers) {
    const value = options[name];
    if (value !== undefined) take(name, readers[name](prefix + name, value));
  }
}

/** A name that must be written exactly, where a server would be asked for what it does not know. */
export function spelt(...names) {
  return (name, value) => {
    const meant = names.find((it) => plain(it) === plain(text(name, value)));
    if (meant === undefined || meant === value) return value;
    throw invalidOption(name, `must be '${meant}', not ${JSON.stringify(value)}`);
  };
}

/** What was given, without its value: it may be a secret in the wrong place. */
export function kind(value) {
  if (value === null) return 'null';
  if (value === '') return 'an empty string';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number') return String(value);
  return { undefined: 'undefined', object: 'an object' }[typeof value] ?? `a ${typeof value}`;
}

/** Reads what `is` takes for `what`. */
export function be(is, what) {
  return (name, value) => {
    if (is(value)) return value;
    throw invalidOption(name, `must be ${what}, not ${kind(value)}`);
  };
}

const isText = (value) => typeof value === 'string';
const isFunction = (value) => typeof value === 'function';

export const text = be(isText, 'a string');

/** Reads by `read` what must not be empty, where wasm takes that for none: it is a setting that is missing. */
export const filled = (read) => (name, value) => {
  if (value === '') throw invalidOption(name, 'must not be empty: is what it is read from set?');
  return read(name, value);
};
export const flag = be((value) => typeof value === 'boolean', 'true or false');
export const callable = be(isFunction, 'a function');
export const whole = be((value) => Number.isInteger(value) && value >= 0 && value <= 0x7fffffff, 'a whole number from 0 to 2147483647');
export const abortSignal = be((value) => isFunction(value?.addEventListener) && 'aborted' in value, 'an AbortSignal');
/** A text, or a function that gives one, or the promise of one. */
export const credential = be((value) => isText(value) || isFunction(value), 'a string or a function that gives one');
const array = be(Array.isArray, 'an array');

/** A URL of this realm or of another, or its text. */
export function url(name, value) {
  return text(name, isText(value?.href) ? value.href : value);
}

/** The same, where requests go: as text it may have a host of any script, and is what a URL makes of it. */
export function endpoint(name, value) {
  const given = url(name, value);
  // What parsers do not read alike is refused in wasm, as is all that is not ASCII.
  const isForeign = /[^\0-\x7f]/.test(given) && /^https?:\/\/[^\s\\@#]+$/i.test(given);
  return (isForeign && parsed(given)?.href) || given;
}

export function oneOf(...choices) {
  return (name, value) => {
    if (choices.includes(value)) return value;
    const given = isText(value) ? JSON.stringify(value.slice(0, 40)) : kind(value);
    throw invalidOption(name, `must be one of '${choices.join("', '")}', not ${given}`);
  };
}

export const list = (name, value) => array(name, value).map((item) => url(name, item));

export const texts = (name, value) => array(name, value).map((item) => text(name, item));

export const wordsOrUrls = (name, value) => (Array.isArray(value) ? value : [value]).map((item) => url(name, item));

const areTexts = be((value) => Array.isArray(value) && value.every(isText), 'a string or an array of strings');

/** A string of scopes is split at white space, as settings have it in several lines; an empty one has none. */
export const words = (name, value) => areTexts(name, isText(value) ? value.split(/\s+/).filter((word) => word !== '') : value);

/** Marks a value that is JSON, as in `json.rs`. */
const JSON_MARK = '\u0001';

const entriesOf = (value) => (isFunction(value[Symbol.iterator]) ? [...value] : Object.entries(value));

/** Parameters of a JSON body: what is no text stays what it is. */
export function jsonPairs(name, value) {
  if (typeof value !== 'object' || value === null) return pairs(name, value);
  const read = ([key, item]) => {
    if (isText(item)) {
      if (!item.startsWith(JSON_MARK)) return item;
      throw invalidOption(`${name}.${key}`, 'must not begin with a control character');
    }
    try {
      return JSON_MARK + toJson(item);
    } catch (error) {
      throw invalidOption(`${name}.${key}`, `must be made of what JSON can say: ${error.message}`);
    }
  };
  return pairs(name, entriesOf(value).map((entry) => (Array.isArray(entry) && entry[1] !== undefined ? [entry[0], read(entry), ...entry.slice(2)] : entry)));
}

/** An object, or anything that iterates over pairs: URLSearchParams, Headers, Map, arrays. */
export function pairs(name, value) {
  if (typeof value !== 'object' || value === null) {
    throw invalidOption(name, `must be an object, not ${kind(value)}`);
  }
  const read = [];
  for (const entry of entriesOf(value)) {
    if (!Array.isArray(entry) || entry.length !== 2 || !isText(entry[0])) {
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
