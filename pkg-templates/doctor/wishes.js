// What a client asks for that the server knows, and is refused: scopes, an API, a grant.

import { finding } from './diagnosis.js';
import { isMissed, isOfGrantType, wordsOf } from './words.js';

const OF_APIS = /audience|resource|service not (found|enabled)|not authorized to access/i;

/** What is wrong with what was asked for; `undefined` if that is not it. */
export async function refusedWish(trial, error, said) {
  const { options } = trial;
  const { grant = 'client_credentials' } = options;
  const words = wordsOf(error);
  if (error.error === 'invalid_scope' || /scope/i.test(words)) {
    const refused = isGiven(options.scopes) ? await refusedScopes(trial, error, said) : undefined;
    if (refused) return refused;
    if (!isGiven(options.scopes) && isMissed('scope', words)) return { found: finding('missing_scope', {}, { said }) };
  }
  if (error.error === 'invalid_target' || OF_APIS.test(words)) return { found: refusedAudience(options, words, said) };
  const code = error.error === 'unsupported_grant_type' ? 'grant_not_supported' : 'grant_not_allowed';
  if (isOfGrantType(error)) return { found: finding(code, { grant }, { said }) };
  return undefined;
}

/** Of a code that may mean anything, only a token without scopes says that it was they. */
async function refusedScopes(trial, error, said) {
  const scopes = trial.secrets.shown([trial.options.scopes].flat().join(' '));
  const next = await trial.again({ scopes: undefined });
  if (error.error !== 'invalid_scope' && !next?.token) return undefined;
  const alone = next?.token ? '; without scopes there is a token' : '';
  return { found: finding('invalid_scope', { scopes, alone }, { said }), next: next?.token ? next : undefined };
}

function refusedAudience({ endpointParams = {}, resource, scopes }, words, said) {
  const isList = typeof endpointParams[Symbol.iterator] === 'function';
  const asked = new Map(isList ? endpointParams : Object.entries(endpointParams)).get('audience');
  const named = [resource, scopes].find(isGiven);
  const audience = asked ?? (named && [named].flat().join(' '));
  const option = named === scopes ? 'scopes' : 'resource';
  if (audience !== undefined) return finding('wrong_audience', { audience }, { said, option: asked === undefined ? option : 'endpointParams' });
  const isOfResource = /resource/i.test(words) && !/audience/i.test(words);
  const advice = `${isOfResource ? 'resource: …' : 'endpointParams: { audience: … }'}, the API's identifier at the server`;
  return finding('missing_audience', { advice }, { said, ...(isOfResource && { option: 'resource' }) });
}

const isGiven = (value) => value !== undefined && [value].flat().join('').trim() !== '';
