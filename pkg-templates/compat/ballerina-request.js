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

/** Both kinds of requests: a form, with what the configuration adds to every request. */
export function post(fetch, url, form, headers, { customHeaders, customPayload }, signal) {
  const sent = new Headers(customHeaders);
  sent.set('content-type', 'application/x-www-form-urlencoded');
  for (const [name, value] of Object.entries(headers)) sent.set(name, value);
  const body = customPayload ? `${form}&${customPayload}` : String(form);
  return fetch(url, { method: 'POST', headers: sent, body, redirect: 'manual', signal, ...notKept() });
}

export function addParameters(form, parameters) {
  for (const [name, value] of parameters) form.append(name, value);
}
