// Callers who were let in a moment ago: who comes again with the same token is let in without asking wasm.

import * as kernel from './inbound-kernel.js';

/** How many are known, of all guards together; of more all ask again. */
const MAX_CALLERS = 500;

/** By guard and what it asks, then by the header that they came with. */
let callers = new Map();
let count = 0;

/** Who came to `route` with this header, unless that is too long ago. */
export function admittedAt(route, authorization, nowMs) {
  const caller = callers.get(route)?.get(authorization);
  const isGood = caller !== undefined && nowMs < caller.untilMs && nowMs >= caller.fromMs && caller.instance === kernel.instance;
  return isGood ? caller.admitted : undefined;
}

export function admitAt(route, authorization, admitted, fromMs, untilMs) {
  if (count >= MAX_CALLERS) forgetCallers();
  let known = callers.get(route);
  if (known === undefined) {
    known = new Map();
    callers.set(route, known);
  }
  if (!known.has(authorization)) count += 1;
  known.set(authorization, { admitted, fromMs, untilMs, instance: kernel.instance });
}

/** A token is good no more. */
export function forgetCallers() {
  callers = new Map();
  count = 0;
}
