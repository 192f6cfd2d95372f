// Options as wasm takes them: triples of option, key and value, in one flat array.

import { invalidOption } from './error.js';

/**
 * What an entry of the package says in the place of functions that it makes anew each time: a text that is the same
 * exactly for those that do the same. No option of the user's can say it.
 */
export const MADE_OF = Symbol('made of');

/** Gives `fields`, all of whose texts wasm can read: of half a character it would make U+FFFD, so that two were one. */
export function wellFormed(fields) {
  const index = fields.findIndex((text) => /\p{Surrogate}/u.test(text));
  if (index < 0) return fields;
  const [option, key] = fields.slice(index - (index % 3));
  const name = key === '' || index % 3 === 1 ? option : `${option}.${key}`;
  throw invalidOption(name, 'must be well-formed: it has a half of a surrogate pair, as a text has that was cut within a character');
}

/** Options that are lists of plain values. */
const LIST_OPTIONS = new Set(['scopes', 'resource', 'previousSealKeys']);

/** An option as wasm takes it: option, key and value, once for each value. */
export function triples(name, value) {
  if (LIST_OPTIONS.has(name)) return value.flatMap((item) => [name, '', item]);
  if (Array.isArray(value)) return value.flatMap(([key, item]) => [name, key, item]);
  return [name, '', String(value)];
}

/** Triples that take the place of others: an empty list says something too. */
export function replacing(name, value) {
  return LIST_OPTIONS.has(name) && value.length === 0 ? [`${name}.none`, '', ''] : triples(name, value);
}

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
