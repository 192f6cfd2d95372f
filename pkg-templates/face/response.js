// Responses of the API, of whichever fetch: the host's, a library's, or a mock with no more than it needs.

import { parsed } from './url.js';

/**
 * Ends a body that nobody will read. Nobody waits for that, and its failure is nobody's: where something keeps an
 * unread clone (Next.js, MSW), it never ends; a connection that breaks now breaks nothing.
 */
export function discard({ body }) {
  // Node's own streams cannot be cancelled.
  const cancel = body?.cancel ?? body?.resume;
  try {
    cancel?.call(body)?.catch?.(() => {});
  } catch {
    // It is being read by somebody.
  }
}

/** Whether it says where else to ask. */
export function isRedirect(response) {
  if (typeof response !== 'object' || response === null) throw new TypeError(`fetch gave ${response === null ? 'null' : typeof response}, and not a Response`);
  const { status } = response;
  if (status === 0) return response.type === 'opaqueredirect';
  return [301, 302, 303, 307, 308].includes(status) && locationOf(response) !== undefined;
}

/** Where a redirect leads, if that is a URL. */
export function targetOf(response, from) {
  return parsed(locationOf(response), from);
}

/** Hosts give bytes that are not ASCII one by one; servers mean UTF-8. */
function locationOf({ headers }) {
  const location = headers?.get?.('location') ?? undefined;
  if (location === undefined || !/[\x80-\xff]/.test(location) || /[^\0-\xff]/.test(location)) return location;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(location, (char) => char.charCodeAt(0)));
  } catch {
    return location;
  }
}

/** `response` with another body. What the host let through may be more than the constructor takes. */
export function withBody(response, body) {
  const { url, redirected, type, status, statusText, ok, headers } = response;
  const isTaken = status >= 200 && status <= 599 && /^[\t\x20-\x7e\x80-\xff]*$/.test(statusText);
  // Who hands it on as the answer of a server sends what it was made with.
  const copy = new Response(body, isTaken ? response : { headers, status: status <= 599 ? status : 500 });
  return like({ url, redirected, type, status, statusText, ok }, copy);
}

/** Gives a response members that it cannot be made with, and its clones too. */
export function like(members, response) {
  const { clone } = response;
  const all = { ...members, ...(clone && { clone: () => like(members, clone.call(response)) }) };
  for (const [name, value] of Object.entries(all)) {
    // What is there already may not be defined again.
    if (response[name] !== value) Object.defineProperty(response, name, { value, configurable: true });
  }
  return response;
}
