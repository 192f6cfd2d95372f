// Signed assertions that the server does not take.

import { aheadMs, clockFinding } from './clock.js';
import { finding } from './diagnosis.js';
import { metadataAround } from './metadata.js';
import { without } from './trial.js';
import { isClientRefused, means, saidBy, wordsOf } from './words.js';

/** The type of assertions that are for the issuer alone. */
const RFC_10070 = 'client-authentication+jwt';

/** Whether the client signs what proves who it is. */
export function signsItself({ clientAuth, clientAssertion }) {
  return /_jwt$/.test(clientAuth) && !['string', 'function'].includes(typeof clientAssertion);
}

/** What is wrong with the time of what was signed here, by the clock or by the server's words. */
export function ofTime({ observer }, error) {
  const said = saidBy(error);
  const clock = clockFinding(aheadMs(observer.of('token')), { isRefusedForIt: true, said });
  return clock ?? (means('clock', wordsOf(error)) ? finding('assertion_out_of_time', {}, { said }) : undefined);
}

/** Why the client's own assertion is refused. */
export async function refusedAssertion(trial, { error, exchange }) {
  const late = ofTime(trial, error);
  if (late) return { found: late };
  const said = saidBy(error);
  const metadata = await metadataAround(trial, exchange.url);
  for (const { changes, cause } of waysOf(trial.options, exchange.url, metadata)) {
    const next = await trial.again(changes);
    if (next && (next.token || next.isLetIn || !isClientRefused(next.error))) return { found: finding(cause.code, cause, { said }), next };
  }
  return { found: finding(trial.options.clientAuth === 'client_secret_jwt' ? 'wrong_credentials' : 'key_not_registered', {}, { said }) };
}

/** What else an assertion may say, the likeliest first. */
function waysOf({ privateKey, clientAssertion: given = {}, issuer }, { origin, pathname }, metadata) {
  const endpoint = origin + pathname;
  const named = typeof metadata?.issuer === 'string' ? metadata.issuer : undefined;
  const { audience: sentTo = privateKey?.audience ?? issuer ?? endpoint, typ: sentAs = issuer ? RFC_10070 : 'JWT' } = given;
  const others = [[endpoint, 'JWT'], [named, 'JWT'], [named, RFC_10070]];
  const addressed = others
    .filter(([audience, typ]) => audience && (audience !== sentTo || typ !== sentAs))
    .map(([audience, typ]) => ({
      changes: { clientAssertion: { ...given, audience, typ } },
      cause: { code: 'wrong_assertion_audience', audience, typ },
    }));
  const { kid } = privateKey ?? {};
  if (kid === undefined) return addressed;
  return [{ changes: { privateKey: without(['kid'], privateKey) }, cause: { code: 'wrong_kid', kid } }, ...addressed];
}
