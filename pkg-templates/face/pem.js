// Private keys as PEM (RFC 7468), or as the base64 in it: PKCS#8 (RFC 5958), PKCS#1 (RFC 8017), SEC1 (RFC 5915).

import { invalidOption } from './error.js';

/** The content of object identifiers in DER. */
const OIDS = {
  '2a864886f70d010101': 'RSA',
  '2a864886f70d01010a': 'RSA-PSS',
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

const BEGIN = 'BEGIN ';

export function isPem(text) {
  return text.includes(`-----${BEGIN}`);
}

/**
 * The base64 of the private key in a text that may hold more, as `openssl ecparam` writes it. Settings keep line
 * breaks as backslashes and letters, or as spaces, or not at all.
 */
export function pemContent(name, text) {
  // No pattern that may look at a character twice: the text may be anybody's, and long.
  const parts = text.replaceAll(/\\[nr]?/g, '').split('-----');
  const blocks = parts.flatMap((part, at) => {
    const isBlock = part.startsWith(BEGIN) && parts[at + 2]?.startsWith('END ');
    return isBlock ? [{ label: part.slice(BEGIN.length), content: parts[at + 1] }] : [];
  });
  const { label, content } = blocks.find(({ label }) => label.endsWith('PRIVATE KEY')) ?? blocks[0] ?? {};
  if (label === undefined) {
    throw invalidOption(name, 'is cut off: it has a BEGIN line and no END line, as when a setting keeps the first line only');
  }
  if (!label.endsWith('PRIVATE KEY')) {
    throw invalidOption(name, `has no private key in it, only: ${/^[A-Z0-9 ]{1,40}$/.test(label) ? label : 'something else'}`);
  }
  if (label.startsWith('ENCRYPTED') || content.includes('Proc-Type:')) {
    throw invalidOption(name, 'is encrypted; decrypt it with: openssl pkey -in encrypted.pem -out key.pem');
  }
  if (label.startsWith('OPENSSH')) {
    throw invalidOption(name, "is in OpenSSH's own format; convert it with: ssh-keygen -p -m PKCS8 -f key");
  }
  return content.replaceAll(/\s/g, '');
}

/** What kind of key it is, that key as PKCS#8, which alone Web Crypto takes, and of RSA the modulus. */
export function readDer(name, base64) {
  const bytes = decoded(base64);
  if (!bytes) throw invalidOption(name, 'is not PEM: there is something other than base64 between its BEGIN and END lines');
  try {
    return recognised(bytes);
  } catch {
    throw invalidOption(name, 'is PEM whose content is not a private key in PKCS#8, PKCS#1 or SEC1');
  }
}

/** What is in base64; `undefined` for what is not. */
export function decoded(base64) {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Which of the formats it is, the second element says, better than the label, which people change. */
function recognised(bytes) {
  const [, second, ...rest] = elements(element(bytes).content);
  switch (second.tag) {
    case SEQUENCE: {
      const [algorithm, parameters] = elements(second.content);
      const kind = OIDS[hex(algorithm)] ?? OIDS[hex(parameters)];
      if (!kind?.startsWith('RSA')) return { kind, pkcs8: bytes };
      // A key for RSASSA-PSS alone is made of the same numbers, and Web Crypto does not know its identifier.
      const { content } = rest[0];
      return { kind, modulus: modulusOf(content), pkcs8: pkcs8(RSA_IDENTIFIER, content) };
    }
    // PKCS#1.
    case INTEGER:
      return { kind: 'RSA', modulus: second.content, pkcs8: pkcs8(RSA_IDENTIFIER, bytes) };
    // SEC1: the key, and after it the curve.
    case OCTET_STRING: {
      const { content: curve } = rest.find(({ tag }) => tag === PARAMETERS);
      return { kind: OIDS[hex(element(curve))], pkcs8: pkcs8([...EC_OID, ...curve], bytes) };
    }
  }
  throw new RangeError();
}

/** After the version comes the modulus (RFC 8017 appendix A.1.2). */
function modulusOf(pkcs1) {
  const { content } = element(pkcs1);
  return element(content, element(content).end).content;
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
  if (!(end <= bytes.length)) throw new RangeError();
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
