// The members of a token response (RFC 6749 §5.1), as people write and keep them.

/** Times from here on are milliseconds: as seconds this is the year 5138. */
const FIRST_MS = 1e11;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * ISO 8601 or an HTTP date, as `timestamp.rs` reads them: a space may stand for the `T`, and the time, its seconds and
 * the zone may be missing.
 */
const TIME = RegExp(
  /^(?:(?<y>\d{4})-(?<m>\d\d)-(?<d>\d\d)(?:[T ](?=\d)|$)|[^,]*, (?<day>\d{1,2})[ -](?<month>[a-z]{3})[ -](?<year>\d{4})[ -](?=\d))/.source +
    /(?:(?<hours>[01]\d|2[0-3]):(?<minutes>[0-5]\d)(?::(?<seconds>[0-5]\d|60)(?:[.,](?<fraction>\d+))?)?)?/.source +
    /\s*(?:(?<sign>[+-])(?<zoneHours>\d\d)(?::?(?<zoneMinutes>\d\d))?\s*)?(?:UTC|GMT|Z)?$/.source,
  'i',
);

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
  const part = TIME.exec(text)?.groups;
  if (!part) return undefined;
  const month = part.m ? part.m - 1 : MONTHS.indexOf(part.month.toLowerCase());
  const day = part.d ?? part.day;
  if (month < 0 || month > 11 || day < 1 || day > 31) return undefined;
  const of = (name) => Number(part[name] ?? 0);
  // Other functions take the years up to 99 for those of the last century.
  const dayMs = new Date(0).setUTCFullYear(part.y ?? part.year, month, day);
  const zone = of('zoneHours') * 60 + of('zoneMinutes');
  const minutes = of('hours') * 60 + of('minutes') - (part.sign === '-' ? -zone : zone);
  return dayMs + (minutes * 60 + of('seconds') + Number(`0.${part.fraction ?? 0}`)) * 1000;
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
