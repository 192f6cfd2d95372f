// The members of a token response (RFC 6749 §5.1), as people write and keep them.

/** Times from here on are milliseconds: as seconds this is the year 5138. */
const FIRST_MS = 1e11;

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/**
 * ISO 8601 or an HTTP date, as `timestamp.rs` reads them: a space may stand for the `T`, and the time, its seconds and
 * the zone may be missing.
 */
const TIME =
  /^(?:(\d{4})-(\d\d)-(\d\d)(?:[T ](?=\d)|$)|[^,]*, (\d{1,2})[ -]([a-z]{3})[ -](\d{4})[ -](?=\d))(?:([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d|60)(?:[.,](\d+))?)?)?\s*(?:([+-])(\d\d)(?::?(\d\d))?\s*)?(?:UTC|GMT|Z)?$/i;

const NUMBER = /^\s*\d+(\.\d+)?\s*$/;

/** An object made of members: a Response or a promise is a mistake. */
export function isMembers(value) {
  if (Object.prototype.toString.call(value) !== '[object Object]') return false;
  // Early workerd does not say what its own objects are. Their members are inherited, though.
  const prototype = Object.getPrototypeOf(value);
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  return isPlain || Object.keys(value).length > 0;
}

/** The value as JSON. Throws where something would be lost; the message has the member's name only. */
export function toJson(value) {
  return JSON.stringify(value, (name, member) => {
    const isValue = ['string', 'boolean', 'undefined'].includes(typeof member) || member === null;
    if (isValue || Number.isFinite(member) || Array.isArray(member) || isMembers(member)) return member;
    throw new TypeError(`${name} is ${kindOf(member)}, which JSON does not know`);
  });
}

/** What `value` is, without its content. */
export function kindOf(value) {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  const type = Object.prototype.toString.call(value).slice('[object '.length, -1);
  return `of type ${type === 'Object' ? value.constructor?.name : type}`;
}

/** The members that say until when a token lives, beside `expires_in`. The same as in `lifetime.rs`. */
export const EXPIRY = ['expires_at', 'expires_on', 'expiresAt', 'expiresOn', 'expires', 'expiry', 'expiry_date', 'expiration', 'expireTime', '.expires'];

/**
 * A point in time, in milliseconds since the epoch: a Date, a text as above, seconds or milliseconds since the epoch;
 * `undefined` for what is none of these.
 */
export function timeMs(time) {
  if (time instanceof Date) return Number.isNaN(time.getTime()) ? undefined : time.getTime();
  if (typeof time === 'string' && !NUMBER.test(time)) return textMs(time.trim());
  const number = numberOf(time);
  return number === undefined || number >= FIRST_MS ? number : number * 1000;
}

/** Without a time zone it is UTC, wherever the code runs, and every engine reads the same. */
function textMs(text) {
  const parts = TIME.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, namedDay, monthName, namedYear, hours = 0, minutes = 0, seconds = 0, fraction = 0, sign, zoneHours = 0, zoneMinutes = 0] = parts;
  const monthIndex = monthName ? MONTHS.indexOf(monthName.toLowerCase()) : month - 1;
  const dayOfMonth = day ?? namedDay;
  if (monthIndex < 0 || monthIndex > 11 || dayOfMonth < 1 || dayOfMonth > 31) return undefined;
  // Other functions take the years up to 99 for those of the last century.
  const dayMs = new Date(0).setUTCFullYear(year ?? namedYear, monthIndex, dayOfMonth);
  const zone = zoneHours * 60 + Number(zoneMinutes);
  const minute = hours * 60 + Number(minutes) + (sign === '-' ? zone : -zone);
  return dayMs + (minute * 60 + Number(seconds) + Number(`0.${fraction}`)) * 1000;
}

/** A number from 0 on, or a text of one. */
export function numberOf(value) {
  if (typeof value === 'string' && NUMBER.test(value)) return Number(value);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** What JSON says, frozen to its depth: all callers share it. */
export function frozen(value) {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}
