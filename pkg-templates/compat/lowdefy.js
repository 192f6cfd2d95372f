// Lowdefy's connection AxiosOAuth2ClientCredentials: an axios configuration in, the data of the response out.
import { OAuth2Client } from 'edge-oauth2';
import { checked, checkText, isPlain, parsed, thrown } from './common.js';
import { invalidOption } from '../face/error.js';
import { MADE_OF } from '../face/fields.js';
import { parsed as parsedUrl } from '../face/url.js';

const TOKEN_TIMEOUT_MS = 15_000;
const EXPIRY_BUFFER_SECONDS = 60;

/** What `properties` of a connection or a request may have; the rest of axios' configuration is about Node. */
const PROPERTIES = ['auth', 'baseURL', 'url', 'method', 'headers', 'params', 'data', 'timeout', 'responseType'];
const AUTH = ['tokenUrl', 'clientId', 'clientSecret', 'endpointParams'];

const RESPONSE_TYPES = {
  json: async (response) => parsed(await response.text()),
  text: (response) => response.text(),
  arraybuffer: (response) => response.arrayBuffer(),
  blob: (response) => response.blob(),
  stream: (response) => response.body,
};

export function connection(properties, options = {}) {
  const { auth, ...defaults } = checked('properties', PROPERTIES, properties);
  const client = clientOf(auth, defaults.baseURL, options);
  return {
    async request(given = {}) {
      if (checked('request', PROPERTIES, given).auth !== undefined) {
        throw invalidOption('request.auth', 'belongs to the connection, not to the request');
      }
      const { input, init, timeout, read } = requestOf(merged(defaults, given));
      const signal = timeout > 0 ? AbortSignal.timeout(timeout) : undefined;
      try {
        return await exchange(client.fetch, input, { ...init, signal }, read).catch(thrown);
      } catch (error) {
        throw error.name === 'TimeoutError' ? axiosError(`timeout of ${timeout}ms exceeded`, 'ECONNABORTED') : error;
      }
    },
  };
}

function clientOf(auth, baseURL, { allowedOrigins = [], ...options }) {
  const { endpointParams = {}, ...credentials } = checked('auth', AUTH, auth);
  for (const name of ['tokenUrl', 'clientId', 'clientSecret']) checkText(`auth.${name}`, credentials[name]);
  if (!isPlain(endpointParams)) throw invalidOption('auth.endpointParams', 'must be an object');
  if (baseURL !== undefined && !parsedUrl(baseURL)) throw invalidOption('properties.baseURL', 'must be an absolute URL');
  return new OAuth2Client({
    refreshAhead: false,
    ...options,
    ...credentials,
    clientAuth: 'body',
    timeoutMs: TOKEN_TIMEOUT_MS,
    expirySkewSeconds: 0,
    refreshOn: [],
    allowedOrigins: baseURL === undefined ? allowedOrigins : [new URL(baseURL).origin, ...allowedOrigins],
    // The parameters are in no other option, but make another token.
    [MADE_OF]: `lowdefy ${JSON.stringify(endpointParams)}`,
    hooks: { tokenRequest: (context) => grant(context, credentials, endpointParams) },
  });
}

/** The token request is JSON; the parameters come last, and may replace what is before them. */
async function grant({ fetch, signal }, { tokenUrl, clientId, clientSecret }, endpointParams) {
  const parameters = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    ...endpointParams,
  };
  const { access_token, expires_in } = await exchange(
    fetch,
    tokenUrl,
    {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify(parameters),
      redirect: 'manual',
      signal,
    },
    async (response) => {
      const text = await response.text();
      const query = [...new URL(tokenUrl).searchParams.values()];
      return parsed(response.ok ? text : without(textsOf({ query, clientSecret, ...endpointParams, scope: undefined }), text));
    },
  );
  return { access_token, expires_in: lifetime(expires_in) };
}

/** What is long enough not to be found in many a word, among the parameters and in them. */
function textsOf(value) {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(textsOf);
  return typeof value === 'string' && value.length >= 8 ? [value] : [];
}

