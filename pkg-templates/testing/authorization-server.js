// An authorization server, and an API that takes its tokens, as a `fetch`: nothing leaves the process.

import { IssuedTokens } from './issued-tokens.js';
import { credentialsOf, json, parametersOf, recorded } from './messages.js';
import { FakeApi } from './protected-api.js';
import { grant } from './token-endpoint.js';
import { refused, Trouble } from './trouble.js';

/** Counts servers: each has hosts and tokens of its own, so that what one test is told another never finds in memory. */
let lastServer = 0;

export class FakeAuthorizationServer {
  /** The API that takes the tokens. */
  api;
  /** The token requests that it was asked, the oldest first, each with the status of its answer; 0: none. */
  requests = [];
  #tokenUrl;
  #baseUrl;
  #client;
  #issued;
  #trouble = new Trouble();

  constructor(options = {}) {
    const number = (lastServer += 1);
    const {
      tokenUrl = `https://auth-${number}.test/token`,
      baseUrl = `https://api-${number}.test/`,
      clientId,
      clientSecret,
      lifetimeSeconds = 3600,
      rotatesRefreshTokens = true,
      ...unknown
    } = options;
    const [misspelt] = Object.keys(unknown);
    if (misspelt !== undefined) throw new TypeError(`FakeAuthorizationServer has no option ${misspelt}`);
    this.#tokenUrl = new URL(tokenUrl).href;
    this.#baseUrl = `${new URL(baseUrl).href.replace(/\/$/, '')}/`;
    this.#client = { clientId, clientSecret };
    this.#issued = new IssuedTokens(number, { lifetimeSeconds, rotatesRefreshTokens });
    this.api = new FakeApi(this.#issued);
  }

  /** What an `OAuth2Client` of this server is made of; more may be added. */
  get options() {
    const { clientId = 'client', clientSecret = 'secret' } = this.#client;
    return { tokenUrl: this.#tokenUrl, clientId, clientSecret, baseUrl: this.#baseUrl, fetch: this.fetch };
  }

  get tokenUrl() {
    return this.#tokenUrl;
  }

  get baseUrl() {
    return this.#baseUrl;
  }

  get issuer() {
    return new URL(this.#tokenUrl).origin;
  }

  get authorizationUrl() {
    return this.#at('/authorize');
  }

  get revocationUrl() {
    return this.#at('/revoke');
  }

  get introspectionUrl() {
    return this.#at('/introspect');
  }

  /** How many tokens it has issued. */
  get grants() {
    return this.requests.filter(({ status }) => status === 200).length;
  }

  /** Bound, since it is made to be passed on. */
  fetch = async (input, init) => {
    const request = new Request(input, init);
    request.signal?.throwIfAborted();
    const [url] = request.url.split(/[?#]/);
    switch (url) {
      case this.#tokenUrl:
        return await this.#token(await recorded(request));
      case this.revocationUrl:
        return await this.#revoke(await recorded(request));
      case this.introspectionUrl:
        return await this.#introspect(await recorded(request));
      case this.#at('/.well-known/oauth-authorization-server'):
        return json(200, this.#metadata());
    }
    if (`${url}/`.startsWith(this.#baseUrl)) return await this.api.receive(request);
    throw new TypeError(`the fake server is asked for ${url}, and is at ${this.issuer} and ${this.#baseUrl}: say tokenUrl and baseUrl to have it elsewhere`);
  };

  /** Lets the user that was sent to this URL authorize the client; gives the URL that they come back to. */
  authorize(url) {
    const asked = new URL(url).searchParams;
    const redirectUri = asked.get('redirect_uri');
    const code = this.#issued.issueCode({
      clientId: asked.get('client_id'),
      redirectUri,
      scope: asked.get('scope') ?? undefined,
      challenge: asked.get('code_challenge'),
    });
    const back = new URL(redirectUri);
    for (const [name, value] of Object.entries({ code, state: asked.get('state'), iss: this.issuer })) {
      if (value !== null) back.searchParams.set(name, value);
    }
    return back.href;
  }

  /** A refresh token that it will take, for who begins with one. */
  issueRefreshToken() {
    return this.#issued.issueRefreshToken({});
  }

  /** The API takes none of the access tokens of before: they are to be renewed. */
  revokeAccessTokens() {
    this.#issued.revokeAccessTokens();
  }

  /** Nor does the server take any refresh token of before: users have to authorize again. */
  revokeAll() {
    this.#issued.revokeAll();
  }

  /** Token requests are refused (RFC 6749 §5.2), until it recovers. */
  refuse(refusal) {
    this.#trouble.refuse(refusal);
  }

  /** The next token request is refused. */
  refuseOnce(refusal) {
    this.#trouble.refuseOnce(refusal);
  }

  /** Nobody gets a token for so many seconds: 429, with how many are left. */
  rateLimit(seconds) {
    this.#trouble.rateLimit(seconds);
  }

  /** Nobody reaches it, until it recovers. The API goes on. */
  down() {
    this.#trouble.down();
  }

  /** All is well again. */
  recover() {
    this.#trouble.recover();
  }

  #at(path) {
    return new URL(path, this.#tokenUrl).href;
  }

  async #token(asked) {
    const params = parametersOf(asked);
    const { clientId, clientSecret } = credentialsOf(asked, params);
    const seen = { ...asked, params, grantType: params.grant_type, clientId, status: 0 };
    this.requests.push(seen);
    const response = this.#trouble.answer() ?? this.#stranger(clientId, clientSecret, params) ?? (await grant(this.#issued, clientId, params));
    seen.status = response.status;
    return response;
  }

  /** The answer to a client that is not known, if it was said who is. Assertions are not checked. */
  #stranger(clientId, clientSecret, { client_assertion: assertion }) {
    const known = this.#client;
    const isKnown = (known.clientId ?? clientId) === clientId && (assertion !== undefined || (known.clientSecret ?? clientSecret) === clientSecret);
    return isKnown ? undefined : refused({ description: 'another client, or another secret, than the fake server was given' });
  }

  async #revoke(asked) {
    const { token } = parametersOf(asked);
    this.#issued.revoke(token);
    return new Response(null, { status: 200 });
  }

  async #introspect(asked) {
    const token = this.#issued.active(parametersOf(asked).token);
    if (!token) return json(200, { active: false });
    const { clientId, scope, subject, expiresAt } = token;
    return json(200, { active: true, token_type: 'Bearer', client_id: clientId, sub: subject ?? clientId, scope, iss: this.issuer, exp: Math.floor(expiresAt / 1000) });
  }

  #metadata() {
    return {
      issuer: this.issuer,
      token_endpoint: this.#tokenUrl,
      authorization_endpoint: this.authorizationUrl,
      revocation_endpoint: this.revocationUrl,
      introspection_endpoint: this.introspectionUrl,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    };
  }
}
