// Reads what a user wrote: types here, meaning in wasm.

import { fetcher, readApiHeaders, signs } from './api-options.js';
import { invalidOption } from './error.js';
import { wellFormed } from './fields.js';
import { nameFunctions } from './functions.js';
import { abortSignal, be, callable, credential, endpoint, filled, flag, jsonPairs, kind, list, oneOf, pairs, read, spelt, text, texts, url, whole, words, wordsOrUrls } from './readers.js';
import { storeAdapter } from '../stores/any.js';
import { isUnset } from './unset.js';

/** What is for wasm. */
const FIELDS = {
  tokenUrl: filled(endpoint),
  issuer: text,
  allowInsecureRequests: flag,
  authorizationUrl: endpoint,
  revocationUrl: endpoint,
  refreshUrl: endpoint,
  clientId: filled(text),
  clientSecret: credential,
  clientAuth: oneOf('auto', 'header', 'body', 'both', 'none', 'private_key_jwt', 'client_secret_jwt'),
  credentialEncoding: oneOf('strict', 'loose', 'interop'),
  clientIdParam: text,
  clientSecretParam: text,
  clientAssertion: credential,
  clientAssertionType: text,
  grant: spelt('client_credentials', 'password', 'refresh_token', 'authorization_code', 'jwt_bearer', 'token'),
  username: text,
  password: text,
  refreshToken: text,
  assertion: credential,
  token: text,
  scopes: words,
  scopeSeparator: text,
  resource: wordsOrUrls,
  endpointParams: pairs,
  refreshParams: pairs,
  headers: pairs,
  bodyFormat: oneOf('form', 'json'),
  tokenMapping: paths,
  noRefreshToken: flag,
  skipPkce: flag,
  identity: text,
  expirySkewSeconds: whole,
  defaultLifetimeSeconds: whole,
  timeoutMs: whole,
  errorCacheSeconds: whole,
  refreshAhead: be((value) => value === false || (typeof value === 'number' && value >= 0.1 && value <= 0.95), "a share of the token's life from 0.1 to 0.95, or false"),
  seal: flag,
  sealKey: text,
  previousSealKeys: texts,
  previousClientSecret: text,
  storeTimeoutMs: whole,
  storePrefix: text,
};

/** What JavaScript keeps. */
const FACE = {
  hooks: hookFunctions,
  classify: callable,
  store: (_name, value) => storeAdapter(value),
  waitUntil: callable,
  onEvent: callable,
  tracing: be((value) => typeof value === 'function', "what spans() of 'edge-oauth2/telemetry' gives"),
  baseUrl: url,
  allowedOrigins: list,
  apply: callable,
  refreshOn: signs(300, 999, 'a 2xx status belongs in detectOn'),
  detectOn: signs(200, 299, 'any other status belongs in refreshOn'),
  apiHeaders: readApiHeaders,
  fetch: fetcher,
};

/** What every entry reads. */
export const CLIENT_OPTIONS = { ...FIELDS, ...FACE };

/** What a single call may ask for in another way: another token, or the same with another patience. */
const DERIVING_OPTIONS = { scopes: words, endpointParams: pairs, resource: wordsOrUrls, headers: pairs, timeoutMs: whole };

const CALL_OPTIONS = { forceRefresh: flag, signal: abortSignal, ...DERIVING_OPTIONS };

const INVALIDATION_OPTIONS = { forgetRefreshToken: flag };

const HOOKS = { tokenRequest: callable, credentials: callable, refresh: callable };

/** Parameters where the body is JSON. */
const inJson = (options) => ({ ...options, endpointParams: jsonPairs, ...(options.refreshParams && { refreshParams: jsonPairs }) });

/**
 * Reads a client's options by the entry's `readers` into `fields` for wasm, which are `json` as well, and `face` for
 * JavaScript.
 */
export function readClientOptions(readers, options) {
  const { fields, face } = readParts(options?.bodyFormat === 'json' ? inJson(readers) : readers, FACE, options);
  // Wasm only has to know that they are there.
  if (face.hooks && Object.keys(face.hooks).length === 0) delete face.hooks;
  for (const name of ['hooks', 'store']) if (face[name]) fields[name] = true;
  for (const name of ['allowInsecureRequests', 'bodyFormat']) face[name] = fields[name];
  const json = wellFormed(fields);
  face.isBaseUrlUnset = isUnset(options, 'baseUrl');
  const isNamed = nameFunctions(options, fields, face);
  return { fields, json: isNamed ? JSON.stringify(fields) : json, face };
}

/** What `readers` make of `options`: `fields` for wasm, and `face` for JavaScript, whose names `kept` has. */
export function readParts(readers, kept, options) {
  const fields = {};
  const face = {};
  read('options', readers, options, (name, value) => {
    if (value === undefined) return;
    if (Object.hasOwn(kept, name)) face[name] = value;
    // Wasm asks for it.
    else if (typeof value === 'function') [face[name], fields[name]] = [value, true];
    // A private key, which JavaScript signs with.
    else if (value.fields) [face[name], fields[name]] = [value, value.fields];
    // Several in one.
    else if (value.into) value.into(fields);
    else fields[name] = value;
  });
  return { fields, face };
}

const NO_CALL_OPTIONS = {};

/** Reads the options of a single call; `fields` are those that take the place of the client's, if there are any. */
export function readCallOptions(options, isJson) {
  if (options === undefined) return NO_CALL_OPTIONS;
  const call = {};
  read('options', isJson ? inJson(CALL_OPTIONS) : CALL_OPTIONS, options, (name, value) => {
    if (!Object.hasOwn(DERIVING_OPTIONS, name)) call[name] = value;
    // Parameters and headers are replaced one by one: none of them says nothing.
    else if (value.length !== 0 || name === 'scopes' || name === 'resource') (call.fields ??= {})[name] = value;
  });
  if (call.fields) call.json = wellFormed(call.fields);
  return call;
}

/** Whether the refresh token is to be forgotten too. */
export function readInvalidation(options = {}) {
  let forgets = false;
  read('options', INVALIDATION_OPTIONS, options, (_name, value) => (forgets = value));
  return forgets;
}

export const readTokenType = oneOf('access_token', 'refresh_token');

/** Reads the parameters of a refresh or a revocation, as pairs. */
export function readParams(params, isJson = false) {
  if (params === undefined) return [];
  const read = isJson ? jsonPairs('params', params) : pairs('params', params);
  wellFormed({ params: read });
  return read;
}

/** Where members are: a text with dots between the steps, or an array of them. */
function paths(name, value) {
  const entries = typeof value?.[Symbol.iterator] === 'function' ? [...value] : Object.entries(value ?? {});
  const joined = entries.map((entry) => (Array.isArray(entry?.[1]) ? [entry[0], entry[1].join('.')] : entry));
  return pairs(name, typeof value === 'object' && value ? joined : value);
}

function hookFunctions(name, value) {
  const hooks = {};
  read(name, HOOKS, value, (hook, run) => (hooks[hook] = run), `${name}.`);
  return hooks;
}
