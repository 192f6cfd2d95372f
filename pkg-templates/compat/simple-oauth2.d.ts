/**
 * `edge-oauth2/compat/simple-oauth2`: simple-oauth2 5.1.0 for edge functions. The same classes, options, defaults,
 * requests, tokens and errors, over the host's `fetch`. As in the original every call is a request: nothing is
 * cached, retried or shared. For that, use `OAuth2Client` of `edge-oauth2`.
 *
 * What is not as in the original, because there it is a fault:
 *
 * - A refreshed token keeps its refresh token if the server sends no new one (RFC 6749 §6).
 * - A revocation that the server answers with a success and nothing else has succeeded (RFC 7009 §2.2).
 * - A missing `client.id` or `client.secret` is empty, not the word `undefined`. A `scope` of `undefined` is not sent,
 *   and parameters of {@link AuthorizationCode.authorizeURL} that are `undefined` or `null` are not in the URL.
 * - Headers are the same whatever the case of their names.
 * - Redirects are never followed.
 * - Neither logs nor messages of errors hold a secret, or what the server sent.
 *
 * What the host's `fetch` cannot do: see {@link HttpOptions}.
 *
 * @module
 */

/**
 * What a client is made of. Unknown members are an error at run time too; its text begins "Invalid options provided to
 * simple-oauth2".
 */
export interface ModuleOptions<ClientIdName extends string = 'client_id'> {
  /** The client, as it is registered with the server (RFC 6749 §2). */
  client: {
    /**
     * The client identifier (RFC 6749 §2.2), of printable ASCII characters.
     *
     * @defaultValue empty
     */
    id?: string | undefined;
    /**
     * The client's password (RFC 6749 §2.3.1), of printable ASCII characters.
     *
     * @defaultValue empty
     */
    secret?: string | undefined;
    /**
     * The parameter that the id is sent in, in the body and in the authorization URL.
     *
     * @defaultValue `'client_id'`
     */
    idParamName?: ClientIdName | undefined;
    /**
     * The parameter that the secret is sent in, in the body.
     *
     * @defaultValue `'client_secret'`
     */
    secretParamName?: string | undefined;
  };

  /** The server. Paths are resolved against their host as the URL standard says: they may also be whole URLs. */
  auth: {
    /** The `http:` or `https:` URL that tokens come from. */
    tokenHost: string;
    /**
     * The token endpoint (RFC 6749 §3.2).
     *
     * @defaultValue `'/oauth/token'`
     */
    tokenPath?: string | undefined;
    /**
     * Where tokens are refreshed (RFC 6749 §6).
     *
     * @defaultValue `tokenPath`
     */
    refreshPath?: string | undefined;
    /**
     * Where tokens are revoked (RFC 7009 §2).
     *
     * @defaultValue `'/oauth/revoke'`
     */
    revokePath?: string | undefined;
    /**
     * The `http:` or `https:` URL that users are sent to. {@link AuthorizationCode} only.
     *
     * @defaultValue `tokenHost`
     */
    authorizeHost?: string | undefined;
    /**
     * The authorization endpoint (RFC 6749 §3.1). {@link AuthorizationCode} only.
     *
     * @defaultValue `'/oauth/authorize'`
     */
    authorizePath?: string | undefined;
  };

  /**
   * How requests are made, unless a call says otherwise.
   *
   * @defaultValue see {@link HttpOptions}
   */
  http?: (HttpOptions & { baseUrl?: undefined }) | undefined;

  /** How the server is spoken to. */
  options?:
    | {
        /**
         * What stands between the scopes of an array.
         *
         * @defaultValue a space (RFC 6749 §3.3)
         */
        scopeSeparator?: string | undefined;
        /**
         * `'strict'` encodes id and secret before they go into the Authorization header (RFC 6749 §2.3.1); `'loose'`
         * leaves them as they are.
         *
         * @defaultValue `'strict'`
         */
        credentialsEncodingMode?: 'strict' | 'loose' | undefined;
        /**
         * What a request's body is: `application/x-www-form-urlencoded` (RFC 6749, appendix B), or JSON.
         *
         * @defaultValue `'form'`
         */
        bodyFormat?: 'form' | 'json' | undefined;
        /**
         * Where id and secret are sent: in the Authorization header, or in the body (RFC 6749 §2.3.1).
         *
         * @defaultValue `'header'`
         */
        authorizationMethod?: 'header' | 'body' | undefined;
      }
    | undefined;
}

