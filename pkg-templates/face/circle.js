// Functions of the user's, and what they call in turn. One that waits for its own client may wait for what waits for
// it, and a listener may hear of what it does itself.
//
// What belongs together is known while a function runs synchronously, and beyond that where the host has
// AsyncLocalStorage: Node, Deno, Bun, Vercel, and Workers with nodejs_compat.

import { circles, OAuth2Error } from './error.js';

/** How deep a function may be within itself: one that does so for some requests only comes to an end. */
const MAX_DEPTH = 8;

/** The call of a user's function whose synchronous part runs at this moment. */
let running;

/** The same for all that it does later; `undefined` where the host cannot tell, `null` while nobody has asked. */
let storage = null;

function storageOfHost() {
  try {
    const { AsyncLocalStorage } = globalThis.AsyncLocalStorage ? globalThis : globalThis.process.getBuiltinModule('node:async_hooks');
    return new AsyncLocalStorage();
  } catch {
    return undefined;
  }
}

/** The innermost call of a user's function that the code at hand belongs to, as far as it can be told. */
export function origin() {
  return running ?? storage?.getStore();
}

/** Runs a function of the user's as a call within `outer`; `of` is what it belongs to. */
function run(frame, call) {
  if (storage === null) storage = storageOfHost();
  const before = running;
  running = frame;
  try {
    return storage ? storage.run(frame, call) : call();
  } finally {
    running = before;
  }
}

/** Runs a function of the user's that somebody waits for. */
export async function awaited(name, of, outer, call) {
  const frame = { name, of, outer, isAwaited: true };
  try {
    return await run(frame, call);
  } finally {
    frame.isAwaited = false;
  }
}

/** Runs a listener, unless what it is to hear of is its own doing. */
export function heard(listener, outer, call) {
  if (depthOf(listener, outer) === 0) run({ name: 'onEvent', of: listener, outer }, call);
}

/** A function that is refused when it is within itself too deep. */
export function bounded(name, call) {
  return (...args) => {
    const outer = origin();
    if (depthOf(call, outer) >= MAX_DEPTH) throw circle(name);
    return run({ name, of: call, outer }, () => call(...args));
  };
}

function depthOf(of, frame) {
  let depth = 0;
  for (; frame; frame = frame.outer) if (frame.of === of) depth += 1;
  return depth;
}

/** Throws where a function that is waited for belongs to `of`, and is among `names` if those are given. */
export function refuseCircle(of, frame, names) {
  for (; frame; frame = frame.outer) {
    if (frame.isAwaited && frame.of === of && (!names || names.includes(frame.name))) throw circle(frame.name);
  }
}

function circle(name) {
  const error = new OAuth2Error(`${name} uses its own client, which waits for ${name}: a circle; let it use another client, or fetch`, {
    code: 'invalid_option',
  });
  circles.add(error);
  return error;
}
