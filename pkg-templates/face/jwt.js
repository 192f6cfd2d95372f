// The key that a client signs assertions with (RFC 7523), in whatever format it is kept.

import { invalidOption } from './error.js';
import { decoded, isPem, pemContent, readDer } from './pem.js';

const MEMBERS = ['key', 'alg', 'kid', 'x5t', 'x5t#S256', 'x5c', 'audience'];

/** What each kind of key signs, the default first (RFC 7518 §3.1, RFC 8037, RFC 9864). */
const ALGORITHMS = {
  RSA: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  'P-256': ['ES256'],
  'P-384': ['ES384'],
  'P-521': ['ES512'],
  Ed25519: ['EdDSA', 'Ed25519'],
  'RSA-PSS': ['PS256', 'PS384', 'PS512'],
};

const CURVES = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };

/** What Web Crypto needs of a private JWK, beside `kty` (RFC 7518 §6, RFC 8037 §2). */
const JWK_MEMBERS = {
  RSA: ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'],
  EC: ['crv', 'x', 'y', 'd'],
  OKP: ['crv', 'x', 'd'],
};

const WANTED = 'a private key as PEM text, a JWK or a CryptoKey';

/** Of RSA keys, in bytes (RFC 7518 §3.3, §3.5). */
const MIN_MODULUS = 256;

/** Four times as long as the longest key there is, and its certificates. */
const MAX_TEXT = 65_536;

/**
 * Reads the option `{ key, alg?, kid?, x5t?, 'x5t#S256'?, x5c?, audience? }`. Returns
 *
 * - `fields` for wasm: `alg`, and if there are any `kid`, `audience`, `header`, which is pairs of what else the header
 *   says, as JSON, and `key`, if it can be read: its secret part, which tells one client from another as a client
 *   secret does. It is in no format.
 * - `isHandle`: whether it cannot be read, since it is a CryptoKey.
 * - `sign(algorithm, data)`, which resolves to the signature. It rejects with what is wrong with the key: a
 *   message to follow the option's name.
 */
export function readPrivateKey(name, value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isCryptoKey(value) || 'kty' in value) {
    throw invalidOption(name, 'must be an object with the key as a member: { key, alg, kid, audience }');
  }
  for (const member of Object.keys(value)) {
    if (!MEMBERS.includes(member)) {
      throw invalidOption(`${name}.${member}`, `is not an option; there are ${MEMBERS.join(', ')}`);
    }
  }
  for (const member of ['alg', 'kid']) {
    if (value[member] !== undefined && (typeof value[member] !== 'string' || value[member] === '')) {
      throw invalidOption(`${name}.${member}`, 'must be a string that is not empty');
    }
  }
  // Wasm says what it is wanted for, if it is.
  if ('key' in value && value.key === undefined) return undefined;
  const key = readKey(`${name}.key`, value.key);
  const { alg = key.algorithms[0], kid = key.kid } = value;
  if (!key.algorithms.includes(alg)) {
    throw invalidOption(`${name}.alg`, `must be ${key.algorithms.join(' or ')} with this key`);
  }
  const audience = value.audience === undefined ? undefined : readAudience(`${name}.audience`, value.audience);
  const members = { alg, kid, key: key.secret, audience, header: certificateHeader(name, value) };
  return {
    fields: Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined)),
    isHandle: key.secret === undefined,
    sign: (algorithm, data) => sign(key, algorithm, data),
  };
}

/** One or several. */
export function readAudience(name, value) {
  const all = Array.isArray(value) ? value : [value];
  if (all.length === 0 || all.some((one) => typeof one !== 'string' || one === '')) {
    throw invalidOption(name, 'must be a string that is not empty, or an array of them');
  }
  return all;
}

/** What tells a server which certificate the key belongs to (RFC 7515 §4.1.6 to §4.1.8), as pairs. */
function certificateHeader(name, { x5t, 'x5t#S256': x5tS256, x5c }) {
  if (x5c !== undefined && !(Array.isArray(x5c) && x5c.length > 0 && x5c.every((one) => typeof one === 'string' && decoded(one)))) {
    throw invalidOption(`${name}.x5c`, 'must be an array of certificates, each the base64 between its BEGIN and END lines');
  }
  const header = {
    x5t: thumbprint(`${name}.x5t`, x5t, 20, 'SHA-1'),
    'x5t#S256': thumbprint(`${name}.x5t#S256`, x5tS256, 32, 'SHA-256'),
    x5c: x5c?.map((one) => one.replaceAll(/\s/g, '')),
  };
  const given = Object.entries(header).filter(([, content]) => content !== undefined);
  return given.length > 0 ? given.map(([member, content]) => [member, JSON.stringify(content)]) : undefined;
}

