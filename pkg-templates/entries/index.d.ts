/**
 * OAuth2 access tokens for edge functions: obtained once, shared by all requests of an isolate and, through a store,
 * by all isolates, applied to your API calls, renewed before they expire and when the API refuses them.
 *
 * @module
 */

/** A value of {@link ClientOptions.endpointParams}; an array sends the parameter once for each element. */
export type EndpointParam = string | number | boolean | readonly (string | number | boolean)[];

/** The same where the body is JSON: everything is sent as it is. */
export type JsonParam = string | number | boolean | null | readonly JsonParam[] | { readonly [member: string]: JsonParam | undefined };

/** Parameters of a request, by their names, or as pairs. */
export type EndpointParams = Readonly<Record<string, EndpointParam | undefined>> | Iterable<readonly [string, EndpointParam]>;

/** What a client is made of: a server, and the rest. A misspelt option is an error, at run time too. */
export type OAuth2ClientOptions = ServerOptions & (ClientOptions | JsonClientOptions);

/** Where the authorization server is: its token endpoint, or its name. */
export type ServerOptions =
  | {
      /** The token endpoint (RFC 6749 §3.2). `https:`, or `http:` on a loopback host. */
      tokenUrl: string | URL;
      /**
       * Who is behind it: compared with the `iss` of callbacks (RFC 9207), and asked for those endpoints only that are
       * used and not given.
       */
      issuer?: string | undefined;
    }
  | {
      /**
       * The authorization server by its name, exactly as it writes it itself. It is asked where its endpoints are (RFC
       * 8414, then OpenID Connect Discovery), once a day, for all clients of an isolate at once; with a store and sealed
       * records once for all isolates.
       */
      issuer: string;
      tokenUrl?: undefined;
    };

/** What a client is made of, beside the server, where the body of its token requests is JSON. */
export interface JsonClientOptions extends Omit<ClientOptions, 'bodyFormat' | 'endpointParams' | 'refreshParams'> {
  bodyFormat: 'json';
  endpointParams?: Readonly<Record<string, JsonParam | undefined>> | EndpointParams | undefined;
  refreshParams?: Readonly<Record<string, JsonParam | undefined>> | EndpointParams | undefined;
}

/** What a client is made of, beside the server. */
export interface ClientOptions {
  /**
   * `true` accepts `http:` for every host, in the URLs that are given and in those that the issuer names: for servers
   * inside a cluster whose network you trust. **Secrets, codes and tokens can then be read and changed by everybody on
   * the way.**
   *
   * @defaultValue `false`: `http:` is for loopback hosts
   */
  allowInsecureRequests?: boolean | undefined;

  /**
   * The authorization endpoint (RFC 6749 §3.1), for {@link OAuth2Client.authorizationUrl}.
   *
   * @defaultValue what the issuer says
   */
  authorizationUrl?: string | URL | undefined;

  /**
   * The revocation endpoint (RFC 7009 §2), for {@link OAuth2Client.revoke} and {@link Token.revoke}. A token that it no longer
   * knows is revoked, and so is one that it answers 404 to, unless that is a page for people.
   *
   * @defaultValue what the issuer says
   */
  revocationUrl?: string | URL | undefined;

  /**
   * The client identifier (RFC 6749 §2.2). Required, except with a `clientAssertion` that is ready, and where the grant is
   * enough to say who asks and there is no secret: with `grant: 'jwt_bearer'` (RFC 7521 §4.1; an assertion that is signed
   * here needs an `issuer` then), `'password'`, and a `grant_type` of the server's own (RFC 8693, API keys).
   */
  clientId?: string | undefined;

  /**
   * The client's password (RFC 6749 §2.3.1), or a function that gives it, called once per grant: see `identity`.
   * Required with client credentials, unless `clientAuth` is `'none'` or `'private_key_jwt'`. With
   * `'client_secret_jwt'` it has 32 bytes at least (RFC 7518 §3.2).
   *
   * @defaultValue none
   */
  clientSecret?: string | (() => string | PromiseLike<string>) | undefined;

  /**
   * How the client says who it is (RFC 6749 §2.3.1): `'header'` sends id and secret as HTTP Basic
   * authentication, `'body'` as `client_id` and `client_secret` in the body, `'both'` in both, `'none'` only
   * `client_id` in the body. `'auto'` tries the header, then the body if the server answers `invalid_client` or misses a
   * client id, and remembers what worked. `'private_key_jwt'` and `'client_secret_jwt'` send an assertion (RFC 7523 §2.2). For a server
   * that wants `client_id` in the body beside the header, name it in `endpointParams`.
   *
   * @defaultValue `'header'`; without a secret and with another grant than client credentials `'none'`; with a
   *   `clientAssertion` that is ready `'private_key_jwt'`
   */
  clientAuth?: 'auto' | 'header' | 'body' | 'both' | 'none' | 'private_key_jwt' | 'client_secret_jwt' | undefined;

  /**
   * How id and secret are written in the header: `'strict'` form-urlencoded (RFC 6749 §2.3.1), `'loose'` as they
   * are, `'interop'` as they are but for the colon.
   *
   * @defaultValue `'strict'`
   */
  credentialEncoding?: 'strict' | 'loose' | 'interop' | undefined;

  /**
   * What `client_id` is called in the body.
   *
   * @defaultValue `'client_id'`
   */
  clientIdParam?: string | undefined;

  /**
   * What `client_secret` is called in the body.
   *
   * @defaultValue `'client_secret'`
   */
  clientSecretParam?: string | undefined;

  /**
   * What `clientAuth: 'private_key_jwt'` signs with, and `grant: 'jwt_bearer'` an `assertion` that is an object.
   *
   * @defaultValue none
   */
  privateKey?: PrivateKey | undefined;

  /**
   * What takes the secret's place: an assertion that somebody else signs, such as the platform that the client runs
   * on (workload identity federation), or a function that gives it, called once per grant: see `identity`. Or an object
   * of what an assertion says that is signed here with `clientAuth: 'private_key_jwt'` or `'client_secret_jwt'`.
   *
   * Signed here, it is for the `issuer` alone where that is given, and of the type `client-authentication+jwt`
   * (RFC 10070). Where only `tokenUrl` is given, nobody knows the issuer's name: then it is for the token endpoint, and of
   * the type `JWT`, as it was before (RFC 7523), and so it is with an `audience` of yours.
   *
   * @defaultValue signed here
   */
  clientAssertion?: string | (() => string | PromiseLike<string>) | AssertionOptions | undefined;

