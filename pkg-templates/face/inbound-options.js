// Reads how the tokens of callers are checked: types here, meaning in wasm.

import { ASSERTIONS } from './assertion.js';
import { authorised } from './authorised.js';
import { invalidOption } from './error.js';
import { wellFormed } from './fields.js';
import { nameFunctions } from './functions.js';
import { CLIENT_OPTIONS, readParts } from './options.js';
import { abortSignal, be, callable, endpoint, flag, kind, pairs, read, text, texts, whole } from './readers.js';

const { issuer, allowInsecureRequests, timeoutMs, identity, sealKey, storeTimeoutMs, storePrefix, store, waitUntil, onEvent, fetch } = CLIENT_OPTIONS;

/** What introspectors and verifiers have in common. */
const COMMON = { issuer, allowInsecureRequests, timeoutMs, identity, sealKey, storeTimeoutMs, storePrefix };

/** What JavaScript keeps of it. */
const FACE = { store, waitUntil, onEvent, fetch };

const { clientId, clientSecret, clientAuth, credentialEncoding, clientIdParam, clientSecretParam, clientAssertionType } = CLIENT_OPTIONS;
const { privateKey, clientAssertion } = ASSERTIONS;
const { endpointParams, headers, errorCacheSeconds } = CLIENT_OPTIONS;

/** How a client says who it is. */
const AUTHENTICATION = { clientSecret, clientAuth, credentialEncoding, clientIdParam, clientSecretParam, clientAssertion, clientAssertionType, privateKey };

const client = be((value) => typeof value?.authorizationHeader === 'function', 'an OAuth2Client');

const INTROSPECTOR = {
  introspectionUrl: endpoint,
  ...COMMON,
  clientId,
  ...AUTHENTICATION,
  client,
  signedResponse,
  tokenTypeHint: text,
  endpointParams,
  headers,
  errorCacheSeconds,
  maxAgeSeconds: whole,
  inactiveAgeSeconds: whole,
  staleIfErrorSeconds: whole,
  cacheEntries: whole,
  ...FACE,
};

const VERIFIER = {
  ...COMMON,
  jwksUri: endpoint,
  jwks,
  audience: textsOrNone,
  algorithms: texts,
  plainJwt: flag,
  requiredClaims: texts,
  clockSkewSeconds: whole,
  jwksMaxAgeSeconds: whole,
  jwksCooldownSeconds: whole,
  ...FACE,
};

/** Reads an introspector's options, as `readClientOptions` does a client's. */
export function readIntrospectorOptions(options) {
  const { fields, face } = readParts(INTROSPECTOR, { ...FACE, client }, options);
  if (face.client) {
    const other = Object.keys(AUTHENTICATION).find((name) => fields[name] !== undefined);
    if (other) throw invalidOption(other, 'is given although client is, whose token says who asks; leave one of them out');
    fields.clientAuth = 'none';
  }
  if (face.store) fields.store = true;
  wellFormed(fields);
  nameFunctions(options, fields, face);
  if (face.client) face.fetch = authorised(face.client, face.fetch);
  return { fields, json: `introspector ${JSON.stringify(fields)}`, face };
}

/** The same of a verifier's. */
export function readVerifierOptions(options) {
  const { fields, face } = readParts(VERIFIER, FACE, options);
  wellFormed(fields);
  nameFunctions(options, fields, face);
  const { functions, identity, ...others } = fields;
  if (identity !== undefined) others.transport = `identity ${identity}`;
  return { fields: others, json: `verifier ${JSON.stringify(others)}`, face };
}

const INTROSPECTION = { params: pairs, maxAgeSeconds: whole, signal: abortSignal };

const VERIFICATION = { audience: textOrTexts, signal: abortSignal };

/** Reads a token and the options of an introspection of it: `fields` for wasm, and the signal. */
export function readIntrospection(token, options) {
  return readCall(INTROSPECTION, token, options);
}

/** The same of a verification. */
export function readVerification(token, options) {
  return readCall(VERIFICATION, token, options);
}

function readCall(readers, token, options = {}) {
  const fields = { token: text('token', token) };
  let signal;
  read('options', readers, options, (name, value) => {
    if (name === 'signal') signal = value;
    else fields[name] = value;
  });
  wellFormed(fields);
  return { fields, signal };
}

/** A set of keys, or its JSON (RFC 7517 §5). */
function jwks(name, value) {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) throw invalidOption(name, `must be a set of keys, { keys: […] }, not ${kind(value)}`);
  try {
    return JSON.stringify(value);
  } catch {
    throw invalidOption(name, 'must be made of what JSON can say');
  }
}

const SIGNED_RESPONSE = { jwksUri: endpoint, jwks, algorithms: texts };

/** By which keys answers are signed: `true` for those of the issuer. `false` says that they are not. */
function signedResponse(name, value) {
  if (value === false) return { into() {} };
  const fields = {};
  if (value !== true) read(name, SIGNED_RESPONSE, value, (member, content) => (fields[member] = content), `${name}.`);
  return fields;
}

export function textOrTexts(name, value) {
  return texts(name, Array.isArray(value) ? value : [value]);
}

/** One or several; `false` says that there is none. */
function textsOrNone(name, value) {
  return value === false ? value : textOrTexts(name, value);
}
