// Callers who were let in a moment ago: who comes again with the same token is let in without asking wasm.

import * as kernel from './inbound-kernel.js';

/** How many are known, of all guards together; of more all ask again. */
const MAX_CALLERS = 500;

/** How much of a token finds it: to look for all of it would cost as much as all else. */
const END = 32;

/** By the end of the header that they came with, then by guard and what it asks. */
let callers = new Map();
let count = 0;

/** Who came to `route` with this header, unless that is too long ago. */
export function admittedAt(route, authorization, nowMs) {
  const caller = callers.get(authorization.slice(-END))?.get(route);
  const isGood = caller !== undefined && nowMs < caller.untilMs && nowMs >= caller.fromMs && caller.instance === kernel.instance;
  return isGood && caller.authorization === authorization ? caller.admitted : undefined;
}

export function admitAt(route, authorization, admitted, fromMs, untilMs) {
  if (count >= MAX_CALLERS) {
    callers = new Map();
    count = 0;
  }
  const end = authorization.slice(-END);
  let routes = callers.get(end);
  if (routes === undefined) {
    routes = new Map();
    callers.set(end, routes);
  }
  routes.set(route, { authorization, admitted, fromMs, untilMs, instance: kernel.instance });
  count += 1;
}

/** `token` is good no more, however it is written in a header. */
export function turnAway(token) {
  for (const [end, routes] of callers) {
    if ([...routes.values()].some(({ authorization }) => authorization.endsWith(token))) callers.delete(end);
  }
}
