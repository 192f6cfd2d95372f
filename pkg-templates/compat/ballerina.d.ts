/**
 * `edge-oauth2/compat/ballerina`: Ballerina's module `oauth2` for edge functions: the grant configurations of its
 * outbound provider, and the introspection of its inbound one, with the names of 2.x and of 1.x. Tokens are shared as
 * those of `OAuth2Client` are, also through a store.
 *
 * What is as in the original, and not as in `OAuth2Client`:
 *
 * - A password or a JWT is sent once by each provider. When the token has ended, it is renewed by its refresh token if
 *   the configuration says how, and otherwise is an error.
 * - The client secret is sent as it is in the Basic credentials, not url-encoded before.
 * - A token is used to its very end, less `clockSkew`, and its requests are not repeated.
 * - Answers about credentials are kept only with `cacheConfig`, until their `exp`.
 *
 * What is not as in the original, because there it is a fault, or cannot be done here:
 *
 * - The first token is asked for when it is first needed: constructing a provider does no I/O.
 * - All parameters are url-encoded. `expires_in` may also be a string.
 * - A 401 renews the token that was refused, instead of sending it again.
 * - Redirects are not followed, and no message has the body of a response.
 * - A credential that is introspected by several calls at once is asked about once, and what may pass is tried again within
 *   a third of `reqTimeout`. What is over by its `exp`, or not yet by its `nbf`, is inactive.
 * - `connectTimeout` and `httpVersion` are accepted, and up to the platform. A URL begins with `https:`, or with `http:`
 *   if it is of this machine.
 *
 * @module
 */

import type { SharingOptions } from './common.js';
import type { OAuth2ClientOptions, OAuth2Error } from '../entries/index.js';

/** The credentials of the client go into the header `Authorization`. */
export const AUTH_HEADER_BEARER: 'AUTH_HEADER_BEARER';
/** The credentials of the client go into the body. */
export const POST_BODY_BEARER: 'POST_BODY_BEARER';
/** The credentials of the client are not sent (1.x). */
export const NO_BEARER: 'NO_BEARER';
/** The refresh request is made as the token request was, without its scopes. */
export const INFER_REFRESH_CONFIG: 'INFER_REFRESH_CONFIG';

/** Where the credentials of the client go. */
export type CredentialBearer = typeof AUTH_HEADER_BEARER | typeof POST_BODY_BEARER | typeof NO_BEARER;

/** Parameters of a request. */
export type Parameters = Readonly<Record<string, string>> | ReadonlyMap<string, string> | URLSearchParams;

/** How requests are made. */
export interface ClientConfiguration {
  /** Further headers. */
  customHeaders?: Readonly<Record<string, string>> | Headers | ReadonlyMap<string, string> | undefined;
  /** What is put after the body, url-encoded already: `&` and this. */
  customPayload?: string | undefined;
  /**
   * Seconds that a request may take.
   *
   * @defaultValue `30`
   */
  reqTimeout?: number | undefined;
  /** Up to the platform. */
  connectTimeout?: number | undefined;
  /** Up to the platform. */
  httpVersion?: string | undefined;
}

/** What every request to a token endpoint may have. */
export interface RequestConfig {
  /**
   * The scopes, each trimmed, empty ones left out.
   *
   * @defaultValue none
   */
  scopes?: string | readonly string[] | undefined;
  /**
   * Further parameters.
   *
   * @defaultValue none
   */
  optionalParams?: Parameters | undefined;
  /** `optionalParams` in 1.x. */
  parameters?: Parameters | undefined;
  /** @defaultValue {@link AUTH_HEADER_BEARER} */
  credentialBearer?: CredentialBearer | undefined;
  /** How the request is made. */
  clientConfig?: ClientConfiguration | undefined;
}

/** How long tokens are used. */
export interface LifeConfig {
  /**
   * Seconds that a token lasts whose response does not say so.
   *
   * @defaultValue `3600`
   */
  defaultTokenExpTime?: number | undefined;
  /**
   * Seconds before its end that a token is no longer used.
   *
   * @defaultValue `0`
   */
  clockSkew?: number | undefined;
  /** `clockSkew` in 1.x. */
  clockSkewInSeconds?: number | undefined;
  /**
   * Whether a request that is answered with 401 is sent once more with another token (1.x).
   *
   * @defaultValue `true`
   */
  retryRequest?: boolean | undefined;
}

/** The client credentials grant. */
export interface ClientCredentialsGrantConfig extends RequestConfig, LifeConfig {
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
}

/** How the token of the password grant is renewed. */
export interface RefreshConfig extends RequestConfig {
  refreshUrl: string;
}

/** The password grant. */
export interface PasswordGrantConfig extends RequestConfig, LifeConfig {
  tokenUrl: string;
  username: string;
  password: string;
  clientId?: string | undefined;
  clientSecret?: string | undefined;
  /**
   * How the token is renewed.
   *
   * @defaultValue none: when it has ended, there is no other
   */
  refreshConfig?: RefreshConfig | typeof INFER_REFRESH_CONFIG | undefined;
}

/** The refresh token grant. */
export interface RefreshTokenGrantConfig extends RequestConfig, LifeConfig {
  refreshUrl: string;
  refreshToken: string;
  clientId: string;
  clientSecret: string;
}

/** The JWT bearer grant (RFC 7523 §2.1). */
export interface JwtBearerGrantConfig extends RequestConfig, LifeConfig {
  tokenUrl: string;
  assertion: string;
  clientId?: string | undefined;
  clientSecret?: string | undefined;
}

/** How a token that was given is renewed (1.x). */
export interface DirectTokenRefreshConfig extends RequestConfig {
  refreshUrl: string;
  refreshToken: string;
  clientId: string;
  clientSecret: string;
}