  /**
   * `client_assertion_type` (RFC 7521 §4.2).
   *
   * @defaultValue `'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'`
   */
  clientAssertionType?: string | undefined;

  /**
   * What is asked for (RFC 6749 §1.3): `'client_credentials'`; `'password'` with `username` and `password`;
   * `'refresh_token'` with `refreshToken`; `'authorization_code'`, for users who authorize the client in their browser
   * ({@link OAuth2Client.authorizationUrl}); `'jwt_bearer'` with `assertion` (RFC 7523 §2.1); `'token'` with `token`,
   * which is used until it ends or is refused; or the `grant_type` of any other grant, its parameters in `endpointParams`.
   *
   * All but client credentials are renewed by the refresh token, if there is one; a rotated one replaces the
   * one before. Otherwise the grant is made again, or fails with `reauthorization_required`.
   *
   * @defaultValue `'client_credentials'`
   */
  grant?:
    | 'client_credentials'
    | 'password'
    | 'refresh_token'
    | 'authorization_code'
    | 'jwt_bearer'
    | 'token'
    | (string & {})
    | undefined;

  /** The user's name, for `grant: 'password'` (RFC 6749 §4.3), which requires it. */
  username?: string | undefined;

  /** The user's password, for `grant: 'password'` (RFC 6749 §4.3), which requires it. */
  password?: string | undefined;

  /** The first refresh token (RFC 6749 §6), for `grant: 'refresh_token'`, which requires it, and for `'token'`. */
  refreshToken?: string | undefined;

  /**
   * The assertion for `grant: 'jwt_bearer'` (RFC 7523 §2.1), which requires it; or a function that gives one, called once per grant, or
   * an object of what it says, to be signed with `privateKey` for every request anew.
   */
  assertion?: string | (() => string | PromiseLike<string>) | AssertionOptions | undefined;

  /**
   * The access token for `grant: 'token'`, which requires it, or all that was kept of it: see {@link StoredToken}. The refresh token in
   * it is used like `refreshToken`.
   */
  token?: string | StoredToken | undefined;

  /**
   * Functions that make token requests in another way, or derive members of the token: see `identity`.
   *
   * @defaultValue none
   */
  hooks?: Hooks | undefined;

  /**
   * Whether refresh tokens are left unused.
   *
   * @defaultValue `false`
   */
  noRefreshToken?: boolean | undefined;

  /**
   * Whether authorization codes are asked for without PKCE (RFC 7636), for servers that refuse its parameters.
   *
   * @defaultValue `false`
   */
  skipPkce?: boolean | undefined;

  /**
   * Stands for what cannot be compared: functions (`fetch`, hooks and credentials that are asked for), keys that cannot
   * be exported, and the user of an authorization code. Clients whose other options are equal share a token exactly when
   * this is equal too. Required with a store where there is such a function or key; and for a client of
   * `grant: 'authorization_code'` to keep a token.
   *
   * @defaultValue without a store: a client shares with those that were given the very same function. One that is made
   * anew with every client is another each time, and finds no token
   */
  identity?: string | undefined;

  /**
   * Where refresh tokens are spent. `https:`, or `http:` on a loopback host.
   *
   * @defaultValue `tokenUrl`
   */
  refreshUrl?: string | URL | undefined;

  /**
   * The scopes to ask for (RFC 6749 §3.3), as an array or as one string with white space between them. An empty one
   * asks for none, and no `scope` is sent.
   *
   * @defaultValue none: the server decides
   */
  scopes?: string | readonly string[] | undefined;

  /**
   * What stands between two scopes.
   *
   * @defaultValue a space (RFC 6749 §3.3)
   */
  scopeSeparator?: string | undefined;

  /**
   * The API or APIs that the token is for, as absolute URIs (RFC 8707 §2).
   *
   * @defaultValue none
   */
  resource?: string | URL | readonly (string | URL)[] | undefined;

  /**
   * `endpointParams` of the request that spends a refresh token. `scope` among them asks for fewer scopes than before
   * (RFC 6749 §6); without it the request names none, or with `grant: 'refresh_token'` the client's.
   *
   * @defaultValue `endpointParams`
   */
  refreshParams?: EndpointParams | undefined;

  /**
   * How the token request is written: as a form (RFC 6749 appendix B), or as a JSON object.
   *
   * @defaultValue `'form'`
   */
  bodyFormat?: 'form' | 'json' | undefined;

  /**
   * Where the members of the answer are, if not where RFC 6749 §5.1 puts them: `{ accessToken: 'data.access_token' }`.
   *
   * @defaultValue none
   */
  tokenMapping?: TokenMapping | undefined;

  /**
   * Further parameters of the token request (RFC 6749 §8.2), such as `audience` or `resource`. Parameters that
   * the client sets itself (`grant_type`, `client_id`, `client_secret`, `scope`, …) are refused.
   *
   * @defaultValue none
   */
  endpointParams?: EndpointParams | undefined;

  /**
   * Further headers of the token request. `Authorization`, `Content-Type` and `Host` are refused.
   *
   * @defaultValue none
   */
  headers?: Readonly<Record<string, string>> | Iterable<readonly [string, string]> | undefined;

  /**
   * Seconds before its end (`expires_in`, RFC 6749 §5.1) at which a token is no longer handed out, so that it
   * does not expire on its way to the API. Of a short-lived token a quarter of its life at most.
   *
   * @defaultValue `10`
   */
  expirySkewSeconds?: number | undefined;

  /**
   * The life in seconds of a token that came without a usable `expires_in` (RFC 6749 §5.1).
   *
   * @defaultValue `3600`
   */
  defaultLifetimeSeconds?: number | undefined;

  /**
   * Milliseconds that a caller waits for a token at most, whoever is asking the server for it. The request to
   * the token endpoint, its body included, is aborted after the same time.
   *
   * @defaultValue `10000`
   */
  timeoutMs?: number | undefined;

