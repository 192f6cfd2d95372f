/**
 * `edge-oauth2/inbound`: the tokens that callers present, checked: opaque ones by asking the authorization server (RFC
 * 7662), JWTs by their signature (RFC 9068), in the requests of an API (RFC 6750). What is found out is kept in the
 * isolate for a short time, and shared by all requests that come with the same token.
 *
 * @module
 */

import type * as outbound from './index.js';

export type {
  AssertionOptions,
  DenoKv,
  EndpointParam,
  EndpointParams,
  KeyedStore,
  Lease,
  LeaseAnswer,
  PrivateKey,
  StorePutOptions,
  StoreTraits,
  TokenStore,
} from './index.js';

/** What introspectors and verifiers have in common. */
type CommonOptions = Pick<
  outbound.ClientOptions,
  'allowInsecureRequests' | 'timeoutMs' | 'waitUntil' | 'fetch' | 'storeTimeoutMs' | 'storePrefix'
> & {
  /**
   * Stands for what cannot be compared: a `fetch`, a `client`, credentials that are asked for, keys that cannot be
   * exported. Those whose other options are equal share what they know exactly when this is equal too. Required with a
   * store where there is such a function or key.
   *
   * @defaultValue shared by those that were given the very same function. One that is made anew with every request is
   *   another each time, and finds nothing
   */
  identity?: string | undefined;

  /**
   * Where instances share what they found out: see `store` of an `OAuth2Client`. Whatever it does, no request fails
   * because of it.
   *
   * @defaultValue none: every instance asks for itself
   */
  store?: outbound.TokenStore | undefined;

  /**
   * Hears what happens, with no secret and no token in it. What it throws, or rejects with, is ignored; it is not
   * waited for.
   *
   * @defaultValue none
   */
  onEvent?: ((event: InboundEvent) => void) | undefined;
};

/** Where the authorization server is asked: its introspection endpoint, or the server's name. */
export type IntrospectionServer =
  | {
      /** The introspection endpoint (RFC 7662 §2). `https:`, or `http:` on a loopback host. */
      introspectionUrl: string | URL;
      /** Who is behind it: told in the metadata of the API. */
      issuer?: string | undefined;
    }
  | {
      /**
       * The authorization server by its name, exactly as it writes it itself. It is asked once a day where its
       * introspection endpoint is (RFC 8414, then OpenID Connect Discovery).
       */
      issuer: string;
      introspectionUrl?: undefined;
    };

/** How the API says who it is: not at all (where the connection says it, by the certificate of a `fetch` binding), … */
export type IntrospectorAuthentication =
  /** … as a client that asks for tokens does (RFC 6749 §2.3, RFC 7523), … */
  | (Pick<
      outbound.ClientOptions,
      | 'clientId'
      | 'clientSecret'
      | 'clientAuth'
      | 'credentialEncoding'
      | 'clientIdParam'
      | 'clientSecretParam'
      | 'clientAssertion'
      | 'clientAssertionType'
      | 'privateKey'
    > & { client?: undefined })
  /** … or by a bearer token (RFC 7662 §2.1). */
  | {
      /**
       * The client whose token authorises the requests: an `OAuth2Client` of `edge-oauth2` or `edge-oauth2/m2m`. Where
       * its token is refused, it is asked for another once.
       */
      client: TokenClient;
      clientId?: string | undefined;
      clientSecret?: undefined;
      clientAuth?: undefined;
      credentialEncoding?: undefined;
      clientIdParam?: undefined;
      clientSecretParam?: undefined;
      clientAssertion?: undefined;
      clientAssertionType?: undefined;
      privateKey?: undefined;
    };

/** What is asked of the client that authorises requests. An `OAuth2Client` is one. */
export interface TokenClient {
  authorizationHeader(options?: { forceRefresh?: boolean; signal?: AbortSignal }): Promise<string>;
}

/** What an introspector is made of. A misspelt option is an error, at run time too. */
export type TokenIntrospectorOptions = IntrospectionServer & IntrospectorAuthentication & IntrospectorOptions;