/** A token that was given is used until it is refused, and is then renewed (1.x). */
export interface DirectTokenConfig extends LifeConfig {
  /**
   * The access token.
   *
   * @defaultValue none: the first is what `refreshConfig` brings
   */
  accessToken?: string | undefined;
  /**
   * How the token is renewed.
   *
   * @defaultValue none
   */
  refreshConfig?: DirectTokenRefreshConfig | undefined;
  /** Without effect: that of `refreshConfig` counts. */
  credentialBearer?: CredentialBearer | undefined;
}

/** Any grant configuration. */
export type GrantConfig =
  | ClientCredentialsGrantConfig
  | PasswordGrantConfig
  | RefreshTokenGrantConfig
  | JwtBearerGrantConfig
  | DirectTokenConfig;

/** What the original does not know: how the token is shared, and where it may go. */
export type ProviderOptions = SharingOptions &
  Pick<OAuth2ClientOptions, 'previousClientSecret' | 'refreshAhead' | 'errorCacheSeconds' | 'baseUrl' | 'allowedOrigins'>;

/** Brings the token of a grant configuration. It does no I/O when constructed, at module level or in every request. */
export class ClientOAuth2Provider {
  constructor(config: GrantConfig, options?: ProviderOptions);
  /** @throws {@link OAuth2Error} with the message "Failed to generate OAuth2 token.", whose `cause` says why. */
  generateToken(): Promise<string>;
  /** As `fetch` of an `OAuth2Client`: with the token, to `baseUrl` and `allowedOrigins`. */
  readonly fetch: typeof globalThis.fetch;
}

/** `ClientOAuth2Provider` in 1.x. */
export { ClientOAuth2Provider as OutboundOAuth2Provider };

/** How credentials are introspected (RFC 7662). */
export interface IntrospectionConfig {
  /** The introspection endpoint. */
  url: string;
  /** The kind of token that credentials are. */
  tokenTypeHint?: string | undefined;
  /** Further parameters. */
  optionalParams?: Parameters | undefined;
  /**
   * Responses are kept, for all providers of the same `url`, parameters and headers. Only active ones, since what is
   * inactive may become active.
   *
   * @defaultValue none: every credential is introspected every time
   */
  cacheConfig?:
    | {
        /**
         * For how many credentials there is room at least. All that check tokens in an isolate share their room.
         *
         * @defaultValue `100`
         */
        capacity?: number | undefined;
        /**
         * The share of the entries that is dropped when it is full. Here those that were used longest ago go one by one: it
         * has no effect.
         *
         * @defaultValue `0.25`
         */
        evictionFactor?: number | undefined;
        /**
         * Which entries are dropped.
         *
         * @defaultValue `'LRU'`
         */
        evictionPolicy?: 'LRU' | undefined;
        /**
         * Seconds that an entry lasts at most; `-1` is no limit.
         *
         * @defaultValue `-1`
         */
        defaultMaxAge?: number | undefined;
        /** Seconds between two cleanings. Here entries go when they are looked at: it has no effect. */
        cleanupInterval?: number | undefined;
      }
    | undefined;
  /**
   * Seconds that a response without `exp` is kept, at least one.
   *
   * @defaultValue `3600`
   */
  defaultTokenExpTime?: number | undefined;
  /** `defaultTokenExpTime` in 1.x. */
  defaultTokenExpTimeInSeconds?: number | undefined;
  /** How the request is made; with `auth`, with the token of that configuration. */
  clientConfig?: (ClientConfiguration & { auth?: GrantConfig | undefined }) | undefined;
}

/** What is known of a credential. */
export interface IntrospectionResponse {
  readonly active: boolean;
  readonly scope?: string;
  readonly clientId?: string;
  readonly username?: string;
  readonly tokenType?: string;
  /** In seconds since the epoch. */
  readonly exp?: number;
  readonly iat?: number;
  readonly nbf?: number;
  readonly sub?: string;
  readonly aud?: string | readonly string[];
  readonly iss?: string;
  readonly jti?: string;
  readonly [member: string]: unknown;
}

/** Asks the introspection endpoint about credentials. It may be made at module level or in every request. */
export class ListenerOAuth2Provider {
  constructor(config: IntrospectionConfig, options?: ProviderOptions);
  /**
   * What the endpoint says of `credential`. That it is inactive is no error.
   *
   * @throws {@link OAuth2Error} with the message "Credential cannot be empty." or "OAuth2 validation failed.", whose
   *   `cause` says why.
   */
  authorize(credential: string, optionalParams?: Parameters): Promise<IntrospectionResponse>;
  /** Whether `credential` is active (1.x). An empty one is not. */
  authenticate(credential: string): Promise<boolean>;
}

/** Where the scopes of a caller are. */
export interface OAuth2IntrospectionConfig extends IntrospectionConfig {
  /**
   * The member of the answer that has them, with spaces between.
   *
   * @defaultValue `'scope'`
   */
  scopeKey?: string | undefined;
}

/** Says who may call, as the listener handler of Ballerina's HTTP module does. */
export class ListenerOAuth2Handler {
  constructor(config: OAuth2IntrospectionConfig, options?: ProviderOptions);
  /**
   * What the endpoint says of the credential in the `Authorization` header, if it is active and has one of
   * `expectedScopes`. Otherwise what to answer the caller: a response with the status 400, 401 or 403, or 503 where the
   * endpoint could not be asked, which the original answers with 401.
   */
  authorize(
    data: Pick<Request, 'headers'> | Pick<Headers, 'get'> | string,
    expectedScopes?: string | readonly string[],
  ): Promise<IntrospectionResponse | Response>;
}

/** `ListenerOAuth2Provider` in 1.x. */
export { ListenerOAuth2Provider as InboundOAuth2Provider };
