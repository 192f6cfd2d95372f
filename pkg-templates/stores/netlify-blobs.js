// Netlify Blobs as a store. What it keeps, it keeps for ever: each record says itself when it is over.

import { invalidOption } from '../face/error.js';
import { claimed } from './claim.js';

/** The option `store` over what `getStore` of `@netlify/blobs` gives. */
export function netlifyBlobsStore(blobs) {
  if (typeof blobs?.setJSON !== 'function') {
    throw invalidOption('store', "needs what getStore() of '@netlify/blobs' gives: netlifyBlobsStore(getStore('tokens'))");
  }
  return claimed({
    // Elsewhere what was written may be seen a minute later only.
    read: (name) => blobs.get(name, { type: 'json', consistency: 'strong' }),
    // Nothing depends on `onlyIfNew`: its client takes a server's failure for success.
    write: (name, content) => blobs.setJSON(name, content),
    remove: (name) => blobs.delete(name),
  });
}