/** What an introspector is made of, beside the server and how the API says who it is. */
export interface IntrospectorOptions
  extends CommonOptions,
    Pick<outbound.ClientOptions, 'endpointParams' | 'headers'> {
  /**
   * Whether answers are to be signed (RFC 9701): `true` by the keys that the issuer's metadata tells of, or by those that
   * are named here. Others are refused then. They must be signed by `issuer`, and for `clientId`.
   *
   * @defaultValue `false`: a signed answer is refused
   */
  signedResponse?: boolean | SignedResponse | undefined;

  /**
   * What kind of token it probably is (RFC 7662 §2.1), for servers that look in several places: `'access_token'`.
   *
   * @defaultValue none
   */
  tokenTypeHint?: string | undefined;

  /**
   * Seconds that an answer is good for which says that the token is active, and never past the token's own `exp`: so
   * long a token that is revoked may still be let in. Near their end the server is asked in the background. `0` asks each
   * time, though once for those who come together.
   *
   * @defaultValue `60`
   */
  maxAgeSeconds?: number | undefined;

  /**
   * The same for an answer which says that it is not active. These have a room of their own, so that a flood of bad
   * tokens puts no good one out.
   *
   * @defaultValue `5`
   */
  inactiveAgeSeconds?: number | undefined;

  /**
   * How many seconds longer an answer that says active is good while the server cannot be asked, and never past `exp`.
   *
   * @defaultValue `0`
   */
  staleIfErrorSeconds?: number | undefined;

  /**
   * How many answers the isolate keeps at most, of all introspectors together; what was used longest ago goes first.
   *
   * @defaultValue `10000`
   */
  cacheEntries?: number | undefined;

  /**
   * Seconds that the server's refusal of the API's own credentials is remembered, so that a wrong secret does not hammer
   * the server.
   *
   * @defaultValue `30`
   */
  errorCacheSeconds?: number | undefined;

  /**
   * The secret that records are sealed with (by way of HKDF-SHA-256, RFC 5869), which also makes their names. Of high
   * entropy. Required with a store if there is no client secret: whoever can write records decides who is let in.
   *
   * @defaultValue the client secret
   */
  sealKey?: string | undefined;
}

/** How signed answers are verified (RFC 9701 §5). */
export interface SignedResponse {
  /**
   * Where the issuer's keys are (RFC 7517 §5).
   *
   * @defaultValue what the issuer says (`jwks_uri`)
   */
  jwksUri?: string | URL | undefined;
  /**
   * The issuer's keys themselves: a set, or its JSON.
   *
   * @defaultValue none
   */
  jwks?: JwkSet | string | undefined;
  /**
   * The algorithms that are accepted.
   *
   * @defaultValue all of them
   */
  algorithms?: readonly SignatureAlgorithm[] | undefined;
}

/** What a single introspection may say. */
export interface IntrospectOptions {
  /**
   * Further parameters of the request (RFC 7662 §2.1), for this call. With others it is another question, whose answer
   * has a place of its own.
   *
   * @defaultValue none
   */
  params?: outbound.EndpointParams | undefined;

  /**
   * How old the answer may be, in seconds, where that is less than the introspector allows.
   *
   * @defaultValue as the introspector allows
   */
  maxAgeSeconds?: number | undefined;

  /**
   * Stops waiting: the promise is rejected with the signal's reason. A request that others wait for goes on.
   *
   * @defaultValue none
   */
  signal?: AbortSignal | undefined;
}

/** What a server says of a token (RFC 7662 §2.2). Frozen: all calls with this token share it. */
export interface Introspection<Raw extends object = Readonly<Record<string, unknown>>> {
  /** Whether the token is good at this moment: the server says so, `exp` is ahead, and `nbf` is past. */
  readonly active: boolean;
  /** The scopes, with spaces between them. */
  readonly scope?: string;
  /** `client_id`: whom the token was issued to. */
  readonly clientId?: string;
  /** The user, in words for people. */
  readonly username?: string;
  /** `token_type`. */
  readonly tokenType?: string;
  /** When the token ends, in seconds since the epoch. */
  readonly exp?: number;
  /** When it was issued, in seconds since the epoch. */
  readonly iat?: number;
  /** When it begins to be good, in seconds since the epoch. */
  readonly nbf?: number;
  /** The user, or whoever gave the authorization. */
  readonly sub?: string;
  /** Whom the token is for. */
  readonly aud?: string | readonly string[];
  /** Who issued it. */
  readonly iss?: string;
  /** The token's own name. */
  readonly jti?: string;
  /** Every member of the answer, as it was received: also `cnf`, which nobody has checked here. */
  readonly raw: Raw;
}

