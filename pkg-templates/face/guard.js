// Who may call: the token in a request, from the Authorization header to the answer.

import { awaited, origin, refuseCircle } from './circle.js';
import { lastingId } from './configurations.js';
import { invalidOption, isOurs } from './error.js';
import { readGuardOptions, readRequirements } from './guard-options.js';
import * as kernel from './inbound-kernel.js';
import { nobody } from './nobody.js';
import { DEFAULTS, inTime, lastResortMs, patiently } from './patience.js';
import { application } from './principal.js';

export class Guard {
  #config;
  #face;
  /** How long a function of the user's may take: as long as a server. */
  #patienceMs;
  #longestMs;

  constructor(options) {
    const { fields, json, face } = readGuardOptions(options);
    this.#config = { fields, json };
    this.#face = face;
    const checks = [face.introspector, face.verifier].filter((crossing) => crossing !== undefined);
    this.#patienceMs = Math.max(...checks.map(({ config }) => config.fields.timeoutMs ?? DEFAULTS.timeoutMs));
    const longestMs = checks.map((crossing) => lastResortMs(crossing.config.fields, crossing.face.store));
    this.#longestMs = longestMs.reduce((sum, ms) => sum + ms, 2 * this.#patienceMs);
    this.#open();
  }

  /** Resolves to who calls, or is rejected with an error that has the answer for one who may not. */
  async authorize(request, requirements) {
    try {
      return await this.#authorize(request, requirements);
    } catch (error) {
      if (!isOurs(error) || error.response !== undefined) throw error;
      throw answerable(error);
    }
  }

  #authorize(request, requirements) {
    const authorization = headerOf(request, 'authorization');
    if (authorization === undefined && this.#isPreflight(request)) return undefined;
    const asked = readRequirements(requirements);
    const known = authorization === undefined || this.#face.principal ? undefined : this.#known(authorization, asked);
    return known ?? this.#ask(request, { ...asked.fields, ...(authorization !== undefined && { authorization }) });
  }

  /** Of whom all is known that is asked. */
  #known(authorization, { texts, fields }) {
    if (texts === undefined) return undefined;
    const { scopes, anyScope, audience } = texts;
    return kernel.enter((kernel) => kernel.admit(this.#config.id, authorization, scopes, anyScope, audience, fields.both === true, fields.maxAgeSeconds));
  }

  #ask(request, fields) {
    const from = origin();
    return patiently(kernel, 'the check of a token', this.#longestMs, undefined, () => this.#run(request, fields, from));
  }

  #run(request, fields, from) {
    const { id } = this.#config;
    if (from) refuseCircle(id, from);
    const { introspector, verifier } = this.#face;
    const by = (name, call) => inTime(name, this.#patienceMs, awaited(name, id, from, call));
    const callOf = (crossing) => crossing?.call(crossing.config, from) ?? nobody();
    const say = application(request, this.#face, by);
    return this.#enter((kernel, id) => kernel.authorize(id, callOf(introspector), callOf(verifier), say, fields));
  }

  /** The metadata of the API (RFC 9728), if `request` asks for it. */
  metadata(request) {
    const { method, url } = request;
    const answer = this.#enter((kernel, id) => kernel.metadata(id, String(method), String(url)));
    if (answer === false) return undefined;
    const [status, headers, body] = answer;
    return new Response(body === '' ? null : body, { status, headers });
  }

  /** Runs a function of the kernel; opens again if it was forgotten. */
  #enter(run) {
    const enter = () => kernel.enter((kernel) => run(kernel, this.#config.id));
    return enter() ?? (this.#open(true), enter());
  }

  #open(isForgotten = false) {
    const { fields, json } = this.#config;
    const open = () => ({ id: kernel.enter((kernel) => kernel.openGuard(fields, lastingId())) });
    Object.assign(this.#config, kernel.opened(json, isForgotten, open));
  }

  /** Whether a browser asks before it sends what needs a token, and that is let through (Fetch §3.2.2). */
  #isPreflight(request) {
    if (!this.#face.preflight || request.method !== 'OPTIONS') return false;
    return ['origin', 'access-control-request-method'].every((name) => headerOf(request, name) !== undefined);
  }
}

function headerOf(request, name) {
  let value;
  try {
    value = request.headers.get(name) ?? undefined;
  } catch {
    // As below: a stranger's may throw.
    value = null;
  }
  if (value === undefined || typeof value === 'string') return value;
  throw invalidOption('request', 'must be a Request, or have headers that can be read by headers.get(name)');
}

/** `error`, which is about no token, with the answer for whoever calls. */
function answerable(error) {
  const refusal = kernel.enter((kernel) => kernel.unverifiable(error, error.message));
  if (error.code !== 'invalid_option') return refusal;
  return Object.defineProperty(error, 'response', { get: () => refusal.response, configurable: true });
}
