// The API that the fleets call. Each token is checked at the authorization server.
import { json, listen } from '../runtimes/http.mjs';

/** How long an answer about a token is good: a herd that brings one token asks about it once. */
const KEPT_MS = 300;

/**
 * Starts the API: `/{fleet}/{request}`. `isActive(token)` is how it learns whether a token is good; `onRequest({ fleet, request, token,
 * isGood })` hears what came. `forget()` has it ask anew.
 */
export async function startApi({ isActive, onRequest }) {
  const checks = new Map();
  const check = (token) => {
    if (!checks.has(token)) {
      checks.set(token, isActive(token));
      setTimeout(() => checks.delete(token), KEPT_MS).unref();
    }
    return checks.get(token);
  };
  const api = await listen(async (request, response) => {
    const atMs = performance.now();
    const [, fleet, number] = request.url.split('/');
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    const isGood = token !== undefined && (await check(token));
    onRequest({ fleet, request: Number(number), token, isGood, atMs });
    if (isGood) return json(response, { hello: 'world' });
    json(response, { error: 'invalid_token' }, 401, { 'www-authenticate': 'Bearer error="invalid_token"' });
  });
  return { ...api, forget: () => checks.clear() };
}