  /**
   * Keeps the isolate alive until a token request that other requests wait for is done, should the client of the
   * request that began it go away.
   *
   * @defaultValue the runtime's own, on Cloudflare Workers, Vercel and Netlify
   */
  waitUntil?: ((promise: Promise<unknown>) => void) | undefined;

  /**
   * Where instances share their token: a Cloudflare KV namespace, `coordinator(env.COORDINATOR)` from
   * `edge-oauth2/cloudflare`, unstorage, Keyv, a `Map`, or any object with `get`, `put` or `set`, and `delete`,
   * synchronous or not. Whatever it does, no request fails because of it.
   *
   * With a KV namespace, isolates of the same data centre also share by Cloudflare's Cache API, where that works: one
   * of them at a time asks the server, and the others see its token at once.
   *
   * Records are sealed (AES-256-GCM) with the client secret, or with `sealKey`, which also makes their keys.
   *
   * @defaultValue none: every instance obtains a token of its own
   */
  store?: TokenStore | undefined;

  /**
   * Whether records are sealed. `false` stores tokens in plain text: whoever reads the store can use them. With a KV
   * namespace that goes for the data centre's cache too.
   *
   * @defaultValue `true`
   */
  seal?: boolean | undefined;

  /**
   * The secret that records are sealed with (by way of HKDF-SHA-256, RFC 5869), instead of the client secret. Of
   * high entropy, such as the output of `openssl rand -base64 32`. Required with a store if there is no client secret.
   *
   * @defaultValue the client secret
   */
  sealKey?: string | undefined;

  /**
   * Seal keys of before, or to come: records sealed with them are still read, one read for each, so that changing
   * `sealKey` costs no grants.
   *
   * @defaultValue none
   */
  previousSealKeys?: readonly string[] | undefined;

  /**
   * The client secret of before: the record of the client with that secret is still read, so that rotating the
   * secret does not send the whole fleet to the server at once.
   *
   * @defaultValue none
   */
  previousClientSecret?: string | undefined;

  /**
   * Milliseconds that a read of the store may take. After that the server is asked. Writes happen in the background.
   *
   * @defaultValue `250`
   */
  storeTimeoutMs?: number | undefined;

  /**
   * What store keys begin with; 64 hexadecimal digits follow.
   *
   * @defaultValue `'edge-oauth2:'`
   */
  storePrefix?: string | undefined;

  /**
   * The share of a token's life, from 0.1 to 0.95, after which its successor is asked for in the background while
   * it is still handed out. Earlier where the store needs time to make a write seen (a minute for KV), and a little
   * different in every instance. `false`: only when it has expired, and requests wait.
   *
   * @defaultValue `0.75`
   */
  refreshAhead?: number | false | undefined;

  /**
   * Seconds that a refusal which will not pass by itself, such as `invalid_client`, or a 2xx without a token, is
   * remembered, so that a wrong secret does not hammer the server. `invalidate()` forgets it, and other options have
   * none.
   *
   * @defaultValue `30`
   */
  errorCacheSeconds?: number | undefined;

  /**
   * Says what a refusal of the token endpoint means, where the rules of the package do not fit the server. `undefined`
   * leaves it at those. It is asked at once: a promise is no answer. What it throws is the `cause` of the error, which is
   * judged by the rules then.
   *
   * @defaultValue none
   */
  classify?: ((refusal: TokenRefusal) => RefusalClass | null | undefined) | undefined;

  /**
   * Hears what happens, with no secret and no token in it. What it throws, or rejects with, is ignored; it is not
   * waited for.
   *
   * @defaultValue none
   */
  onEvent?: ((event: OAuth2Event) => void) | undefined;

  /**
   * Makes spans of what calls wait for: what `spans` of `edge-oauth2/telemetry` makes of a tracer.
   *
   * @defaultValue none
   */
  tracing?: Tracing | undefined;

  /**
   * The protected API. Relative URLs given to {@link OAuth2Client.fetch} are appended to it: `'/hello'` and
   * `'hello'` with `https://api.example.com/v1` both mean `https://api.example.com/v1/hello`, and `'urn:x:1'` is below it
   * too. A path whose dots lead out of that of `baseUrl` is refused.
   * The token is sent to this origin. `https:`, or `http:` on a loopback host.
   *
   * @defaultValue none: `fetch` then wants `allowedOrigins` and absolute URLs
   */
  baseUrl?: string | URL | undefined;

  /**
   * Further origins that the token may be sent to, such as `https://files.example.com`. A request to any other
   * origin is refused; a redirect to any other is followed without the token.
   *
   * @defaultValue none
   */
  allowedOrigins?: readonly (string | URL)[] | undefined;

  /**
   * Puts the token on a request to the API: into a header, under another scheme, into the query or into the body. `url`,
   * `headers` and `body` are copies made to be changed (but for a stream); another body is returned as `{ body }`, and takes
   * the place of `Content-Length` and digests too, and of `Content-Type` where it has its own. A token of any type can be
   * applied. No `Authorization` is set then but the one you set.
   *
   * It is called again for the request with another token, and for every redirect to `baseUrl` or `allowedOrigins`,
   * with the request as the caller made it. A redirect to any other origin takes along nothing that it put there, in
   * whatever spelling; one with the token in the path of its URL is not followed. What it throws is the `cause` of an error of code
   * `hook_failed`. How long it takes is up to the signal of the call.
   *
   * @defaultValue `Authorization: Bearer …` (RFC 6750 §2.1)
   */
  apply?: ((request: ApiRequest, token: Token) => ApplyResult | PromiseLike<ApplyResult>) | undefined;

  /**
   * What in an answer outside 2xx means that the token is refused: its status, the whole text of its body, or a
   * pattern of it. The token is then dropped, and the request sent once more with another.
   *
   * For texts and patterns the body is looked at, if it is text (`text/*`, JSON, XML, a form, or of no type, but never
   * an event stream), as UTF-8: its first 64 KiB, of which patterns are tried; a text must be all of it. A body of less
   * that has not ended after a second is no refusal. `fetch` waits that long at most; the response is as it came, its
   * body whole.
   *
   * @defaultValue `[401]`; `[]` is never
   */
  refreshOn?: readonly (number | string | RegExp)[] | undefined;

