/** Why a token could not be had or used. Holds no secret and no token. */
export class OAuth2Error extends Error {
  constructor(message, { cause, retryable = false, ...details } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    for (const [name, value] of Object.entries({ ...details, retryable })) {
      if (value !== undefined) this[name] = value;
    }
  }
}

Object.defineProperty(OAuth2Error.prototype, 'name', {
  value: 'OAuth2Error',
  configurable: true,
  writable: true,
});

export function oauth2Error(message, code, error, description, uri, status, retryable) {
  return new OAuth2Error(message, { code, error, description, uri, status, retryable });
}

export function invalidOption(option, problem) {
  return new OAuth2Error(`${option} ${problem}`, { code: 'invalid_option' });
}