/** Consoles and openssl show it in hexadecimal, headers have it in base64url. */
function thumbprint(name, value, length, hash) {
  if (value === undefined) return undefined;
  const text = typeof value === 'string' ? value.trim() : '';
  const digits = text.replaceAll(/[:\s]/g, '');
  const isHex = digits.length === length * 2 && /^[\da-f]*$/i.test(digits);
  const bytes = isHex
    ? digits.match(/../g).map((byte) => Number.parseInt(byte, 16))
    : decoded(text.replaceAll('-', '+').replaceAll('_', '/'));
  if (bytes?.length !== length) {
    throw invalidOption(name, `must be the ${hash} thumbprint of the certificate, in hexadecimal or base64url`);
  }
  const base64 = btoa(String.fromCharCode(...bytes));
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Imported anew each time: that takes half a millisecond in an hour, and what is not kept is not shared. */
async function sign(key, algorithm, data) {
  const parameters = webCryptoParameters(algorithm);
  try {
    const cryptoKey = await key.import(parameters);
    return new Uint8Array(await crypto.subtle.sign(parameters, cryptoKey, data));
  } catch (error) {
    // The error's own words might quote the key.
    throw new Error(`cannot be used for ${algorithm} by this runtime: ${error?.name}`);
  }
}

/** What Web Crypto is told of a JWS algorithm. */
export function webCryptoParameters(algorithm) {
  const hash = `SHA-${algorithm.slice(2)}`;
  switch (algorithm.slice(0, 2)) {
    case 'RS':
      return { name: 'RSASSA-PKCS1-v1_5', hash };
    case 'PS':
      return { name: 'RSA-PSS', hash, saltLength: Number(algorithm.slice(2)) / 8 };
    case 'ES':
      return { name: 'ECDSA', hash, namedCurve: CURVES[algorithm] };
    default:
      return { name: 'Ed25519' };
  }
}

/** A key is `{ algorithms, kid, secret, import(parameters) }`. */
function readKey(name, key) {
  if (isCryptoKey(key)) return readCryptoKey(name, key);
  if (typeof key === 'object' && key !== null) return readJwk(name, key);
  if (typeof key !== 'string') throw invalidOption(name, `must be ${WANTED}`);
  if (key.length > MAX_TEXT) throw invalidOption(name, `must be ${WANTED}; this text is longer than any`);
  return readText(name, key);
}

/** Also in base64 once more, as settings are told to keep what has line breaks, or without its first and last line. */
function readText(name, key) {
  const text = unquoted(key);
  if (text.startsWith('{')) return readJwk(name, parsed(name, text));
  if (isPem(text)) return readPem(name, pemContent(name, text));
  const content = text.replaceAll(/\s/g, '');
  const bytes = decoded(content);
  const inner = bytes && new TextDecoder().decode(bytes);
  if (inner && (isPem(inner) || inner.startsWith('{'))) return readText(name, inner);
  // A SEQUENCE of DER.
  if (bytes?.[0] === 0x30) return readPem(name, content);
  throw invalidOption(name, `must be ${WANTED}; this text is none of them`);
}

/** Files of settings are read by programs that do not all take the quotes away. */
function unquoted(text) {
  const trimmed = text.trim();
  const isQuoted = trimmed.length > 1 && trimmed.at(0) === trimmed.at(-1) && ['"', "'", '`'].includes(trimmed.at(0));
  return isQuoted ? trimmed.slice(1, -1).trim() : trimmed;
}

function readPem(name, content) {
  const { kind, modulus, pkcs8 } = readDer(name, content);
  checkModulus(name, modulus?.subarray(modulus.findIndex((byte) => byte !== 0)).length);
  return {
    algorithms: usable(name, ALGORITHMS[kind]),
    secret: content,
    import: (parameters) => crypto.subtle.importKey('pkcs8', pkcs8, parameters, false, ['sign']),
  };
}

/** `length` in bytes; other kinds of keys have none. */
function checkModulus(name, length) {
  if (length === undefined || length >= MIN_MODULUS) return;
  throw invalidOption(
    name,
    `is an RSA key of ${length * 8} bits, and signatures need 2048 (RFC 7518 §3.3); make another with: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem`,
  );
}

/** By its members: in some runtimes a CryptoKey is of another realm's class. */
function isCryptoKey(value) {
  return typeof value?.algorithm?.name === 'string' && Array.isArray(value.usages);
}

function readCryptoKey(name, key) {
  const { name: algorithm, hash, namedCurve, modulusLength } = key.algorithm;
  if (key.type !== 'private') throw invalidOption(name, `is a ${key.type} key; a private one is needed to sign`);
  if (!key.usages.includes('sign')) throw invalidOption(name, "must not be used to sign: import it with the usage 'sign'");
  checkModulus(name, modulusLength && Math.ceil(modulusLength / 8));
  const bits = hash?.name.slice('SHA-'.length);
  const signed = {
    'RSASSA-PKCS1-v1_5': [`RS${bits}`],
    'RSA-PSS': [`PS${bits}`],
    ECDSA: ALGORITHMS[namedCurve],
    Ed25519: ALGORITHMS.Ed25519,
  };
  const known = Object.values(ALGORITHMS).flat();
  const algorithms = signed[algorithm]?.filter((alg) => known.includes(alg));
  return { algorithms: usable(name, algorithms), import: () => key };
}

function parsed(name, text) {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidOption(name, 'looks like a JWK, but is not JSON');
  }
}

