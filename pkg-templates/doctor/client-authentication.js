// Clients that the server does not let in: found out by trying the other ways to say who asks.

import { isPage } from './answers.js';
import { finding } from './diagnosis.js';
import { otherHost, stray } from './environments.js';
import { metadataAround } from './metadata.js';
import { isClientRefused, means, saidBy, wordsOf } from './words.js';

/** How id and secret are sent, by the values of clientAuth. */
const PLACES = { header: 'in the Authorization header (Basic)', body: 'in the body', both: 'in header and body', none: 'without the secret' };

/** Refusals of whom the server knows. */
const OF_THE_KNOWN = /^(invalid_scope|invalid_target|invalid_grant|unauthorized_client|access_denied)$/;

/** What settings hold before somebody has filled them in. */
const PLACEHOLDER = /^(undefined|null|none|change_?me|secret|todo|x{3,}|\*+|your[-_ ].*|<.*>|\$\{.*\}|\{\{.*\}\}|(process\.)?env\..*)$/i;

/** Why the client is refused: a finding or several, and what came of the way that the server takes. */
export async function refusedClient(trial, outcome) {
  const { options } = trial;
  const said = saidBy(outcome.error);
  const padded = ['clientId', 'clientSecret'].filter((name) => isPadded(options[name]));
  const clean = Object.fromEntries(padded.map((name) => [name, bare(options[name])]));
  const found = padded.map((option) => finding('padded_credential', {}, { said, option }));
  const ways = waysOf({ ...options, ...clean });
  for (const { changes, cause } of padded.length > 0 ? [{}, ...ways] : ways) {
    const next = await trial.again({ ...clean, ...changes });
    if (next && isLetIn(next)) return { found: [...found, ...(cause ? [finding(cause.code, cause, { said })] : [])], next };
  }
  return { found: await ofCredentials(trial, outcome, said) };
}

function isLetIn({ token, error, isLetIn }) {
  return Boolean(token || isLetIn || (error.code === 'token_request_rejected' && OF_THE_KNOWN.test(error.error) && !isClientRefused(error)));
}

/** The other ways, the likeliest first. Only what differs for this client is one. */
function waysOf({ clientAuth = 'header', credentialEncoding = 'strict', clientId, clientSecret }) {
  const texts = [clientId, clientSecret].filter((text) => typeof text === 'string');
  const isAmbiguous = texts.some((text) => !/^[\w.*-]*$/.test(text));
  const hasColon = texts.some((text) => text.includes(':'));
  const style = (wanted) => ({
    changes: { clientAuth: wanted },
    cause: { code: 'wrong_client_authentication', style: wanted, wanted: PLACES[wanted], sent: PLACES[clientAuth] },
  });
  const encoding = (wanted) => ({
    changes: { clientAuth: 'header', credentialEncoding: wanted },
    cause: { code: 'wrong_credential_encoding', encoding: wanted },
  });
  const names = isAmbiguous ? ['loose', 'strict', ...(hasColon ? ['interop'] : [])] : [];
  const encodings = names.filter((name) => name !== credentialEncoding).map(encoding);
  switch (clientAuth) {
    case 'header':
      return [...encodings, style('body')];
    case 'body':
      return [style('header'), ...encodings];
    case 'both':
      return [style('header'), style('body'), ...encodings];
    case 'auto':
      return encodings;
    case 'none':
      return clientSecret === undefined ? [] : [style('header'), style('body')];
    default:
      return [];
  }
}

/** Of a line break after it, which no client is made with. */
export function ofPadding({ message }, options) {
  const option = ['clientId', 'clientSecret'].find((name) => message.startsWith(`${name} `) && isPadded(options[name]));
  return option && finding('padded_credential', {}, { option });
}

const isPadded = (text) => typeof text === 'string' && (/^\s|\s$/.test(text) || /^(["']).*\1$/s.test(text));
const bare = (text) => text.trim().replace(/^(["'])(.*)\1$/s, '$2').trim();

/** Nothing that was tried has helped: it is the credentials, or what they are for. */
async function ofCredentials(trial, { error, exchange }, said) {
  const { options, secrets } = trial;
  const { url } = exchange;
  // Some have words in members that nobody else has.
  const text = await exchange.text;
  const words = `${wordsOf(error)} ${isPage(text) ? '' : text.slice(0, 500)}`;
  const unfilled = ['clientId', 'clientSecret'].find((name) => PLACEHOLDER.test(options[name] ?? ''));
  if (unfilled) return finding('placeholder_credential', {}, { said, option: unfilled });
  if (means('secret_expired', words)) return finding('secret_expired', {}, { said });
  const strayed = stray(options, url);
  if (strayed) return finding('wrong_environment', strayed, { said, option: strayed.option });
  const other = otherHost(url);
  const also = other ? `; the vendor's other environment, which knows other clients, is at ${other}` : '';
  const metadata = await metadataAround(trial, url);
  const styles = metadata?.token_endpoint_auth_methods_supported;
  if (Array.isArray(styles) && styles.length > 0 && styles.every((style) => !/^client_secret|^none$/.test(style))) {
    const isTls = styles.every((style) => /tls/.test(style));
    return finding(isTls ? 'client_certificate_wanted' : 'secrets_not_taken', { styles: secrets.shown(styles.join(', ')) }, { said });
  }
  const isKnown = await isKnownClient(trial, metadata, words);
  const ofSecret = options.clientAuth === 'none' ? 'secret_wanted' : isKnown && 'wrong_secret';
  const code = isKnown === false ? 'unknown_client' : ofSecret || 'wrong_credentials';
  return finding(code, { also }, { said });
}

/** Whether the server knows the client at all, by its words or by how it answers a login that nobody makes. */
async function isKnownClient(trial, metadata, words) {
  // Either of both, as some say.
  const isEither = /client.?id\b.{0,5}or\b/i.test(words);
  if (means('wrong_secret', words)) return isEither ? undefined : true;
  if (means('unknown_client', words)) return false;
  const { authorization_endpoint: endpoint } = metadata ?? {};
  if (!URL.canParse(endpoint)) return undefined;
  const url = new URL(endpoint);
  const asked = { client_id: trial.options.clientId, response_type: 'code', redirect_uri: 'https://nowhere.invalid/', scope: 'openid' };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  const { text, location } = await trial.document(url.href);
  const answer = `${text.slice(0, 4096)} ${location}`;
  if (/invalid_client\b/i.test(answer) || means('unknown_client', answer)) return false;
  return /redirect.?ur[il]|unauthorized_client|unsupported_response_type/i.test(text.slice(0, 4096)) ? true : undefined;
}
