// Why there is no token: by what the server says first, and then by trying.

import { adviceIn, isPage, isWall, notAnEndpoint, redirected, withoutToken } from './answers.js';
import { ofTime, refusedAssertion, signsItself } from './assertions.js';
import { refusedClient } from './client-authentication.js';
import { intercepted, timedOut, unconnected } from './connections.js';
import { finding } from './diagnosis.js';
import { undiscovered } from './discovery.js';
import { otherHost } from './environments.js';
import { refusedWish } from './wishes.js';
import { isClientRefused, isOfFormat, means, saidBy, wordsOf } from './words.js';

/**
 * Why `outcome` has no token: `found`, a finding or several; and where there is a way on, `changes` of the options to try next, or
 * `next`, what came of a change that was tried.
 */
export async function explained(trial, outcome) {
  const { error, exchange } = outcome;
  switch (error.code) {
    case 'invalid_option':
      return { found: ofOption(error) };
    case 'reauthorization_required':
      return { found: finding('token_over') };
    case 'hook_failed':
      return { found: finding('function_failed', { problem: error.message }) };
    case 'discovery_failed':
      return await undiscovered(trial, outcome);
    case 'network':
    case 'timeout':
      return { found: unanswered(trial, outcome) };
    default:
      // What functions of the user's ask for by themselves is not seen.
      return exchange?.status === undefined ? { found: unexplained(error) } : await answered(trial, outcome);
  }
}

/** The client's own word on an option. */
export function ofOption({ message }) {
  const [option] = /^[\w.]+/.exec(message) ?? [];
  return finding(/is given, but undefined/.test(message) ? 'undefined_option' : 'invalid_option', { problem: message }, { option });
}

function unexplained(error) {
  return finding('token_refused', { problem: error.message, advice: adviceIn(error) });
}

function unanswered({ options, observer }, { error, exchange }) {
  const host = (exchange ?? observer.exchanges.at(-1))?.url.host ?? 'the token server';
  const option = options.tokenUrl === undefined ? 'issuer' : 'tokenUrl';
  if (error.code === 'timeout') return timedOut('token', host, options, option);
  const { message = '', code = '' } = error.cause ?? {};
  return unconnected('token', host, `${code} ${message}`, { said: message, option });
}

/** What was answered, by the first rule that it fits. */
async function answered(trial, outcome) {
  const { error, exchange } = outcome;
  if (error.code === 'redirect_refused') return await redirected(trial, outcome);
  const { host } = exchange.url;
  const text = await exchange.text;
  const words = wordsOf(error);
  const said = saidBy(error);
  if (error.status === 429 || means('rate_limited', words)) return { found: finding('rate_limited', { host, wait: waitOf(exchange) }, { said }) };
  for (const code of ['client_certificate_wanted', 'dpop_wanted', 'consent_required']) {
    if (means(code, `${words} ${isPage(text) ? text : ''}`)) return { found: finding(code, {}, { said }) };
  }
  // Who has to say who they are is denied access too, and not by a wall.
  if (isWall(text) && ![401, 407].includes(error.status)) return await notAnEndpoint(trial, outcome);
  const barred = intercepted('token', host, error.status, said);
  if (barred) return { found: barred };
  if (error.code === 'invalid_response') return await withoutToken(trial, outcome);
  const isFailed = error.status >= 500 || /^(server_error|temporarily_unavailable)$/.test(error.error);
  if (isFailed) return { found: finding('server_failed', { host }, { said }) };
  // A page may be all that a server has for whom it does not know.
  const isNowhere = [404, 405, 410].includes(error.status) && !isClientRefused(error);
  if (isNowhere || (isPage(text) && error.status !== 401)) return await notAnEndpoint(trial, outcome);
  const other = isOfFormat(trial.options, error) ? await otherFormat(trial, said) : undefined;
  if (other) return other;
  if (means('unknown_tenant', words)) {
    const why = 'the server knows no tenant of that name';
    return { found: finding('wrong_token_url', { why, advice: 'correct the tenant in tokenUrl or issuer' }, { said }) };
  }
  if (isClientRefused(error)) return signsItself(trial.options) ? await refusedAssertion(trial, outcome) : await refusedClient(trial, outcome);
  if (error.error === 'invalid_grant') return { found: ofGrant(trial, outcome, said) };
  const wish = await refusedWish(trial, error, said);
  if (wish) return wish;
  // Of a refresh token that nobody has issued servers say what they like.
  return outcome.isKnock ? { found: [], next: { ...outcome, isLetIn: true } } : { found: { ...unexplained(error), ...(said && { said }) } };
}

/** What the grant begins with is refused. */
function ofGrant(trial, { error, exchange }, said) {
  const { grant } = trial.options;
  const other = otherHost(exchange.url);
  const also = other ? `; the vendor's other environment, which knows other users, is at ${other}` : '';
  if (/not supported on this domain/i.test(error.description)) {
    const advice = 'tokenUrl: that of your own domain (https://MYDOMAIN.my.salesforce.com/services/oauth2/token)';
    return finding('wrong_environment', { difference: 'the server grants this at a domain of your own only', advice }, { said, option: 'tokenUrl' });
  }
  if (grant === 'password') return finding('wrong_user_credentials', { also }, { said });
  if (grant === 'jwt_bearer') return ofTime(trial, error) ?? finding('assertion_refused', { also }, { said });
  return { ...unexplained(error), said };
}

async function otherFormat(trial, said) {
  const bodyFormat = trial.options.bodyFormat === 'json' ? 'form' : 'json';
  const next = await trial.again({ bodyFormat });
  const isRead = next && (next.token || next.isLetIn || (next.error.error !== undefined && !isOfFormat({ bodyFormat }, next.error)));
  return isRead ? { found: finding(`wants_${bodyFormat}`, {}, { said }), next } : undefined;
}

function waitOf({ headers }) {
  const seconds = headers.get('retry-after') ?? '';
  return /^\d+$/.test(seconds) ? ` ${seconds} s, as it says` : '';
}
