/**
 * `edge-oauth2/m2m`: the same client, over a smaller WebAssembly module, for a program that acts for itself. It leaves
 * out authorization (codes, PKCE, callbacks), revocation, signing (`privateKey`, `client_secret_jwt`, assertions made
 * here), discovery (`issuer`), and tokens that somebody holds (`tokenFrom`, `refresh`). Who says them all the same gets
 * an `OAuth2Error` with code `invalid_option` that names the entry which has them: `edge-oauth2`.
 *
 * @module
 */

import type * as whole from './index.js';

export {
  OAuth2Error,
  serverTiming,
  type ApiRequest,
  type ApplyResult,
  type CredentialsContext,
  type DenoKv,
  type EndpointParam,
  type EndpointParams,
  type HookContext,
  type Hooks,
  type InvalidateOptions,
  type JsonParam,
  type KeyedStore,
  type Lease,
  type LeaseAnswer,
  type MemberPath,
  type OAuth2ErrorCode,
  type OAuth2Event,
  type OAuth2Stats,
  type RefreshContext,
  type RefusalClass,
  type StorePutOptions,
  type StoreTraits,
  type TestResult,
  type TokenData,
  type TokenMapping,
  type TokenMembers,
  type TokenOptions,
  type TokenRefusal,
  type TokenRequestContext,
  type TokenStore,
  type Tracing,
} from './index.js';

/** Options that are left out, or some of whose values are. */
type Otherwise =
  | 'issuer'
  | 'authorizationUrl'
  | 'revocationUrl'
  | 'skipPkce'
  | 'privateKey'
  | 'clientAuth'
  | 'clientAssertion'
  | 'grant'
  | 'assertion'
  | 'token'
  | 'apply';

/** As in `edge-oauth2`, without what is left out. */
export interface ClientOptions extends Omit<whole.ClientOptions, Otherwise> {
  /** The token endpoint (RFC 6749 §3.2). `https:`, or `http:` on a loopback host. */
  tokenUrl: string | URL;
  clientAuth?: Exclude<whole.ClientOptions['clientAuth'], 'client_secret_jwt'>;
  /** An assertion that somebody else signs, or a function that gives it. */
  clientAssertion?: whole.ClientOptions['clientSecret'];
  grant?: Exclude<whole.ClientOptions['grant'], 'authorization_code'>;
  /** An assertion that somebody else signs, or a function that gives it: for `grant: 'jwt_bearer'` (RFC 7523 §2.1). */
  assertion?: whole.ClientOptions['clientSecret'];
  /** The access token of `grant: 'token'`. */
  token?: string | undefined;
  /** How the token is put into requests, where that is not `Authorization: Bearer`. */
  apply?: ((request: whole.ApiRequest, token: Token) => whole.ApplyResult | PromiseLike<whole.ApplyResult>) | undefined;
}

/** The same where the body of the client's token requests is JSON. */
export interface JsonClientOptions extends Omit<ClientOptions, keyof JsonBody>, JsonBody {}
type JsonBody = Pick<whole.JsonClientOptions, 'bodyFormat' | 'endpointParams' | 'refreshParams'>;

/** What a client is made of. A misspelt option is an error, at run time too. */
export type OAuth2ClientOptions = ClientOptions | JsonClientOptions;

/** A token, which this entry renews for its client only. */
export interface Token extends Omit<whole.Token, 'refresh' | 'revoke' | 'revokeAll'> {}

/** Obtains, keeps and applies the access token of one client. */
export interface OAuth2Client
  extends Pick<whole.OAuth2Client, 'fetch' | 'authorizationHeader' | 'invalidate' | 'warm' | 'test' | 'stats'> {
  /** The token: from memory as long as it is good, else from the store or the server, asked once for all who wait. */
  getToken(options?: whole.TokenOptions): Promise<Token>;
}

export const OAuth2Client: {
  /** @throws {@link OAuth2Error} with code `invalid_option`, naming the option. */
  new (options: OAuth2ClientOptions): OAuth2Client;
};
