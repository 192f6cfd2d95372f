// Private keys in every format people keep them in, in Node and in workerd; Node's own crypto verifies.
import assert from 'node:assert/strict';
import { constants, createHmac, generateKeyPairSync, verify } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sign, signBySecret } from './signing.mjs';
import { bundle, compatibilityDates, startWorkerd } from './workerd.mjs';

const project = fileURLToPath(new URL('..', import.meta.url));
const [compatibilityDate] = compatibilityDates;
const workerd = await startWorkerd([await bundle('signer', { project, compatibilityDate })]);
after(() => workerd.close());

const order = async (body) => {
  const response = await fetch(workerd.url, { method: 'POST', body: JSON.stringify(body) });
  return response.json();
};
const runtimes = {
  node: { sign, signBySecret },
  workerd: { sign: order, signBySecret: order },
};

const TEXT = 'header.claims';
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = (namedCurve) => generateKeyPairSync('ec', { namedCurve });
const [p256, p384, p521, k256] = ['P-256', 'P-384', 'P-521', 'secp256k1'].map(ec);
const ed25519 = generateKeyPairSync('ed25519');
const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
const [rsa512, rsa1024] = [512, 1024].map((modulusLength) => generateKeyPairSync('rsa', { modulusLength }));
const x25519 = generateKeyPairSync('x25519');

const pem = ({ privateKey }, type) => privateKey.export({ format: 'pem', type });
const jwk = ({ privateKey }, members) => ({ ...privateKey.export({ format: 'jwk' }), ...members });
const base64 = ({ privateKey }) => privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
const inBase64 = (text) => Buffer.from(text).toString('base64');
const withoutPublicKey = ({ privateKey }) => {
  // Version 0, the algorithm, and ECPrivateKey with its two first elements only (RFC 5915).
  const { d } = privateKey.export({ format: 'jwk' });
  const prefix = '3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420';
  return `-----BEGIN PRIVATE KEY-----\n${Buffer.from(prefix + Buffer.from(d, 'base64url').toString('hex'), 'hex').toString('base64')}\n-----END PRIVATE KEY-----`;
};
const encrypted = ({ privateKey }, type) =>
  privateKey.export({ format: 'pem', type, cipher: 'aes-256-cbc', passphrase: 'passphrase' });

function isSigned(algorithm, { publicKey }, signature, text = TEXT) {
  const [family, bits] = [algorithm.slice(0, 2), algorithm.slice(2)];
  const how = {
    RS: { padding: constants.RSA_PKCS1_PADDING },
    PS: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: Number(bits) / 8 },
    ES: { dsaEncoding: 'ieee-p1363' },
    Ed: {},
  };
  const hash = family === 'Ed' ? null : `sha${bits}`;
  return verify(hash, Buffer.from(text), { key: publicKey, ...how[family] }, Buffer.from(signature));
}

const ecdsa = (namedCurve) => ({ name: 'ECDSA', namedCurve });
const cryptoKey = (pair, algorithm, usages = ['sign']) => ({ format: 'pkcs8', key: base64(pair), algorithm, usages });
const rsaKey = (name, hash) => ({ cryptoKey: cryptoKey(rsa, { name, hash }) });

