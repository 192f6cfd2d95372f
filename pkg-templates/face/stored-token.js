// A token as somebody has kept it, for a client to begin with.

import { invalidOption } from './error.js';
import { defined } from './fields.js';
import { kind } from './readers.js';
import { readToken } from './token.js';

/** The option of clients that read it: see options.js. */
export const STORED_TOKEN = { token: tokenOrText };

/** As somebody has kept it, or its text only. */
function tokenOrText(name, value) {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) throw invalidOption(name, `must be a string or a stored token, not ${kind(value)}`);
  const token = readToken(value, `${name}.`);
  return { into: (fields) => Object.assign(fields, tokenFields(token, fields.refreshToken)) };
}

/** A stored token: what it came with is renewed with it. */
function tokenFields(token, given) {
  const { accessToken, tokenType, scope, refreshToken = given, idToken, raw } = token;
  if (given !== undefined && given !== refreshToken) throw invalidOption('refreshToken', 'is another than that of token; leave out one of them');
  // Where that depends on when it is used first, wasm knows when that is.
  const { value: expiresAt } = Object.getOwnPropertyDescriptor(token, 'expiresAt');
  const members = { access_token: accessToken, token_type: tokenType, scope, id_token: idToken };
  const response = JSON.stringify(raw.access_token === accessToken ? raw : { ...members, ...raw });
  return { token: defined({ accessToken, expiresAt, response }), ...defined({ refreshToken }) };
}
