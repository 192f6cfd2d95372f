// What takes the place of the wasm functions where the host compiles none from bytes.

import { OAuth2Error } from './error.js';
import { reason } from './host.js';

/** What can be done about it, by who refuses. */
const CLOUDFLARE =
  'a Worker compiles wasm at top level only, and from compatibility date 2025-06-02 on; Nitro and Nuxt take the .wasm file with experimental.wasm, ' +
  'Next.js by OpenNext with serverExternalPackages';
const VERCEL =
  "the bundle was made without the condition edge-light; Nitro and Nuxt run in Vercel's Node functions, by the preset vercel";
const PAGE = "a page with a Content-Security-Policy has to allow 'wasm-unsafe-eval' in script-src";

/** They say so when they are used: an error at the import would take all of the program with it, and nobody could catch it. */
export function refusedWasm(cause) {
  const refuse = () => {
    throw new OAuth2Error(`this host compiled no WebAssembly: ${reason(cause)}; ${advice()}: see docs/entries.md`, {
      code: 'unsupported_host',
      cause,
    });
  };
  return new Proxy({}, { get: () => refuse });
}

function advice() {
  if (globalThis.navigator?.userAgent === 'Cloudflare-Workers') return CLOUDFLARE;
  return globalThis.EdgeRuntime ? VERCEL : PAGE;
}
