// What it means that a store failed, by the words of those that people have.

import { reason } from '../face/host.js';
import { shownReason } from '../face/notices.js';

const SILENT = [
  'store_silent',
  /time.?out|timed out/i,
  'the store does not answer',
  'Look at its address and at the firewall: a port that drops packets says nothing. A client that connects by itself waits for ever.',
];

/** Code, words, what is wrong, what to change. The first that fits counts. */
const FAILURES = [
  [
    'store_certificate',
    /certificate|SELF_SIGNED|UNABLE_TO|CERT_|ERR_SSL|wrong version number/i,
    'the connection to the store cannot be secured',
    'Give Node.js the authority by NODE_EXTRA_CA_CERTS. The address begins with rediss:// where the port has TLS, else with redis://.',
  ],
  [
    'store_refuses_credentials',
    /WRONGPASS|NOAUTH|invalid password|password authentication failed|no password|pg_hba|SASL|\b401\b|unauthori[sz]ed|invalid token/i,
    'the store refuses who asks',
    'Look at the user, password or token that the store is made with, and at whether its variable is set here.',
  ],
  [
    'store_read_only',
    /READONLY|read.only (?:replica|transaction|database|mode)|'(?:set|del|psetex)' command/i,
    'the store can be read, and not be written',
    'Give the address of the primary, and a token or user that may write: not a replica, and no read-only token.',
  ],
  [
    'store_forbids',
    /NOPERM|permission denied|\b403\b|forbidden|eval\b.* not support|unknown command|EACCES|EPERM/i,
    'the store does not allow this user what is needed',
    'Redis: EVAL, GET, SET, DEL, PTTL and TIME on keys that begin with storePrefix. Postgres: all rights on the table edge_oauth2_tokens.',
  ],
  [
    'store_full',
    /\bOOM\b|maxmemory|disk full|No space left|ENOSPC|quota/i,
    'the store is full and refuses writes',
    'Choose an eviction that drops keys with a time to live (volatile-lru), or give tokens a database of their own.',
  ],
  [
    'store_is_cluster',
    /\bMOVED \d|\bASK \d|CROSSSLOT|CLUSTERDOWN/,
    'the store is a cluster, and its client knows one server',
    'Make it with the client for clusters: Cluster of ioredis, createCluster of node-redis.',
  ],
  [
    'store_other_table',
    /column .*(?:does not exist|named)|no such column|has no column/i,
    'the table of tokens has other columns than these',
    'Rename or drop the table edge_oauth2_tokens: it is made anew at first use, or by the SQL of the page on stores.',
  ],
  [
    'store_unreachable',
    /ECONN|ENOTFOUND|EAI_AGAIN|EHOST|ENET|EPIPE|fetch failed|(?:connection|client|socket) (?:is )?closed|max retries/i,
    'the store cannot be reached',
    'Look at its address, whether it is up, and the password: of a refused one ioredis says no more. node-redis wants await client.connect().',
  ],
  SILENT,
  ['store_failed', /(?:)/, 'the store fails', 'Look for what it says in its own log or documentation.'],
];

/** The finding of an operation that threw `error`. */
export function failureOf(operation, error) {
  // Of some there is the name only.
  const why = reason(error).replaceAll(/[\s\p{Cc}]+/gu, ' ').trim() || String(error?.constructor?.name);
  const [code, , message, advice] = FAILURES.find(([, words]) => words.test(why));
  return { code, message: `${message} (${operation})`, said: shownReason(why), advice };
}

/** The finding of an operation that was not waited for any longer. */
export function silenceOf(operation, patienceMs) {
  const [code, , message, advice] = SILENT;
  return { code, message: `${message} within ${patienceMs / 1000} s (${operation})`, advice };
}
