// The same by people who keep no tokens in memory: a map from the token's digest.
import { checks } from './hand-written.mjs';

export function create(env) {
  return checks(env, async (token) => {
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
    return String.fromCharCode(...new Uint8Array(digest));
  });
}
