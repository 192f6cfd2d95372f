// Reads what a user wrote: types here, meaning in wasm.

import { invalidOption, OAuth2Error } from './error.js';
import { MADE_OF, replacing, triples, wellFormed } from './fields.js';
import { boundedText } from './host.js';
import { readAudience, readPrivateKey } from './jwt.js';
import { abortSignal, callable, demand, endpoint, flag, jsonPairs, kind, list, oneOf, pairs, read, spelt, text, texts, url, whole, words, wordsOrUrls } from './readers.js';
import { storeAdapter } from './store.js';
import { readToken } from './token.js';

const CLIENT_OPTIONS = {
  tokenUrl: endpoint,
  issuer: text,
  allowInsecureRequests: flag,
  authorizationUrl: endpoint,
  revocationUrl: endpoint,
  refreshUrl: endpoint,
  clientId,
  clientSecret: credential,
  clientAuth: oneOf('auto', 'header', 'body', 'both', 'none', 'private_key_jwt', 'client_secret_jwt'),
  credentialEncoding: oneOf('strict', 'loose', 'interop'),
  clientIdParam: text,
  clientSecretParam: text,
  privateKey: readPrivateKey,
  clientAssertion: assertion,
  clientAssertionType: text,
  grant: spelt('client_credentials', 'password', 'refresh_token', 'authorization_code', 'jwt_bearer', 'token'),
  username: text,
  password: text,
  refreshToken: text,
  assertion,
  token: tokenOrText,
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
  hooks: hookFunctions,
  expirySkewSeconds: whole,
  defaultLifetimeSeconds: whole,
  timeoutMs: whole,
  errorCacheSeconds: whole,
  classify: callable,
  refreshAhead: share,
  store: (_name, value) => storeAdapter(value),
  seal: flag,
  sealKey: text,
  previousSealKeys: texts,
  previousClientSecret: text,
  storeTimeoutMs: whole,
  storePrefix: text,
  waitUntil: callable,
  onEvent: callable,
  baseUrl: url,
  allowedOrigins: list,
  apply: callable,
  refreshOn: signs(300, 999, 'a 2xx status belongs in detectOn'),
  detectOn: signs(200, 299, 'any other status belongs in refreshOn'),
  apiHeaders,
  fetch: fetcher,
};

const INVALIDATION_OPTIONS = { forgetRefreshToken: flag };

/** What a single call may ask for in another way: another token, or the same with another patience. */
const DERIVING_OPTIONS = {
  scopes: words,
  endpointParams: pairs,
  resource: wordsOrUrls,
  headers: pairs,
  timeoutMs: whole,
};

const CALL_OPTIONS = { forceRefresh: flag, signal: abortSignal, ...DERIVING_OPTIONS };

/** The same where the body is JSON. */
const JSON_CLIENT_OPTIONS = { ...CLIENT_OPTIONS, endpointParams: jsonPairs, refreshParams: jsonPairs };
const JSON_CALL_OPTIONS = { ...CALL_OPTIONS, endpointParams: jsonPairs };

const AUTHORIZATION_OPTIONS = { redirectUri: url, scopes: words, state: text, codeVerifier: text, extra: pairs };

/** All that `authorizationUrl` gave, if somebody kept all of it: its URL is not looked at. */
const CALLBACK_OPTIONS = { url: text, redirectUri: url, state: text, codeVerifier: text };

const HOOKS = { tokenRequest: callable, credentials: callable, refresh: callable };

const ASSERTION_OPTIONS = { issuer: text, subject: text, audience: readAudience, typ: text, claims, lifetimeSeconds: whole };

/** Options that JavaScript needs as well as wasm. */
const SHARED_OPTIONS = new Set(['allowInsecureRequests', 'bodyFormat']);

/** Options that JavaScript keeps; all others are for wasm. */
const FACE_OPTIONS = new Set(['classify', 'store', 'waitUntil', 'onEvent', 'baseUrl', 'allowedOrigins', 'apply', 'refreshOn', 'detectOn', 'apiHeaders', 'fetch']);

/** Reads a client's options into `fields` for wasm and `face` for JavaScript. */
export function readClientOptions(options) {
  const fields = [];
  const face = {};
  for (const [name, value] of read('options', options?.bodyFormat === 'json' ? JSON_CLIENT_OPTIONS : CLIENT_OPTIONS, options)) {
    // None of them is not the same as not given.
    if (name === 'refreshParams' && value.length === 0) fields.push('refreshParams.none', '', '');
    if (SHARED_OPTIONS.has(name)) face[name] = value;
    if (FACE_OPTIONS.has(name)) face[name] = value;
    // One that has members, which are fields of their own.
    else if (value.fields) {
      face[name] = value;
      fields.push(...value.fields);
    }
    else if (name === 'token' && typeof value === 'object') fields.push(...tokenFields(value, options));
    else if (name === 'hooks') {
      if (Object.keys(value).length === 0) continue;
      face[name] = value;
      fields.push(name, '', '1');
    }
    else if (typeof value === 'function') {
      face[name] = value;
      fields.push(name, 'asked', '');
    }
    else fields.push(...triples(name, value));
  }
  // Wasm only has to know that there is one.
  if (face.store) fields.push('store', '', '');
  nameFunctions(options, wellFormed(fields), face);
  if (options.issuer === undefined) demand(['tokenUrl'], options, 'is required; or give issuer, to have the endpoints found');
  return { fields, face };
}

