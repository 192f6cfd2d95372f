// A token that stands in a URL: an API repeats what it was sent, in a spelling of its own.

/** Shorter ones are in every text of that length, once it is decoded. */
const MIN_ENCODED = 8;

/** How often it may be encoded otherwise than by percent signs. */
const MAX_DEPTH = 3;

/**
 * `url`, as it may be shown to who must not see the token. What has it in the query is left out, as is what
 * `isOurs(name, value)` says was put there beside it.
 */
export function withoutToken(url, accessToken, isOurs) {
  const clean = without(url, (part) => holds(part, accessToken) || isPut(part, isOurs));
  // No server sees it, but it is handed on from request to request.
  if (holds(clean.hash, accessToken)) clean.hash = '';
  return holds(clean.href, accessToken) ? undefined : clean;
}

/** `url` without the parameters of which `isOurs(name, value)` holds. The others stay as they are written. */
export function withoutParameters(url, isOurs) {
  return without(url, (part) => isPut(part, isOurs));
}

/** `error` of a host's fetch. Some name the URL in it, where the token may be. */
export function withoutUrl(error, accessToken) {
  try {
    const { code, path, message, stack, cause } = error;
    if (!holds([path, message, stack, cause?.message].join(' '), accessToken)) return error;
    return new TypeError(`the API could not be reached${typeof code === 'string' ? ` (${code})` : ''}`);
  } catch {
    // A stranger threw it, and not the host.
    return error;
  }
}

function without(url, isSuperfluous) {
  const clean = new URL(url);
  const parts = url.search.slice(1).split('&');
  const kept = parts.filter((part) => !isSuperfluous(part));
  if (kept.length < parts.length) clean.search = kept.join('&');
  return clean;
}

function isPut(part, isOurs) {
  return [...new URLSearchParams(part)].some(([name, value]) => isOurs(name, value));
}

/** Whether `text` has the token in it: percent-encoded however often and however badly, in base64, in hexadecimal digits. */
export function holds(text, accessToken) {
  const token = plain(accessToken);
  // An escape before it that was cut off takes its first two letters for its own.
  return isIn(plain(text), token.slice(token.length > MIN_ENCODED + 2 ? 2 : 0), MAX_DEPTH);
}

function isIn(text, token, depth) {
  // In the name of a host all letters are small.
  if (text.toLowerCase().includes(token.toLowerCase())) return true;
  if (depth === 0 || token.length < MIN_ENCODED) return false;
  const runs = (pattern) => [...text.matchAll(pattern)].map(([run]) => run).filter((run) => run.length > token.length);
  return (
    runs(/[\w+/-]+/g).some((run) => [0, 1, 2, 3].some((start) => isIn(plain(fromBase64(run.slice(start))), token, depth - 1))) ||
    runs(/[\da-f]+/gi).some((run) => [0, 1].some((start) => isIn(plain(fromHex(run.slice(start))), token, depth - 1)))
  );
}

/** What differs between spellings and not between tokens is taken off. */
function plain(text) {
  return unescaped(text).replaceAll(' ', '+').replaceAll(/[\s\\]/g, '');
}

/** Each escape by itself, those that come to light too: others in the same text may be none. */
export function unescaped(text) {
  if (!text.includes('%')) return text;
  const read = [];
  for (const char of text) {
    read.push(char);
    for (let code; (code = escapeAtEnd(read)) !== undefined; ) read.splice(-3, 3, String.fromCharCode(code));
  }
  return read.join('');
}

function escapeAtEnd(read) {
  if (read.at(-3) !== '%') return undefined;
  const digits = read.at(-2) + read.at(-1);
  return /^[\da-f]{2}$/i.test(digits) ? parseInt(digits, 16) : undefined;
}

function fromBase64(text) {
  const standard = text.replaceAll('-', '+').replaceAll('_', '/');
  // One character more than groups of four says nothing.
  return atob(standard.slice(0, standard.length - (standard.length % 4 === 1 ? 1 : 0)));
}

function fromHex(text) {
  return text.replaceAll(/(..)|./g, (_, digits) => (digits ? String.fromCharCode(parseInt(digits, 16)) : ''));
}
