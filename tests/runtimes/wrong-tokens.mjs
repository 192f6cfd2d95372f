// What may be wrong with a signed token.
import { AUDIENCE, seconds } from './inbound-scene.mjs';

/** By what is wrong: claims, header and how it is signed, for a scene; in the order of RFC 8725 §3 (BCP 225). */
export const WRONG = {
  // RFC 7519 §4.1: when it is good.
  'it is over': () => [{ exp: seconds() - 11 }],
  'it is over, to the clock of now only just': () => [{ exp: seconds() - 3_600 }],
  'no end': () => [{ exp: undefined }],
  'an end that is a text': () => [{ exp: String(seconds() + 60) }],
  'an end that is no number': () => [{ exp: null }],
  'it has not begun': () => [{ nbf: seconds() + 60 }],
  'a beginning that is a text': () => [{ nbf: 'now' }],
  'issued in the future': () => [{ iat: seconds() + 60 }],
  'issued at a text': () => [{ iat: 'now' }],
  // RFC 8725 §3.8: whose it is, character by character.
  'no issuer': () => [{ iss: undefined }],
  'another issuer': () => [{ iss: 'https://another.example' }],
  'the issuer with a slash more': ({ issuer }) => [{ iss: `${issuer}/` }],
  'the issuer in capitals': ({ issuer }) => [{ iss: issuer.toUpperCase() }],
  'a list of issuers': ({ issuer }) => [{ iss: [issuer] }],
  // §3.9: whom it is for.
  'no audience': () => [{ aud: undefined }],
  'another audience': () => [{ aud: 'https://another.example/' }],
  'an audience that begins like ours': () => [{ aud: `${AUDIENCE}x` }],
  'an empty list of audiences': () => [{ aud: [] }],
  'other audiences': () => [{ aud: ['a', 'b'] }],
  'an audience that is an object': () => [{ aud: { [AUDIENCE]: true } }],
  'an audience that is a number': () => [{ aud: 7 }],
  // §3.11, §3.12: what it is.
  'no type': () => [{}, { typ: undefined }],
  'the type of any JWT': () => [{}, { typ: 'JWT' }],
  'the type of an ID token': () => [{}, { typ: 'id_token+jwt' }],
  'the type of a logout token': () => [{}, { typ: 'logout+jwt' }],
  'the type of a DPoP proof': () => [{}, { typ: 'dpop+jwt' }],
  'the type of an introspection': () => [{}, { typ: 'token-introspection+jwt' }],
  'the type of a security event': () => [{}, { typ: 'secevent+jwt' }],
  'a type that is a list': () => [{}, { typ: ['at+jwt'] }],
  // RFC 7515 §4.1.11: what has to be understood.
  'something critical': () => [{}, { crit: ['exp'], exp: 1 }],
  'something critical that is known elsewhere': () => [{}, { crit: ['b64'], b64: false }],
  'an empty list of critical things': () => [{}, { crit: [] }],
  // RFC 8725 §3.1, §3.2: how it is signed. §2.1: none, and an HMAC with a public key.
  'no algorithm': () => [{}, { alg: undefined }],
  'the algorithm none': () => [{}, { alg: 'none' }, { key: null }],
  'the algorithm None': () => [{}, { alg: 'None' }, { key: null }],
  'the algorithm NONE, with a signature': () => [{}, { alg: 'NONE' }],
  'an HMAC with the public key': () => [{}, { alg: 'HS256', kid: 'RS256' }, { key: null, secret: 'RS256' }],
  'an HMAC with the public key of an ECDSA': () => [{}, { alg: 'HS256', kid: 'ES256' }, { key: null, secret: 'ES256' }],
  'an HMAC with an empty secret': () => [{}, { alg: 'HS512' }, { key: null, secret: 'x' }],
  'an algorithm in small letters': () => [{}, { alg: 'es256' }],
  'an algorithm that nobody knows': () => [{}, { alg: 'ES256X' }],
  'secp256k1': () => [{}, { alg: 'ES256K' }],
  'an algorithm that the key is not for': () => [{}, { alg: 'RS512', kid: 'RS256' }, { key: 'RS512' }],
  'another family than the key’s': () => [{}, { alg: 'PS256', kid: 'RS256' }, { key: 'PS256' }],
  'another curve than the key’s': () => [{}, { alg: 'ES384', kid: 'ES256' }, { key: 'ES384' }],
  // §3.3, §3.5: by which key. §3.10: what it says of keys itself is nobody’s.
  'the key of a stranger': () => [{}, { kid: 'ES256' }, { key: 'stranger' }],
  'a key that nobody has': () => [{}, { kid: 'nobody' }],
  'a key that is a number': () => [{}, { kid: 7 }],
  'a key that is too short': () => [{}, { kid: 'short', alg: 'RS256' }, { key: 'short' }],
  'no signature': () => [{}, {}, { key: null }],
  // §3.3: what is inside is checked as what is outside.
  'an encrypted token inside': () => [{}, { cty: 'JWT', enc: 'A128GCM', alg: 'RSA-OAEP' }],
  'claims that are a list': () => [{}, {}, { payload: [1] }],
  'claims that are a text': () => [{}, {}, { payload: '"MARKER"' }],
  'claims that are no JSON': () => [{}, {}, { payload: '{MARKER' }],
  // It is not good alone (RFC 7800).
  'it is bound to a key (RFC 9449)': () => [{ cnf: { jkt: 'MARKER' } }],
  'it is bound to a certificate (RFC 8705)': () => [{ cnf: { 'x5t#S256': 'MARKER' } }],
  'it is bound to nothing that is known': () => [{ cnf: {} }],
  'it is bound to something odd': () => [{ cnf: null }],
};
