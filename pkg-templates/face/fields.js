// Options as wasm takes them: an object of texts, numbers and flags, of lists of texts, and of pairs of them.

import { invalidOption } from './error.js';

/**
 * What an entry of the package says in the place of functions that it makes anew each time: a text that is the same
 * exactly for those that do the same. No option of the user's can say it.
 */
export const MADE_OF = Symbol('made of');

/** Gives `fields` as JSON, if wasm can read all texts in it: of half a character it would make U+FFFD, so that two were one. */
export function wellFormed(fields) {
  const json = JSON.stringify(fields);
  if (!isIllFormed(json)) return json;
  throw invalidOption(illFormed(fields), 'must be well-formed: it has a half of a surrogate pair, as a text has that was cut within a character');
}

/** JSON has half a character as an escape, which is another thing than the letters of one. */
export function isIllFormed(json) {
  return json.includes('\\ud') && /(?<!\\)(\\\\)*\\ud[89a-f]/.test(json);
}

/** The name of the field that is ill-formed, and of the pair in it. */
function illFormed(fields) {
  const isIll = (value) => isIllFormed(JSON.stringify(value));
  const [name, value] = Object.entries(fields).find(([, value]) => isIll(value));
  if (typeof value !== 'object') return name;
  if (!Array.isArray(value)) return `${name}.${illFormed(value)}`;
  const item = value.find(isIll);
  return Array.isArray(item) && !isIll(item[0]) ? `${name}.${item[0]}` : name;
}

/** What is replaced one by one, by its name as it counts. */
const BY_NAME = { endpointParams: (name) => name, headers: (name) => name.toLowerCase() };

/** `fields` with those of a call in their place. */
export function replaced(fields, callFields) {
  const all = { ...fields, ...callFields };
  for (const [option, spelling] of Object.entries(BY_NAME)) {
    const { [option]: given = [] } = fields;
    const { [option]: others = [] } = callFields;
    const names = new Set(others.map(([name]) => spelling(name)));
    const pairs = [...given.filter(([name]) => !names.has(spelling(name))), ...others];
    if (pairs.length > 0) all[option] = pairs;
  }
  return all;
}

/** Those of `members` that are there: wasm knows none that is undefined. */
export const defined = (members) => Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
