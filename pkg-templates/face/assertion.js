// Assertions that are given, asked for, or signed here.

import { invalidOption } from './error.js';
import { isIllFormed } from './fields.js';
import { readAudience, readPrivateKey } from './jwt.js';
import { credential, kind, read, text, whole } from './readers.js';

/** Options of clients that sign: see options.js. */
export const ASSERTIONS = { privateKey: readPrivateKey, clientAssertion: readAssertion, assertion: readAssertion };

const ASSERTION_OPTIONS = { issuer: text, subject: text, audience: readAudience, typ: text, claims, lifetimeSeconds: whole };

/** A credential, or an object of what it says, to be signed. */
function readAssertion(name, value) {
  if (typeof value !== 'object') return credential(name, value);
  const fields = {};
  read(name, ASSERTION_OPTIONS, value, (member, content) => (fields[member] = content), `${name}.`);
  return fields;
}

/** Further claims, as pairs: each is JSON. */
function claims(name, value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidOption(name, `must be an object, not ${kind(value)}`);
  }
  const given = Object.entries(value).filter(([, content]) => content !== undefined);
  return given.map(([claim, content]) => {
    const json = jsonOf(content);
    if (json === undefined || json === 'null') {
      throw invalidOption(`${name}.${claim}`, `must be a JSON value other than null, not ${kind(content)}`);
    }
    if (isIllFormed(json)) throw invalidOption(`${name}.${claim}`, 'must be well-formed: it has a half of a surrogate pair');
    return [claim, json];
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