/**
 * How a request is made. Of the options of wreck, the original's HTTP library, these; all others (`agent`, `agents`,
 * `socketPath`, `rejectUnauthorized`, `ciphers`, `gunzip`, `events`, `beforeRedirect`, `payload`, …) are accepted
 * **and do nothing**: an edge function has no say in connections, and `fetch` unpacks responses by itself.
 */
export interface HttpOptions {
  /**
   * Further headers. `Authorization` is replaced, unless `authorizationMethod` is `'body'`; `Content-Type` always is.
   *
   * @defaultValue `{ accept: 'application/json' }`
   */
  headers?: { readonly [name: string]: unknown } | undefined;
  /**
   * Milliseconds until the headers of the response are there, and again as many for its body. Then the error's status
   * is 504 or 408.
   *
   * @defaultValue none: it may take for ever
   */
  timeout?: number | undefined;
  /**
   * The most bytes that a response may have. One that has more is an error, whose status is 413.
   *
   * @defaultValue none
   */
  maxBytes?: number | undefined;
  /**
   * `'strict'`: what is not JSON is an error, whose status is 406. `true`: it is taken as text. `'force'`: it is parsed
   * whatever its content type says. `false`: everything is taken as text.
   *
   * @defaultValue `'strict'`
   */
  json?: boolean | 'strict' | 'force' | undefined;
  /**
   * `false` takes a redirect for the response, which then mostly is not JSON. With a number a redirect is an error,
   * whose status is 502. It is never followed, however great the number: the credentials would go with it.
   *
   * @defaultValue `false`
   */
  redirects?: number | false | undefined;
  /**
   * What paths are resolved against. Of a single call only.
   *
   * @defaultValue `auth.tokenHost`
   */
  baseUrl?: string | undefined;
  /** Everything else does nothing. */
  [ignored: string]: unknown;
}

/** The original's name for {@link HttpOptions}. */
export type WreckHttpOptions = HttpOptions;

/** Which of the two tokens: a `token_type_hint` (RFC 7009 §2.1). */
export type TokenType = 'access_token' | 'refresh_token';

/** The members of a token response (RFC 6749 §5.1), or of a token that was stored. */
export interface Token {
  [member: string]: unknown;
}

/** Parameters of {@link ClientCredentials.getToken}. */
export interface ClientCredentialTokenConfig {
  /** The scopes to ask for (RFC 6749 §3.3). */
  scope?: string | readonly string[] | undefined;
  /** Further parameters. Also `grant_type` may be replaced. */
  [parameter: string]: unknown;
}

/** Parameters of {@link ResourceOwnerPassword.getToken} (RFC 6749 §4.3.2). */
export interface PasswordTokenConfig {
  /** The user's name. */
  username: string;
  /** The user's password. */
  password: string;
  /** The scopes to ask for (RFC 6749 §3.3). */
  scope?: string | readonly string[] | undefined;
  /** Further parameters. Also `grant_type` may be replaced. */
  [parameter: string]: unknown;
}

/** Parameters of {@link AuthorizationCode.getToken} (RFC 6749 §4.1.3). */
export interface AuthorizationTokenConfig {
  /** The code that the user came back with. */
  code: string;
  /** Where the user came back to: the same as in the authorization URL. */
  redirect_uri?: string | undefined;
  /** The scopes to ask for (RFC 6749 §3.3). */
  scope?: string | readonly string[] | undefined;
  /** Further parameters, such as `code_verifier` (RFC 7636 §4.5). Also `grant_type` may be replaced. */
  [parameter: string]: unknown;
}

/** Parameters of {@link AuthorizationCode.authorizeURL} (RFC 6749 §4.1.1). */
export type AuthorizeParams<ClientIdName extends string = 'client_id'> = {
  /** Where the user comes back to. */
  redirect_uri?: string | undefined;
  /** The scopes to ask for (RFC 6749 §3.3). */
  scope?: string | readonly string[] | undefined;
  /** What comes back with the user; it is up to you to compare it (RFC 6749 §10.12). */
  state?: string | undefined;
  /** Further parameters, such as `code_challenge` (RFC 7636 §4.3). */
  [parameter: string]: unknown;
} & { [Name in ClientIdName]?: string | undefined };

