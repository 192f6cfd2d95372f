// Answers of a token URL that are none of a token endpoint.

import { finding } from './diagnosis.js';
import { metadataAround } from './metadata.js';
import { parsedObject } from './secrets.js';

const OF_PEOPLE = /login|log-in|signin|sign-in|sso|authorize|\/auth$|saml|account/i;
/** What firewalls call themselves. The names of their makers are on pages of their gateways, too. */
const OF_WALLS = /attention required|access denied|have been blocked|request blocked|incapsula|captcha|just a moment/i;

const BEHIND_LOGIN = "look for the token endpoint's URL; a proxy that wants a login has to let programs through";

/** What there is no endpoint for, or none that takes a POST. */
const NOWHERE = [404, 405, 410];

export const isPage = (text) => /^\s*<(!doctype html|html|head|body)/i.test(text);

/** The title of a page, or what the answer says that it is. */
export function looks({ status, headers }, text, secrets) {
  const [, title] = /<title[^>]*>([^<]*)/i.exec(text) ?? [];
  return `${status} ${secrets.shown(title ?? headers.get('content-type') ?? 'without a content type', 100)}`;
}

/** Whether it is a page that says that there is a wall before the server. */
export const isWall = (text) => isPage(text) && OF_WALLS.test(text.slice(0, 4096));

/** A redirect, which the client never follows with credentials. */
export async function redirected(trial, { exchange }) {
  const { url, status, headers } = exchange;
  const location = headers.get('location') ?? '';
  if (!URL.canParse(location, url.href)) return { found: finding('token_url_redirects', { why: 'it leads nowhere' }) };
  const target = new URL(location, url);
  const place = trial.secrets.shown(target.origin + target.pathname);
  const said = `${status}, Location: ${place}`;
  if (OF_PEOPLE.test(target.pathname)) {
    const { advice, changes } = await rightUrl(trial, url, BEHIND_LOGIN);
    return { found: finding('token_url_redirects', { why: 'it leads to a page where people log in', advice }, { said }), changes };
  }
  const found = finding('token_url_redirects', { why: 'it leads elsewhere', advice: `tokenUrl: '${place}', if that is the server's` }, { said });
  const isSafe = target.hostname === url.hostname && (target.protocol === 'https:' || url.protocol === 'http:');
  return { found, changes: isSafe ? { tokenUrl: target.origin + target.pathname } : undefined };
}

/** A page, or a status that says that there is no such URL, or not for POST. */
export async function notAnEndpoint(trial, { error, exchange }) {
  const { status, url } = exchange;
  const text = await exchange.text;
  const said = looks(exchange, text, trial.secrets);
  const isNowhere = NOWHERE.includes(status);
  if (isWall(text) && !isNowhere) return { found: finding('blocked_by_firewall', {}, { said }) };
  const { advice, changes } = await rightUrl(trial, url, adviceIn(error));
  const why = `it answers ${status}${status === 405 ? ', and takes no POST' : ''}`;
  return { found: finding(isNowhere ? 'wrong_token_url' : 'token_url_answers_page', { why, advice }, { said }), changes };
}

/** A success that has no token in it. */
export async function withoutToken(trial, outcome) {
  const { error, exchange } = outcome;
  const text = (await exchange.text).trim();
  if (isPage(text)) return await notAnEndpoint(trial, outcome);
  const said = looks(exchange, text, trial.secrets);
  if (/more than 1 MiB/.test(error.message)) return { found: finding('answer_too_long', {}, { said }) };
  if (text === '') return { found: finding('empty_answer', {}, { said }) };
  const members = parsedObject(text);
  const names = Object.keys(members);
  if (names.length === 0) return { found: finding('not_json', {}, { said }) };
  const path = placeOf(members);
  const advice = path ? `tokenMapping: { accessToken: '${trial.secrets.shown(path)}' }` : 'say in tokenMapping where the token is, if it is there';
  return { found: finding('token_named_otherwise', { names: trial.secrets.shown(names.join(', ')), advice }, { said }) };
}

/** Where in an answer a text is that is called a token. */
function placeOf(members, depth = 0) {
  const entries = Object.entries(members);
  const isToken = ([name, value]) => typeof value === 'string' && value.length >= 8 && /^((access|auth|id|session)_?)?token$|^jwt$/i.test(name);
  const [own] = entries.find(isToken) ?? [];
  if (own) return own;
  for (const [name, value] of depth < 4 ? entries : []) {
    const below = typeof value === 'object' && value !== null ? placeOf(value, depth + 1) : undefined;
    if (below) return `${name}.${below}`;
  }
  return undefined;
}

/** What the server says the token endpoint is, to go on with. Nobody's credentials are sent to another host than they are for. */
async function rightUrl(trial, url, otherwise) {
  const { token_endpoint: endpoint } = (await metadataAround(trial, url)) ?? {};
  const right = URL.canParse(endpoint) ? new URL(endpoint) : url;
  if (right.href === url.href) return { advice: otherwise };
  const isHere = right.origin === url.origin && trial.options.tokenUrl !== undefined;
  return { advice: `tokenUrl: '${trial.secrets.shown(right.href)}'`, changes: isHere ? { tokenUrl: right.href } : undefined };
}

/** What the client itself advises, after what happened. */
export function adviceIn({ message }) {
  return message.split('; ').slice(1).join('; ') || "compare the options with the server's documentation";
}
