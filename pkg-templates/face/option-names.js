// Names that are no option: what was probably meant.

import { invalidOption } from './error.js';

/** What others call it, by where it belongs here; `*` is the name as it was given. */
const ELSEWHERE = {
  tokenUrl: 'tokenendpoint accesstokenurl accesstokenuri tokenhost tokenpath tenant tenantid',
  issuer: 'authority domain issuerbaseurl wellknown discoveryurl',
  authorizationUrl: 'authorizeurl authorizationendpoint authorizehost authorizepath',
  'authorizationUrl({ redirectUri })': 'redirecturi redirecturl redirecturis callbackurl callbackuri',
  'authorizationUrl({ extra: { * } })': 'loginhint prompt accesstype acrvalues',
  revocationUrl: 'revokeurl revocationendpoint revokepath',
  refreshUrl: 'refreshtokenurl refreshpath',
  clientId: 'appid applicationid consumerkey',
  clientSecret: 'secret consumersecret',
  clientAuth: 'tokenendpointauthmethod authmethod authstyle authscheme authorizationmethod clientsecretbasic clientsecretpost',
  clientAssertionType: 'assertiontype',
  grant: 'granttype',
  'endpointParams: { * }': 'audience organization connection subjecttoken subjecttokentype actortoken requestedtokentype',
  endpointParams: 'params extraparams additionalparameters tokenparams',
  headers: 'extraheaders customheaders',
  'privateKey: { key }': 'key signingkey pem',
  expirySkewSeconds: 'clockskew leeway expirationwindowseconds expirybuffer',
  store: 'cache storage kv tokenstore',
  baseUrl: 'apiurl resourceserver',
  fetch: 'fetcher customfetch httpclient',
  onEvent: 'logger log meter metrics',
  tracing: 'tracer telemetry opentelemetry',
  skipPkce: 'pkce usepkce',
};

/** A name without what differs between spellings. */
export const plain = (word) => word.replaceAll(/[-_]/g, '').toLowerCase();

export function unknownOption(prefix, name, known) {
  const elsewhere = Object.keys(ELSEWHERE).find((place) => ELSEWHERE[place].split(' ').includes(plain(name)));
  if (prefix === '' && known.includes(elsewhere?.split(/\W/)[0])) {
    return invalidOption(name, `is not an option; did you mean ${elsewhere.replace('*', name)}?`);
  }
  const meant = nearest(name, known);
  return invalidOption(prefix + name, `is not an option; ${meant ? `did you mean ${prefix}${meant}?` : `there are ${known.join(', ')}`}`);
}

/** That of the `known` names which `name` is a misspelling of. */
export function nearest(name, known) {
  const far = (option) => distance(plain(name), plain(option));
  const best = known.reduce((near, option) => (far(option) < far(near) ? option : near));
  return far(best) <= Math.max(2, name.length / 3) ? best : undefined;
}

/** The number of letters to insert, remove or replace (Levenshtein). */
function distance(left, right) {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const letter of left) {
    const next = [row[0] + 1];
    for (let at = 0; at < right.length; at++) {
      next.push(Math.min(row[at + 1] + 1, next[at] + 1, row[at] + (letter === right[at] ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1);
}