/** Title, pair of keys, algorithm that is expected, and how the key is given. */
const readable = [
  ['RSA, PKCS#8', rsa, 'RS256', pem(rsa, 'pkcs8')],
  ['RSA, PKCS#1', rsa, 'RS256', pem(rsa, 'pkcs1')],
  ['P-256, PKCS#8', p256, 'ES256', pem(p256, 'pkcs8')],
  ['P-384, PKCS#8', p384, 'ES384', pem(p384, 'pkcs8')],
  ['P-521, PKCS#8', p521, 'ES512', pem(p521, 'pkcs8')],
  ['P-256, SEC1', p256, 'ES256', pem(p256, 'sec1')],
  ['P-384, SEC1', p384, 'ES384', pem(p384, 'sec1')],
  ['P-521, SEC1', p521, 'ES512', pem(p521, 'sec1')],
  ['Ed25519, PKCS#8', ed25519, 'EdDSA', pem(ed25519, 'pkcs8')],
  ['RSA, JWK', rsa, 'RS256', jwk(rsa)],
  ['P-256, JWK', p256, 'ES256', jwk(p256)],
  ['P-384, JWK', p384, 'ES384', jwk(p384)],
  ['P-521, JWK', p521, 'ES512', jwk(p521)],
  ['Ed25519, JWK', ed25519, 'EdDSA', jwk(ed25519)],
  ['JWK with an alg', rsa, 'PS512', jwk(rsa, { alg: 'PS512' })],
  ['JWK with the newer name of an alg', ed25519, 'Ed25519', jwk(ed25519, { alg: 'Ed25519' })],
  ['JWK with uses', p256, 'ES256', jwk(p256, { use: 'sig', key_ops: ['sign'], ext: false, kid: '' })],
  ['JWK as text', p256, 'ES256', ` ${JSON.stringify(jwk(p256), null, 2)}\n`],
  ['JWK as text in quotes', p256, 'ES256', `'${JSON.stringify(jwk(p256))}'`],
  ['literal \\n', rsa, 'RS256', pem(rsa, 'pkcs8').replaceAll('\n', '\\n')],
  ['literal \\\\n', rsa, 'RS256', pem(rsa, 'pkcs1').replaceAll('\n', '\\\\n')],
  ['literal \\r\\n', p256, 'ES256', pem(p256, 'sec1').replaceAll('\n', '\\r\\n')],
  ['CRLF', rsa, 'RS256', pem(rsa, 'pkcs1').replaceAll('\n', '\r\n')],
  ['spaces for lines', rsa, 'RS256', pem(rsa, 'pkcs1').replaceAll('\n', ' ')],
  ['one line', rsa, 'RS256', pem(rsa, 'pkcs8').replaceAll('\n', '')],
  ['white space around', p256, 'ES256', `\n\t ${pem(p256, 'pkcs8').replaceAll('\n', '\n  ')} \n`],
  ['double quotes', rsa, 'RS256', `"${pem(rsa, 'pkcs8').replaceAll('\n', '\\n')}"`],
  ['single quotes and white space', rsa, 'RS256', ` '\n${pem(rsa, 'pkcs8')}' `],
  ['after its parameters', p256, 'ES256', `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${pem(p256, 'sec1')}`],
  ['after its certificate', rsa, 'RS256', `-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n${pem(rsa, 'pkcs8')}`],
  ['PKCS#8 between the lines of two labels', rsa, 'RS256', pem(rsa, 'pkcs8').replace('BEGIN PRIVATE', 'BEGIN RSA PRIVATE')],
  ['backslashes at the ends of lines', rsa, 'RS256', pem(rsa, 'pkcs8').replaceAll('\n', '\\\n')],
  ['what openssl pkcs12 writes before it', rsa, 'RS256', `Bag Attributes\n    localKeyID: 01 \nKey Attributes: <No Attributes>\n${pem(rsa, 'pkcs8')}`],
  ['a line of JSON', rsa, 'RS256', `"private_key": ${JSON.stringify(pem(rsa, 'pkcs8'))},`],
  ['a byte order mark', p256, 'ES256', `\ufeff${pem(p256, 'pkcs8')}`],
  ['PEM in base64', rsa, 'RS256', inBase64(pem(rsa, 'pkcs1'))],
  ['PEM in base64, broken into lines and in quotes', rsa, 'RS256', `"${inBase64(pem(rsa, 'pkcs8')).replaceAll(/.{76}/g, '$&\n')}"`],
  ['PEM with literal \\n in base64', p256, 'ES256', inBase64(pem(p256, 'pkcs8').replaceAll('\n', '\\n'))],
  ['JWK in base64', p256, 'ES256', inBase64(JSON.stringify(jwk(p256)))],
  ['no lines before and after it', rsa, 'RS256', base64(rsa)],
  ['no lines before and after it, PKCS#1 in lines', rsa, 'RS256', pem(rsa, 'pkcs1').split('\n').slice(1, -2).join('\n')],
  ['PKCS#8 without the public key', p256, 'ES256', withoutPublicKey(p256)],
  ['RSASSA-PSS by its own identifier', pss, 'PS256', pem(pss, 'pkcs8')],
  ['PKCS#8 under the label of PKCS#1', rsa, 'RS256', pem(rsa, 'pkcs8').replaceAll('PRIVATE', 'RSA PRIVATE')],
  ['PKCS#1 under the label of PKCS#8', rsa, 'RS256', pem(rsa, 'pkcs1').replaceAll('RSA PRIVATE', 'PRIVATE')],
];