/**
 * Asks the authorization server about tokens (RFC 7662).
 *
 * Constructing one does no I/O and costs little: do it at module level or in every request. Introspectors with equal
 * options share what they know; those whose options differ in anything that may change an answer never do.
 */
export class TokenIntrospector<Raw extends object = Readonly<Record<string, unknown>>> {
  /** @throws {@link OAuth2Error} with code `invalid_option`, naming the option. */
  constructor(options: TokenIntrospectorOptions);

  /**
   * What the server says of `token`: as it was asked within `maxAgeSeconds`, else by asking it, once for all who wait.
   * That a token is not active is an answer. Rejected with an {@link OAuth2Error} where there is none: `network`,
   * `timeout`, `http_status`, `redirect_refused`, `invalid_response`, `discovery_failed`, `token_request_rejected` where
   * the server refuses the API's own credentials, `token_malformed` for what no token is.
   */
  introspect(token: string, options?: IntrospectOptions): Promise<Introspection<Raw>>;

  /**
   * Forgets what is known of `token`, whatever parameters it was asked with, in memory and in the store: as when its user
   * logs out. What is being asked at this moment is not kept. Other isolates may use what they have in memory.
   */
  forget(token: string): Promise<void>;
}

/** The algorithms that tokens may be signed with (RFC 7518 §3.1, RFC 8037, RFC 9864). There is no HMAC among them, and no `none`. */
export type SignatureAlgorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA'
  | 'Ed25519';

/** A set of public keys (RFC 7517 §5). */
export interface JwkSet {
  readonly keys: readonly { readonly kty?: string | undefined; readonly [member: string]: any }[];
}

/** What a verifier is made of. A misspelt option is an error, at run time too. */
export interface JwtVerifierOptions extends CommonOptions {
  /**
   * Who issues the tokens, exactly as their `iss` has it (RFC 9068 §4): compared character by character. Without `jwksUri`
   * and `jwks` it is asked where its keys are (RFC 8414, then OpenID Connect Discovery).
   */
  issuer: string;

  /**
   * Where the issuer's keys are (RFC 7517 §5). `https:`, or `http:` on a loopback host. No redirect is followed, and no
   * header of a token ever says where a key is.
   *
   * @defaultValue what the issuer says (`jwks_uri`)
   */
  jwksUri?: string | URL | undefined;

  /**
   * The issuer's keys themselves, which are never fetched then: a set, or its JSON.
   *
   * @defaultValue none
   */
  jwks?: JwkSet | string | undefined;

  /**
   * Who the tokens are for (`aud`, RFC 9068 §4): this API's name, or several, of which one is enough. `false` accepts
   * tokens for anybody: **any API of this issuer can then use here what its callers give it.**
   */
  audience: string | readonly string[] | false;

  /**
   * The algorithms that are accepted.
   *
   * @defaultValue all of them
   */
  algorithms?: readonly SignatureAlgorithm[] | undefined;

  /**
   * `true` accepts JWTs that do not say that they are access tokens: with `typ` `JWT` or none, and without the claims that
   * RFC 9068 demands but for `iss`, `exp` and `aud`. Tokens that are something else by their `typ` are never accepted.
   *
   * @defaultValue `false`: `at+jwt` (RFC 9068 §2.1)
   */
  plainJwt?: boolean | undefined;

  /**
   * Further claims that a token must have.
   *
   * @defaultValue none
   */
  requiredClaims?: readonly string[] | undefined;

  /**
   * Seconds that the clock of the issuer may differ, for `exp`, `nbf` and `iat`.
   *
   * @defaultValue `10`
   */
  clockSkewSeconds?: number | undefined;

  /**
   * Seconds that a set of keys is used before it is fetched again. While the server gives none the old one is used.
   *
   * @defaultValue `600`
   */
  jwksMaxAgeSeconds?: number | undefined;

