// What the API makes of the token.

import { isPage, looks } from './answers.js';
import { claimsOf, summaryOf } from './claims.js';
import { intercepted, timedOut, unconnected } from './connections.js';
import { finding } from './diagnosis.js';
import { ofOption } from './refusals.js';

const OTHER_SCHEMES = /^(dpop|basic|apikey|api-key|negotiate|digest|aws4.*)$/i;

/** What is wrong at the API, if anything, by what `test()` says and by the `asked` exchanges. */
export async function ofApi({ options, secrets }, token, { ok, error }, asked) {
  const exchange = asked.at(-1);
  if (error !== undefined) return ofError(options, error, exchange, secrets);
  const { status, headers, url } = exchange;
  const text = (await exchange.text) ?? '';
  const challenge = headers.get('www-authenticate') ?? '';
  const said = isPage(text) ? looks(exchange, text, secrets) : secrets.shown(`${status} ${challenge} ${text}`);
  const found = (code, values, rest) => finding(code, values, { said, ...rest });
  const isElsewhere = url.origin !== asked[0].url.origin;
  const isLogin = isPage(text) && (isElsewhere || /type=["']?password/i.test(text) || (asked.length > 1 && /log.?in|sign.?in/i.test(url.pathname)));
  if (isLogin) return found('api_answers_login_page', { host: url.host });
  if (ok) return undefined;
  if (isElsewhere && (status === 401 || status === 403)) {
    return found('api_redirects', { place: secrets.shown(url.origin + url.pathname), origin: url.origin });
  }
  const barred = intercepted('api', url.host, status, said);
  if (barred) return barred;
  if (/insufficient_scope/i.test(challenge)) {
    const [, scope] = /\bscope="?([^",]+)/i.exec(challenge) ?? [];
    return found('insufficient_scope', { scope: scope ? `: ${secrets.shown(scope)}` : '', token: about(token, secrets) });
  }
  // What Amazon's gateway says of a path that it does not know.
  const isUnknown = [404, 405, 410].includes(status) || /missing authentication token/i.test(text);
  if (isUnknown) return found('api_not_found', { path: secrets.shown(url.pathname) });
  if (status === 429) return found('api_rate_limited');
  if (status >= 500) return found('api_failed');
  if (status === 403) return found('api_forbids', { token: about(token, secrets) });
  // What refreshOn and detectOn take for a refusal of the token may be any.
  if (status === 401 || status < 300 || /invalid_token/i.test(challenge + text)) return refusedToken(options, token, challenge, found, secrets);
  return found('api_refuses_request');
}

function refusedToken({ apply }, token, challenge, found, secrets) {
  const [scheme = ''] = /^[\w-]+/.exec(challenge) ?? [];
  if (apply === undefined && OTHER_SCHEMES.test(scheme) && !/bearer/i.test(challenge)) return found('api_wants_another_scheme', { scheme });
  const advice = claimsOf(token.accessToken)
    ? 'compare aud and iss with what the API expects: endpointParams: { audience }, resource or scopes ask for another aud'
    : 'ask for a token of this API (endpointParams: { audience }, resource, scopes), at the server that it trusts; apply puts it elsewhere';
  return found('api_refuses_token', { token: about(token, secrets), advice });
}

/** Of a token what helps, and is no secret. */
function about({ accessToken, scope }, secrets) {
  const claims = claimsOf(accessToken);
  if (claims) return `the token says ${secrets.shown(summaryOf(claims))}`;
  return `it is no JWT${scope === undefined ? '' : `, and its scope is ${secrets.shown(scope)}`}`;
}

/** There was no answer. */
function ofError(options, error, exchange, secrets) {
  const { code, message, name, cause } = error ?? {};
  switch (code) {
    case 'invalid_option':
      return ofOption(error);
    case 'origin_not_allowed':
      return finding('origin_not_allowed', { problem: message });
    case 'hook_failed':
      return finding('function_failed', { problem: message }, { option: 'apply' });
    case 'unsupported_token_type':
      return finding('unsupported_token_type', { type: 'another than Bearer' });
  }
  if (exchange === undefined) return finding('invalid_path');
  const { host } = exchange.url;
  if (name === 'TimeoutError') return timedOut('api', host, options, 'baseUrl');
  const words = [message, cause?.code, cause?.message].filter((text) => typeof text === 'string').join(' ');
  return unconnected('api', host, words, { said: secrets.shown(words), option: 'baseUrl' });
}