/** `text`, in which a server may repeat what it was sent, in whatever spelling. */
function without(secrets, text) {
  if (secrets.length === 0) return text;
  const all = secrets.flatMap(spellings).sort((one, other) => other.length - one.length);
  const escaped = all.map((spelling) => spelling.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return text.replaceAll(new RegExp(escaped.join('|'), 'gi'), '…');
}

function spellings(secret) {
  const bytes = [...new TextEncoder().encode(secret)];
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0'));
  // In base64 what stands before it decides how it looks.
  const base64 = [0, 1, 2].map((before) => {
    const all = btoa(String.fromCharCode(...Array(before).fill(0), ...bytes));
    return all.slice(Math.ceil((before * 4) / 3), Math.floor(((before + bytes.length) * 4) / 3));
  });
  const inUrl = encodeURIComponent(secret);
  const inHtml = (name) => secret.replaceAll(/[&<>"']/g, (character) => `&${name(character)};`);
  const names = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": '#39' };
  return [
    ...[secret, JSON.stringify(secret).slice(1, -1), inUrl, inUrl.replaceAll('%20', '+'), hex.join(''), `%${hex.join('%')}`],
    ...[inHtml((character) => names[character]), inHtml((character) => `#${character.charCodeAt(0)}`), inHtml((character) => `#x${character.charCodeAt(0).toString(16)}`)],
    ...base64.flatMap((one) => [one, one.replaceAll('+', '-').replaceAll('/', '_')]),
  ];
}

/** What the buffer leaves of a life. Of one that is not known, or too short, nothing: the next request asks again. */
function lifetime(expiresIn) {
  const seconds = Math.floor(Number(expiresIn) - EXPIRY_BUFFER_SECONDS);
  return seconds >= 1 ? seconds : -1;
}

function requestOf({ baseURL, url = '', method = 'get', headers, params, data, timeout = 0, responseType = 'json' }) {
  if (!Object.hasOwn(RESPONSE_TYPES, responseType)) {
    throw invalidOption('request.responseType', `must be one of ${Object.keys(RESPONSE_TYPES).join(', ')}`);
  }
  const sent = new Headers({ accept: 'application/json, text/plain, */*' });
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (value !== undefined && value !== null && value !== false) sent.set(name, value);
  }
  return {
    input: withParams(baseURL && !isAbsolute(url) ? joined(baseURL, url) : url, params),
    init: { method: method.toUpperCase(), headers: sent, body: bodyOf(data, sent) },
    timeout,
    read: RESPONSE_TYPES[responseType],
  };
}

/** The body that axios makes of `data`, and the type that it gives it if the request does not. */
function bodyOf(data, headers) {
  if (data === undefined || data === null) return undefined;
  const isJson = (headers.get('content-type') ?? '').includes('application/json');
  if (!isJson && !isPlain(data) && typeof data === 'object' && !Array.isArray(data)) return data;
  if (isPlain(data) && (headers.get('content-type') ?? '').startsWith('application/x-www-form-urlencoded')) {
    return flattened(data).toString();
  }
  const type = typeof data === 'string' ? 'application/x-www-form-urlencoded' : 'application/json';
  if (!headers.has('content-type')) headers.set('content-type', type);
  return typeof data === 'string' ? data : JSON.stringify(data);
}

function joined(baseURL, url) {
  return url === '' ? baseURL : `${baseURL.replace(/\/+$/, '')}/${url.replace(/^\/+/, '')}`;
}

function withParams(url, params) {
  const query = params instanceof URLSearchParams ? String(params) : String(flattened(params ?? {}));
  if (query === '') return url;
  const [address] = url.split('#');
  return `${address}${address.includes('?') ? '&' : '?'}${query}`;
}

/** `{ a: [1, 2], b: { c: 3 } }` as axios writes it: `a[]=1&a[]=2&b[c]=3`. What is undefined or null is left out. */
function flattened(value, name, into = new URLSearchParams()) {
  if (value === undefined || value === null) return into;
  if (value instanceof Date) into.append(name, value.toISOString());
  else if (typeof value !== 'object') into.append(name, String(value));
  else {
    for (const [key, item] of Object.entries(value)) {
      const isFlat = Array.isArray(value) && (typeof item !== 'object' || item instanceof Date);
      flattened(item, name === undefined ? key : `${name}[${isFlat ? '' : key}]`, into);
    }
  }
  return into;
}

/** The data of a 2xx response; any other is an error that has it, as axios'. */
async function exchange(fetch, input, init, read) {
  const response = await fetch(input, init);
  const { status } = response;
  const data = await read(response);
  if (response.ok) return data;
  throw axiosError(
    `Request failed with status code ${status}`,
    status >= 400 && status < 500 ? 'ERR_BAD_REQUEST' : 'ERR_BAD_RESPONSE',
    { status, data },
  );
}

function axiosError(message, code, response) {
  return Object.assign(new Error(message), { name: 'AxiosError', code }, response && { response });
}

/** Lowdefy lays the request's properties over the connection's, members of members too. */
function merged(base, over) {
  const result = { ...base };
  for (const [name, value] of Object.entries(over)) {
    if (value !== undefined) result[name] = isPlain(base[name]) && isPlain(value) ? merged(base[name], value) : value;
  }
  return result;
}

function isAbsolute(url) {
  return /^([a-z][a-z\d+.-]*:)?\/\//i.test(url);
}
