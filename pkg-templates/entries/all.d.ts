/**
 * `edge-oauth2/all`: the client of `edge-oauth2` and the checks of `edge-oauth2/inbound` over one WebAssembly module, for a
 * Worker that uses both: it ships less than the modules of the two.
 *
 * @module
 */

export * from './inbound.js';
export {
  OAuth2Client,
  type ApiRequest,
  type ApplyResult,
  type Authorization,
  type AuthorizationOptions,
  type CallbackOptions,
  type ClientOptions,
  type CredentialsContext,
  type HookContext,
  type Hooks,
  type InvalidateOptions,
  type JsonClientOptions,
  type JsonParam,
  type MemberPath,
  type OAuth2ClientOptions,
  type OAuth2Event,
  type OAuth2Stats,
  type RefreshContext,
  type RefusalClass,
  type ServerOptions,
  type StoredToken,
  type TestResult,
  type Token,
  type TokenData,
  type TokenMapping,
  type TokenMembers,
  type TokenOptions,
  type TokenRefusal,
  type TokenRequestContext,
  type Tracing,
} from './index.js';
