/**
 * `edge-oauth2/stores/deno-kv`: Deno KV, with a lease.
 *
 * @module
 */

import type { DenoKv, Lease, TokenStore } from '../entries/index.js';

/** What the option `store` makes of a `Deno.Kv` by itself. */
export function denoKvStore(kv: DenoKv): TokenStore & Lease;
