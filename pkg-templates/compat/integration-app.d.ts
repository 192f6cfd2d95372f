/**
 * `edge-oauth2/compat/integration-app`: the OAuth2 part of an Integration.app (Membrane) connector for edge functions:
 * its OAuth configuration with its mapping, and the functions that a connector may bring. Credentials are shared as
 * tokens of `OAuth2Client` are, also through a store.
 *
 *     const connection = oauth2Connection({
 *       auth: {
 *         getOAuthConfig: {
 *           clientId: { $var: 'connectorParameters.clientId' },
 *           clientSecret: { $var: 'connectorParameters.clientSecret' },
 *           authorizeUri: 'https://auth.example.com/oauth2/authorize',
 *           tokenUri: 'https://auth.example.com/oauth2/token',
 *           scopes: ['read', 'write'],
 *           clientAuthLocation: 'body',
 *         },
 *         makeApiClient: { baseUri: 'https://api.example.com' },
 *       },
 *       connectorParameters: { clientId: env.ID, clientSecret: env.SECRET },
 *       credentials,
 *     });
 *     const response = await connection.fetch('/me');
 *
 * A mapping is an object with values in it that stand for others: `{ $var: 'connectorParameters.clientId' }`, and
 * `{ $concat: ['https://', { $var: 'connectionParameters.domain' }, '.example.com'] }`. Anywhere that a mapping may be,
 * there may be a function that gives its result, too.
 *
 * Credentials are renewed at their `expires_at` (milliseconds since the epoch, or ISO 8601; an `expires_in` becomes
 * one) or somewhat before, and whenever the API refuses them. What a renewal gives is merged into them, one level deep.
 * Where the server replaces refresh tokens, what was kept is spent then: keep what `credentials()` gives, or have a `store`.
 *
 * What a connector's function throws is what the caller gets. What is not as with Integration.app: a connection that
 * could not be renewed is not marked as disconnected, but tried again; and the token is sent to the origins of `baseUri`
 * and `allowedOrigins` only.
 *
 * @module
 */

import type { SharingOptions } from './common.js';
import type { OAuth2ClientOptions } from '../entries/index.js';

/** Whatever the connector gives; `access_token` is among it. Plain JSON. */
export type Credentials = { access_token: string; [member: string]: any };

/** What a connector's functions are called with. */
export interface Parameters {
  connectorParameters: Record<string, any>;
  connectionParameters: Record<string, any>;
}

/** A value, or what stands for it. */
export type Mapping<Value> =
  | Value
  | { $var: string }
  | { $concat: readonly unknown[] }
  | (Value extends object ? { readonly [Member in keyof Value]: Mapping<Value[Member]> } : never);

/** A mapping, or a function that gives what it stands for. */
export type Implementation<Input, Output> = Mapping<Output> | ((input: Input) => Output | PromiseLike<Output>);

/** The OAuth configuration. A misspelt member is an error. */
export interface OAuthConfig {
  clientId: string;
  clientSecret?: string | undefined;
  /** The authorization endpoint. */
  authorizeUri?: string | undefined;
  /** The token endpoint. */
  tokenUri: string;
  scopes?: readonly string[] | undefined;
  /**
   * Where the client's credentials go.
   *
   * @defaultValue both
   */
  clientAuthLocation?: 'headers' | 'body' | undefined;
  /**
   * The server gives no refresh tokens.
   *
   * @defaultValue `false`
   */
  noRefreshToken?: boolean | undefined;
  /**
   * The server does not understand PKCE (RFC 7636).
   *
   * @defaultValue `false`
   */
  skipPkce?: boolean | undefined;
  /** Further parameters of the authorization URL. */
  extra?: Readonly<Record<string, string>> | undefined;
  /** @deprecated Use `clientAuthLocation: 'headers'`. */
  skipClientAuthInBody?: boolean | undefined;
  /** @deprecated Use `clientAuthLocation: 'body'`. */
  skipClientAuthInHeader?: boolean | undefined;
  /** @deprecated Use `clientAuthLocation: 'body'`. */
  skipClientAuthInHeaders?: boolean | undefined;
}

/** What requests are made with. */
export interface ApiClientConfig {
  /** What relative URLs are appended to; the credentials are sent to its origin. */
  baseUri?: string | undefined;
  /**
   * Headers of every request.
   *
   * @defaultValue `Authorization: Bearer …`, to which these are added
   */
  headers?: Readonly<Record<string, string>> | undefined;
}

