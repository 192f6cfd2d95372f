// Tokens that the authorization server is asked about (RFC 7662).

import { reasonOf } from './abort.js';
import { turnAway } from './admissions.js';
import { lastingId } from './configurations.js';
import { Crossing } from './crossing.js';
import { readIntrospection, readIntrospectorOptions } from './inbound-options.js';
import * as kernel from './inbound-kernel.js';

/** The way of an introspector's calls. */
class Introspection extends Crossing {
  opened({ fields }) {
    return { id: this.kernel.enter((kernel) => kernel.openIntrospector(fields, lastingId())) };
  }
}

const introspections = new WeakMap();

/** The way of the calls of `introspector`, if it is one. */
export const introspectionOf = (introspector) => introspections.get(introspector);

export class TokenIntrospector {
  #introspection;

  constructor(options) {
    this.#introspection = new Introspection(kernel, readIntrospectorOptions(options), 'the introspection');
    this.#introspection.begin(options);
    introspections.set(this, this.#introspection);
  }

  async introspect(token, options) {
    const { fields, signal } = readIntrospection(token, options);
    if (signal?.aborted) throw reasonOf(signal);
    const { id } = this.#introspection.config;
    const isPlain = fields.params === undefined && fields.maxAgeSeconds === undefined;
    const known = isPlain ? kernel.enter((kernel) => kernel.introspected(id, token)) : undefined;
    const answer = known ?? (await this.#patiently((kernel, call, id) => kernel.introspect(id, call, fields), signal));
    if (!answer.active) turnAway(token);
    return answer;
  }

  /** Forgets what is known of `token`, as when its user logs out. */
  async forget(token) {
    const { fields } = readIntrospection(token);
    turnAway(token);
    await this.#patiently((kernel, call, id) => kernel.forget(id, call, fields.token));
    // In between it may have been known still.
    turnAway(token);
  }

  #patiently(run, signal) {
    const introspection = this.#introspection;
    return introspection.patiently((kernel, call) => run(kernel, call, introspection.config.id), undefined, signal);
  }
}
