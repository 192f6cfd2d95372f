// The key that a client signs assertions with (RFC 7523), in whatever format it is kept.

import { invalidOption } from './error.js';

const MEMBERS = ['key', 'alg', 'kid', 'audience'];

/** What each kind of key signs, the default first (RFC 7518 §3.1, RFC 8037, RFC 9864). */
const ALGORITHMS = {
  RSA: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  'P-256': ['ES256'],
  'P-384': ['ES384'],
  'P-521': ['ES512'],
  Ed25519: ['EdDSA', 'Ed25519'],
};

const CURVES = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };

/** What Web Crypto needs of a private JWK, beside `kty` (RFC 7518 §6, RFC 8037 §2). */
const JWK_MEMBERS = {
  RSA: ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'],
  EC: ['crv', 'x', 'y', 'd'],
  OKP: ['crv', 'x', 'd'],
};

/** The content of object identifiers in DER. */
const OIDS = {
  '2a864886f70d010101': 'RSA',
  '2a8648ce3d030107': 'P-256',
  '2b81040022': 'P-384',
  '2b81040023': 'P-521',
  '2b6570': 'Ed25519',
};

/** The algorithm identifier's content for RSA, and its object identifier for elliptic curves. */
const RSA_IDENTIFIER = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
const EC_OID = [0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const OCTET_STRING = 0x04;
const PARAMETERS = 0xa0;

const WANTED = 'a private key as PEM text, a JWK or a CryptoKey';

/**
 * Reads the option `{ key, alg?, kid?, audience? }`. Returns
 *
 * - `fields` for wasm, as triples of option, '' and value: `privateKey.alg` always, `privateKey.kid` and
 *   `privateKey.audience` if there is one, and `privateKey.key` if the key can be read: its secret part, which
 *   tells one client from another as a client secret does. It is in no format.
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
  for (const member of ['alg', 'kid', 'audience']) {
    if (value[member] !== undefined && (typeof value[member] !== 'string' || value[member] === '')) {
      throw invalidOption(`${name}.${member}`, 'must be a string that is not empty');
    }
  }
  const key = readKey(`${name}.key`, value.key);
  const { alg = key.algorithms[0], kid = key.kid, audience } = value;
  if (!key.algorithms.includes(alg)) {
    throw invalidOption(`${name}.alg`, `must be ${key.algorithms.join(' or ')} with this key`);
  }
  const members = Object.entries({ alg, kid, audience, key: key.secret });
  return {
    fields: members.flatMap(([member, text]) => (text === undefined ? [] : [`${name}.${member}`, '', text])),
    isHandle: key.secret === undefined,
    sign: (algorithm, data) => sign(key, algorithm, data),
  };
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

function webCryptoParameters(algorithm) {
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
  const text = unquoted(key);
  return text.startsWith('{') ? readJwk(name, parsed(name, text)) : readPem(name, text);
}

/** By its members: in some runtimes a CryptoKey is of another realm's class. */
function isCryptoKey(value) {
  return typeof value?.algorithm?.name === 'string' && Array.isArray(value.usages);
}

function readCryptoKey(name, key) {
  const { name: algorithm, hash, namedCurve } = key.algorithm;
  if (key.type !== 'private') throw invalidOption(name, `is a ${key.type} key; a private one is needed to sign`);
  if (!key.usages.includes('sign')) throw invalidOption(name, "must not be used to sign: import it with the usage 'sign'");
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
  if (typeof jwk.kty !== 'string') throw invalidOption(name, `must be ${WANTED}; this object has no kty`);
  if (jwk.kty === 'oct') throw invalidOption(name, "is a symmetric key; a secret goes with clientAuth 'client_secret_jwt'");
  if (!Object.hasOwn(JWK_MEMBERS, jwk.kty)) throw unusable(name);
  if (jwk.d === undefined) throw invalidOption(name, 'is a public key: it has no d');
  const missing = JWK_MEMBERS[jwk.kty].filter((member) => typeof jwk[member] !== 'string');
  if (missing.length > 0) throw invalidOption(name, `lacks ${missing.join(', ')}, which a private key has`);
  const algorithms = usable(name, ALGORITHMS[jwk.kty === 'RSA' ? 'RSA' : jwk.crv]);
  // The name of an algorithm is ours to check: runtimes differ in the names they know.
  const copy = { ...jwk, alg: undefined };
  return {
    algorithms: jwk.alg === undefined ? algorithms : narrowed(name, algorithms, jwk.alg),
    kid: typeof jwk.kid === 'string' && jwk.kid !== '' ? jwk.kid : undefined,
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

/** Files of settings are read by programs that do not all take the quotes away. */
function unquoted(text) {
  const [, , inner] = /^(["'`])([^]*)\1$/.exec(text.trim()) ?? [undefined, undefined, text];
  return inner.trim();
}

function readPem(name, text) {
  const secret = pemContent(name, text.replaceAll(/\\+[nr]/g, '\n'));
  const { kind, pkcs8 } = readDer(name, bytesOf(name, secret));
  return {
    algorithms: usable(name, ALGORITHMS[kind]),
    secret,
    import: (parameters) => crypto.subtle.importKey('pkcs8', pkcs8, parameters, false, ['sign']),
  };
}

/** The base64 of the private key in a text that may hold more, as `openssl ecparam` writes it. */
function pemContent(name, text) {
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([^]*?)-----END \1-----/g)];
  const [, label, content] = blocks.find(([, label]) => label.endsWith('PRIVATE KEY')) ?? blocks[0] ?? [];
  if (label === undefined) {
    throw invalidOption(
      name,
      text.includes('-----BEGIN ')
        ? 'is cut off: it has a BEGIN line and no END line, as when a setting keeps the first line only'
        : `must be ${WANTED}; this text is none of them`,
    );
  }
  if (!label.endsWith('PRIVATE KEY')) throw invalidOption(name, `has no private key in it, only: ${label}`);
  if (label.startsWith('ENCRYPTED') || content.includes('Proc-Type:')) {
    throw invalidOption(name, 'is encrypted; decrypt it with: openssl pkey -in encrypted.pem -out key.pem');
  }
  if (label.startsWith('OPENSSH')) {
    throw invalidOption(name, "is in OpenSSH's own format; convert it with: ssh-keygen -p -m PKCS8 -f key");
  }
  return content.replaceAll(/\s/g, '');
}

function bytesOf(name, base64) {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    throw invalidOption(name, 'is not PEM: there is something other than base64 between its BEGIN and END lines');
  }
}

/**
 * Which of the formats it is, the second element says, better than the label, which people change. Web Crypto
 * takes PKCS#8 (RFC 5958) alone; the older ones are put inside of it.
 */
function readDer(name, bytes) {
  try {
    const [, second, ...rest] = elements(element(bytes).content);
    switch (second.tag) {
      case SEQUENCE: {
        const [algorithm, parameters] = elements(second.content);
        return { kind: OIDS[hex(algorithm)] ?? OIDS[hex(parameters)], pkcs8: bytes };
      }
      // PKCS#1 (RFC 8017 appendix A.1.2): the modulus.
      case INTEGER:
        return { kind: 'RSA', pkcs8: pkcs8(RSA_IDENTIFIER, bytes) };
      // SEC1 (RFC 5915): the key, and after it the curve.
      case OCTET_STRING: {
        const { content: curve } = rest.find(({ tag }) => tag === PARAMETERS);
        return { kind: OIDS[hex(element(curve))], pkcs8: pkcs8([...EC_OID, ...curve], bytes) };
      }
    }
  } catch {
    // Told below.
  }
  throw invalidOption(name, 'is PEM whose content is not a private key in PKCS#8, PKCS#1 or SEC1');
}

function pkcs8(identifier, key) {
  const version = [INTEGER, 1, 0];
  return Uint8Array.from(encoded(SEQUENCE, [...version, ...encoded(SEQUENCE, identifier), ...encoded(OCTET_STRING, key)]));
}

function encoded(tag, content) {
  const { length } = content;
  // The shortest form, as DER demands; no key is longer than two bytes can say.
  const size = length < 0x80 ? [] : length < 0x100 ? [0x81] : [0x82, length >> 8];
  return [tag, ...size, length & 0xff, ...content];
}

/** The element of DER at `start`: its tag, its content, and where it ends. */
function element(bytes, start = 0) {
  let at = start + 2;
  let length = bytes[start + 1];
  if (length >= 0x80) {
    const end = at + (length & 0x7f);
    for (length = 0; at < end; at++) length = length * 256 + bytes[at];
  }
  const end = at + length;
  if (end > bytes.length) throw new RangeError();
  return { tag: bytes[start], content: bytes.subarray(at, end), end };
}

function elements(bytes) {
  const found = [];
  for (let at = 0; at < bytes.length; at = found.at(-1).end) found.push(element(bytes, at));
  return found;
}

function hex(element) {
  return Array.from(element?.content ?? [], (byte) => byte.toString(16).padStart(2, '0')).join('');
}
