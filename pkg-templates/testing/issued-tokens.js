// The tokens that a fake server has issued, until when they are good, and what they descend from.

export class IssuedTokens {
  /** In the name of each, so that no token of one server is taken for another's. */
  #server;
  #lifetimeSeconds;
  #rotates;
  #last = 0;
  /** By access token. */
  #access = new Map();
  /** By refresh token: its authorization, and whether it is spent. */
  #refresh = new Map();
  #codes = new Map();

  constructor(server, { lifetimeSeconds, rotatesRefreshTokens }) {
    this.#server = server;
    this.#lifetimeSeconds = lifetimeSeconds;
    this.#rotates = rotatesRefreshTokens;
  }

  /** The members of a token response (RFC 6749 §5.1). */
  issue(facts, authorization) {
    const accessToken = this.#name('access-token');
    const expiresAt = Date.now() + this.#lifetimeSeconds * 1000;
    this.#access.set(accessToken, { ...facts, expiresAt, authorization });
    return {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: this.#lifetimeSeconds,
      ...(facts.scope !== undefined && { scope: facts.scope }),
    };
  }

  /** What is known of an access token that is good: issued here, not over, and not revoked. */
  active(accessToken) {
    const token = this.#access.get(accessToken);
    return token !== undefined && token.expiresAt > Date.now() && !token.authorization?.isRevoked ? token : undefined;
  }

  /** What one user has authorized: the refresh tokens that descend from it end together. */
  authorize() {
    return { isRevoked: false };
  }

  issueRefreshToken(facts, authorization = this.authorize()) {
    const refreshToken = this.#name('refresh-token');
    this.#refresh.set(refreshToken, { facts, authorization, isSpent: false });
    return refreshToken;
  }

  /** The answer to a refresh token; `undefined` if it is refused. A second use of one that rotates is taken for theft (RFC 9700 §4.14). */
  refresh(refreshToken, scope) {
    const spent = this.#refresh.get(refreshToken);
    if (spent === undefined || spent.authorization.isRevoked) return undefined;
    if (spent.isSpent) {
      spent.authorization.isRevoked = true;
      return undefined;
    }
    const { facts, authorization } = spent;
    const answer = this.issue({ ...facts, scope: scope ?? facts.scope }, authorization);
    if (!this.#rotates) return answer;
    spent.isSpent = true;
    return { ...answer, refresh_token: this.issueRefreshToken(facts, authorization) };
  }

  issueCode(request) {
    const code = this.#name('code');
    this.#codes.set(code, request);
    return code;
  }

  /** What a code was issued for: once. */
  spendCode(code) {
    const request = this.#codes.get(code);
    this.#codes.delete(code);
    return request;
  }

  /** Takes one token back, and a refresh token with all that descends from it (RFC 7009 §2.1). */
  revoke(token) {
    this.#access.delete(token);
    const refresh = this.#refresh.get(token);
    if (refresh) refresh.authorization.isRevoked = true;
  }

  revokeAccessTokens() {
    this.#access.clear();
  }

  revokeAll() {
    this.#access.clear();
    for (const { authorization } of this.#refresh.values()) authorization.isRevoked = true;
  }

  #name(kind) {
    return `fake-${kind}-${this.#server}-${(this.#last += 1)}`;
  }
}
