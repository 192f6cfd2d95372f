// What is odd about a token that was granted.

import { claimsOf } from './claims.js';
import { finding } from './diagnosis.js';

const DAY = 86_400;
const SHORTEST_LIFE = 30;

/** Scopes that servers never list among those that they grant. */
const UNLISTED = /^(openid|profile|email|offline_access|address|phone)$|\/\.default$/;

export function oddities(token, options, secrets) {
  const findings = [];
  if (token.tokenType !== 'Bearer' && options.apply === undefined) {
    findings.push(finding('unsupported_token_type', { type: secrets.shown(token.tokenType) }));
  }
  const missing = missingScopes(options, token.scope).join(' ');
  if (missing !== '') findings.push(finding('scopes_dropped', { missing: secrets.shown(missing), granted: secrets.shown(token.scope) }));
  const isObtained = options.grant !== 'token' && options.tokenMapping === undefined;
  return [...findings, ...(isObtained ? [oddLifetime(token, options)].filter(Boolean) : [])];
}

function oddLifetime({ accessToken, raw, expiresAt }, { defaultLifetimeSeconds }) {
  const { exp, iat = Date.now() / 1000 } = claimsOf(accessToken) ?? {};
  const own = exp > iat ? Math.round(exp - iat) : undefined;
  const isSaid = Object.keys(raw).some((name) => /expir/i.test(name) && raw[name] !== null);
  if (!isSaid) {
    const seconds = own ?? "what the server's documentation says";
    return defaultLifetimeSeconds === undefined ? finding('lifetime_unsaid', { seconds }) : undefined;
  }
  const life = (expiresAt - Date.now()) / 1000;
  const isRest = own > 2 * life;
  if (life < SHORTEST_LIFE && !isRest) return finding('lifetime_too_short', { seconds: Math.max(0, Math.round(life)) });
  // A thousand times what the token itself says; or what nobody means by seconds, since it is no number of days.
  const { expires_in: value } = raw;
  const isMilliseconds = own === undefined ? value > 20 * DAY && value % 60_000 === 0 && value % DAY !== 0 : value > own * 500;
  return isMilliseconds ? finding('lifetime_in_milliseconds', { value }) : undefined;
}

/** Scopes that were asked for, and are not among those that the server says that it granted. */
function missingScopes({ scopes = [], scopeSeparator = ' ' }, granted) {
  if (granted === undefined) return [];
  const given = granted.toLowerCase().replaceAll(scopeSeparator.toLowerCase(), ' ').split(/[\s,;]+/);
  const isGiven = (name) => given.some((scope) => scope === name || ['/', '.', ':'].some((sign) => scope.endsWith(sign + name)));
  const asked = [scopes].flat().flatMap((text) => text.split(/[\s,;]+/));
  return asked.filter((name) => name !== '' && !UNLISTED.test(name) && !isGiven(name.toLowerCase()));
}
