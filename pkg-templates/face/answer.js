// The answer to a request that is not let through (RFC 6750 §3).

/** Gives `error` what the caller is to be answered: another Response each time, since each is read once. */
export function answered(error, status, headers, body, cause) {
  if (cause !== undefined) Object.defineProperty(error, 'cause', { value: cause, configurable: true, writable: true });
  const get = () => new Response(body === '' ? null : body, { status, headers });
  return Object.defineProperty(error, 'response', { get, configurable: true });
}
