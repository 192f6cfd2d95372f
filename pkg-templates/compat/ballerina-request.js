// The requests of Ballerina's oauth2 module, and what becomes of their answers.
import { notKept } from './common.js';
import { OAuth2Error } from '../face/error.js';

export const REQUEST_TIMEOUT_SECONDS = 30;
export const DEFAULT_LIFETIME_SECONDS = 3600;

export function checkAnswer(response, isUsable, message) {
  const { ok, status } = response;
  if (!ok) throw new OAuth2Error(`Failed to call the endpoint: HTTP ${status}.`, { code: 'http_status', status, retryable: isTransient(response) });
  if (!isUsable) throw new OAuth2Error(message, { code: 'invalid_response', status });
}

/** Statuses that say "later", and not "no". */
export function isTransient({ status }) {
  return status === 408 || status === 429 || status >= 500;
}

/** Says with `message` what failed, and why in `cause`. */
export function failure(message) {
  return (cause) => {
    const details = cause instanceof OAuth2Error ? cause : { code: cause.name === 'TimeoutError' ? 'timeout' : 'network', retryable: true };
    throw new OAuth2Error(message, { ...details, cause });
  };
}

/** A form, with what the configuration adds to every request. */
export function post(fetch, url, form, headers, clientConfig, signal) {
  const init = { method: 'POST', headers, body: String(form), redirect: 'manual', signal, ...notKept() };
  return fetch(url, shaped(init, [], clientConfig));
}

/** A request whose body is a form, with further parameters, and what the configuration adds to every request. */
export function shaped({ headers, body, ...init }, parameters, { customHeaders, customPayload }) {
  const sent = new Headers(headers);
  for (const [name, value] of new Headers(customHeaders)) if (name !== 'authorization' || !sent.has(name)) sent.set(name, value);
  sent.set('content-type', 'application/x-www-form-urlencoded');
  const form = new URLSearchParams(body);
  addParameters(form, parameters);
  return { ...init, headers: sent, body: customPayload ? `${form}&${customPayload}` : String(form) };
}

export function addParameters(form, parameters) {
  for (const [name, value] of parameters) form.append(name, value);
}
