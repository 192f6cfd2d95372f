// Tokens that say themselves what there is to know, and are signed (RFC 9068).

import { reasonOf } from './abort.js';
import { lastingId } from './configurations.js';
import { Crossing } from './crossing.js';
import { readVerification, readVerifierOptions } from './inbound-options.js';
import * as kernel from './inbound-kernel.js';
import { settled } from './signature.js';

/** The way of a verifier's calls. */
class Verification extends Crossing {
  opened({ fields }) {
    return { id: this.kernel.enter((kernel) => kernel.openVerifier(fields, lastingId())) };
  }
}

const verifications = new WeakMap();

/** The way of the calls of `verifier`, if it is one. */
export const verificationOf = (verifier) => verifications.get(verifier);

export class JwtVerifier {
  #verification;

  constructor(options) {
    this.#verification = new Verification(kernel, readVerifierOptions(options), 'the verification');
    this.#verification.begin(options);
    verifications.set(this, this.#verification);
  }

  async verify(token, options) {
    const { fields, signal } = readVerification(token, options);
    if (signal?.aborted) throw reasonOf(signal);
    const { config } = this.#verification;
    const number = lastingId();
    const known = fields.audience === undefined ? kernel.enter((kernel) => kernel.verified(config.id, number, token)) : undefined;
    return (Array.isArray(known) ? await settled(kernel, number, known[0]) : known) ?? (await this.#verification.patiently((kernel, call) => kernel.verify(config.id, call, fields), config, signal));
  }
}
