// What people write by hand: a map from the token to what is known of it.
import { checks } from './hand-written.mjs';

export { bearer, demand } from './hand-written.mjs';

export function create(env) {
  return checks(env, (token) => token);
}