const handles = [
  ['RSASSA-PKCS1-v1_5', rsa, 'RS256', rsaKey('RSASSA-PKCS1-v1_5', 'SHA-256')],
  ['RSASSA-PKCS1-v1_5, SHA-384', rsa, 'RS384', rsaKey('RSASSA-PKCS1-v1_5', 'SHA-384')],
  ['RSA-PSS', rsa, 'PS256', rsaKey('RSA-PSS', 'SHA-256')],
  ['RSA-PSS, SHA-512', rsa, 'PS512', rsaKey('RSA-PSS', 'SHA-512')],
  ['P-256', p256, 'ES256', { cryptoKey: cryptoKey(p256, ecdsa('P-256')) }],
  ['P-521', p521, 'ES512', { cryptoKey: cryptoKey(p521, ecdsa('P-521')) }],
  ['Ed25519', ed25519, 'EdDSA', { cryptoKey: cryptoKey(ed25519, { name: 'Ed25519' }) }],
];

const chosen = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'].map((alg) => [rsa, { key: pem(rsa, 'pkcs1'), alg }]),
  [rsa, { key: jwk(rsa), alg: 'PS256' }],
  [rsa, { key: jwk(rsa, { alg: 'PS256' }), alg: 'PS256' }],
  [p256, { key: pem(p256, 'sec1'), alg: 'ES256' }],
  [ed25519, { key: pem(ed25519, 'pkcs8'), alg: 'Ed25519' }],
  [ed25519, { key: jwk(ed25519, { alg: 'Ed25519' }), alg: 'EdDSA' }],
];