  /**
   * What in a 2xx answer means that the token is refused, likewise: for APIs that say so with a 200. Texts and patterns
   * cost every such answer the look at its body.
   *
   * @defaultValue none
   */
  detectOn?: readonly (number | string | RegExp)[] | undefined;

  /**
   * Headers of every API request, such as an API key or a version, unless the call sets them itself. They go to the
   * same origins as the token. `Authorization`, `Host` and `Content-…` are refused.
   *
   * @defaultValue none
   */
  apiHeaders?: Readonly<Record<string, string>> | Iterable<readonly [string, string]> | undefined;

  /**
   * Used instead of the global `fetch`, for the token request and the API alike: a function, or an object with
   * a `fetch` method such as a service binding. What it is decides whose token comes back (a certificate, a tenant's
   * proxy), so clients share a token when they were given the very same function or binding, or an `identity`.
   * What it gives may be a library's response (node-fetch) or a mock; of the token endpoint's, `text()` or `json()` is
   * needed.
   *
   * @defaultValue the global `fetch`
   */
  fetch?: typeof globalThis.fetch | { fetch: typeof globalThis.fetch } | undefined;
}

/**
 * Functions that take part in token requests. What they return, or resolve to, is an object that JSON can say: members
 * of a token response (RFC 6749 §5.1) and whatever else is to be found in {@link Token.raw}. An object with `error`
 * (RFC 6749 §5.2) is the server's refusal.
 *
 * One that throws, rejects or gives no such object fails the call with code `hook_failed`, which has the reason as its
 * `cause`; one that never answers meets `timeoutMs`. What `next()` is rejected with, and a hook passes on, comes out as
 * without hooks.
 */
export interface Hooks {
  /** Makes the token request, or changes what it brings: `next()` makes it as it is made without a hook. */
  tokenRequest?:
    | ((context: TokenRequestContext, next: () => Promise<TokenMembers>) => TokenMembers | PromiseLike<TokenMembers>)
    | undefined;

  /** Derives members from a token response, after `tokenRequest` and `refresh`; they are laid over it. */
  credentials?: ((context: CredentialsContext) => TokenMembers | PromiseLike<TokenMembers>) | undefined;

  /**
   * Renews by a refresh token, in place of `tokenRequest`. What it brings is laid over the members of the token that
   * is renewed, without that token's `access_token` and its end; so the refresh token stays unless it brings another.
   *
   * What a refresh token brought that the server has replaced is kept for ten minutes until the hooks are done with it:
   * the next call gets it from `next()` again, and the refresh token is not spent twice.
   */
  refresh?:
    | ((context: RefreshContext, next: () => Promise<TokenMembers>) => TokenMembers | PromiseLike<TokenMembers>)
    | undefined;
}

/**
 * What a refusal means: `'retry'`: it may pass, and is tried again; `'rate_limited'`: nobody asks until the time is over
 * that the server named; `'terminal'`: it stays, and is remembered for `errorCacheSeconds`; `'reauthorize'`: what the user
 * gave once is good no more: another way to a token is tried, else `reauthorization_required`.
 */
export type RefusalClass = 'retry' | 'rate_limited' | 'terminal' | 'reauthorize';

