// Reads URLs.

import { OAuth2Error } from './error.js';

/** Workers of an early date have another URL: `/hello` below `https://api.example` would be of the host `api.examplehello`. */
const isStandard = new URL('http://a').href === 'http://a/';

/** A URL, or undefined: the errors of hosts repeat what they could not read. */
export function parsed(text, base) {
  if (!isStandard) {
    throw new OAuth2Error('the URLs of this Worker are not those of the standard: it needs a compatibility_date of 2023-03-01 or later', {
      code: 'unsupported_host',
    });
  }
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
