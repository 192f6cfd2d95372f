// What is remembered from one request to the next, where `edge-oauth2/testing` finds it: entries may be loaded more than once, as
// modules and as CommonJS, and have nothing else in common.

export const MEMORIES = Symbol.for('edge-oauth2 memories');

/** `forget` empties one of them. */
export function remembers(forget) {
  (globalThis[MEMORIES] ??= new Set()).add(forget);
}

const BACKGROUND = Symbol.for('edge-oauth2 background');

/** Shows what goes on in the background to who is there to see it: tests. To keep it for nobody would be a leak. */
export function show(promise) {
  globalThis[BACKGROUND]?.add(promise);
}

/** What goes on from now on. */
export function watch() {
  return (globalThis[BACKGROUND] ??= new Set());
}