/** An answer of the token endpoint without a token. What was sent is taken out of it. */
export interface TokenRefusal {
  readonly status: number;
  /** The server's code, if it has one. */
  readonly error?: string;
  /** The server's words, whatever it calls them. */
  readonly description?: string;
  /** `grant_type` of the request. */
  readonly grantType: string;
  /** Whether a refresh token was to be spent. */
  readonly isRefresh: boolean;
  /** Content-Type, Date, Retry-After, WWW-Authenticate and those about rate limits, by names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What all hooks are given. */
export interface HookContext {
  /** The client's `fetch`, which adds no token. Of an error that the hook returns, its last answer has the status. */
  readonly fetch: typeof globalThis.fetch;
  /** Aborted when nobody waits any longer. */
  readonly signal: AbortSignal;
}

/** What `hooks.tokenRequest` is given. */
export interface TokenRequestContext extends HookContext {
  /** `grant_type`. */
  readonly grant: string;
  /** The scopes that are asked for. */
  readonly scopes: readonly string[];
  /** The parameters of the standard request; one that repeats is an array. The client's credentials only if in the body. */
  readonly params: Readonly<Record<string, string | readonly string[]>>;
}

/** What `hooks.credentials` is given. */
export interface CredentialsContext extends HookContext {
  /** The members of the response, or what the hook before made of them. */
  readonly tokenResponse: TokenMembers;
}

/** What `hooks.refresh` is given. */
export interface RefreshContext extends HookContext {
  /** The members of the token that is renewed, as far as they are known, and the refresh token. */
  readonly credentials: TokenMembers;
  /** The refresh token to be spent. */
  readonly refreshToken: string;
  /** The parameters of the standard request, as those of `tokenRequest`. */
  readonly params: Readonly<Record<string, string | readonly string[]>>;
}

/** Members of a token response (RFC 6749 §5.1), and others. */
export interface TokenMembers {
  access_token?: string | undefined;
  token_type?: string | undefined;
  /** Seconds. */
  expires_in?: number | string | undefined;
  /** A Date, ISO 8601, an HTTP date, or seconds since the epoch. Milliseconds are recognised by their size. */
  expires_at?: Date | string | number | undefined;
  scope?: string | undefined;
  refresh_token?: string | undefined;
  id_token?: string | undefined;
  [member: string]: unknown;
}

/** A JWK (RFC 7517 §4), as the host has it or as it was parsed. */
type Jwk = { readonly kty?: string | undefined; readonly [member: string]: any };

/** The host's `CryptoKey`, which not every set of types knows by this name. */
type HostKey = Parameters<typeof crypto.subtle.sign>[1];

/** A key and what is said about it (RFC 7517 §4, RFC 7523 §3). */
export interface PrivateKey {
  /**
   * PEM (PKCS#8, PKCS#1 or SEC1), a JWK, or a CryptoKey that may be used to sign: see `identity`. A text may be in
   * base64, in quotes, in one line, or have `\n` for line breaks. RSA keys have 2048 bits at least (RFC 7518 §3.3).
   */
  key: string | Jwk | HostKey;
  /**
   * The algorithm: `'RS256'`, `'PS256'`, `'ES256'`, `'EdDSA'`, …
   *
   * @defaultValue the first that the key is good for
   */
  alg?: string | undefined;
  /** Which of the client's keys it is, where the server knows several. */
  kid?: string | undefined;
  /** The SHA-1 thumbprint of the key's certificate, in hexadecimal or base64url: what Entra ID shows. */
  x5t?: string | undefined;
  /** The SHA-256 thumbprint of the key's certificate, in hexadecimal or base64url. */
  'x5t#S256'?: string | undefined;
  /** The key's certificate, and those that vouch for it: the base64 of each. */
  x5c?: readonly string[] | undefined;
  /**
   * `aud` of the assertions, unless they have one of their own.
   *
   * @defaultValue `issuer` or `tokenUrl`
   */
  audience?: string | readonly string[] | undefined;
}

/**
 * What an assertion says (RFC 7523 §3). `iat` and `jti` are added: the moment, some seconds back for servers whose clocks
 * are behind, and an id that no other has.
 */
export interface AssertionOptions {
  /**
   * `iss`: who speaks, such as the address of a service account.
   *
   * @defaultValue `clientId`
   */
  issuer?: string | undefined;
  /**
   * `sub`: whom the token is for, such as a user who is represented.
   *
   * @defaultValue the issuer itself
   */
  subject?: string | undefined;
  /**
   * `aud`: the authorization server.
   *
   * @defaultValue `privateKey.audience`, else `tokenUrl`; that of the client `issuer` before it
   */
  audience?: string | readonly string[] | undefined;
  /**
   * `typ`: what kind of assertion it is.
   *
   * @defaultValue `'JWT'`; that of the client, for its `issuer` alone, `'client-authentication+jwt'`
   */
  typ?: string | undefined;
  /** Further claims, such as a `scope` that the server wants to be signed. JSON values other than `null`. */
  claims?: Readonly<Record<string, unknown>> | undefined;
  /**
   * How many seconds it is good for (`exp`): 3600 at most. It is used at once.
   *
   * @defaultValue `60`
   */
  lifetimeSeconds?: number | undefined;
}

/**
 * Paths into the answer of a token endpoint, as `'data.access_token'` or `['data', 'access_token']`; a number is a
 * position in an array.
 */
export interface TokenMapping {
  accessToken?: MemberPath | undefined;
  tokenType?: MemberPath | undefined;
  expiresIn?: MemberPath | undefined;
  expiresAt?: MemberPath | undefined;
  scope?: MemberPath | undefined;
  refreshToken?: MemberPath | undefined;
  idToken?: MemberPath | undefined;
}

/** A text with dots between the steps, or the steps. A name that has dots itself is found either way. */
export type MemberPath = string | readonly (string | number)[];

/** A request to the API, as {@link ClientOptions.apply} gets it. */
export interface ApiRequest {
  /** Where it goes: a copy, to be changed. */
  readonly url: URL;
  /** The method, in capitals. */
  readonly method: string;
  /** The headers, `apiHeaders` among them: a copy, to be changed. */
  readonly headers: Headers;
  /** The body as the caller gave it, a copy, to be changed; that of a `Request` is a stream. */
  readonly body: RequestBody;
}

/** What the host's `fetch` takes for a body. */
type RequestBody = NonNullable<Parameters<typeof globalThis.fetch>[1]>['body'];

/** What `apply` may return: another body, or nothing. */
export type ApplyResult = { readonly body?: RequestBody } | void;

/** What {@link OAuth2Client.test} found. */
export type TestResult =
  | { readonly ok: true; readonly status: number }
  | {
      readonly ok: false;
      /**
       * Where it failed: at the options (an origin that is not allowed, a token of a type that needs `apply`, an `apply`
       * that fails), at the token endpoint, or at the API, which could not be reached, answered outside 2xx or refused
       * the token.
       */
      readonly stage: 'configuration' | 'token' | 'api';
      /** The status of the API's answer, or of the token endpoint's, if one arrived. */
      readonly status?: number;
      /** Why there was no answer of the API's: an {@link OAuth2Error}, the host's network error, or a signal's reason. */
      readonly error?: unknown;
    };

/**
 * Keeps texts under keys, for all instances. What its methods return may be a promise or not; what is missing is
 * `null` or `undefined`. A KV namespace, a `Map`, unstorage, Keyv and `Deno.Kv` are stores as they are. What `get` gives may
 * also be bytes, a stream, or an entry with a method `text()`.
 */
export type TokenStore = KeyedStore | DenoKv;

/** {@link TokenStore}, its keys being texts. */
export type KeyedStore = ({ get(key: string): unknown } | { getItem(key: string): unknown }) &
  (
    | { put(key: string, value: string, options: StorePutOptions): unknown }
    | { set(key: string, value: string, options: any): unknown }
    | { setItem(key: string, value: string, options: any): unknown }
  ) &
  ({ delete(key: string): unknown } | { remove(key: string): unknown } | { removeItem(key: string): unknown }) &
  StoreTraits &
  Partial<Lease>;

/** `Deno.Kv`, as `Deno.openKv()` gives it. It has a lease. */
export interface DenoKv {
  get(key: any): Promise<{ readonly value: unknown }>;
  set(key: any, value: unknown, options?: any): unknown;
  delete(key: any): unknown;
  atomic(): any;
}

/** For how long a record is needed, in seconds; `ttl` and `expirationTtl` are the same. Keyv gets milliseconds. */
export interface StorePutOptions {
  readonly ttl: number;
  readonly expirationTtl: number;
  /** The writer's lease, if it has one. A put of an earlier lease than that of the record is to be ignored. */
  readonly fence?: string;
}

/** What a store of your own may say about itself. Of a KV namespace it is known. */
export interface StoreTraits {
  /**
   * Milliseconds until all instances see what one has put.
   *
   * @defaultValue `0`
   */
  propagationMs?: number;
  /**
   * The shortest time to live in seconds that the store accepts. A token with less life left is not put.
   *
   * @defaultValue `1`
   */
  minTtlSeconds?: number;
}

/** Lets one of many instances at a time renew a token. With it a fleet makes exactly one grant. */
export interface Lease {
  /**
   * Gives the lease on `key` to one caller at a time; it ends by itself after `ttlMs`. A `fence` names one lease, and
   * is never used again.
   */
  acquire(key: string, ttlMs: number): LeaseAnswer | PromiseLike<LeaseAnswer>;
  /** Gives back the lease of that `fence`. Another's must be left alone. */
  release(key: string, fence: string): unknown;
}

/** Whether the lease was given, or when to ask again. */
export type LeaseAnswer =
  | { readonly held: true; readonly fence: string | number }
  | { readonly held: false; readonly retryAfterMs: number };

/** What happened on the way to a token. Holds no secret and no token. */
export type OAuth2Event =
  /** The token was in memory. */
  | { readonly type: 'l1_hit' }
  /** The token was handed out while its successor is asked for. */
  | { readonly type: 'stale_served' }
  /** A caller waited for the token that another one was asking for. */
  | { readonly type: 'flight_wait'; readonly durationMs: number }
  /** Whoever was asking was gone, and another took over. */
  | { readonly type: 'taken_over' }
  /** The store had a token that could be used. */
  | { readonly type: 'store_hit'; readonly durationMs: number }
  /** The store had none that could be used. */
  | { readonly type: 'store_miss'; readonly durationMs: number }
  /** A record did not open or was not readable: it counts as missing. */
  | { readonly type: 'store_unreadable' }
  /** The store failed, or did not answer in time; `reason` has its own words. */
  | {
      readonly type: 'store_error';
      readonly operation: 'get' | 'put' | 'delete' | 'acquire' | 'release';
      readonly reason: string;
    }
  /** Another instance is renewing the token. */
  | { readonly type: 'lease_wait'; readonly retryAfterMs: number }
  /** The server issued a token; the duration includes retries. */
  | { readonly type: 'grant'; readonly durationMs: number }
  /** The server issued none. */
  | { readonly type: 'grant_failed'; readonly code: OAuth2ErrorCode; readonly durationMs: number }
  /** The server did not say in a way that can be read how long the token lives; `reason` has what it said instead. */
  | { readonly type: 'lifetime_assumed'; readonly lifetimeSeconds: number; readonly reason: string }
  /** A token request failed in a way that may pass, and is made again after `delayMs`. */
  | { readonly type: 'retry'; readonly attempt: number; readonly delayMs: number }
  /** The refresh token is no longer accepted, and there is no other way to a token: the user has to authorize again. */
  | { readonly type: 'authorization_lost' }
  | { readonly type: 'authorization_restored' }
  /** The API refused the token. */
  | { readonly type: 'refused' }
  /** `invalidate()` was called. */
  | { readonly type: 'invalidated' }
  /** The memory was full of tokens that cannot be had again, and one of them had to go. */
  | { readonly type: 'evicted' };

/** What `spans` of `edge-oauth2/telemetry` makes of a tracer. */
export type Tracing = (ask: never, url: never, mayFollow: never) => never;

/** How often each event has happened; those that have not may be missing. */
export type OAuth2Stats = { readonly [Type in OAuth2Event['type']]?: number };

/**
 * The durations among `events` as the value of a `Server-Timing` header: `oauth2_store_hit;dur=4, oauth2_grant;dur=81`.
 */
export function serverTiming(events: readonly OAuth2Event[]): string;

/**
 * What one call may say about the token it wants. `scopes`, `resource`, `endpointParams` and `headers` take the place of
 * the client's, parameters and headers one by one. That is another token, with a place of its own in memory and store;
 * it is that of a client with these options.
 */
export interface TokenOptions extends Pick<ClientOptions, 'scopes' | 'resource' | 'endpointParams' | 'headers'> {
  /**
   * Obtain a new token even though the one in memory is still good.
   *
   * @defaultValue `false`
   */
  forceRefresh?: boolean | undefined;

