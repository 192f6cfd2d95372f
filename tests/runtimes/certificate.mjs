// Certificates of servers (RFC 5280), made anew for every test: no key lies about that anything trusts.
import { generateKeyPairSync, sign } from 'node:crypto';

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_IDENTIFIER = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const DNS_NAME = 0x82;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;

/** One value of DER. */
function der(tag, ...parts) {
  const content = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  const { length } = content;
  const prefix = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...prefix]), content]);
}

const bytes = (hex) => Buffer.from(hex, 'hex');
const ECDSA_WITH_SHA256 = der(SEQUENCE, der(OBJECT_IDENTIFIER, bytes('2a8648ce3d040302')));
const COMMON_NAME = der(OBJECT_IDENTIFIER, bytes('550403'));
const SUBJECT_ALT_NAME = der(OBJECT_IDENTIFIER, bytes('551d11'));
const BASIC_CONSTRAINTS = der(OBJECT_IDENTIFIER, bytes('551d13'));
const TRUE = bytes('0101ff');

const nameOf = (text) => der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, text))));
const timeOf = (date) => der(UTC_TIME, `${date.toISOString().replaceAll(/\D/g, '').slice(2, 14)}Z`);
const pem = (content) => `-----BEGIN CERTIFICATE-----\n${content.toString('base64').replaceAll(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`;

const DAY_MS = 24 * 60 * 60 * 1000;

/** The certificate of the host `name`, or of an authority of that name, signed by `issuer` or by itself; it ends in so many days. */
export function certificate({ name, isAuthority = false, issuer, endsInDays = 30 }) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ends = new Date(Date.now() + endsInDays * DAY_MS);
  const extension = isAuthority
    ? der(SEQUENCE, BASIC_CONSTRAINTS, TRUE, der(OCTET_STRING, der(SEQUENCE, TRUE)))
    : der(SEQUENCE, SUBJECT_ALT_NAME, der(OCTET_STRING, der(SEQUENCE, der(DNS_NAME, name))));
  const signed = der(
    SEQUENCE,
    der(VERSION, der(INTEGER, bytes('02'))),
    der(INTEGER, bytes('01'), Buffer.from(String(Math.random()).slice(2, 10))),
    ECDSA_WITH_SHA256,
    nameOf(issuer?.name ?? name),
    der(SEQUENCE, timeOf(new Date(ends.getTime() - 60 * DAY_MS)), timeOf(ends)),
    nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(EXTENSIONS, der(SEQUENCE, extension)),
  );
  const signature = sign('sha256', signed, issuer?.privateKey ?? privateKey);
  const cert = pem(der(SEQUENCE, signed, ECDSA_WITH_SHA256, der(BIT_STRING, bytes('00'), signature)));
  return { name, privateKey, cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }) };
}
