// The host's timers, as they are when this loads: fake ones, which tests put in their place later, ring for nobody
// until they are told to, and every call would wait for them. The clock is read late, so that who sets it sees tokens expire.

export const { setTimeout, clearTimeout } = globalThis;