  /**
   * Milliseconds that this call waits at most.
   *
   * @defaultValue the client's `timeoutMs`
   */
  timeoutMs?: number | undefined;

  /**
   * Stops waiting: the promise is rejected with the signal's reason. A token request that others wait for goes on.
   *
   * @defaultValue none
   */
  signal?: AbortSignal | undefined;
}

/** An access token (RFC 6749 §5.1), and what came with it. */
export interface TokenData {
  /** `access_token`. */
  readonly accessToken: string;
  /** `token_type`; `'Bearer'` when the server wrote it in another case, in words of its own (`BearerToken`), or not at all. */
  readonly tokenType: string;
  /** When the token expires, in milliseconds since the epoch, like `Date.now()`. */
  readonly expiresAt: number;
  /** `scope`, if the server sent it: the scopes that were granted (RFC 6749 §3.3), with spaces between them. */
  readonly scope?: string;
  /** `refresh_token`, if the server sent one. */
  readonly refreshToken?: string;
  /** `id_token`, if the server sent one (OpenID Connect Core §3.1.3.3). Not verified. */
  readonly idToken?: string;
  /** Every member of the server's answer, as it was received. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** A token as {@link OAuth2Client.getToken} gives it. Frozen. */
export interface Token extends TokenData {
  /**
   * Whether it has expired, or will have in so many seconds. One whose end is not known has not, for a year.
   *
   * @param windowSeconds - by default 0
   */
  expired(windowSeconds?: number): boolean;

  /** What is to be kept of it, for `JSON.stringify`; {@link OAuth2Client.tokenFrom} reads it again. */
  toJSON(): TokenData;

  /**
   * Renews it. The client's own token is renewed for everybody, once: if it was renewed already its successor is
   * given. With `params` the refresh token is spent with these parameters in place of those of the same names.
   *
   * A token of elsewhere is renewed for its holder only, by its refresh token.
   */
  refresh(params?: EndpointParams): Promise<Token>;

