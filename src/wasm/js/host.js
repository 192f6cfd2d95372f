// The token request, by the host's fetch.

/** The response headers that say something about a token response. */
const HEADERS = ['content-type', 'retry-after'];

/** Resolves to [status, body, headers], or to undefined when the body is over the limit. */
export async function exchange(fetch, method, url, headers, body, maxResponseBytes, signal) {
  // A GET must have no body, not even an empty one.
  const response = await fetch(url, { method, headers, body: body || undefined, signal, redirect: 'manual' });
  const text = await boundedText(response, maxResponseBytes);
  if (text === undefined) return undefined;
  // A mock may say no more than whether all went well.
  const { status = response.ok === false ? 400 : 200 } = response;
  return [status, text, HEADERS.map((name) => [name, response.headers?.get?.(name)])];
}

export async function boundedText(response, maxBytes) {
  if (response?.bodyUsed) throw new TypeError('fetch gave a response whose body somebody has read already');
  if (typeof response?.body?.getReader !== 'function') return wholeText(response, maxBytes);
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      // The outcome is known; whether the cancellation succeeds changes nothing.
      reader.cancel().catch(() => {});
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** The text of a response without a stream of the web's: node-fetch's, or a mock. */
async function wholeText(response, maxBytes) {
  if (typeof response?.text !== 'function' && typeof response?.json !== 'function') {
    throw new TypeError(`fetch gave ${response ? 'what has neither text() nor json()' : typeof response}, and not a Response`);
  }
  const text = response.text ? await response.text() : (JSON.stringify(await response.json()) ?? '');
  return text.length > maxBytes ? undefined : text;
}

/** Why a fetch failed, in one line. Node says only "fetch failed" and hides the reason in `cause`. */
export function reason(error) {
  const message = String(error?.message ?? error);
  const detail = error?.cause?.code ?? error?.cause?.message;
  return detail ? `${message} (${detail})` : message;
}

/** A token as users see it, and as the authorised fetch sends it. Made once per token. */
export function view(
  accessToken,
  tokenType,
  expiresAt,
  scope,
  refreshToken,
  idToken,
  raw,
  authorization,
) {
  const token = { accessToken, tokenType, expiresAt };
  if (scope !== undefined) token.scope = scope;
  if (refreshToken !== undefined) token.refreshToken = refreshToken;
  if (idToken !== undefined) token.idToken = idToken;
  token.raw = Object.freeze(raw);
  return { token: Object.freeze(token), authorization };
}
