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

/** Reads an option, all of whose values are left out, or those. */
function without(room, isLeftOut = () => true, read) {
  return (name, value) => {
    if (isLeftOut(value)) throw leftOut(name, room);
    return read(name, value);
  };
}

const { grant, clientAuth, clientAssertion, assertion, token } = CLIENT_OPTIONS;
const OPTIONS = {
  ...CLIENT_OPTIONS,
  issuer: without(DISCOVERY),
  authorizationUrl: without(AUTHORIZATION),
  skipPkce: without(AUTHORIZATION),
  grant: without(AUTHORIZATION, (type) => type === 'authorization_code', grant),
  revocationUrl: without(REVOCATION),
  privateKey: without(SIGNING),
  clientAuth: without(SIGNING, (style) => style === 'client_secret_jwt', clientAuth),
  clientAssertion: without(SIGNING, isObject, clientAssertion),
  assertion: without(SIGNING, isObject, assertion),
  token: without(HELD_TOKENS, isObject, token),
};

export class OAuth2Client extends MachineClient {
  constructor(options) {
    super(new TokenSource(kernel, readClientOptions(OPTIONS, options), () => NOBODY), options);
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

function leftOut(name, room) {
  return invalidOption(name, `needs the entry 'edge-oauth2': 'edge-oauth2/m2m' leaves ${room} out`);
}
