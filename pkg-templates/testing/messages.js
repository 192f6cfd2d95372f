// What a client sends a server, as a test wants to see it.

/** A request as plain data, which every runner compares. */
export async function recorded(request) {
  const { url, method, headers } = request;
  // Not by text(): workerd warns of bodies whose type is no text, such as a form.
  const body = new TextDecoder().decode(await request.arrayBuffer());
  return { url, method, headers: Object.fromEntries(headers), body };
}

/** The parameters of a token request, of a form or of JSON; one that repeats is an array. */
export function parametersOf({ headers, body }) {
  if (headers['content-type']?.startsWith('application/json')) return JSON.parse(body);
  const form = new URLSearchParams(body);
  const valueOf = (name) => (form.getAll(name).length > 1 ? form.getAll(name) : form.get(name));
  return Object.fromEntries([...form.keys()].map((name) => [name, valueOf(name)]));
}

/** Who asks, by HTTP Basic (RFC 6749 §2.3.1) or in the body. */
export function credentialsOf({ headers }, params) {
  const [, basic] = /^Basic (.+)$/i.exec(headers.authorization ?? '') ?? [];
  if (basic === undefined) return { clientId: params.client_id, clientSecret: params.client_secret };
  const bytes = Uint8Array.from(atob(basic), (char) => char.charCodeAt(0));
  const [id, ...secret] = new TextDecoder().decode(bytes).split(':');
  return { clientId: decoded(id), clientSecret: decoded(secret.join(':')) };
}

/** The token of an Authorization header (RFC 6750 §2.1). */
export function bearerOf({ headers }) {
  return /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
}

export function json(status, members, headers) {
  const init = { status, headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers } };
  return new Response(JSON.stringify(members), init);
}

function decoded(text) {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
