// The client with all that it can do: also for users who authorize it, and for tokens that somebody holds.

import { ASSERTIONS } from './assertion.js';
import { readAnswer, readAuthorizationOptions, readCallback } from './authorization.js';
import { defined } from './fields.js';
import * as kernel from './kernel.js';
import { MachineClient, STORE_ONLY } from './machine.js';
import { CLIENT_OPTIONS, readClientOptions, readParams, readTokenType } from './options.js';
import { STORED_TOKEN } from './stored-token.js';
import { readToken, revokeAll, Token } from './token.js';
import { TokenSource } from './token-source.js';

const OPTIONS = { ...CLIENT_OPTIONS, ...ASSERTIONS, ...STORED_TOKEN };

export class OAuth2Client extends MachineClient {
  #source;

  constructor(options) {
    const source = new TokenSource(kernel, readClientOptions(OPTIONS, options), ownerOf);
    super(source, options);
    this.#source = source;
  }

  /** Reads a stored token, for who only wants to look at it. */
  static tokenFrom(object) {
    return new Token(readToken(object));
  }

  /** Reads a stored token, which this client will renew. */
  tokenFrom(object) {
    return this.#source.tokenOf(readToken(object), this.#source.config, false);
  }

  /** Renews the current token. */
  async refresh(params) {
    if (readParams(params, this.#source.isJson).length === 0) return await this.getToken({ forceRefresh: true });
    return await (await this.getToken()).refresh(params);
  }

  /** Revokes the current token, if there is one (RFC 7009). */
  async revoke(type = 'access_token', params) {
    const held = await this.#held();
    const token = readTokenType('type', type) === 'access_token' ? held.accessToken : held.refreshToken;
    if (token !== undefined) await revoke(this.#source, this.#source.config, held, type, params);
  }

  /** Revokes all there is, even if one fails. */
  async revokeAll() {
    const held = await this.#held();
    await revokeAll(held, (type) => revoke(this.#source, this.#source.config, held, type));
  }

  /** Where a user is sent to authorize this client, and what is to be kept for when they come back. */
  async authorizationUrl(options) {
    const fields = readAuthorizationOptions(options);
    const [url, state, codeVerifier] = await this.#source.patiently((kernel, call) => kernel.authorize(this.#source.config.id, call, fields));
    return { url, redirectUri: fields.redirectUri, state, ...(codeVerifier !== undefined && { codeVerifier }) };
  }

  /** Spends the code in what the user came back with. */
  async callback(url, options) {
    const kept = readCallback(options);
    const answer = await readAnswer(url);
    const spent = this.#source.patiently((kernel, call) => kernel.callback(this.#source.config.id, call, { ...kept, url: answer }));
    return renewed(this.#source, this.#source.config, await spent);
  }

  /** The tokens that are there, without asking the server. */
  async #held() {
    const [accessToken, refreshToken] = await this.#source.patiently((kernel, call) => kernel.held(this.#source.config.id, call), undefined, undefined, STORE_ONLY);
    return { accessToken, refreshToken };
  }
}

/** What a token of this client's calls upon; `isOwn`: the client had obtained it. */
function ownerOf(source, config, isOwn) {
  return {
    refresh: (token, params) => renew(source, config, token, params, isOwn),
    revoke: (token, type, params) => revoke(source, config, token, type, params),
  };
}

/** Renews `token`, which the client had obtained, or somebody else. */
async function renew(source, config, token, params, isOwn) {
  const { accessToken, refreshToken, raw } = token;
  const fields = defined({ accessToken, refreshToken, response: JSON.stringify(raw), isOwn, params: readParams(params, source.isJson) });
  return renewed(source, config, await source.patiently((kernel, call) => kernel.refresh(config.id, call, fields), config));
}

function renewed(source, config, [view, isKept]) {
  return isKept ? source.token(view, config) : source.tokenOf(view.token, config, false);
}

async function revoke(source, config, { accessToken, refreshToken }, type, params) {
  const fields = defined({ accessToken, refreshToken, type: readTokenType('type', type), params: readParams(params) });
  await source.patiently((kernel, call) => kernel.revoke(config.id, call, fields), config);
}
