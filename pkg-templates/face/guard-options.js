// Reads how a guard tells of itself, and what a route asks of its callers.

import { invalidOption } from './error.js';
import { wellFormed } from './fields.js';
import { textOrTexts } from './inbound-options.js';
import { verificationOf } from './jwt-verifier.js';
import { readParts } from './options.js';
import { callable, flag, kind, oneOf, read, text, texts, url, whole, words } from './readers.js';
import { introspectionOf } from './token-introspector.js';

/** What JavaScript keeps. */
const FACE = {
  introspector: crossing(introspectionOf, 'a TokenIntrospector of this entry'),
  verifier: crossing(verificationOf, 'a JwtVerifier of this entry'),
  principal: callable,
  proof: callable,
  preflight: flag,
};

const GUARD = { ...FACE, realm: text, resource: url, scopesSupported: texts };

const REQUIREMENTS = { scopes: words, anyScope: words, audience: textOrTexts, check: oneOf('either', 'both'), maxAgeSeconds: whole };

/** Reads a guard's options: `fields` for wasm, which are `json` as well, and `face` for JavaScript. */
export function readGuardOptions(options) {
  const { fields, face } = readParts(GUARD, FACE, options);
  for (const name of ['introspector', 'verifier']) if (face[name]) fields[name] = face[name].config.fields;
  return { fields, json: `guard ${wellFormed(fields)}`, face };
}

/** Reads one that has been made, by the way of its calls. */
function crossing(crossingOf, what) {
  return (name, value) => {
    const found = crossingOf(value);
    if (found === undefined) throw invalidOption(name, `must be ${what}, not ${kind(value)}`);
    return found;
  };
}

const NOTHING = { fields: {}, text: '\n\n' };

/**
 * Reads what a route asks: `fields` for wasm, and its lists as a `text`, each a line with spaces between the words, if
 * they can be told apart again.
 */
export function readRequirements(requirements) {
  if (requirements === undefined) return NOTHING;
  const fields = {};
  read('requirements', REQUIREMENTS, requirements, (name, value) => {
    if (name === 'check') fields.both = value === 'both';
    else fields[name] = value;
  });
  const { scopes = [], anyScope, audience } = fields;
  const isPlain = (list) => list === undefined || (list.length > 0 && list.every((word) => !/[ \n]/.test(word)));
  if (![anyScope, audience].every(isPlain) || !(scopes.length === 0 || isPlain(scopes))) return { fields };
  return { fields, text: [scopes, anyScope, audience].map((list) => list?.join(' ')).join('\n') };
}
