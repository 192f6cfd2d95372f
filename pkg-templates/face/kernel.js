// The way from the face to the wasm functions, whichever build they come from, and the way back. Each wasm module has
// a copy of this module beside its glue, so that two of them get along in one isolate.

import { Configurations } from './configurations.js';
import { isOurs, OAuth2Error } from './error.js';
import { remembers } from './memory.js';
import { clearTimeout, setTimeout } from './timers.js';

/** The wasm functions, once the instance is there. */
export let kernel;

/** What was opened there. */
let configurations = new Configurations();

/** Counts instances: what belongs to one that is lost must not reach the next. */
export let instance = 0;

/** Whether an instance is lost and could not be replaced yet. */
let isLost = false;

/** The longest that timers take. Beyond it they would be over at once. */
export const LONGEST_TIMER_MS = 0x7fffffff;

/** Returns the platform's `waitUntil`, if the code runs inside a request of a platform that has one. */
export let ambientWaitUntil;

export function connect(functions, waitUntil) {
  kernel = functions;
  ambientWaitUntil = waitUntil;
}

/** The configuration whose options are `json`: one of before, unless wasm has forgotten it, or what `open` gives. */
export function opened(json, isForgotten, open) {
  if (!kernel) {
    throw new OAuth2Error('the wasm module is not initialised: call its init function first', { code: 'internal' });
  }
  let configuration = isForgotten ? undefined : configurations.of(json);
  if (configuration === undefined) {
    configuration = open();
    configurations.keep(json, configuration);
  }
  return configuration;
}

/**
 * Called by the panic hook, from within the instance that is lost. The next call of any exported
 * function replaces the instance; making one at once leaves no gap in which a timer or a promise of
 * the lost instance could run.
 */
export function panicked() {
  instance += 1;
  wake();
}

/** Calls what every build exports, and what nobody waits for. */
function wake() {
  kernel.report(0, 0, true);
}

/**
 * Runs what enters wasm, with the wasm functions. An exception that is no error of ours has unwound it: memory that cannot grow, a stack that
 * is full. Such an instance is in an unknown state, and is replaced as after a panic; with the next, which begins
 * empty, it is tried once more.
 */
export function enter(run) {
  try {
    return attempt(run);
  } catch (error) {
    if (isOurs(error)) throw error;
  }
  try {
    return attempt(run);
  } catch (cause) {
    if (isOurs(cause)) throw cause;
    throw new OAuth2Error('the wasm instance was lost', { code: 'internal', retryable: true, cause });
  }
}

function attempt(run) {
  if (isLost) replace();
  const entered = instance;
  try {
    return run(kernel);
  } catch (error) {
    if (entered === instance && !isOurs(error)) {
      instance += 1;
      replace();
    }
    throw error;
  }
}

/** In a build that cannot replace its instance there is no `abandon`. */
function replace() {
  isLost = true;
  try {
    kernel.abandon?.();
    wake();
    isLost = false;
  } catch {
    // The stack may still be full: whoever enters next tries again.
  }
}

remembers(() => {
  instance += 1;
  configurations = new Configurations();
  if (kernel) replace();
});

/** `run` for the instance that is there now, and not for another; what it throws is nobody's. */
function bound(run) {
  const its = instance;
  return (...args) => {
    if (its !== instance) return;
    try {
      attempt(() => run(...args));
    } catch {
      // The instance is replaced, and whoever waits for it has a last resort.
    }
  };
}

/** The `queueMicrotask` of the npm package's wasm: fake timers replace the host's, and run it late. Nobody replaces promises. */
export function microtask(run) {
  Promise.resolve().then(bound(run));
}

/** Reports to wasm what `value` comes to, which need not be a promise. */
export function reportOn(value, index, turn) {
  const report = bound((isKept, result) => kernel.report(index, turn, isKept, result));
  // Unlike `Promise.resolve` it looks at nothing that could throw.
  new Promise((resolve) => resolve(value)).then((kept) => report(true, kept), (broken) => report(false, broken));
}

/** Reports to wasm when the time is over; returns the timer. A host that refuses timers never reports. */
export function reportAfter(ms, index, turn) {
  const report = bound(() => kernel.report(index, turn, true));
  try {
    return setTimeout(report, Math.min(ms, LONGEST_TIMER_MS));
  } catch {
    return undefined;
  }
}

export function stopTimer(timer) {
  try {
    clearTimeout(timer);
  } catch {
    // It rings for nobody.
  }
}
