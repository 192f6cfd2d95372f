// The host's timers, as they are when this loads: fake ones, which tests put in their place later, ring for nobody
// until they are told to, and every call would wait for them. The clock is read late, so that who sets it sees tokens expire.

export let { setTimeout, clearTimeout } = globalThis;

/** Where fake ones were there before, of Jest's configuration. It leaves alone those that Node keeps in a module. */
export function takeRealTimers() {
  const isFake = setTimeout?.clock || setTimeout?._isMockFunction;
  const timers = isFake && globalThis.process?.getBuiltinModule?.('node:timers');
  if (timers) ({ setTimeout, clearTimeout } = timers);
}
