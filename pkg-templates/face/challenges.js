// Challenges of APIs (RFC 9110 §11.6.1).

import * as kernel from './inbound-kernel.js';

/** The challenges in the value of a `WWW-Authenticate` header. */
export function parseChallenges(header) {
  const challenges = kernel.enter((kernel) => kernel.challenges(String(header ?? '')));
  return challenges.map(([scheme, pairs, token68]) => {
    // Servers choose the names: none is inherited.
    const parameters = { __proto__: null, ...Object.fromEntries(pairs) };
    return { scheme, parameters, ...(token68 !== undefined && { token68 }) };
  });
}