/** A stored token: what it came with is renewed with it. */
function tokenFields(token, options) {
  const { accessToken, tokenType, scope, refreshToken, idToken, raw } = token;
  // Where that depends on when it is used first, wasm knows when that is.
  const { value: expiresAt } = Object.getOwnPropertyDescriptor(token, 'expiresAt');
  const members = { access_token: accessToken, token_type: tokenType, scope, id_token: idToken };
  const response = raw.access_token === accessToken ? raw : { ...members, ...raw };
  const fields = ['token', '', accessToken, 'token.response', '', JSON.stringify(response)];
  if (expiresAt !== undefined) fields.push('token.expiresAt', '', String(expiresAt));
  if (refreshToken === undefined || refreshToken === options.refreshToken) return fields;
  if (options.refreshToken === undefined) return [...fields, 'refreshToken', '', refreshToken];
  throw invalidOption('refreshToken', 'is another than that of token; leave out one of them');
}

/** Options that may be functions, which take part in the token request and cannot be compared. */
const FUNCTION_OPTIONS = ['clientSecret', 'assertion', 'clientAssertion'];

/** What takes part in the token request and cannot be compared, by the option that gives it. */
function functionsOf(options, face) {
  const functions = new Map();
  for (const name of FUNCTION_OPTIONS) if (typeof face[name] === 'function') functions.set(name, face[name]);
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
 * name would mean nothing.
 */
function nameFunctions(options, fields, face) {
  const { identity, [MADE_OF]: madeOf } = options;
  const functions = functionsOf(options, face);
  const isNamed = identity !== undefined || functions.size === 0;
  // There it names the user whose token is kept; without one none is.
  const isKept = options.grant !== 'authorization_code' || identity !== undefined;
  if (face.store && isKept && !isNamed) {
    const names = [...functions.keys()].join(' and ');
    throw invalidOption('identity', `is required with a store where ${names} cannot be compared: a name that is the same exactly for those whose token may be shared`);
  }
  const names = isNamed ? [] : Array.from(functions, ([option, itself]) => nameOf(option, itself));
  if (names.length > 0) noteRemade(fields, names);
  if (functions.has('fetch')) fields.push('transport', '', identity === undefined ? nameOf('fetch', options.fetch) : `identity ${identity}`);
  if (!isKept) return;
  if (madeOf !== undefined) names.unshift(madeOf);
  if (names.length > 0) fields.push('functions', '', JSON.stringify(names));
}

/** The functions of the last client, and how often they were others, by all else that clients were made of. */
const remade = new Map();
const MAX_REMADE = 100;
const MANY = 10;

/** Whoever makes its functions anew with every client has a cache that is always cold, and has to hear of it. */
function noteRemade(fields, names) {
  const key = JSON.stringify(fields);
  const functions = names.join();
  const { last = functions, times = 0 } = remade.get(key) ?? {};
  const count = functions === last ? times : times + 1;
  if (count === MANY && times < MANY) {
    const options = names.map((name) => name.split(' ')[0]).join(', ');
    console.warn(`edge-oauth2: ${MANY} clients that differ in nothing but ${options} share no token. Pass the same function each time, or say in the option identity what it stands for.`);
  }
  remade.delete(key);
  if (remade.size >= MAX_REMADE) remade.delete(remade.keys().next().value);
  remade.set(key, { last: functions, times: count });
}

const NO_CALL_OPTIONS = { fields: [] };

/** Reads the options of a single call; `fields` are those that take the place of the client's. */
export function readCallOptions(options, isJson) {
  if (options === undefined) return NO_CALL_OPTIONS;
  const call = { fields: [] };
  for (const [name, value] of read('options', isJson ? JSON_CALL_OPTIONS : CALL_OPTIONS, options)) {
    if (Object.hasOwn(DERIVING_OPTIONS, name)) call.fields.push(...replacing(name, value));
    else call[name] = value;
  }
  wellFormed(call.fields);
  return call;
}

/** Whether the refresh token is to be forgotten too. */
export function readInvalidation(options = {}) {
  const { forgetRefreshToken = false } = Object.fromEntries(read('options', INVALIDATION_OPTIONS, options));
  return forgetRefreshToken;
}

/** Reads the options of an authorization request, as triples. */
export function readAuthorizationOptions(options) {
  const fields = [...read('options', AUTHORIZATION_OPTIONS, options)].flatMap(([name, value]) => replacing(name, value));
  demand(['redirectUri'], options);
  return wellFormed(fields);
}

/** Where browsers say that they only guess where the user will go. */
const PREFETCH = ['sec-purpose', 'purpose', 'x-moz'];

/** What a server's form posts is shorter. */
const MAX_FORM_BYTES = 64 * 1024;

/** Reads what a user came back to, or with: an address, a request, or the parameters. */
export async function readAnswer(callback) {
  if (typeof callback !== 'object' || callback === null || typeof callback.href === 'string') return url('url', callback);
  if (typeof callback.url !== 'string') return `?${new URLSearchParams(pairs('url', callback))}`;
  if (callback.method !== 'POST') {
    // The browser's guess, and not yet the user: the code would be spent for nobody.
    if (PREFETCH.some((name) => /prefetch/i.test(callback.headers?.get?.(name)))) {
      throw new OAuth2Error('the callback is a prefetch, as the browser says, which would spend the code: answer it by 204, and wait for the user', { code: 'invalid_callback' });
    }
    return callback.url;
  }
  // response_mode=form_post: the address may be anybody's, the answer is in the body.
  if (callback.bodyUsed) {
    throw invalidOption('url', 'is a request whose body was read before: give callback() what was read, as FormData, URLSearchParams or a text');
  }
  // A framework has read it already.
  if (typeof callback.body?.getReader !== 'function') return readAnswer(callback.body ?? {});
  const form = await boundedText(callback, MAX_FORM_BYTES);
  if (form === undefined) throw invalidOption('url', 'is a request with more than 64 KiB, which no answer of a server has');
  return `?${form}`;
}

/** Reads what was kept for it. */
export function readCallback(options) {
  const given = Object.fromEntries(read('options', CALLBACK_OPTIONS, options));
  wellFormed(Object.entries(given).flatMap(([name, value]) => triples(name, value)));
  demand(['redirectUri', 'state'], options);
  return [given.redirectUri, given.state, given.codeVerifier];
}

export const readTokenType = oneOf('access_token', 'refresh_token');

/** Reads the parameters of a refresh or a revocation, as keys and values in turn. */
export function readParams(params, isJson = false) {
  if (params === undefined) return [];
  const read = isJson ? jsonPairs('params', params) : pairs('params', params);
  wellFormed(triples('params', read));
  return read.flat();
}

/** A text, or a function that gives one, or the promise of one. */
function credential(name, value) {
  if (typeof value === 'function') return value;
  if (typeof value === 'string') return value;
  throw invalidOption(name, `must be a string or a function that gives one, not ${kind(value)}`);
}

/** As somebody has kept it, or its text only. */
function tokenOrText(name, value) {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null) return readToken(value, `${name}.`);
  throw invalidOption(name, `must be a string or a stored token, not ${kind(value)}`);
}

