// Who may look at the live page, and press its buttons. A server on loopback is reached by every page that is open
// in the developer's browser, so that the address alone says nothing about who asks.

/** Other sites can have a name of theirs lead to this machine (DNS rebinding); none of these. */
const LOOPBACK = /^(localhost|[a-z0-9-]+\.localhost|127(\.\d+){3}|\[::1\])$/;

/** Whether this is a Worker in development. One that is deployed has a name, and no page. */
export function isLocal(request: Request): boolean {
  return LOOPBACK.test(new URL(request.url).hostname);
}

/** Whether a page of this Worker asks: browsers name the origin of every POST, and let no page change that. */
export function isOwn(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site') ?? 'same-origin';
  return site === 'same-origin' && request.headers.get('origin') === new URL(request.url).origin;
}

/** Lays over an answer that nothing from elsewhere runs in it, and nobody else reads, frames or keeps it. */
export function guarded(response: Response): Response {
  const answer = new Response(response.body, response);
  for (const [name, value] of Object.entries(HEADERS)) answer.headers.set(name, value);
  return answer;
}

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
