// An issuer on loopback, in the process of the tests: a key for each algorithm, made by the platform.

const { createServer } = process.getBuiltinModule('node:http');
const { subtle } = globalThis.crypto;

const rsa = (name, bits) => ({
  name,
  hash: `SHA-${bits}`,
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  saltLength: bits / 8,
});
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
  Ed25519: { name: 'Ed25519' },
};

const encode = (bytes) => Buffer.from(bytes).toString('base64url');

export async function startIssuer() {
  const pairs = new Map();
  const keys = [];
  for (const [alg, algorithm] of Object.entries(ALGORITHMS)) {
    const pair = await subtle.generateKey(algorithm, true, ['sign', 'verify']);
    pairs.set(alg, pair.privateKey);
    keys.push({ ...(await subtle.exportKey('jwk', pair.publicKey)), kid: alg, use: 'sig' });
  }
  // Not on its curve.
  keys.push({ ...keys.find((key) => key.kid === 'ES256'), kid: 'broken', y: encode(new Uint8Array(32).fill(1)) });
  const server = createServer((_, response) => response.end(JSON.stringify({ keys })));
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    uri: `http://127.0.0.1:${server.address().port}/keys`,
    /** A good token of the key of that name. */
    async sign(alg, kid) {
      const now = Math.floor(Date.now() / 1000);
      const claims = { iss: 'issuer', aud: 'api', sub: 'user', exp: now + 60, iat: now };
      const header = { alg, kid, typ: 'at+jwt' };
      const input = [header, claims].map((part) => encode(JSON.stringify(part))).join('.');
      const signature = await subtle.sign(ALGORITHMS[alg], pairs.get(alg), Buffer.from(input));
      return `${input}.${encode(signature)}`;
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
