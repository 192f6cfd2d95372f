// Options of requests to the API.

import { invalidOption } from './error.js';
import { kind, pairs } from './readers.js';

/** A function like fetch, or an object that has one: service and mTLS bindings do. */
export function fetcher(name, value) {
  if (typeof value === 'function') return value;
  if (typeof value?.fetch === 'function') return (input, init) => value.fetch(input, init);
  throw invalidOption(name, `must be a function or an object with a fetch method, not ${kind(value)}`);
}

/** What in an answer means that the token is refused: statuses, and texts or patterns of its body. */
export function signs(least, most, otherwise) {
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

export function readApiHeaders(name, value) {
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
