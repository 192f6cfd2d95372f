/**
 * `edge-oauth2/stores/netlify-blobs`: Netlify Blobs, read with strong consistency.
 *
 * @module
 */

import type { Lease, TokenStore } from '../entries/index.js';

/** What `getStore()` of `@netlify/blobs` gives. */
export interface NetlifyBlobs {
  get(key: string, options: { type: 'json'; consistency: 'strong' }): Promise<any>;
  setJSON(key: string, data: unknown): Promise<unknown>;
  delete(key: string): Promise<void>;
}

/** The value of the option `store`: `netlifyBlobsStore(getStore('tokens'))`. Its lease is a claim: nothing there is atomic. */
export function netlifyBlobsStore(blobs: NetlifyBlobs): TokenStore & Lease;
