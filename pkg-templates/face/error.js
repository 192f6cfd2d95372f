/** Why a token could not be had or used. Holds no secret and no token. */
export class OAuth2Error extends Error {
  constructor(message, { cause, retryable = false, ...details } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    for (const [name, value] of Object.entries({ ...details, retryable })) {
      if (value !== undefined) this[name] = value;
    }
  }

  /** Of an Error, JSON has no message otherwise. Its cause may be a stranger's, and hold anything. */
  toJSON() {
    return { name: this.name, message: this.message, ...this };
  }
}

Object.defineProperty(OAuth2Error.prototype, 'name', {
  value: 'OAuth2Error',
  configurable: true,
  writable: true,
});

export function oauth2Error(message, code, error, description, uri, status, retryable, thrown, reason) {
  const cause = reason === undefined ? causes.get(thrown) : hostError(reason);
  if (isControlFlow(cause)) return cause;
  const why = circles.has(cause) ? `: ${cause.message}` : '';
  return new OAuth2Error(message + why, { code, error, description, uri, status, retryable, cause });
}

/** What the host threw, in its words as they may be shown, and with its code. */
function hostError(reason) {
  const error = new Error(reason);
  const [, code] = /\(([A-Z][A-Z\d_]+)\)$/.exec(reason) ?? [];
  // Of where it was made nobody is any the wiser.
  error.stack = String(error);
  return code === undefined ? error : Object.assign(error, { code });
}

/** Whether `error` is one of ours. Others may throw when they are looked at. */
export function isOurs(error) {
  try {
    return error instanceof OAuth2Error;
  } catch {
    return false;
  }
}

/** Whether what was thrown steers a framework, which knows it only as it is: Next.js and React mark theirs so. */
export function isControlFlow(thrown) {
  try {
    return typeof thrown.digest === 'string';
  } catch {
    return false;
  }
}

/** Errors that say that a function waits for itself. Whoever waits for the function is told so. */
export const circles = new WeakSet();

/** What functions of the user's threw, until every caller has heard of it. Wasm knows references only. */
const causes = new Map();
const MAX_CAUSES = 100;
let lastCause = 0;

/** Keeps `cause`; its reference finds it again when wasm makes an error of it. */
export function keepCause(cause) {
  if (causes.size >= MAX_CAUSES) causes.delete(causes.keys().next().value);
  const reference = String((lastCause += 1));
  causes.set(reference, cause);
  return reference;
}

/** What `classify` may say of a refusal. */
const CLASSES = ['retry', 'rate_limited', 'terminal', 'reauthorize'];

/** Asks `classify` what `refusal` means. Gives what it says, or in an array a reference to why it says nothing of use. */
export function classified(classify, refusal) {
  try {
    const answer = classify(refusal) ?? undefined;
    if (answer === undefined || CLASSES.includes(answer)) return answer;
    answer.catch?.(() => {});
    throw new TypeError(`classify must give ${CLASSES.map((name) => `'${name}'`).join(', ')} or undefined, and at once`);
  } catch (cause) {
    return [keepCause(cause)];
  }
}

export function invalidOption(option, problem) {
  return new OAuth2Error(`${option} ${problem}`, { code: 'invalid_option' });
}