/** The client credentials grant (RFC 6749 §4.4): the client asks for itself. */
export class ClientCredentials<ClientIdName extends string = 'client_id'> {
  constructor(options: ModuleOptions<ClientIdName>);
  /** Asks for a token. Every call is a request. Rejects with a {@link ResponseError}. */
  getToken(params?: ClientCredentialTokenConfig, httpOptions?: HttpOptions): Promise<AccessToken>;
  /** A token that was stored, as {@link AccessToken.toJSON} gave it. */
  createToken(token: Token): AccessToken;
}

/** The resource owner password credentials grant (RFC 6749 §4.3). OAuth 2.1 has none. */
export class ResourceOwnerPassword<ClientIdName extends string = 'client_id'> {
  constructor(options: ModuleOptions<ClientIdName>);
  /** Asks for a token. Every call is a request. Rejects with a {@link ResponseError}. */
  getToken(params: PasswordTokenConfig, httpOptions?: HttpOptions): Promise<AccessToken>;
  /** A token that was stored, as {@link AccessToken.toJSON} gave it. */
  createToken(token: Token): AccessToken;
}

/** The authorization code grant (RFC 6749 §4.1): a user lets the client in. */
export class AuthorizationCode<ClientIdName extends string = 'client_id'> {
  constructor(options: ModuleOptions<ClientIdName>);
  /** The URL to send the user to (RFC 6749 §4.1.1). */
  authorizeURL(params?: AuthorizeParams<ClientIdName>): string;
  /** Changes a code for a token. Rejects with a {@link ResponseError}. */
  getToken(params: AuthorizationTokenConfig, httpOptions?: HttpOptions): Promise<AccessToken>;
  /** A token that was stored, as {@link AccessToken.toJSON} gave it. */
  createToken(token: Token): AccessToken;
}

/** A token that can be refreshed and revoked. The three grants make it. */
export class AccessToken {
  private constructor();
  /**
   * What the server sent, and `expires_at` as a Date: made from `expires_at` (a Date, UNIX seconds or ISO 8601) if
   * there is one, else from `expires_in` (seconds from now, RFC 6749 §5.1). Frozen.
   */
  token: Readonly<Token>;
  /**
   * Whether the token is over, or will be in so many seconds. One that nothing is known of never is.
   *
   * @param expirationWindowSeconds - Seconds; 0 unless given.
   */
  expired(expirationWindowSeconds?: number): boolean;
  /** Asks for a new token with the refresh token (RFC 6749 §6). Rejects with a {@link ResponseError}. */
  refresh(params?: ClientCredentialTokenConfig, httpOptions?: HttpOptions): Promise<AccessToken>;
  /**
   * Revokes one of the two tokens (RFC 7009 §2.1); gives the payload of the response, if there is one. Rejects with a
   * {@link ResponseError}.
   */
  revoke(tokenType: TokenType, httpOptions?: HttpOptions): Promise<unknown>;
  /** Revokes the access token, and then the refresh token: not if the first fails. */
  revokeAll(httpOptions?: HttpOptions): Promise<void>;
  /** {@link AccessToken.token}, for a store. */
  toJSON(): Readonly<Token>;
}

/** What a request is rejected with: an error as @hapi/boom makes it. For types only, there is no such class. */
export interface ResponseError extends Error {
  readonly isBoom: true;
  /** Whether the status is 500 or more. */
  readonly isServer: boolean;
  /** The host's code for a failed connection, where it has one: `ECONNREFUSED`. */
  readonly code?: string;
  /** An HTTP response to answer with. Its status is the server's, or one of `http`'s: 406, 408, 413, 500, 502, 504. */
  readonly output: {
    statusCode: number;
    payload: { statusCode: number; error: string; message: string };
    headers: Record<string, string>;
  };
  /** The server's response, if there is one. The server may have put secrets into it: do not log it. */
  readonly data: {
    /** Whether the server answered with a status of 400 or more, in a form that `http.json` takes. */
    isResponseError?: true;
    /** The body, parsed: an error response has `error` and `error_description` (RFC 6749 §5.2). */
    payload?: any;
    /** The headers, their names in lower case. */
    headers?: Record<string, string>;
    /** The response itself, so far as it is known here. */
    res?: { statusCode: number; statusMessage: string; headers: Record<string, string> };
  } | null;
}
