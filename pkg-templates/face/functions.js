// What takes part in the token request and cannot be compared.

import { invalidOption } from './error.js';
import { MADE_OF } from './fields.js';
import { remembers } from './memory.js';

/** Options that may be functions, or have some. */
const FUNCTION_OPTIONS = ['clientSecret', 'assertion', 'clientAssertion', 'client'];

/** It, by the option that gives it. */
function functionsOf(options, face) {
  const functions = new Map();
  for (const name of FUNCTION_OPTIONS) if (face[name]) functions.set(name, face[name]);
  if (face.privateKey?.isHandle) functions.set('privateKey', options.privateKey.key);
  // The binding itself, and not what is made of it. The host's own is the same for all.
  if (face.fetch && options.fetch !== globalThis.fetch) functions.set('fetch', options.fetch);
  if (options[MADE_OF] === undefined) for (const [name, hook] of Object.entries(face.hooks ?? {})) functions.set(`hooks.${name}`, hook);
  return functions;
}

const functionNumbers = new WeakMap();
let lastFunction = 0;

function nameOf(option, itself) {
  if (!functionNumbers.has(itself)) functionNumbers.set(itself, (lastFunction += 1));
  return `${option} ${functionNumbers.get(itself)}`;
}

/**
 * Two clients share a token when their options are equal. Functions are never known to be equal but to
 * themselves, unless the user names what they stand for. In a store, where other instances look, such a
 * name would mean nothing. Says whether there was anything to name.
 */
export function nameFunctions(options, fields, face) {
  const { identity, [MADE_OF]: madeOf } = options;
  const functions = functionsOf(options, face);
  if (functions.size === 0 && madeOf === undefined) return false;
  const isNamed = identity !== undefined || functions.size === 0;
  // There it names the user whose token is kept; without one none is.
  const isKept = options.grant !== 'authorization_code' || identity !== undefined;
  if (face.store && isKept && !isNamed) {
    const names = [...functions.keys()].join(' and ');
    throw invalidOption('identity', `is required with a store where ${names} cannot be compared: a name that is the same exactly for those whose token may be shared`);
  }
  const names = isNamed ? [] : Array.from(functions, ([option, itself]) => nameOf(option, itself));
  if (names.length > 0) noteRemade(fields, names);
  if (functions.has('fetch')) fields.transport = identity === undefined ? nameOf('fetch', options.fetch) : `identity ${identity}`;
  if (!isKept) return true;
  if (madeOf !== undefined) names.unshift(madeOf);
  if (names.length > 0) fields.functions = JSON.stringify(names);
  return true;
}

/** The functions of the last client, and how often they were others, by all else that clients were made of. */
const remade = new Map();
const MAX_REMADE = 100;
const MANY = 10;
remembers(() => remade.clear());

/** Whoever makes its functions anew with every client has a cache that is always cold, and has to hear of it. */
function noteRemade(fields, names) {
  const key = JSON.stringify(fields);
  const functions = names.join();
  const { last = functions, times = 0 } = remade.get(key) ?? {};
  const count = functions === last ? times : times + 1;
  if (count === MANY && times < MANY) {
    const options = names.map((name) => name.split(' ')[0]).join(', ');
    console.warn(`edge-oauth2: ${MANY} clients that differ in nothing but ${options} share nothing. Pass the same function each time, or say in the option identity what it stands for.`);
  }
  remade.delete(key);
  if (remade.size >= MAX_REMADE) remade.delete(remade.keys().next().value);
  remade.set(key, { last: functions, times: count });
}