function readJwk(name, jwk) {
  if (typeof jwk.private_key === 'string') {
    throw invalidOption(name, "is a service account's file: give its private_key as key, its private_key_id as kid");
  }
  if (Array.isArray(jwk.keys)) throw invalidOption(name, 'is a set of keys: give one of them');
  if (jwk.privateKey) throw invalidOption(name, 'is a pair of keys: give its privateKey');
  if (jwk.asymmetricKeyType) throw invalidOption(name, "is a KeyObject: give what its export({ format: 'jwk' }) returns");
  if (typeof jwk.kty !== 'string') throw invalidOption(name, `must be ${WANTED}; this object has no kty`);
  if (jwk.kty === 'oct') throw invalidOption(name, "is a symmetric key; a secret goes with clientAuth 'client_secret_jwt'");
  if (!Object.hasOwn(JWK_MEMBERS, jwk.kty)) throw unusable(name);
  if (jwk.d === undefined) throw invalidOption(name, 'is a public key: it has no d');
  const missing = JWK_MEMBERS[jwk.kty].filter((member) => typeof jwk[member] !== 'string');
  if (missing.length > 0) throw invalidOption(name, `lacks ${missing.join(', ')}, which a private key has`);
  const { use = 'sig', key_ops: operations = ['sign'], kid = '' } = jwk;
  if (use !== 'sig' || !Array.isArray(operations) || !operations.includes('sign')) {
    throw invalidOption(name, 'says by its use or key_ops that it is not for signatures: give the key that is');
  }
  if (typeof kid !== 'string') throw invalidOption(name, 'has a kid that is not a string, as servers know it');
  // Four digits of base64 are three bytes.
  checkModulus(name, jwk.kty === 'RSA' ? Math.floor((jwk.n.replaceAll('=', '').length * 3) / 4) : undefined);
  const algorithms = usable(name, ALGORITHMS[jwk.kty === 'RSA' ? 'RSA' : jwk.crv]);
  // The name of an algorithm is ours to check: runtimes differ in the names they know.
  const copy = { ...jwk, alg: undefined };
  return {
    algorithms: jwk.alg === undefined ? algorithms : narrowed(name, algorithms, jwk.alg),
    kid: kid === '' ? undefined : kid,
    secret: jwk.d,
    import: (parameters) => crypto.subtle.importKey('jwk', copy, parameters, false, ['sign']),
  };
}

/** A JWK says what it is for. EdDSA and Ed25519 are names of one thing. */
function narrowed(name, algorithms, alg) {
  if (!algorithms.includes(alg)) {
    throw invalidOption(name, `says an alg that does not fit it: such a key signs ${algorithms.join(', ')}`);
  }
  return algorithms === ALGORITHMS.Ed25519 ? [alg, ...algorithms] : [alg];
}

function usable(name, algorithms) {
  if (algorithms === undefined || algorithms.length === 0) throw unusable(name);
  return algorithms;
}

function unusable(name) {
  return invalidOption(name, `is of a kind that cannot be used here; there are ${Object.keys(ALGORITHMS).join(', ')}`);
}

