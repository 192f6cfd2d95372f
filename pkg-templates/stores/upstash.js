// Redis over HTTP as a store: Upstash's, which Vercel KV was and Vercel's marketplace has.

import { invalidOption } from '../face/error.js';
import { notKept } from '../face/host.js';
import { scripted } from './redis-scripts.js';

/** The option `store` over a client of `@upstash/redis`, or over the REST API at `url`. */
export function upstashStore(given) {
  if (typeof given?.eval === 'function') return scripted((script, key, args) => given.eval(script, [key], args).catch(rethrow));
  const { url, token } = given ?? {};
  if (typeof token !== 'string' || token === '' || !URL.canParse(url)) {
    throw invalidOption('store', 'needs a client of @upstash/redis, or { url, token }, the REST API and its token');
  }
  return scripted((script, key, args) => command(url, token, ['EVAL', script, '1', key, ...args]));
}

async function command(url, token, words) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(words),
    ...notKept(),
  });
  const { result, error } = await response.json().catch(() => ({ error: 'no JSON' }));
  if (!response.ok || error !== undefined) rethrow(new Error(`${response.status}: ${error}`));
  return result;
}

/** Without what was sent, which their errors repeat: a client of theirs sends what others put, too, in the same request. */
function rethrow(error) {
  throw new Error(String(error?.message).split(/, (?:command was|with args beginning)/)[0]);
}
