// What servers mean by their words, where the codes of the standards do not say it.

const anyOf = (...patterns) => new RegExp(patterns.map(({ source }) => source).join('|'), 'i');

/** What a refusal is about, by what is said in its code and its description. */
const MEANINGS = {
  rate_limited: /slow_down|rate.?(limit|exceeded)|too many requests|quota exceeded/i,
  client_certificate_wanted: /client.?certificate|certificate (was sent|required)|\bmtls\b|mutual.?tls|tls_client_auth/i,
  dpop_wanted: /dpop/i,
  secret_expired: /AADSTS7000222|secret (has |is )?expired|expired (client )?secret/i,
  clock: anyOf(
    /AADSTS700024|in the (future|past)|within its valid time|reasonable timeframe|clock|not (yet|currently) (valid|active)|token is not active/,
    /\b(iat|nbf|exp)\b.{0,40}(check|claim|future|past|invalid)|(token|assertion|jwt) (has |is )?expired/,
  ),
  consent_required: /consent_required|interaction_required|AADSTS65001|hasn.t approved/i,
  unknown_tenant: /AADSTS(90002|900023)|tenant .*not found/i,
  unknown_client: anyOf(
    /AADSTS700016|(unknown|deleted|no such).?client|client.?id(entifier)? (is )?invalid|invalid_client_id|no client with/,
    /invalid (value for ')?client.?id\b(?!.{0,5}\bor\b)/,
    /(client|app\w*)\b.{0,40}(not (be )?found|unknown|not exist|n.t exist|not registered|not recogni[sz]ed)/,
  ),
  wrong_secret: anyOf(
    /AADSTS7000215|(invalid|wrong|bad|incorrect|mismatch\w*).{0,20}secret/,
    /secret.{0,30}(invalid|wrong|incorrect|not match|n.t match|mismatch)/,
  ),
};

const MISSES = "miss|requir|must|need|absent|empty|null|undefined|\\bno(t|n't)?\\b.{0,30}(set|present|given|found|provided|specified)";

/** What is missing, or said to be although it was sent. */
const MISSED = {
  client: 'client.?(id|secret|assertion|credential)',
  scope: 'scope',
  grantType: 'grant.?type',
};

export function means(meaning, said) {
  // Of examples, as RFC 6749 has them, none is meant.
  return MEANINGS[meaning].test(said.replaceAll(/\(e\.g\.[^)]*\)/g, ''));
}

export const isMissed = (what, said) => new RegExp(`(${MISSES}).*${MISSED[what]}|${MISSED[what]}.*(${MISSES})`, 'i').test(said);

/** The server's code and its explanation, in one line. */
export function wordsOf({ error = '', description = '' }) {
  return [error, description].filter((text) => text !== '').join(': ');
}

/** The same after the status, for who reads it. */
export function saidBy(error) {
  return [error.status, wordsOf(error)].filter(Boolean).join(' ');
}

/** Whether the server does not know who asks. Keycloak calls that `unauthorized_client`, others say 401 and no more. */
export function isClientRefused(error) {
  const words = wordsOf(error);
  const isSaid = means('unknown_client', words) || means('wrong_secret', words) || means('secret_expired', words);
  switch (error.error) {
    case 'invalid_client':
      return true;
    case 'unauthorized_client':
      return isSaid || /\bcredential|authenticat/i.test(words);
    case 'invalid_scope':
    case 'invalid_target':
    case 'invalid_grant':
    case 'unsupported_grant_type':
      return false;
    default:
      return isSaid || error.status === 401 || isMissed('client', words);
  }
}

/** Whether the client may not use the grant, or the server has none of that name. */
export function isOfGrantType(error) {
  const isSaid = /grant.?type.{0,40}not (allowed|permitted|enabled|authorized|supported)|not (allowed|permitted|enabled|authorized) .{0,40}grant/i;
  return /^(unauthorized_client|unsupported_grant_type)$/.test(error.error) || isSaid.test(wordsOf(error));
}

/** Whether the server has come as far as to look at what the grant begins with. */
export function isOfGrant(error) {
  return error.error === 'invalid_grant' || (/refresh|token/i.test(error.description ?? '') && /^invalid_(request|token)$/.test(error.error));
}

/** Whether the server does not read the body in this format: it misses what was sent, or says so. */
export function isOfFormat({ bodyFormat = 'form' }, error) {
  const words = wordsOf(error);
  const isOther = bodyFormat === 'json' ? /urlencoded|\bform\b/i : /json/i;
  return error.status === 415 || isOther.test(words) || /content.?type/i.test(words) || isMissed('grantType', words);
}
