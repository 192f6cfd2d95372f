// Waiting for what wasm promises, but not for ever: its instance may be lost.

import { onAbort } from './abort.js';
import { OAuth2Error } from './error.js';
import { clearTimeout, setTimeout } from './timers.js';

/** How much later than wasm JavaScript gives up waiting, in case wasm no longer answers at all. */
const LAST_RESORT_MS = 100;

/** How long it waits on while the instance is there: where much begins at once, wasm begins late. */
const LATENESS_MS = 10_000;

/** How often an operation looks into the store or writes to it at most, while its caller waits, beyond its deadline. */
const STORE_VISITS = 4;

/** As in wasm: how long it waits where the options do not say. */
export const DEFAULTS = { timeoutMs: 10_000, storeTimeoutMs: 250 };

/** When a configuration of these `fields` has nothing more to wait for. */
export function lastResortMs({ timeoutMs = DEFAULTS.timeoutMs, storeTimeoutMs = DEFAULTS.storeTimeoutMs }, hasStore) {
  return timeoutMs + LAST_RESORT_MS + (hasStore ? STORE_VISITS * storeTimeoutMs : 0);
}

/** What `run` promises, which is `what`; or why `signal` was aborted; or that it is lost, when more than `ms` are over. */
export function patiently(kernel, what, ms, signal, run) {
  return new Promise((resolve, reject) => {
    const its = kernel.instance;
    const giveUp = () => settle(reject, new OAuth2Error(`${what} was lost`, { code: 'internal', retryable: true }));
    const ring = () => (its === kernel.instance ? (lastResort = setTimeout(giveUp, LATENESS_MS)) : giveUp());
    let lastResort = startTimer(ring, Math.min(ms, kernel.LONGEST_TIMER_MS));
    let endWait;
    const settle = (how, value) => {
      clearTimeout(lastResort);
      endWait?.();
      how(value);
    };
    if (signal) endWait = onAbort(signal, (reason) => settle(reject, reason));
    const promised = (async () => await run())();
    promised.then((value) => settle(resolve, value), (error) => settle(reject, error));
  });
}

/** What the user's function of that `name` promises, if that is within `ms`. */
export function inTime(name, ms, promise) {
  return new Promise((resolve, reject) => {
    const late = () => reject(new OAuth2Error(`${name} gave no answer within ${ms} ms`, { code: 'timeout', retryable: true }));
    const timer = setTimeout(late, ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function startTimer(ring, ms) {
  try {
    return setTimeout(ring, ms);
  } catch (cause) {
    throw new OAuth2Error('this host refuses timers here: in a Worker, ask for tokens in a handler, and not in its global scope', {
      code: 'network',
      cause,
    });
  }
}
