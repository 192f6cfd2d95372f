// Cryptography by the host. What wasm hands over are views of its memory, which are empty as soon as that
// memory grows: whatever is used after an `await` is copied before it.

// A page that is not secure has none, and nor have old test runners: what needs it fails, and all else works.
const subtle = globalThis.crypto?.subtle;

export async function sha256(data) {
  return new Uint8Array(await subtle.digest('SHA-256', data));
}

/** HKDF-SHA-256 without salt, 32 bytes (RFC 5869). */
export async function hkdf(secret, info) {
  const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: info.slice() };
  const key = await subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits']);
  return new Uint8Array(await subtle.deriveBits(algorithm, key, 256));
}

/** Empty where there is no randomness, as in the global scope of a Worker. */
export function nonce() {
  try {
    return crypto.getRandomValues(new Uint8Array(12));
  } catch {
    return new Uint8Array();
  }
}

/** `operation` is encrypt or decrypt. */
export async function aesGcm(operation, key, nonce, additionalData, data) {
  const algorithm = { name: 'AES-GCM', iv: nonce.slice(), additionalData: additionalData.slice() };
  const text = data.slice();
  const aesKey = await subtle.importKey('raw', key, 'AES-GCM', false, [operation]);
  return new Uint8Array(await subtle[operation](algorithm, aesKey, text));
}

/** `algorithm` is HS256, HS384 or HS512 (RFC 7518 §3.2). */
export async function hmac(algorithm, secret, data) {
  const hash = `SHA-${algorithm.slice(2)}`;
  const key = await subtle.importKey('raw', secret, { name: 'HMAC', hash }, false, ['sign']);
  return new Uint8Array(await subtle.sign('HMAC', key, data));
}