  /**
   * Tells the server that it, or its refresh token, is no longer needed (RFC 7009). What is revoked leaves memory and
   * store; other isolates may use what they have in memory. With the refresh token goes what came with it.
   *
   * @param type - by default `'access_token'`
   * @param params - further parameters of the request
   */
  revoke(type?: 'access_token' | 'refresh_token', params?: EndpointParams): Promise<void>;

  /**
   * Revokes the refresh token, if there is one, and the access token. Both are tried: the error is that of the one that
   * failed, or has both in its `cause`, an `AggregateError`.
   */
  revokeAll(): Promise<void>;
}

/** What {@link OAuth2Client.authorizationUrl} is told. */
export interface AuthorizationOptions {
  /** Where the user comes back to, exactly as it is registered with the server (RFC 6749 §3.1.2). */
  redirectUri: string | URL;
  /**
   * The scopes to ask for.
   *
   * @defaultValue the client's
   */
  scopes?: string | readonly string[] | undefined;
  /**
   * What the answer has to repeat (RFC 6749 §10.12): nothing that anybody could foresee.
   *
   * @defaultValue 256 random bits
   */
  state?: string | undefined;
  /**
   * What proves that the code is for who asked (RFC 7636 §4.1): 43 to 128 letters, digits or any of `-._~`.
   *
   * @defaultValue 256 random bits
   */
  codeVerifier?: string | undefined;
  /**
   * Further parameters, such as `prompt` or `access_type`. Those that the protocol sets are refused.
   *
   * @defaultValue none
   */
  extra?: EndpointParams | undefined;
}

/**
 * An authorization request (RFC 6749 §4.1.1). All but `url` is to be kept for this user's browser, in a session or a
 * sealed cookie, until it comes back to {@link OAuth2Client.callback}.
 */
export interface Authorization {
  /** Where the user's browser is to be sent. */
  readonly url: string;
  /** Where it comes back to. */
  readonly redirectUri: string;
  /** What the server repeats when it does. */
  readonly state: string;
  /** What the code is spent with. Missing with `skipPkce`. */
  readonly codeVerifier?: string;
}

/** What was kept for the user's browser: {@link Authorization}, with or without its `url`, which is not looked at. */
export interface CallbackOptions {
  url?: string | undefined;
  /** The same as in the authorization request. */
  redirectUri: string | URL;
  /** {@link Authorization.state}. */
  state: string;
  /** {@link Authorization.codeVerifier}; left out with `skipPkce` only. */
  codeVerifier?: string | undefined;
}

/**
 * A token that somebody has kept: what {@link Token.toJSON} gave, a token response, or what other libraries keep. When it
 * ends is a Date, ISO 8601, an HTTP date or seconds since the epoch (milliseconds are recognised by their size), under
 * any usual name (`expires_at`, `expiresOn`, `expiry`, `expiry_date`, `expires`, …); or else `expires_in`, counted from
 * `created_at` or `issued_at`, or from now.
 */
export type StoredToken =
  | TokenData
  | {
      readonly accessToken: string | number;
      readonly tokenType?: string | null | undefined;
      readonly expiresAt?: Date | string | number | null | undefined;
      readonly scope?: string | readonly string[] | null | undefined;
      readonly refreshToken?: string | number | null | undefined;
      readonly idToken?: string | null | undefined;
      readonly raw?: Readonly<Record<string, unknown>> | undefined;
      readonly [member: string]: unknown;
    }
  | {
      readonly access_token: string | number;
      readonly token_type?: string | null | undefined;
      readonly expires_at?: Date | string | number | null | undefined;
      readonly expires_in?: number | string | null | undefined;
      readonly scope?: string | readonly string[] | null | undefined;
      readonly refresh_token?: string | number | null | undefined;
      readonly id_token?: string | null | undefined;
      readonly [member: string]: unknown;
    };

/**
 * Obtains, keeps and applies the access token of one client.
 *
 * Constructing one does no I/O and costs little: do it at module level or in every request. Clients with equal
 * options share their token; clients whose options differ in anything that changes the token never do.
 *
 * @example
 * ```ts
 * import { OAuth2Client } from 'edge-oauth2';
 *
 * export default {
 *   async fetch(_request: Request, env: Record<'CLIENT_ID' | 'CLIENT_SECRET', string>) {
 *     const api = new OAuth2Client({
 *       tokenUrl: 'https://auth.example.com/oauth/token',
 *       clientId: env.CLIENT_ID,
 *       clientSecret: env.CLIENT_SECRET,
 *       baseUrl: 'https://api.example.com/v1/',
 *     });
 *     return await api.fetch('/hello');
 *   },
 * };
 * ```
 */
export class OAuth2Client {
  /**
   * An option that is given but undefined, as `env.CLIENT_SECRET` where that is not set, is no error here, so that
   * applications are built where there are no secrets: the first call that needs it is rejected.
   *
   * @throws {@link OAuth2Error} with code `invalid_option`, naming the option.
   */
  constructor(options: OAuth2ClientOptions);

  /** Reads a stored token to look at; to renew it, read it by a client's own `tokenFrom`. */
  static tokenFrom(object: StoredToken): Token;

  /**
   * The host's `fetch`, with the token in `Authorization` (RFC 6750 §2.1), or where `apply` puts it.
   *
   * A 401 (or what `refreshOn` and `detectOn` say) drops the refused token, obtains another and sends the request once
   * more if its body can be sent again: that of a `Request` up to 64 KiB, a stream never, all else always. Where it cannot,
   * the refusal is returned. Without a token nothing is sent and the
   * promise is rejected. Redirects are followed, but only to `baseUrl` and `allowedOrigins` with the token.
   *
   * Bound to its client, so that it can be passed on: `createApi({ fetch: client.fetch })`.
   */
  readonly fetch: typeof globalThis.fetch;

  /** The token: from memory as long as it is good, else from the store or the server, asked once for all who wait. */
  getToken(options?: TokenOptions): Promise<Token>;

  /** The value of an `Authorization` header: `Bearer …`. For requests that you make yourself. */
  authorizationHeader(options?: TokenOptions): Promise<string>;

  /** Reads a stored token that this client is to renew: {@link Token.refresh}. */
  tokenFrom(object: StoredToken): Token;

