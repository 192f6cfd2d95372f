// The members of a token response (RFC 6749 §5.1), as people write and keep them.

/** Times from here on are milliseconds: as seconds this is the year 5138. */
const FIRST_MS = 1e11;

/** A date, or a date and a time, the time zone being optional (RFC 3339, ISO 8601). */
const ISO = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/i;

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

/**
 * A point in time, in milliseconds since the epoch: a Date, ISO 8601, seconds or milliseconds since the epoch;
 * `undefined` for what is none of these.
 */
export function timeMs(time) {
  if (time instanceof Date) return Number.isNaN(time.getTime()) ? undefined : time.getTime();
  if (typeof time === 'string' && !NUMBER.test(time)) return isoMs(time);
  const number = numberOf(time);
  return number === undefined || number >= FIRST_MS ? number : number * 1000;
}

/** Without a time zone it is UTC, wherever the code runs. */
function isoMs(text) {
  const match = ISO.exec(text.trim());
  if (!match) return undefined;
  const [whole, time, , , zone] = match;
  const ms = Date.parse(whole.replace(' ', 'T') + (time && !zone ? 'Z' : ''));
  return Number.isNaN(ms) ? undefined : ms;
}

/** A number from 0 on, or a text of one. */
export function numberOf(value) {
  if (typeof value === 'string' && NUMBER.test(value)) return Number(value);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}