  /**
   * Seconds between two fetches because of tokens whose key is not in the set, or whose signature is wrong: anybody can
   * make those.
   *
   * @defaultValue `30`
   */
  jwksCooldownSeconds?: number | undefined;

  /**
   * The secret that the stored set of keys is sealed with. **Without one, whoever can write the store decides whose tokens
   * are accepted.**
   *
   * @defaultValue none
   */
  sealKey?: string | undefined;
}

/** What a single verification may say. */
export interface VerifyOptions {
  /**
   * Who the token must be for, one of several being enough.
   *
   * @defaultValue the verifier's
   */
  audience?: string | readonly string[] | undefined;

  /**
   * Stops waiting: the promise is rejected with the signal's reason.
   *
   * @defaultValue none
   */
  signal?: AbortSignal | undefined;
}

/** The header of a token (RFC 7515 §4.1). Nothing that it says about keys was followed. */
export interface JwtHeader {
  readonly alg: SignatureAlgorithm;
  readonly typ?: string;
  readonly kid?: string;
  readonly [parameter: string]: unknown;
}

/** What a token says (RFC 7519 §4.1, RFC 9068 §2.2). */
export interface JwtClaims {
  readonly iss: string;
  /** There, unless `plainJwt` is set. */
  readonly sub?: string;
  readonly aud?: string | readonly string[];
  /** Seconds since the epoch. */
  readonly exp: number;
  readonly iat?: number;
  readonly nbf?: number;
  readonly jti?: string;
  readonly client_id?: string;
  readonly scope?: string | readonly string[];
  readonly [claim: string]: unknown;
}

/** A token that was found good. Frozen: all calls with this token share it. */
export interface VerifiedJwt<Claims extends object = JwtClaims> {
  readonly header: JwtHeader;
  readonly claims: Claims;
}

/**
 * Checks access tokens that are JWTs (RFC 9068, RFC 8725) by the keys of their issuer, which it fetches and keeps.
 *
 * Constructing one does no I/O and costs little: do it at module level or in every request.
 */
export class JwtVerifier<Claims extends object = JwtClaims> {
  /** @throws {@link OAuth2Error} with code `invalid_option`, naming the option. */
  constructor(options: JwtVerifierOptions);

  /**
   * What `token` says, if it is good. Rejected with an {@link OAuth2Error}: `token_rejected` or `token_malformed` where the
   * token is at fault (one that is bound to a key by `cnf` among them, RFC 9449 §7, RFC 8705 §3: give it to a
   * {@link Guard} with `proof`), `token_unverifiable` where the keys cannot be had.
   */
  verify(token: string, options?: VerifyOptions): Promise<VerifiedJwt<Claims>>;
}

/** The parts of a request that a guard looks at. Every `Request` has them, of whichever library. */
export interface GuardedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null | undefined };
}

/** A token that was found good, and whom it speaks for. Frozen. */
export interface Admitted<Claims extends object = Readonly<Record<string, unknown>>> {
  /** `sub`: the user, or the client itself. */
  readonly subject?: string;
  /** `client_id`, or `azp`: whom the token was issued to. */
  readonly clientId?: string;
  /** What the token reaches: its `scope`, as a text or a list, or its `scp`. */
  readonly scopes: readonly string[];
  /** `aud`: whom it is for. */
  readonly audience: readonly string[];
  /** The claims of the JWT, or all that the server said of the token. */
  readonly claims: Claims;
  /** Which way it was checked. */
  readonly by: 'introspection' | 'jwt' | 'both';
}

/** Who calls. Frozen. */
export interface Principal<Mapped = undefined, Claims extends object = Readonly<Record<string, unknown>>> extends Admitted<Claims> {
  /** What the guard's function `principal` gave. */
  readonly principal: Mapped;
}

/** By whom tokens are checked: JWTs by the verifier, all others by the introspector; where there is one alone, all by it. */
export type GuardChecks =
  | { introspector: TokenIntrospector<any>; verifier?: JwtVerifier<any> | undefined }
  | { introspector?: TokenIntrospector<any> | undefined; verifier: JwtVerifier<any> };

/** What a guard is made of. A misspelt option is an error, at run time too. */
export type GuardOptions<
  Mapped = undefined,
  Claims extends object = Readonly<Record<string, unknown>>,
  Preflight extends boolean = boolean,
