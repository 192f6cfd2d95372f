/**
 * `edge-oauth2/stores/runtime-cache`: Vercel's Runtime Cache, which the functions of one region share.
 *
 * @module
 */

import type { Lease, TokenStore } from '../entries/index.js';

/** What `getCache()` of `@vercel/functions` gives. */
export interface RuntimeCache {
  get(key: string, options?: any): Promise<unknown>;
  set(key: string, value: unknown, options?: { ttl?: number }): Promise<void>;
  delete(key: string): Promise<void>;
  expireTag(tag: string | string[]): Promise<void>;
}

/** The value of the option `store`: `runtimeCacheStore(getCache())`. Its lease is a claim: nothing there is atomic. */
export function runtimeCacheStore(cache: RuntimeCache): TokenStore & Lease;