/** Wasm takes an empty one for none. It is a setting that is missing. */
function clientId(name, value) {
  if (value === '') throw invalidOption(name, 'must not be empty');
  return text(name, value);
}

/** A credential, or an object of what it says, to be signed. */
function assertion(name, value) {
  if (typeof value !== 'object') return credential(name, value);
  const fields = [`${name}.signed`, '', ''];
  for (const [member, content] of read(name, ASSERTION_OPTIONS, value, `${name}.`)) {
    if (Array.isArray(content)) fields.push(...content);
    else fields.push(`${name}.${member}`, '', String(content));
  }
  return { fields };
}

/** Further claims, as fields: each is JSON. */
function claims(name, value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidOption(name, `must be an object, not ${kind(value)}`);
  }
  return Object.entries(value).flatMap(([claim, content]) => {
    if (content === undefined) return [];
    const json = jsonOf(content);
    // JSON writes half a character as an escape.
    if (/(?<!\\)(\\\\)*\\ud[89a-f]/.test(json)) throw invalidOption(`${name}.${claim}`, 'must be well-formed: it has a half of a surrogate pair');
    if (json === undefined || json === 'null') {
      throw invalidOption(`${name}.${claim}`, `must be a JSON value other than null, not ${kind(content)}`);
    }
    return [name, claim, json];
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

/** Where members are: a text with dots between the steps, or an array of them. */
function paths(name, value) {
  const entries = typeof value?.[Symbol.iterator] === 'function' ? [...value] : Object.entries(value ?? {});
  const joined = entries.map((entry) => (Array.isArray(entry?.[1]) ? [entry[0], entry[1].join('.')] : entry));
  return pairs(name, typeof value === 'object' && value ? joined : value);
}

/** In percent, or 'off'. */
function share(name, value) {
  if (value === false) return 'off';
  if (typeof value === 'number' && value >= 0.1 && value <= 0.95) return Math.round(value * 100);
  throw invalidOption(name, `must be a share of the token's life from 0.1 to 0.95, or false, not ${kind(value)}`);
}

function hookFunctions(name, value) {
  return Object.fromEntries(read(name, HOOKS, value, `${name}.`));
}

/** A function like fetch, or an object that has one: service and mTLS bindings do. */
function fetcher(name, value) {
  if (typeof value === 'function') return value;
  if (typeof value?.fetch === 'function') return (input, init) => value.fetch(input, init);
  throw invalidOption(name, `must be a function or an object with a fetch method, not ${kind(value)}`);
}

/** What in an answer means that the token is refused: statuses, and texts or patterns of its body. */
function signs(least, most, otherwise) {
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

function apiHeaders(name, value) {
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
