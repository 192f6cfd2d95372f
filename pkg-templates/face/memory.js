// What is remembered from one request to the next, where `edge-oauth2/testing` finds it: entries may be loaded more than once, as
// modules and as CommonJS, and have nothing else in common.

export const MEMORIES = Symbol.for('edge-oauth2 memories');

/** `forget` empties one of them. */
export function remembers(forget) {
  (globalThis[MEMORIES] ??= new Set()).add(forget);
}
