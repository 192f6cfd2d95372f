// The client of `edge-oauth2/m2m`. What it leaves out is refused with a word on where that is.
import { invalidOption } from './error.js';
import * as kernel from './m2m-kernel.js';
import { MachineClient } from './machine.js';
import { CLIENT_OPTIONS, readClientOptions } from './options.js';
import { TokenSource } from './token-source.js';

const AUTHORIZATION = 'authorization';
const REVOCATION = 'revocation';
const HELD_TOKENS = 'tokens that somebody holds';
const SIGNING = 'signing';
const DISCOVERY = 'discovery';

const isObject = (value) => typeof value === 'object' && value !== null;

/** Options that belong to what is left out: whatever their value, or such values. */
const LEFT_OUT = {
  issuer: [DISCOVERY],
  authorizationUrl: [AUTHORIZATION],
  skipPkce: [AUTHORIZATION],
  grant: [AUTHORIZATION, (grant) => grant === 'authorization_code'],
  revocationUrl: [REVOCATION],
  privateKey: [SIGNING],
  clientAuth: [SIGNING, (style) => style === 'client_secret_jwt'],
  clientAssertion: [SIGNING, isObject],
  assertion: [SIGNING, isObject],
  token: [HELD_TOKENS, isObject],
};

export class OAuth2Client extends MachineClient {
  constructor(options) {
    super(new TokenSource(kernel, readClientOptions(CLIENT_OPTIONS, checked(options)), () => NOBODY));
  }

  static tokenFrom() {
    throw leftOut('tokenFrom', HELD_TOKENS);
  }

  tokenFrom() {
    throw leftOut('tokenFrom', HELD_TOKENS);
  }

  async refresh() {
    throw leftOut('refresh', HELD_TOKENS);
  }

  async revoke() {
    throw leftOut('revoke', REVOCATION);
  }

  async revokeAll() {
    throw leftOut('revokeAll', REVOCATION);
  }

  async authorizationUrl() {
    throw leftOut('authorizationUrl', AUTHORIZATION);
  }

  async callback() {
    throw leftOut('callback', AUTHORIZATION);
  }
}

/** The owner of tokens that nobody renews or revokes. */
const NOBODY = {
  refresh() {
    throw leftOut('refresh', HELD_TOKENS);
  },
  revoke() {
    throw leftOut('revoke', REVOCATION);
  },
};

function checked(options) {
  for (const [name, [room, isLeftOut]] of Object.entries(LEFT_OUT)) {
    const value = options?.[name];
    if (value !== undefined && (!isLeftOut || isLeftOut(value))) throw leftOut(name, room);
  }
  return options;
}

function leftOut(name, room) {
  return invalidOption(name, `needs the entry 'edge-oauth2': 'edge-oauth2/m2m' leaves ${room} out`);
}
