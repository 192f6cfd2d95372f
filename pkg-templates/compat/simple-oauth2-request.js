// The one request that each call of simple-oauth2 is.
import { clearTimeout, setTimeout } from '../face/timers.js';
import { boom, reasons } from './simple-oauth2-boom.js';
import { present } from './simple-oauth2-options.js';

/** The one request that a call makes; gives the payload of its response. */
export async function request(config, path, parameters, httpOptions, mayBeEmpty) {
  const { auth, http } = config;
  const options = {
    json: 'strict',
    redirects: false,
    baseUrl: auth.tokenHost,
    ...present(http),
    ...present(httpOptions),
  };
  const url = new URL(path, options.baseUrl);
  const headers = requestHeaders(config, url, httpOptions?.headers);
  const body = requestBody(config, parameters);
  const controller = new AbortController();
  const within = (promise, late) => inTime(promise, options.timeout, late, controller);

  // Never 'follow': the credentials would go wherever the redirect leads. 'error' is unknown to workerd.
  // Where the host knows the word, no HTTP cache keeps it, as that of Next.js would.
  const cache = 'cache' in Request.prototype ? { cache: 'no-store' } : undefined;
  const init = { method: 'POST', headers, body, redirect: 'manual', signal: controller.signal, ...cache };
  const response = await within(send(url, init), () => boom(504, 'Client request timeout'));
  if (options.redirects !== false && [301, 302, 307, 308].includes(response.status)) {
    controller.abort();
    const message = options.redirects
      ? 'The redirect was not followed, for the credentials would have gone with it'
      : 'Maximum redirections reached';
    throw boom(502, message);
  }
  const res = {
    statusCode: response.status,
    statusMessage: response.statusText || reasons[response.status] || '',
    headers: Object.fromEntries(response.headers),
  };
  let payload;
  try {
    const text = await within(read(response, options.maxBytes), () => boom(408, reasons[408]));
    payload = parse(text, res, options.json, mayBeEmpty && response.ok);
  } catch (error) {
    controller.abort();
    error.data = { ...error.data, res };
    throw error;
  }
  if (res.statusCode < 400) return payload;
  const message = `Response Error: ${res.statusCode} ${res.statusMessage}`;
  throw boom(res.statusCode, message, { isResponseError: true, headers: res.headers, res, payload });
}

function requestHeaders({ client, http, options }, url, ofCall) {
  const headers = new Headers();
  const set = (more) => {
    for (const [name, value] of Object.entries(present(more))) {
      try {
        headers.set(name, value);
      } catch {
        // Without the host's own error: it may quote the value.
        throw new TypeError(`Invalid header "${name}" in the HTTP options`);
      }
    }
  };
  set({ accept: 'application/json' });
  set(http.headers);
  set(ofCall);
  if (options.authorizationMethod === 'header') {
    const encode = options.credentialsEncodingMode === 'strict' ? formUrlEncode : String;
    set({ authorization: `Basic ${btoa(`${encode(client.id)}:${encode(client.secret)}`)}` });
  }
  set({ 'content-type': options.bodyFormat === 'form' ? 'application/x-www-form-urlencoded' : 'application/json' });
  takeUserInfo(url, headers);
  return headers;
}

/** fetch refuses a URL with a user and a password, and quotes them. Node sends them unless there are others. */
function takeUserInfo(url, headers) {
  if (!url.username && !url.password) return;
  if (!headers.has('authorization')) headers.set('authorization', `Basic ${btoa(`${url.username}:${url.password}`)}`);
  url.username = '';
  url.password = '';
}

/** RFC 6749 §2.3.1 and appendix B, as the original has it: also `! ' ( ) *` are encoded. */
function formUrlEncode(value) {
  return encodeURIComponent(value)
    .replace(/%20/g, '+')
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function requestBody({ client, options }, parameters) {
  const all = { ...parameters };
  if (options.authorizationMethod === 'body') {
    all[client.idParamName] = client.id;
    all[client.secretParamName] = client.secret;
  }
  if (options.bodyFormat === 'json') return JSON.stringify(all);
  // As Node's querystring: a blank is %20, an array repeats the parameter, what has no text is empty.
  return Object.entries(all)
    .flatMap(([name, value]) =>
      [value].flat().map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(asText(one))}`),
    )
    .join('&');
}

function asText(value) {
  const hasText = ['string', 'bigint', 'boolean'].includes(typeof value) || Number.isFinite(value);
  return hasText ? String(value) : '';
}

/** Rejects with what `late` gives when `ms` are over, and ends what is going on. No `ms`: it may last for ever. */
async function inTime(promise, ms, late, controller) {
  if (!(ms > 0)) return promise;
  let timer;
  const end = new Promise((_, reject) => {
    timer = setTimeout(() => {
      reject(late());
      controller.abort();
    }, ms);
  });
  try {
    return await Promise.race([promise, end]);
  } finally {
    clearTimeout(timer);
  }
}

async function send(url, init) {
  try {
    return await fetch(url, init);
  } catch (error) {
    // Node says what happened in the cause.
    const { message, code } = error?.cause ?? error ?? {};
    const failure = boom(502, message ? `Client request error: ${message}` : 'Client request error');
    throw code === undefined ? failure : Object.assign(failure, { code });
  }
}

async function read(response, maxBytes) {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let length = 0;
  let text = '';
  for (;;) {
    const { done, value } = (await reader?.read().catch(cutOff)) ?? { done: true };
    if (done) return text + decoder.decode();
    length += value.length;
    if (maxBytes && length > maxBytes) {
      throw boom(413, `Payload content length greater than maximum allowed: ${maxBytes}`);
    }
    text += decoder.decode(value, { stream: true });
  }
}

function cutOff() {
  throw boom(500, 'Payload stream closed prematurely');
}

/** `json`: 'strict' refuses what is not JSON, true leaves it, 'force' does not ask for the type, false parses nothing. */
function parse(text, res, json, mayBeEmpty) {
  if (!json) return text;
  const type = (res.headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
  if (json !== 'force' && !/^application\/([a-z0-9.]*[+-]json|json)$/.test(type)) {
    if (json !== 'strict') return text;
    // RFC 7009 §2.2 has nothing to say but the status. The original rejects a revocation that succeeded.
    if (mayBeEmpty && text === '') return null;
    throw boom(406, 'The content-type is not JSON compatible');
  }
  if (text === '') return null;
  try {
    return JSON.parse(text, refusePrototype);
  } catch {
    // Without the parser's own words: they quote the text, and that may be a token.
    throw boom(502, 'The payload is not valid JSON', { payload: text });
  }
}

function refusePrototype(key, value) {
  if (key === '__proto__') throw new SyntaxError('Object contains forbidden prototype property');
  return value;
}