/** Title, option, and what the message says. */
const refused = [
  ['a string', pem(rsa, 'pkcs8'), /^privateKey must be an object with the key as a member/],
  ['a JWK', jwk(rsa), /^privateKey must be an object with the key as a member/],
  ['null', null, /^privateKey must be an object/],
  ['an array', [], /^privateKey must be an object/],
  ['an unknown member', { key: pem(rsa, 'pkcs8'), algorithm: 'RS256' }, /^privateKey\.algorithm is not an option; there are key, alg, kid, x5t, x5t#S256, x5c, audience$/],
  ['a number as kid', { key: pem(rsa, 'pkcs8'), kid: 1 }, /^privateKey\.kid must be a string/],
  ['an empty audience', { key: pem(rsa, 'pkcs8'), audience: '' }, /^privateKey\.audience must be a string that is not empty, or an array of them/],
  ['no audience at all', { key: pem(rsa, 'pkcs8'), audience: [] }, /^privateKey\.audience must be a string that is not empty, or an array of them/],
  ['an empty audience among others', { key: pem(rsa, 'pkcs8'), audience: ['a', ''] }, /^privateKey\.audience must be/],
  ['a thumbprint of another length', { key: pem(rsa, 'pkcs8'), x5t: 'AQID' }, /^privateKey\.x5t must be the SHA-1 thumbprint of the certificate, in hexadecimal or base64url$/],
  ['a thumbprint of SHA-1 for one of SHA-256', { key: pem(rsa, 'pkcs8'), 'x5t#S256': 'ab'.repeat(20) }, /^privateKey\.x5t#S256 must be the SHA-256 thumbprint/],
  ['a certificate as its thumbprint', { key: pem(rsa, 'pkcs8'), 'x5t#S256': '-----BEGIN CERTIFICATE-----' }, /^privateKey\.x5t#S256 must be the SHA-256 thumbprint/],
  ['a thumbprint that is no text', { key: pem(rsa, 'pkcs8'), x5t: 7 }, /^privateKey\.x5t must be the SHA-1 thumbprint/],
  ['a certificate as PEM', { key: pem(rsa, 'pkcs8'), x5c: ['-----BEGIN CERTIFICATE-----'] }, /^privateKey\.x5c must be an array of certificates/],
  ['one certificate', { key: pem(rsa, 'pkcs8'), x5c: 'MIIB' }, /^privateKey\.x5c must be an array of certificates/],
  ['no key', {}, /^privateKey\.key must be a private key as PEM text, a JWK or a CryptoKey$/],
  ['a number', { key: 7 }, /^privateKey\.key must be a private key/],
  ['an empty string', { key: '' }, /^privateKey\.key must be .*; this text is none of them/],
  ['another text', { key: 'correct horse battery staple' }, /^privateKey\.key must be .*; this text is none of them/],
  ['a public key', { key: rsa.publicKey.export({ format: 'pem', type: 'spki' }) }, /^privateKey\.key has no private key in it, only: PUBLIC KEY$/],
  ['a public key, PKCS#1', { key: rsa.publicKey.export({ format: 'pem', type: 'pkcs1' }) }, /^privateKey\.key has no private key in it, only: RSA PUBLIC KEY$/],
  ['RSA of 512 bits, PKCS#8', { key: pem(rsa512, 'pkcs8') }, /^privateKey\.key is an RSA key of 512 bits, and signatures need 2048 \(RFC 7518 §3\.3\); make another with: openssl /],
  ['RSA of 1024 bits, PKCS#1', { key: pem(rsa1024, 'pkcs1') }, /^privateKey\.key is an RSA key of 1024 bits/],
  ['RSA of 1024 bits, JWK', { key: jwk(rsa1024) }, /^privateKey\.key is an RSA key of 1024 bits/],
  ['a pair of keys', { key: { privateKey: {}, publicKey: {} } }, /^privateKey\.key is a pair of keys: give its privateKey$/],
  ['a KeyObject', { key: { type: 'private', asymmetricKeyType: 'rsa' } }, /^privateKey\.key is a KeyObject: give what its export\(/],
  ['JWK to encrypt with, by its use', { key: jwk(rsa, { use: 'enc' }) }, /says by its use or key_ops that it is not for signatures/],
  ['JWK to verify with, by its key_ops', { key: jwk(p256, { key_ops: ['verify'] }) }, /says by its use or key_ops that it is not for signatures/],
  ['JWK with key_ops that are no list', { key: jwk(p256, { key_ops: 'sign' }) }, /says by its use or key_ops/],
  ['JWK with a number as kid', { key: jwk(p256, { kid: 7 }) }, /^privateKey\.key has a kid that is not a string/],
  ['a public key in base64', { key: inBase64(rsa.publicKey.export({ format: 'pem', type: 'spki' })) }, /^privateKey\.key has no private key in it, only: PUBLIC KEY$/],
  ['an encrypted key in base64', { key: inBase64(encrypted(rsa, 'pkcs8')) }, /^privateKey\.key is encrypted;/],
  ['a public key without its lines', { key: rsa.publicKey.export({ format: 'der', type: 'spki' }).toString('base64') }, /content is not a private key in PKCS#8/],
  ['a label that is none', { key: '-----BEGIN x<secret>-----\n-----END x<secret>-----' }, /^privateKey\.key has no private key in it, only: something else$/],
  ['a JWT', { key: 'eyJhbGciOiJIUzI1NiJ9.e30.c2ln' }, /this text is none of them/],
  ['a public JWK', { key: rsa.publicKey.export({ format: 'jwk' }) }, /^privateKey\.key is a public key: it has no d$/],
  ['a certificate', { key: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----' }, /^privateKey\.key has no private key in it, only: CERTIFICATE$/],
  ['encrypted, PKCS#8', { key: encrypted(rsa, 'pkcs8') }, /^privateKey\.key is encrypted; decrypt it with: openssl /],
  ['encrypted, PKCS#1', { key: encrypted(rsa, 'pkcs1') }, /^privateKey\.key is encrypted;/],
  ['encrypted, SEC1, in one line', { key: encrypted(p256, 'sec1').replaceAll('\n', '\\n') }, /^privateKey\.key is encrypted;/],
  ['OpenSSH', { key: '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----' }, /OpenSSH's own format; convert it with: ssh-keygen/],
  ['cut off', { key: pem(rsa, 'pkcs8').slice(0, 400) }, /^privateKey\.key is cut off: it has a BEGIN line and no END line/],
  ['a character too many', { key: pem(rsa, 'pkcs8').replace('\nMII', '\nM*I') }, /^privateKey\.key is not PEM: /],
  ['bytes missing', { key: pem(rsa, 'pkcs8').split('\n').toSpliced(10, 4).join('\n') }, /content is not a private key in PKCS#8/],
  ['nothing in it', { key: '-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----' }, /content is not a private key in PKCS#8/],
  ['an endless length', { key: '-----BEGIN PRIVATE KEY-----\nMP////8=\n-----END PRIVATE KEY-----' }, /content is not a private key in PKCS#8/],
  ['SEC1 without a curve', { key: '-----BEGIN EC PRIVATE KEY-----\nMAYCAQEEAQE=\n-----END EC PRIVATE KEY-----' }, /content is not a private key in PKCS#8/],
  ['secp256k1, PKCS#8', { key: pem(k256, 'pkcs8') }, /of a kind that cannot be used here; there are RSA, P-256/],
  ['secp256k1, SEC1', { key: pem(k256, 'sec1') }, /of a kind that cannot be used here/],
  ['secp256k1, JWK', { key: jwk(k256) }, /of a kind that cannot be used here/],
  ['X25519, PKCS#8', { key: pem(x25519, 'pkcs8') }, /of a kind that cannot be used here/],
  ['X25519, JWK', { key: jwk(x25519) }, /of a kind that cannot be used here/],
  ['an unknown kty', { key: { kty: '__proto__', d: 'd' } }, /of a kind that cannot be used here/],
  ['a symmetric JWK', { key: { kty: 'oct', k: 'c2VjcmV0' } }, /symmetric key; a secret goes with clientAuth 'client_secret_jwt'/],
  ['a set of keys', { key: { keys: [jwk(rsa)] } }, /is a set of keys/],
  ['an object', { key: {} }, /this object has no kty/],
  ['broken JSON', { key: '{"kty":"RSA",' }, /looks like a JWK, but is not JSON/],
  ["a service account's file", { key: JSON.stringify({ private_key: pem(rsa, 'pkcs8') }) }, /service account's file: give its private_key/],
  ['JWK without primes', { key: jwk(rsa, { p: undefined, q: undefined }) }, /lacks p, q, which a private key has/],
  ['JWK without a point', { key: jwk(p256, { y: undefined }) }, /lacks y, which/],
  ['JWK to encrypt with', { key: jwk(rsa, { alg: 'RSA-OAEP' }) }, /says an alg that does not fit it: such a key signs RS256/],
  ['alg of another kind', { key: pem(rsa, 'pkcs8'), alg: 'ES256' }, /^privateKey\.alg must be RS256 or RS384 .* with this key$/],
  ['alg of another curve', { key: pem(p384, 'sec1'), alg: 'ES256' }, /^privateKey\.alg must be ES384 with this key$/],
  ["alg other than the JWK's", { key: jwk(rsa, { alg: 'RS256' }), alg: 'PS256' }, /^privateKey\.alg must be RS256 with this key$/],
  ['HMAC', { key: pem(rsa, 'pkcs8'), alg: 'HS256' }, /^privateKey\.alg must be RS256/],
  ['none', { key: pem(rsa, 'pkcs8'), alg: 'none' }, /^privateKey\.alg must be RS256/],
];

const refusedHandles = [
  ['another alg', { cryptoKey: cryptoKey(rsa, { name: 'RSA-PSS', hash: 'SHA-256' }), privateKey: { alg: 'RS256' } }, /^privateKey\.alg must be PS256 with this key$/],
  ['RSA of 1024 bits', { cryptoKey: cryptoKey(rsa1024, { name: 'RSA-PSS', hash: 'SHA-256' }) }, /^privateKey\.key is an RSA key of 1024 bits/],
  ['SHA-1', rsaKey('RSASSA-PKCS1-v1_5', 'SHA-1'), /^privateKey\.key is of a kind that cannot be used here/],
  ['one to encrypt with', { cryptoKey: cryptoKey(rsa, { name: 'RSA-OAEP', hash: 'SHA-256' }, ['decrypt']) }, /^privateKey\.key must not be used to sign/],
  ['in the place of the option', { ...rsaKey('RSA-PSS', 'SHA-256'), isOption: true }, /^privateKey must be an object with the key as a member/],
  ['a public one', { cryptoKey: { format: 'jwk', key: p256.publicKey.export({ format: 'jwk' }), algorithm: ecdsa('P-256'), usages: ['verify'] } }, /^privateKey\.key is a public key; a private one/],
];

for (const [runtime, { sign, signBySecret }] of Object.entries(runtimes)) {
  describe(runtime, () => {
    for (const [title, pair, algorithm, key] of readable) {
      test(`signs: ${title}`, async () => {
        const { fields, isHandle, signature, message } = await sign({ privateKey: { key }, text: TEXT });
        assert.equal(message, undefined);
        const { key: secret, ...others } = fields;
        assert.deepEqual(others, { alg: algorithm });
        assert.ok(secret.length >= 40, 'wasm is told the key');
        assert.equal(isHandle, false);
        assert.ok(isSigned(algorithm, pair, signature));
        assert.ok(!isSigned(algorithm, pair, signature, 'another text'));
      });
    }

    for (const [title, pair, algorithm, given] of handles) {
      test(`signs with a CryptoKey: ${title}`, async () => {
        const { fields, isHandle, signature, message } = await sign({ ...given, text: TEXT });
        assert.equal(message, undefined);
        assert.deepEqual(fields, { alg: algorithm });
        assert.equal(isHandle, true);
        assert.ok(isSigned(algorithm, pair, signature));
      });
    }

    for (const [pair, privateKey] of chosen) {
      test(`signs as it is told: ${privateKey.alg}, ${typeof privateKey.key}`, async () => {
        const { fields, signature, message } = await sign({ privateKey, text: TEXT });
        assert.equal(message, undefined);
        assert.equal(fields.alg, privateKey.alg);
        assert.ok(isSigned(privateKey.alg, pair, signature));
      });
    }

    test('an EdDSA signature is that of RFC 8037 appendix A.4', async () => {
      const key = {
        kty: 'OKP',
        crv: 'Ed25519',
        d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
        x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
      };
      const text = 'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc';
      const { signature } = await sign({ privateKey: { key }, text });
      assert.equal(
        Buffer.from(signature).toString('base64url'),
        'hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
      );
    });

    test('kid is the option, else the JWK\'s', async () => {
      const kid = async (privateKey) => (await sign({ privateKey, text: TEXT })).fields.kid;
      const key = jwk(p256, { kid: 'of the key' });
      assert.equal(await kid({ key }), 'of the key');
      assert.equal(await kid({ key: JSON.stringify(key) }), 'of the key');
      assert.equal(await kid({ key, kid: 'of the option' }), 'of the option');
      assert.equal(await kid({ key: pem(p256, 'pkcs8'), kid: 'of the option' }), 'of the option');
    });

    test('audience is passed on, each where there are several', async () => {
      const audience = async (audience) => {
        const { fields } = await sign({ privateKey: { key: jwk(p256), audience }, text: TEXT });
        return fields.audience;
      };
      assert.deepEqual(await audience('https://as.example.com'), ['https://as.example.com']);
      assert.deepEqual(await audience(['https://as.example.com', 'urn:as']), ['https://as.example.com', 'urn:as']);
    });

    test('thumbprints are written as headers have them, however they are given', async () => {
      const header = async (certificate) => {
        const { fields } = await sign({ privateKey: { key: jwk(p256), ...certificate }, text: TEXT });
        const [[member, json]] = fields.header;
        return [member, JSON.parse(json)];
      };
      const sha1 = Buffer.alloc(20, 0xfb);
      const sha256 = Buffer.alloc(32, 0xff);
      const colons = (bytes) => bytes.toString('hex').toUpperCase().replaceAll(/..(?=.)/g, '$&:');
      for (const given of [sha1.toString('base64url'), sha1.toString('base64'), sha1.toString('hex'), colons(sha1)]) {
        assert.deepEqual(await header({ x5t: given }), ['x5t', sha1.toString('base64url')]);
      }
      for (const given of [sha256.toString('base64url'), ` ${sha256.toString('hex')}\n`, colons(sha256)]) {
        assert.deepEqual(await header({ 'x5t#S256': given }), ['x5t#S256', sha256.toString('base64url')]);
      }
      assert.deepEqual(await header({ x5c: ['MII\nB', 'MIIC'] }), ['x5c', ['MIIB', 'MIIC']]);
    });

    test('no text is looked at for longer than a key is long', async () => {
      const longest = 65_536;
      for (const piece of ['\\', '\\n', '-', '-----BEGIN A-----', '-----BEGIN PRIVATE KEY-----', '"', ' ', '=', 'MIIB', '{"a":', '\n']) {
        const text = piece.repeat(longest).slice(0, longest);
        for (const [key, said] of [[text, /^privateKey\.key (?!.*longer)/], [`${text}${piece}`, /^privateKey\.key must be .*; this text is longer than any$/]]) {
          const { code, message } = await sign({ privateKey: { key }, text: TEXT });
          assert.equal(code, 'invalid_option');
          assert.match(message, said);
        }
      }
    });

    test('one key is one secret, however its text is laid out; another key is another', async () => {
      const secret = async (key) => (await sign({ privateKey: { key }, text: TEXT })).fields.key;
      const text = pem(rsa, 'pkcs8');
      assert.equal(await secret(text), await secret(` "${text.replaceAll('\n', '\\r\\n')}"`));
      assert.notEqual(await secret(pem(p256, 'pkcs8')), await secret(pem(ec('P-256'), 'pkcs8')));
      assert.notEqual(await secret(jwk(p256)), await secret(jwk(ec('P-256'))));
    });

    for (const [title, privateKey, message] of refused) {
      test(`refuses ${title}`, async () => {
        const answer = await sign({ privateKey, text: TEXT });
        assert.equal(answer.code, 'invalid_option');
        assert.match(answer.message, message);
        holdsNothingOf(privateKey, answer.message);
      });
    }

    for (const [title, given, message] of refusedHandles) {
      test(`refuses a CryptoKey: ${title}`, async () => {
        const answer = await sign({ ...given, text: TEXT });
        assert.equal(answer.code, 'invalid_option');
        assert.match(answer.message, message);
      });
    }

    test('says it when the runtime cannot import the key, and nothing of the key', async () => {
      const broken = base64(rsa).slice(0, 200).padEnd(base64(rsa).length, 'A');
      const key = `-----BEGIN PRIVATE KEY-----\n${broken}\n-----END PRIVATE KEY-----`;
      for (const privateKey of [{ key }, { key: jwk(p256, { x: 'AAAA' }) }]) {
        const { message } = await sign({ privateKey, text: TEXT });
        assert.match(message, /^cannot be used for [ER]S256 by this runtime: \w+$/);
        holdsNothingOf(privateKey, message);
      }
    });

    test('signs by a secret', async () => {
      for (const algorithm of ['HS256', 'HS384', 'HS512']) {
        const { signature } = await signBySecret({ algorithm, secret: 'sécret', text: TEXT });
        const expected = createHmac(`sha${algorithm.slice(2)}`, 'sécret').update(TEXT).digest();
        assert.deepEqual(Buffer.from(signature), expected);
      }
    });
  });
}

/** No eight characters of a key are in the message. */
function holdsNothingOf(privateKey, message) {
  const { key } = privateKey ?? {};
  const secrets = typeof key === 'string' ? key.match(/[A-Za-z0-9+/]{40,}/g) : Object.values(key ?? {});
  for (const secret of secrets ?? []) {
    for (let at = 0; typeof secret === 'string' && at + 8 <= secret.length; at++) {
      const piece = secret.slice(at, at + 8);
      assert.ok(!message.includes(piece), `the message holds ${piece}`);
    }
  }
}
