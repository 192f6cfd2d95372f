// The Cache API alone as a store, for the isolates of one location.

import { invalidOption } from '../face/error.js';
import { cachePlace } from './cache-place.js';
import { claimed } from './claim.js';

/** The option `store` over this runtime's Cache API. */
export function cacheApiStore() {
  if (typeof globalThis.caches?.open !== 'function') throw invalidOption('store', 'needs the Cache API, which this runtime does not have');
  return claimed(cachePlace);
}
