// Reads where a user is sent to authorize a client, and what the user came back with.

import { invalidOption, OAuth2Error } from './error.js';
import { wellFormed } from './fields.js';
import { boundedText } from './host.js';
import { pairs, read, text, url, words } from './readers.js';

const AUTHORIZATION_OPTIONS = { redirectUri: url, scopes: words, state: text, codeVerifier: text, extra: pairs };

/** All that `authorizationUrl` gave, if somebody kept all of it: its URL is not looked at. */
const CALLBACK_OPTIONS = { url: text, redirectUri: url, state: text, codeVerifier: text };

function fieldsOf(readers, options, demanded) {
  const fields = {};
  read('options', readers, options, (name, value) => (fields[name] = value));
  wellFormed(fields);
  const missing = demanded.find((name) => options[name] === undefined);
  if (missing !== undefined) throw invalidOption(missing, 'is required');
  return fields;
}

/** Reads the options of an authorization request. */
export function readAuthorizationOptions(options) {
  return fieldsOf(AUTHORIZATION_OPTIONS, options, ['redirectUri']);
}

/** Reads what was kept for when the user comes back. */
export function readCallback(options) {
  return fieldsOf(CALLBACK_OPTIONS, options, ['redirectUri', 'state']);
}

/** Where browsers say that they only guess where the user will go. */
const PREFETCH = ['sec-purpose', 'purpose', 'x-moz'];

/** What a server's form posts is shorter. */
const MAX_FORM_BYTES = 64 * 1024;

/** Reads what a user came back to, or with: an address, a request, or the parameters. */
export async function readAnswer(callback) {
  const answer = await answerOf(callback);
  wellFormed({ url: answer });
  return answer;
}

async function answerOf(callback) {
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
  if (typeof callback.body?.getReader !== 'function') return answerOf(callback.body ?? {});
  const form = await boundedText(callback, MAX_FORM_BYTES);
  if (form === undefined) throw invalidOption('url', 'is a request with more than 64 KiB, which no answer of a server has');
  return `?${form}`;
}
