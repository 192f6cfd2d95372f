// Signatures of others, checked by the host.

import { webCryptoParameters } from './jwt.js';

/** Imports the public key in `jwk` for `algorithm`. */
export async function importKey(jwk, algorithm) {
  return await crypto.subtle.importKey('jwk', jwk, webCryptoParameters(algorithm), false, ['verify']);
}

/** Whether `signature` is that of `data`. Both are views of wasm's memory, which are copied as this is called. */
export function verify(key, algorithm, data, signature) {
  try {
    return crypto.subtle.verify(webCryptoParameters(algorithm), key, signature, data);
  } catch (error) {
    return Promise.reject(error);
  }
}
