// Who may call: the token in a request, from the Authorization header to the answer.

import { admitAt, admittedAt, turnAway } from './admissions.js';
import { answered } from './answer.js';
import { awaited, origin, refuseCircle } from './circle.js';
import { lastingId } from './configurations.js';
import { invalidOption, isOurs, OAuth2Error } from './error.js';
import { readGuardOptions, readRequirements } from './guard-options.js';
import * as kernel from './inbound-kernel.js';
import { nobody } from './nobody.js';
import { DEFAULTS, inTime, lastResortMs, patiently } from './patience.js';
import { application } from './principal.js';
import { settled } from './signature.js';
import { located } from './stack.js';

export class Guard {
  #config;
  #face;
  /** The ways of the calls of its introspector and verifier. */
  #checks;
  /** How long a function of the user's may take: as long as a server. */
  #patienceMs;
  #longestMs;

  constructor(options) {
    const { fields, json, face } = readGuardOptions(options);
    this.#config = { fields, json };
    this.#face = face;
    const checks = [face.introspector, face.verifier].filter((crossing) => crossing !== undefined);
    this.#checks = checks;
    this.#patienceMs = Math.max(...checks.map(({ config }) => config.fields.timeoutMs ?? DEFAULTS.timeoutMs));
    const longestMs = checks.map((crossing) => lastResortMs(crossing.config.fields, crossing.face.store));
    this.#longestMs = longestMs.reduce((sum, ms) => sum + ms, 2 * this.#patienceMs);
    // Of one that lacks an option the callers are told.
    if (!checks.some(({ isUnset }) => isUnset)) this.#open();
  }

  /** Resolves to who calls, or is rejected with an error that has the answer for one who may not. */
  authorize(request, requirements) {
    try {
      const authorization = headerOf(request, 'authorization');
      if (authorization === undefined) return this.#isPreflight(request) ? Promise.resolve() : this.#ask(request, requirements);
      const known = this.#known(authorization, requirements);
      if (known === undefined) return this.#ask(request, requirements, authorization);
      // No wasm future is made for it.
      if (!(known instanceof Promise)) return Promise.resolve(known);
      return known.then((admitted) => admitted ?? this.#ask(request, requirements, authorization), refuse);
    } catch (error) {
      return Promise.reject(answerable(error));
    }
  }

  /** Of whom all is known that is asked, or will be when a signature is checked, where the application has no say. */
  #known(authorization, requirements) {
    if (this.#face.principal) return undefined;
    const { id } = this.#config;
    const route = routeOf(id, requirements);
    const nowMs = Date.now();
    const known = admittedAt(route, authorization, nowMs);
    if (known !== undefined) return known;
    const { text, fields } = readRequirements(requirements);
    if (text === undefined) return undefined;
    const number = lastingId();
    const found = kernel.enter((kernel) => kernel.admit(id, number, authorization, text, fields.both === true, fields.maxAgeSeconds));
    if (found === undefined) return undefined;
    const admit = ([admitted, untilMs]) => {
      admitAt(route, authorization, admitted, nowMs, untilMs);
      return admitted;
    };
    return found.length > 1 ? admit(found) : settled(kernel, number, found[0]).then((found) => found && admit(found));
  }

  #ask(request, requirements, authorization) {
    const from = origin();
    const fields = { ...readRequirements(requirements).fields, ...(authorization !== undefined && { authorization }) };
    const run = () => this.#run(request, fields, from);
    return located(patiently(kernel, 'the check of a token', this.#longestMs, undefined, run), this.authorize).catch((error) => {
      if (error.code === 'token_rejected') turnAway(authorization.split(' ').at(-1));
      return refuse(error);
    });
  }

  #run(request, fields, from) {
    const { id } = this.#config;
    if (from) refuseCircle(id, from);
    const { introspector, verifier } = this.#face;
    const by = (name, call) => inTime(name, this.#patienceMs, awaited(name, id, from, call));
    const callOf = (crossing) => crossing?.call(crossing.config, from) ?? nobody();
    const say = application(request, this.#face, by);
    return this.#enter((kernel, id) => kernel.decide(id, callOf(introspector), callOf(verifier), say, fields));
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
    for (const crossing of this.#checks) crossing.refuseUnset();
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

/** What is asked of the callers of a route of the guard `id`, as a text. */
function routeOf(id, requirements) {
  try {
    return requirements === undefined ? id : `${id} ${JSON.stringify(requirements)}`;
  } catch {
    throw invalidOption('requirements', 'must be made of strings, numbers and arrays');
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

function refuse(error) {
  throw answerable(error);
}

/** `error`, with the answer for whoever calls, also where it is about no token: who has none might be let in. */
function answerable(error) {
  const isKnown = isOurs(error);
  if (isKnown && error.response !== undefined) return error;
  // A stranger's may not be looked at.
  const message = isKnown ? error.message : 'the request, or what is asked of it, cannot be read';
  const refusal = unverifiable(error, message);
  if (!isKnown || error.code !== 'invalid_option') return refusal;
  return Object.defineProperty(error, 'response', { get: () => refusal.response, configurable: true });
}

function unverifiable(error, message) {
  try {
    return kernel.enter((kernel) => kernel.unverifiable(error, message));
  } catch {
    // There is no instance, and none to be had.
    const lost = new OAuth2Error('the token could not be checked', { code: 'token_unverifiable', status: 503, retryable: true });
    return answered(lost, 503, [['cache-control', 'no-store'], ['retry-after', '5']], '', error);
  }
}
