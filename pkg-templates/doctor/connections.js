// Connections that do not come about, or break off.

import { DEFAULTS } from '../face/patience.js';
import { finding } from './diagnosis.js';

/** Why, by what hosts say of it: Node's codes, and the words of Deno, Bun and workerd. The first that fits. */
const REASONS = {
  proxy_refuses: /\b407\b|proxy authentication/i,
  client_certificate_wanted: /certificate.?required|handshake.?failure|alert.*certificate/i,
  not_tls: /wrong.?version.?number|packet.?length.?too.?long|EPROTO|unexpected.?message|InvalidContentType|corrupt message/i,
  bad_certificate: /certificate|CERT_|_CERT|LEAF_SIGNATURE|ALTNAME|UnknownIssuer/i,
  host_not_found: /ENOTFOUND|EAI_AGAIN|dns error|DNS lookup|getaddrinfo|name or service not known|FailedToOpenSocket/i,
  connection_refused: /ECONNREFUSED|connection.?refused|Unable to connect/i,
  bad_encoding: /incorrect header check|Z_DATA_ERROR|decompress|invalid (gzip|deflate|stored)|content.?encoding|ZlibError/i,
  unreachable: /(?:)/,
};

/** What answers are that come of a gateway, and not of the server behind it; Cloudflare's own among them. */
const OF_GATEWAYS = [502, 503, 504, 520, 521, 522, 523, 524, 530];
const OF_CERTIFICATES = [525, 526];

/** What stands in the way of `part`, whose `host` it is, by the words that the runtime has for it. */
export function unconnected(part, host, words, { said, option }) {
  const [code] = Object.entries(REASONS).find(([, pattern]) => pattern.test(words));
  return finding(code, { host }, { part, said, option });
}

export function timedOut(part, host, { timeoutMs = DEFAULTS.timeoutMs }, option) {
  return finding('timeout', { host, ms: timeoutMs }, { part, option });
}

/** What stands before a server and answers in its place, if that is what `status` says. */
export function intercepted(part, host, status, said) {
  if (status === 407) return finding('proxy_refuses', { host }, { part, said });
  if (OF_CERTIFICATES.includes(status)) return finding('bad_certificate', { host }, { part, said });
  return OF_GATEWAYS.includes(status) ? finding('gateway_failed', { host, status }, { part, said }) : undefined;
}
