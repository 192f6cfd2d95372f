// Who calls, as the user's functions see it.

import { keepCause } from './error.js';

/** What was admitted, together with the user's `principal`, which belongs to this request. */
export function withPrincipal(admitted, scopes, principal) {
  return Object.freeze({ ...admitted, scopes: Object.freeze(scopes), principal });
}

/**
 * The functions of the user's that have a say in `request`, for wasm. `by(name, call)` runs one of them; what it throws
 * is known to wasm by its reference.
 */
export function application(request, { proof, principal }, by) {
  const ask = async (name, call) => {
    try {
      return await by(name, call);
    } catch (cause) {
      throw keepCause(cause);
    }
  };
  return {
    proof: (confirmation, admitted) => ask('proof', async () => proof !== undefined && (await proof(confirmation, request, admitted)) === true),
    principal: (admitted) => ask('principal', async () => (principal === undefined ? [] : mapped(await principal(admitted, request)))),
  };
}

/** A principal, and the scopes that it says it has. */
function mapped(principal) {
  if (principal === undefined || principal === null) return undefined;
  const { scopes } = principal;
  if (scopes === undefined) return [principal];
  if (Array.isArray(scopes) && scopes.every((scope) => typeof scope === 'string')) return [principal, scopes];
  throw new TypeError('scopes of the principal must be an array of strings');
}
