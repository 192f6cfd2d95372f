// The ways to authorize that a connection of Workato's has.
import { checked, checkFunctions } from './common.js';
import { invalidOption } from '../face/error.js';

/** What may be said of a way to authorize; the last ones are about Workato's screens. */
const AUTHORIZATION = [
  ...['type', 'client_id', 'client_secret', 'authorization_url', 'token_url', 'acquire', 'apply', 'credentials'],
  ...['refresh_on', 'detect_on', 'refresh', 'fields', 'selected', 'options', 'identity', 'pkce', 'noopener'],
];

export function isRenewable(authorization) {
  return isOAuth2(authorization) || Boolean(authorization.acquire);
}

export function isOAuth2({ type }) {
  return /oauth2/i.test(type);
}

/** Of several ways to authorize the one that the settings select. `credentials` is what `apply` was called before. */
export function chosen(authorization, settings) {
  let one = authorization;
  if (authorization.type === 'multi') {
    const { selected, options = {} } = authorization;
    checkFunctions('authorization', ['selected'], authorization);
    const key = selected?.({ ...settings });
    if (!Object.hasOwn(options, key)) throw invalidOption('authorization.selected', `must give one of ${Object.keys(options).join(', ')}`);
    one = options[key];
  }
  const { type = 'none', apply = one.credentials } = checked('authorization', AUTHORIZATION, one);
  if (!['none', 'basic_auth', 'api_key', 'custom_auth', 'oauth2'].includes(type)) {
    throw invalidOption('authorization.type', 'must be oauth2, custom_auth, basic_auth, api_key, multi or none');
  }
  checkFunctions('authorization', ['acquire', 'apply', 'credentials', 'refresh'], one);
  return { ...one, type, apply, refresh_on: signals('refresh_on', one), detect_on: signals('detect_on', one) };
}

function signals(name, { [name]: given = [] }) {
  const all = [given].flat();
  if (all.every((signal) => ['number', 'string'].includes(typeof signal) || signal instanceof RegExp)) return all;
  throw invalidOption(`authorization.${name}`, 'must be made of statuses, texts and patterns');
}

export function checkSettings(fields, settings) {
  for (const { name, optional } of fields) {
    const value = settings[name];
    if (optional === false && (value === undefined || value === null || value === '')) {
      throw invalidOption(`settings.${name}`, 'is required by the connection');
    }
  }
}
