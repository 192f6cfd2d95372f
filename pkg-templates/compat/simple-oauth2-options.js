// The options of simple-oauth2, and what it says of wrong ones.
import { parsed } from '../face/url.js';

class ValidationError extends Error {
  get name() {
    return 'ValidationError';
  }
}

/** The options with their defaults, in a copy. `grantAuth` are the members of `auth` that one grant only has. */
export function readOptions(options, grantAuth) {
  const all = members(options, '', { client: required, auth: required, http: optional, options: optional });
  if (all.http?.baseUrl !== undefined) refuse('http.baseUrl', 'is not allowed');
  const auth = {
    tokenPath: '/oauth/token',
    revokePath: '/oauth/revoke',
    ...members(all.auth, 'auth', {
      tokenHost: uri,
      tokenPath: text,
      refreshPath: text,
      revokePath: text,
      ...grantAuth,
    }),
  };
  if (auth.tokenHost === undefined) refuse('auth.tokenHost', 'is required');
  return {
    client: {
      // The original makes the credentials "undefined:undefined" of what is missing.
      id: '',
      secret: '',
      idParamName: 'client_id',
      secretParamName: 'client_secret',
      ...members(all.client, 'client', { id: vschar, secret: vschar, idParamName: text, secretParamName: text }),
    },
    auth: { refreshPath: auth.tokenPath, ...auth },
    http: { ...all.http, headers: present(all.http?.headers) },
    options: {
      scopeSeparator: ' ',
      credentialsEncodingMode: 'strict',
      bodyFormat: 'form',
      authorizationMethod: 'header',
      ...members(all.options ?? {}, 'options', {
        scopeSeparator: text,
        credentialsEncodingMode: oneOf('strict', 'loose'),
        bodyFormat: oneOf('form', 'json'),
        authorizationMethod: oneOf('header', 'body'),
      }),
    },
  };
}

/** The members of `object` that are given, each having passed its check; a check gives what is wrong. */
function members(object, path, checks) {
  const name = (key) => (path ? `${path}.${key}` : key);
  if (!isObject(object)) refuse(path || 'value', 'must be of type object');
  const given = {};
  for (const [key, check] of Object.entries(checks)) {
    const problem = check(object[key]);
    if (problem) refuse(name(key), problem);
    if (object[key] !== undefined) given[key] = object[key];
  }
  for (const key of Object.keys(object)) {
    if (!Object.hasOwn(checks, key)) refuse(name(key), 'is not allowed');
  }
  return given;
}

/** Never with the value, as the original's: it may be the secret. */
function refuse(name, problem) {
  throw new ValidationError(`Invalid options provided to simple-oauth2 "${name}" ${problem}`);
}

const required = (value) => (value === undefined ? 'is required' : optional(value));
const optional = (value) => (value === undefined || isObject(value) ? undefined : 'must be of type object');

const string = (problem) => (value) => {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? problem(value) : 'must be a string';
};
export const text = string((value) => (value === '' ? 'is not allowed to be empty' : undefined));
/** RFC 6749, appendix A. */
const vschar = string((value) =>
  /^[\x20-\x7E]*$/.test(value) ? undefined : 'fails to match the required pattern: /^[\\x20-\\x7E]*$/',
);
export const uri = (value) => text(value) ?? httpUrl(value);
/** RFC 3986: URL alone would also take blanks and backslashes. */
const httpUrl = string((value) =>
  /^https?:\/\/(?!\/)[\w\-.~:/?#[\]@!$&'()*+,;=%]+$/.test(value) && parsed(value)
    ? undefined
    : 'must be a valid uri with a scheme matching the http|https pattern',
);
const oneOf =
  (...values) =>
  (value) =>
    value === undefined || values.includes(value) ? undefined : `must be one of [${values.join(', ')}]`;

export function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The options that are said. */
export function present(options) {
  return Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined && value !== null));
}
