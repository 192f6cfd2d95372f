// Callers who were let in a moment ago: who comes again with the same token is let in without asking wasm.

import * as kernel from './inbound-kernel.js';

/** How many are known, of all guards together; of more all ask again. */
const MAX_CALLERS = 500;

/** By the header that they came with, then by guard and what it asks. */
let callers = new Map();
let count = 0;

/** Who came to `route` with this header, unless that is too long ago. */
export function admittedAt(route, authorization, nowMs) {
  const caller = callers.get(authorization)?.get(route);
  const isGood = caller !== undefined && nowMs < caller.untilMs && nowMs >= caller.fromMs && caller.instance === kernel.instance;
  return isGood ? caller.admitted : undefined;
}

export function admitAt(route, authorization, admitted, fromMs, untilMs) {
  if (count >= MAX_CALLERS) {
    callers = new Map();
    count = 0;
  }
  let routes = callers.get(authorization);
  if (routes === undefined) {
    routes = new Map();
    callers.set(authorization, routes);
  }
  routes.set(route, { admitted, fromMs, untilMs, instance: kernel.instance });
  count += 1;
}

/** `token` is good no more, however it is written in a header. */
export function turnAway(token) {
  for (const authorization of callers.keys()) if (authorization.endsWith(token)) callers.delete(authorization);
}
