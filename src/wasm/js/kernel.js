// The way from the face to the wasm functions, whichever build they come from.

/** The wasm functions, once the instance is there. */
export let kernel;

/** Returns the platform's `waitUntil`, if the code runs inside a request of a platform that has one. */
export let ambientWaitUntil = () =>
  globalThis[Symbol.for('@vercel/request-context')]?.get?.()?.waitUntil ?? netlifyWaitUntil();

function netlifyWaitUntil() {
  const context = globalThis.Netlify?.context;
  return context?.waitUntil && ((promise) => context.waitUntil(promise));
}

export function connect(functions, waitUntil = ambientWaitUntil) {
  kernel = functions;
  ambientWaitUntil = waitUntil;
}

/**
 * Called by the panic hook, from within the instance that is lost. The next call of any exported
 * function replaces the instance; making one at once leaves no gap in which a timer or a promise of
 * the lost instance could run.
 */
export function panicked() {
  kernel.hit(0, 0);
}
