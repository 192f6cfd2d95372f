// Vercel's Runtime Cache as a store, for the functions of one region.

import { invalidOption } from '../face/error.js';
import { claimed } from './claim.js';

/** The option `store` over what `getCache` of `@vercel/functions` gives. */
export function runtimeCacheStore(cache) {
  if (typeof cache?.get !== 'function' || typeof cache.expireTag !== 'function') {
    throw invalidOption('store', "needs what getCache() of '@vercel/functions' gives: runtimeCacheStore(getCache())");
  }
  return claimed({
    // Unless it is told otherwise, that cache knows keys by 32 bits of them: two may meet.
    async read(name) {
      const content = await cache.get(name);
      return content?.name === name ? content : undefined;
    },
    // Its client tells the key in a header besides, where a key of other letters than Latin ones keeps all from being kept.
    write: (name, content, ttlMs) => cache.set(name, { name, ...content }, { ttl: Math.ceil(ttlMs / 1000), name: 'edge-oauth2' }),
    remove: (name) => cache.delete(name),
  });
}