/** Makes requests with the credentials, and gives the parsed body; a response that is not 2xx rejects with {@link ApiError}. */
export interface ApiClient {
  fetch: typeof globalThis.fetch;
  get(path: string): Promise<any>;
  post(path: string, data?: unknown): Promise<any>;
  put(path: string, data?: unknown): Promise<any>;
  patch(path: string, data?: unknown): Promise<any>;
  delete(path: string, data?: unknown): Promise<any>;
}

type Awaitable<Value> = Value | PromiseLike<Value>;
type Members = Record<string, any>;

/** The methods of a connector's `auth`. A misspelt one is an error. */
export interface Auth {
  type?: 'oauth2' | undefined;
  /** The OAuth configuration. */
  getOAuthConfig: Implementation<Parameters & { redirectUri?: string; state?: string }, OAuthConfig>;
  /** What requests are made with. In a mapping there is also `credentials`. */
  makeApiClient?: Implementation<Parameters & { credentials: Credentials }, ApiClientConfig> | undefined;
  /** Gives the token response for a code, instead of the standard request. */
  getTokenData?:
    | ((
        input: Parameters & { codeVerifier?: string; queryParameters: Record<string, string>; redirectUri: string },
      ) => Awaitable<Members>)
    | undefined;
  /** Gives what is merged into the token response to make the credentials. */
  getCredentialsFromAccessTokenResponse?:
    | ((input: Parameters & { queryParameters: Record<string, string>; tokenResponse: Members }) => Awaitable<Members>)
    | undefined;
  /** What `getCredentialsFromAccessTokenResponse` was called before. */
  getCredentialsFromTokenResponse?: Auth['getCredentialsFromAccessTokenResponse'];
  /** Gives what is merged into the credentials, instead of the standard refresh request. Needs no refresh token. */
  refreshCredentials?: ((input: Parameters & { credentials: Credentials }) => Awaitable<Members>) | undefined;
  /** Gives what is merged, with the token response, into the credentials after a standard refresh request. */
  getCredentialsFromRefreshTokenResponse?:
    | ((input: Parameters & { credentials: Credentials; tokenResponse: Members }) => Awaitable<Members>)
    | undefined;
  /** Tells whether the connection is good. */
  test?: ((input: Parameters & { credentials: Credentials; apiClient: ApiClient }) => unknown) | undefined;
  /** Takes back what it can at the server. */
  disconnect?: ((input: Parameters & { credentials: Credentials; apiClient: ApiClient }) => unknown) | undefined;
}

/** What a connection is made of. */
export interface ConnectionOptions
  extends Partial<Parameters>,
    SharingOptions,
    Pick<OAuth2ClientOptions, 'previousClientSecret' | 'refreshAhead' | 'errorCacheSeconds' | 'timeoutMs' | 'allowedOrigins'> {
  auth: Auth;
  /**
   * The credentials that were kept.
   *
   * @defaultValue none: a user has to authorize
   */
  credentials?: Credentials | undefined;
  /**
   * Stands for the functions that renew credentials, which cannot be compared. With such a function and a store it is
   * required.
   *
   * @defaultValue `auth` itself, within this isolate
   */
  identity?: string | undefined;
}

/** What the requests of an {@link ApiClient} reject with whose response is not 2xx. */
export interface ApiError extends Error {
  readonly response: { readonly status: number; readonly data: any };
}

/** The connection of one user. */
export interface Connection {
  /** Where to send the user. Keep `state` and `codeVerifier` for the callback. */
  authorizationUrl(options: {
    redirectUri: string;
    state?: string | undefined;
    codeVerifier?: string | undefined;
  }): Promise<{ url: string; state: string; codeVerifier?: string }>;
  /** Exchanges the code in `url`; the credentials, to be kept for the next time. */
  callback(
    url: string | URL,
    options: { redirectUri: string; state: string; codeVerifier?: string | undefined },
  ): Promise<Credentials>;
  /** The host's `fetch` with the credentials, to the origins of `baseUri` and `allowedOrigins`. */
  readonly fetch: typeof globalThis.fetch;
  /** The credentials, renewed if they have ended. */
  credentials(): Promise<Credentials>;
  /** What the connector's `test` gives; without one, `true` if there are credentials. */
  test(): Promise<any>;
  /** Calls the connector's `disconnect` and forgets the credentials. */
  disconnect(): Promise<void>;
}

/** Makes a connection. It does no I/O and costs little: do it at module level or in every request. */
export function oauth2Connection(options: ConnectionOptions): Connection;
