/**
 * `edge-oauth2/stores/cache-api`: the Cache API alone, which the isolates of one location share.
 *
 * @module
 */

import type { Lease, TokenStore } from '../entries/index.js';

/** The value of the option `store`, where there is no other. Its lease is a claim: nothing there is atomic. */
export function cacheApiStore(): TokenStore & Lease;
