// The platform's `waitUntil`, where no import of the entry's brings it.

/** Returns it, if the code runs inside a request of a platform that has one. */
export function ambientWaitUntil() {
  return vercel() ?? netlify() ?? cloudflare();
}

function vercel() {
  return globalThis[Symbol.for('@vercel/request-context')]?.get?.()?.waitUntil;
}

function netlify() {
  const context = globalThis.Netlify?.context;
  return context?.waitUntil && ((promise) => context.waitUntil(promise));
}

/** With nodejs_compat; bundlers that are to make one bundle for several platforms know no such module to import. */
function cloudflare() {
  return globalThis.process?.getBuiltinModule?.('cloudflare:workers')?.waitUntil;
}