  /** Renews the current token, with `params` as {@link Token.refresh}. */
  refresh(params?: EndpointParams): Promise<Token>;

  /**
   * Revokes the current token, or its refresh token, as {@link Token.revoke}: that in memory, in the store, or a
   * `refreshToken` that was not used yet. Nothing happens when there is none; the server is not asked for one.
   */
  revoke(type?: 'access_token' | 'refresh_token', params?: EndpointParams): Promise<void>;

  /** Revokes all there is, as {@link Token.revokeAll}. */
  revokeAll(): Promise<void>;

  /**
   * Where a user's browser is sent to authorize this client, of `grant: 'authorization_code'` (RFC 6749 §4.1.1), with
   * PKCE S256 (RFC 7636). Keep what it gives for this user's browser until it comes back.
   */
  authorizationUrl(options: AuthorizationOptions): Promise<Authorization>;

  /**
   * Takes what the user came back with (the URL, a request, also one that the browser posts
   * (`response_mode=form_post`), or the parameters), checks `state` and `iss` (RFC 9207), and spends the code, once:
   * whatever comes of it, the same is not sent again.
   *
   * A client with an `identity`, which says whose the token is, keeps it for `getToken` and `fetch`. Without one nothing
   * is kept: the token is yours to store, and {@link OAuth2Client.tokenFrom} or `grant: 'token'` to go on with.
   */
  callback(
    url: string | URL | Request | URLSearchParams | FormData | Readonly<Record<string, string | readonly string[]>>,
    options: CallbackOptions,
  ): Promise<Token>;

  /**
   * Forgets the token, in memory and in the store, so that the next caller obtains another; and what went wrong before:
   * a refusal, a rate limit. With `forgetRefreshToken` the refresh token goes too: what comes next begins with the
   * grant, or with the `refreshToken` that is given as an option.
   */
  invalidate(options?: InvalidateOptions): Promise<void>;

  /**
   * Obtains or renews the token if that is due, and does nothing otherwise: for a cron trigger or an alarm, so that
   * no request finds the store without a token. Done when the work is.
   */
  warm(): Promise<void>;

  /**
   * Requests `input` with a new token, and says which part failed: configuration, token endpoint or API. A given token
   * that nothing can renew is tried as it is. The body of the answer is not read. Rejected only if `input` is no URL.
   */
  test(...request: Parameters<typeof globalThis.fetch>): Promise<TestResult>;

  /** How often what happened, over all clients of equal options in this isolate since it started. */
  stats(): OAuth2Stats;
}

/** What goes beside the access token. */
export interface InvalidateOptions {
  /** @defaultValue `false` */
  forgetRefreshToken?: boolean | undefined;
}

/** What went wrong; stable, to be compared with. */
export type OAuth2ErrorCode =
  /** An option is missing, undefined, misspelt or has an impossible value: the message begins with its name. */
  | 'invalid_option'
  /** The server refused, and said why (RFC 6749 §5.2): see `error` and `description`. */
  | 'token_request_rejected'
  /** The refresh token is no longer accepted, and there is no other way to a token: the user has to authorize again. */
  | 'reauthorization_required'
  /** The server sent the user back with an error (RFC 6749 §4.1.2.1): see `error` and `description`. */
  | 'authorization_rejected'
  /** What the user came back with is no answer to this request: another `state` or `iss`, something twice or missing. */
  | 'invalid_callback'
  /** The issuer's metadata could not be had, or cannot be used (RFC 8414 §3). */
  | 'discovery_failed'
  /** A function given as an option threw, rejected or gave nothing of use: see `cause`. */
  | 'hook_failed'
  /** The token endpoint answered with an HTTP error and no OAuth error: see `status`. */
  | 'http_status'
  /** The token endpoint answered with a redirect, which is never followed. */
  | 'redirect_refused'
  /** The token endpoint's answer has no token that could be read. */
  | 'invalid_response'
  /** The token endpoint could not be reached: see `cause`. Not `retryable` where the server's certificate is no good. */
  | 'network'
  /** No token within `timeoutMs`. */
  | 'timeout'
  /** The URL's origin is neither `baseUrl`'s nor one of `allowedOrigins`. */
  | 'origin_not_allowed'
  /** The token's type is not Bearer, and there is no `apply` that knows how to send it (RFC 6749 §7.1). */
  | 'unsupported_token_type'
  /** The API redirected more than 20 times. */
  | 'too_many_redirects'
  /** The host lacks something that is needed, and the message says what allows it: to compile WebAssembly, a newer date. */
  | 'unsupported_host'
  /** A fault of this package. */
  | 'internal';

/**
 * Every error of this package, except for the reason of a signal. Holds no secret and no token. Its stack leads to the
 * code that called this package.
 *
 * @example
 * ```ts
 * try {
 *   return await api.fetch('/hello');
 * } catch (error) {
 *   if (!(error instanceof OAuth2Error)) throw error;
 *   console.error(JSON.stringify(error)); // name, message, code, status, …
 *   return new Response('Bad gateway', { status: error.retryable ? 503 : 502 });
 * }
 * ```
 */
export class OAuth2Error extends Error {
  private constructor();
  readonly name: 'OAuth2Error';
  /** What went wrong. */
  readonly code: OAuth2ErrorCode;
  /** The server's own code (`error`, RFC 6749 §5.2), if it sent one: `invalid_client`, `invalid_scope`, … */
  readonly error?: string;
  /** The server's explanation (`error_description`, RFC 6749 §5.2), if it sent one, whatever it calls it. */
  readonly description?: string;
  /** The server's page about the error (`error_uri`, RFC 6749 §5.2), if it sent one. */
  readonly uri?: string;
  /** The HTTP status, whenever an answer arrived. */
  readonly status?: number;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /**
   * What a function of yours threw (`hook_failed`); or why there was no connection (`network`): an `Error` in the host's
   * words, without what was sent, and with its `code`, such as `ECONNREFUSED`, where the host gives one.
   */
  readonly cause?: unknown;
  /** What `JSON.stringify` takes: `name`, `message` and the members above, without `cause`. */
  toJSON(): Record<string, unknown>;
}