> = GuardChecks & GuardManners<Mapped, Claims, Preflight>;

type MaybePromise<T> = T | PromiseLike<T>;

/** What a guard is made of, beside who checks the tokens. */
export interface GuardManners<Mapped, Claims extends object, Preflight extends boolean> {
  /**
   * Says who the caller is, in the application's own terms: what it gives is `principal` of the result. Where that has
   * `scopes`, they take the place of the token's. `undefined` or `null` is nobody, who is answered 403. It is called for
   * each request; what it throws, and that it does not answer in time, is answered 503, and is in the `cause` of the error.
   *
   * @defaultValue none
   */
  principal?: ((admitted: Admitted<Claims>, request: GuardedRequest) => MaybePromise<Mapped | null | undefined>) | undefined;

  /**
   * What is protected, as challenges say (RFC 9110 §11.5). Printable ASCII.
   *
   * @defaultValue none
   */
  realm?: string | undefined;

  /**
   * The API by the URL that clients ask for tokens with (RFC 8707). With it challenges say where the API's metadata is
   * (`resource_metadata`, RFC 9728 §5.1), and {@link Guard.metadata} serves that.
   *
   * @defaultValue none
   */
  resource?: string | URL | undefined;

  /**
   * The scopes that the metadata tells of. Needs `resource`.
   *
   * @defaultValue none
   */
  scopesSupported?: readonly string[] | undefined;

  /**
   * Whether the caller holds the key that its token is bound to by `confirmation`, which is its claim `cnf` (RFC 7800 §3.1):
   * `jkt` for DPoP (RFC 9449 §6.1), `x5t#S256` for the certificate of a connection (RFC 8705 §3.1). Only `true` says so. It
   * is called for each request with such a token; what it throws is answered 503.
   *
   * @defaultValue none: tokens that are bound are refused
   */
  proof?: ((confirmation: unknown, request: GuardedRequest, admitted: Admitted<Claims>) => MaybePromise<boolean>) | undefined;

  /**
   * Whether CORS preflights are let through: for `OPTIONS` with `Origin` and `Access-Control-Request-Method`, `authorize`
   * resolves to `undefined`.
   *
   * @defaultValue `false`
   */
  preflight?: Preflight | undefined;
}

/** What a route asks of its callers. */
export interface AuthorizeOptions {
  /**
   * Scopes, all of which the caller must have: an array, or one text with spaces between them. Compared whole, and case by
   * case.
   *
   * @defaultValue none
   */
  scopes?: string | readonly string[] | undefined;

  /**
   * Scopes, one of which the caller must have.
   *
   * @defaultValue none
   */
  anyScope?: string | readonly string[] | undefined;

  /**
   * Who the token must be for, one of several being enough. A token that does not say is refused then.
   *
   * @defaultValue the verifier's; what is introspected may be for anybody
   */
  audience?: string | readonly string[] | undefined;

  /**
   * `'both'` has JWTs checked by the authorization server too, which knows whether they were revoked. Needs introspector
   * and verifier.
   *
   * @defaultValue `'either'`
   */
  check?: 'either' | 'both' | undefined;

  /**
   * Seconds that what the authorization server said may be old.
   *
   * @defaultValue the introspector's
   */
  maxAgeSeconds?: number | undefined;
}

/**
 * Lets callers through whose tokens are good, and has the answer for all others.
 *
 *     const guard = new Guard({ verifier: new JwtVerifier({ issuer: 'https://auth.example.com', audience: 'https://api.example.com' }) });
 *
 *     try {
 *       const { subject } = await guard.authorize(request, { scopes: 'read' });
 *     } catch (error) {
 *       return error.response;
 *     }
 */
export class Guard<Mapped = undefined, Claims extends object = Readonly<Record<string, unknown>>, Preflight extends boolean = false> {
  /** @throws {@link OAuth2Error} with code `invalid_option`, naming the option. */
  constructor(options: GuardOptions<Mapped, Claims, Preflight>);

