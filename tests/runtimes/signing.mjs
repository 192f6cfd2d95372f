// Signs with a private key in the runtime it is run in, by the library's own files: in Node and in a Worker.
import { hmac } from '../../pkg-templates/face/crypto.js';
import { readPrivateKey } from '../../pkg-templates/face/jwt.js';

const encoder = new TextEncoder();

/**
 * `privateKey` is the option; `cryptoKey` the arguments to import one with, where its key shall be a CryptoKey,
 * or with `isOption` the option itself.
 * Says what was signed and with what, or why not; in plain values.
 */
export async function sign({ privateKey, cryptoKey, isOption, text }) {
  try {
    const handle = cryptoKey && (await importKey(cryptoKey));
    const option = handle ? { ...privateKey, key: handle } : privateKey;
    const { fields, isHandle, sign } = readPrivateKey('privateKey', isOption ? handle : option);
    const signature = await sign(fields.alg, encoder.encode(text));
    return { fields, isHandle, signature: [...signature] };
  } catch ({ code, message }) {
    return { code, message };
  }
}

export async function signBySecret({ algorithm, secret, text }) {
  return { signature: [...(await hmac(algorithm, encoder.encode(secret), encoder.encode(text)))] };
}

function importKey({ format, key, algorithm, usages }) {
  const data = format === 'jwk' ? key : Uint8Array.from(atob(key), (character) => character.charCodeAt(0));
  return crypto.subtle.importKey(format, data, algorithm, false, usages);
}
