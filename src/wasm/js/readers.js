// Reads values as users write them: their types. What is wrong is named, without its value.

import { invalidOption } from './error.js';
import { toJson } from './members.js';

/** `prefix` is what the names of the options begin with in messages. */
export function* read(what, readers, options, prefix = '') {
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

export function demand(names, options, problem = 'is required') {
  const missing = names.find((name) => options[name] === undefined);
  if (missing !== undefined) throw invalidOption(missing, problem);
}

/** What others call it. */
const ELSEWHERE = {
  granttype: 'grant',
  audience: 'endpointParams: { audience }',
  params: 'endpointParams',
  extraparams: 'endpointParams',
  tokenendpoint: 'tokenUrl',
  accesstokenurl: 'tokenUrl',
  accesstokenuri: 'tokenUrl',
  authorizeurl: 'authorizationUrl',
  authorizationendpoint: 'authorizationUrl',
  tokenendpointauthmethod: 'clientAuth',
  secret: 'clientSecret',
};

const plain = (word) => word.replaceAll(/[-_]/g, '').toLowerCase();

/** A name that must be written exactly, where a server would be asked for what it does not know. */
export function spelt(...names) {
  return (name, value) => {
    const meant = names.find((it) => plain(it) === plain(text(name, value)));
    if (meant === undefined || meant === value) return value;
    throw invalidOption(name, `must be '${meant}', not ${JSON.stringify(value)}`);
  };
}

function unknownOption(prefix, name, known) {
  const elsewhere = prefix === '' && Object.hasOwn(ELSEWHERE, plain(name)) ? ELSEWHERE[plain(name)] : undefined;
  if (known.includes(elsewhere?.split(':')[0])) return invalidOption(name, `is not an option; did you mean ${elsewhere}?`);
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
export function kind(value) {
  if (value === null) return 'null';
  if (value === '') return 'an empty string';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number') return String(value);
  return { undefined: 'undefined', object: 'an object' }[typeof value] ?? `a ${typeof value}`;
}

export function text(name, value) {
  if (typeof value !== 'string') throw invalidOption(name, `must be a string, not ${kind(value)}`);
  return value;
}

/** A URL of this realm or of another, or its text. */
export function url(name, value) {
  return text(name, typeof value?.href === 'string' ? value.href : value);
}

/** The same, where requests go: as text it may have a host of any script, and is what a URL makes of it. */
export function endpoint(name, value) {
  const given = url(name, value);
  // What parsers do not read alike is refused in wasm, as is all that is not ASCII.
  if (!/[^\0-\x7f]/.test(given) || !/^https?:\/\/[^\s\\@#]+$/i.test(given)) return given;
  try {
    return new URL(given).href;
  } catch {
    return given;
  }
}

/** A URL, or undefined: the errors of hosts repeat what they could not read. */
export function parsed(text, base) {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}

export function oneOf(...choices) {
  return (name, value) => {
    if (choices.includes(value)) return value;
    const given = typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : kind(value);
    throw invalidOption(name, `must be one of '${choices.join("', '")}', not ${given}`);
  };
}

export function whole(name, value) {
  if (Number.isInteger(value) && value >= 0 && value <= 0x7fffffff) return value;
  throw invalidOption(name, `must be a whole number from 0 to 2147483647, not ${kind(value)}`);
}

export function flag(name, value) {
  if (typeof value === 'boolean') return value;
  throw invalidOption(name, `must be true or false, not ${kind(value)}`);
}

export function abortSignal(name, value) {
  if (typeof value?.addEventListener === 'function' && 'aborted' in value) return value;
  throw invalidOption(name, `must be an AbortSignal, not ${kind(value)}`);
}

export function callable(name, value) {
  if (typeof value === 'function') return value;
  throw invalidOption(name, `must be a function, not ${kind(value)}`);
}

export function list(name, value) {
  if (!Array.isArray(value)) throw invalidOption(name, `must be an array, not ${kind(value)}`);
  return value.map((item) => url(name, item));
}

export function texts(name, value) {
  if (!Array.isArray(value)) throw invalidOption(name, `must be an array, not ${kind(value)}`);
  return value.map((item) => text(name, item));
}

export function wordsOrUrls(name, value) {
  return (Array.isArray(value) ? value : [value]).map((item) => url(name, item));
}

/** A string of scopes is split at white space, as settings have it in several lines; an empty one has none. */
export function words(name, value) {
  const items = typeof value === 'string' ? value.split(/\s+/).filter((word) => word !== '') : value;
  if (!Array.isArray(items) || items.some((item) => typeof item !== 'string')) {
    throw invalidOption(name, `must be a string or an array of strings, not ${kind(value)}`);
  }
  return items;
}

/** Marks a value that is JSON, as in `json.rs`. */
const JSON_MARK = '\u0001';

/** Parameters of a JSON body: what is no text stays what it is. */
export function jsonPairs(name, value) {
  if (typeof value !== 'object' || value === null) return pairs(name, value);
  const entries = typeof value[Symbol.iterator] === 'function' ? [...value] : Object.entries(value);
  const read = ([key, item]) => {
    if (typeof item === 'string') {
      if (!item.startsWith(JSON_MARK)) return item;
      throw invalidOption(`${name}.${key}`, 'must not begin with a control character');
    }
    try {
      return JSON_MARK + toJson(item);
    } catch (error) {
      throw invalidOption(`${name}.${key}`, `must be made of what JSON can say: ${error.message}`);
    }
  };
  return pairs(name, entries.map((entry) => (Array.isArray(entry) && entry[1] !== undefined ? [entry[0], read(entry), ...entry.slice(2)] : entry)));
}

/** An object, or anything that iterates over pairs: URLSearchParams, Headers, Map, arrays. */
export function pairs(name, value) {
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
