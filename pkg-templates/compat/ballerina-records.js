// The records that Ballerina's oauth2 module is configured by.
import { checked, checkText } from './common.js';
import { invalidOption } from '../face/error.js';
import { parsed } from '../face/url.js';

/** Which members a record has, with those that 1.x named otherwise. */
const REQUEST = ['scopes', 'optionalParams', 'parameters', 'credentialBearer', 'clientConfig'];
const LIFE = ['defaultTokenExpTime', 'clockSkew', 'clockSkewInSeconds', 'retryRequest'];
const CLIENT = ['clientId', 'clientSecret'];
export const CONFIG = {
  client_credentials: { required: ['tokenUrl', ...CLIENT], optional: [...REQUEST, ...LIFE] },
  password: { required: ['tokenUrl', 'username', 'password'], optional: [...CLIENT, 'refreshConfig', ...REQUEST, ...LIFE] },
  jwt_bearer: { required: ['tokenUrl', 'assertion'], optional: [...CLIENT, ...REQUEST, ...LIFE] },
  refresh_token: { required: ['refreshUrl', 'refreshToken', ...CLIENT], optional: [...REQUEST, ...LIFE] },
  direct: { required: [], optional: ['accessToken', 'refreshConfig', 'credentialBearer', ...LIFE] },
};
export const PASSWORD_REFRESH = { required: ['refreshUrl'], optional: REQUEST };
export const DIRECT_REFRESH = { required: ['refreshUrl', 'refreshToken', ...CLIENT], optional: REQUEST };
export const INTROSPECTION = {
  required: ['url'],
  optional: ['tokenTypeHint', 'optionalParams', 'cacheConfig', 'defaultTokenExpTime', 'defaultTokenExpTimeInSeconds', 'clientConfig'],
};
export const CACHE = { required: [], optional: ['capacity', 'evictionFactor', 'evictionPolicy', 'defaultMaxAge', 'cleanupInterval'] };
export const HTTP = { required: [], optional: ['customHeaders', 'customPayload', 'connectTimeout', 'reqTimeout', 'httpVersion'] };
export const INTROSPECTION_HTTP = { required: [], optional: ['auth', ...HTTP.optional] };

/** As pairs, which say the same whether they were an object, a Map or URLSearchParams. */
export function parametersOf(what, parameters = {}) {
  if (typeof parameters !== 'object' || parameters === null) throw invalidOption(what, 'must be an object');
  const entries = typeof parameters[Symbol.iterator] === 'function' ? [...parameters] : Object.entries(parameters);
  return entries.map(([name, value]) => [String(name).trim(), String(value).trim()]);
}

/** How requests are made, its headers as pairs: those of a Map or of Headers are no members. */
export function httpConfig(what, kind, config) {
  if (config?.secureSocket) {
    throw invalidOption(`${what}.secureSocket`, 'is up to the platform; for mutual TLS give a binding as the option fetch');
  }
  checkRecord(what, kind, config);
  try {
    return { ...config, customHeaders: [...new Headers(config.customHeaders)] };
  } catch {
    throw invalidOption(`${what}.customHeaders`, 'must be an object of headers');
  }
}

/** Records are closed: a misspelt member is an error. */
export function checkRecord(what, { required, optional }, record) {
  checked(what, [...required, ...optional], record);
  for (const name of required) checkText(`${what}.${name}`, record[name]);
  for (const name of CLIENT) if (record[name] !== undefined) checkText(`${what}.${name}`, record[name]);
  for (const name of ['tokenUrl', 'refreshUrl', 'url']) if (record[name] !== undefined) checkUrl(`${what}.${name}`, record[name]);
}

function checkUrl(what, value) {
  const { protocol, hostname } = parsed(value) ?? {};
  const isLoopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback)) {
    throw invalidOption(what, 'must be a URL with https; http is accepted for loopback hosts only');
  }
}

export function positive(name, value) {
  if (typeof value === 'number' && value > 0) return value;
  throw invalidOption(name, 'must be a number greater than 0');
}
