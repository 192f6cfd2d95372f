// Keys of every algorithm that a token may be signed with, and tokens signed by them, right or wrong.

const encoder = new TextEncoder();
export const base64url = (data) => Buffer.from(data).toString('base64url');

const rsa = (name, bits) => ({ name, hash: `SHA-${bits}`, saltLength: bits / 8 });
const ecdsa = (namedCurve, bits) => ({ name: 'ECDSA', namedCurve, hash: `SHA-${bits}` });
const ALGORITHMS = {
  RS256: rsa('RSASSA-PKCS1-v1_5', 256),
  RS384: rsa('RSASSA-PKCS1-v1_5', 384),
  RS512: rsa('RSASSA-PKCS1-v1_5', 512),
  PS256: rsa('RSA-PSS', 256),
  PS384: rsa('RSA-PSS', 384),
  PS512: rsa('RSA-PSS', 512),
  ES256: ecdsa('P-256', 256),
  ES384: ecdsa('P-384', 384),
  ES512: ecdsa('P-521', 512),
  EdDSA: { name: 'Ed25519' },
};
const algorithms = Object.keys(ALGORITHMS);

/**
 * Keys by their `kid`: one of each algorithm, called after it; two that come later, and one that is too short. All of the
 * RSA ones are the same number, so that what tells them apart is their algorithm alone.
 */
export async function createKeys() {
  const keys = {};
  const pair = await generate('RS256', 2048);
  for (const alg of algorithms) keys[alg] = await createKey(alg, alg, ALGORITHMS[alg].name.startsWith('RSA') ? pair : await generate(alg));
  keys.next = await createKey('ES256', 'next', await generate('ES256'));
  keys.stranger = await createKey('ES256', 'stranger', await generate('ES256'));
  keys.short = await createKey('RS256', 'short', await generate('RS256', 1024));
  return keys;
}

/** A pair of keys as JWKs, without a word on what they are for. */
async function generate(alg, modulusLength) {
  const algorithm = { ...ALGORITHMS[alg], modulusLength, publicExponent: new Uint8Array([1, 0, 1]) };
  const { privateKey, publicKey } = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const jwkOf = async (key) => {
    const { key_ops, ext, alg, ...jwk } = await crypto.subtle.exportKey('jwk', key);
    return jwk;
  };
  return { privateJwk: await jwkOf(privateKey), publicJwk: await jwkOf(publicKey) };
}

async function createKey(alg, kid, { privateJwk, publicJwk }) {
  const algorithm = ALGORITHMS[alg];
  const privateKey = await crypto.subtle.importKey('jwk', privateJwk, algorithm, false, ['sign']);
  const publicKey = await crypto.subtle.importKey('jwk', publicJwk, algorithm, true, ['verify']);
  const lines = Buffer.from(await crypto.subtle.exportKey('spki', publicKey)).toString('base64').match(/.{1,64}/g);
  return {
    jwk: { ...publicJwk, alg, kid, use: 'sig' },
    pem: `-----BEGIN PUBLIC KEY-----\n${lines.join('\n')}\n-----END PUBLIC KEY-----\n`,
    sign: async (text) => new Uint8Array(await crypto.subtle.sign(algorithm, privateKey, encoder.encode(text))),
  };
}

/**
 * A JWS in its compact form. `header` and `payload` are objects, or texts that are taken as they are; `secret` signs with
 * an HMAC, and without a key there is no signature.
 */
export async function sign({ header, payload, key, secret }) {
  const [head, body] = [header, payload].map((part) => base64url(typeof part === 'string' ? part : JSON.stringify(part)));
  const input = `${head}.${body}`;
  if (secret !== undefined) return `${input}.${base64url(await hmac(secret, input, header.alg))}`;
  return `${input}.${key ? base64url(await key.sign(input)) : ''}`;
}

async function hmac(secret, text, alg) {
  const algorithm = { name: 'HMAC', hash: `SHA-${alg.slice(2)}` };
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(text)));
}