  /**
   * Who calls, by the bearer token in the `Authorization` header of `request` (RFC 6750 §2.1), which is all that is looked
   * at: not the body, not the URL.
   *
   * Rejected with an {@link OAuth2Error} whose `response` is the answer for the caller: 400 `token_malformed`, 401
   * `token_missing` or `token_rejected`, 403 `insufficient_scope`, 503 `token_unverifiable` with `Retry-After`.
   */
  authorize(request: GuardedRequest, options?: AuthorizeOptions): Promise<Principal<Mapped, Claims> | (Preflight extends true ? undefined : never)>;

  /**
   * The answer to a request for the API's metadata (RFC 9728 §3): `GET` or `HEAD` of
   * `/.well-known/oauth-protected-resource`, and of that with the path of `resource`, for every origin. `undefined` for
   * every other request, and without a `resource`.
   */
  metadata(request: Pick<GuardedRequest, 'method' | 'url'>): Response | undefined;
}

/** A way to authenticate that an API offers (RFC 9110 §11.6.1). */
export interface Challenge {
  /** The scheme, as it was written; its case says nothing. */
  readonly scheme: string;
  /** The parameters, by their names in small letters. Of those that came twice it is the first. */
  readonly parameters: Readonly<Record<string, string | undefined>>;
  /** What some schemes have instead of parameters. */
  readonly token68?: string;
}

/**
 * The challenges in the value of a `WWW-Authenticate` header, as clients need them to know what to do (RFC 9728 §5.1, RFC
 * 9470). It never throws: what cannot be read ends the challenge that it is in.
 */
export function parseChallenges(header: string | null | undefined): Challenge[];

/** What happened while a token was checked. Holds no secret and no token. */
export type InboundEvent =
  | Extract<
      outbound.OAuth2Event,
      { readonly type: 'stale_served' | 'flight_wait' | 'taken_over' | 'store_hit' | 'store_miss' | 'store_unreadable' | 'store_error' | 'retry' }
    >
  /** The authorization server said something of a token; the duration includes retries. */
  | { readonly type: 'introspection'; readonly active: boolean; readonly durationMs: number }
  /** It did not. */
  | { readonly type: 'introspection_failed'; readonly code: OAuth2ErrorCode; readonly durationMs: number }
  /** The keys of an issuer were fetched. */
  | { readonly type: 'key_set'; readonly durationMs: number }
  /** They were not. */
  | { readonly type: 'key_set_failed'; readonly code: OAuth2ErrorCode; readonly durationMs: number }
  /** A caller's token was not good, or not for us. */
  | { readonly type: 'token_rejected'; readonly reason: string }
  /** A function of the guard's failed. */
  | { readonly type: 'hook_failed'; readonly hook: 'proof' | 'principal' };

/**
 * The durations among `events` as the value of a `Server-Timing` header: `oauth2_introspection;dur=81`.
 */
export function serverTiming(events: readonly (InboundEvent | outbound.OAuth2Event)[]): string;

/** What went wrong; stable, to be compared with. */
export type OAuth2ErrorCode =
  | outbound.OAuth2ErrorCode
  /** 401: the request has no credentials of this API's scheme. */
  | 'token_missing'
  /** 400: the credentials cannot be read (`invalid_request`, RFC 6750 §3.1). */
  | 'token_malformed'
  /** 401: the token is not good, or not for this API (`invalid_token`, RFC 6750 §3.1). */
  | 'token_rejected'
  /** 403: the caller may do less than that (`insufficient_scope`, RFC 6750 §3.1). */
  | 'insufficient_scope'
  /** 503: nothing could be found out about the token: see `cause`. */
  | 'token_unverifiable';

/** Every error of this entry, except for the reason of a signal. Holds no secret and no token. */
export interface OAuth2Error extends Omit<outbound.OAuth2Error, 'code' | 'status'> {
  /** What went wrong. */
  readonly code: OAuth2ErrorCode;
  /** The status of the answer to the caller, where it is about the caller's token; else of the server's, if one arrived. */
  readonly status?: number;
  /**
   * The answer for the caller, of all that {@link Guard.authorize} is rejected with: another `Response` each time it is
   * asked for.
   */
  readonly response?: Response;
}

/** The same class as that of `edge-oauth2`. */
export const OAuth2Error: {
  readonly prototype: OAuth2Error;
  [Symbol.hasInstance](value: unknown): value is OAuth2Error;
};
