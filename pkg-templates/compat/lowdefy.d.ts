/**
 * `edge-oauth2/compat/lowdefy`: Lowdefy's connection `AxiosOAuth2ClientCredentials` for edge functions. The same
 * properties, token request and life of a token; the token is shared as {@link OAuth2Client}'s are, also through a
 * store.
 *
 * What is as in the original, and not as in `OAuth2Client`:
 *
 * - The token request is JSON, with `grant_type`, `client_id`, `client_secret` and then `endpointParams`, which may
 *   replace any of the three. It may take 15 seconds, and is not repeated.
 * - A token is used until 60 seconds before its end. One without `expires_in`, or of 60 seconds or less, is used for
 *   the requests that wait for it and not kept.
 * - Whatever its `token_type`, it is sent as `Authorization: Bearer …`. A 401 is an error like any other.
 *
 * What is not as in the original, because there it is a fault:
 *
 * - Connections share a token only if they are equal in everything that makes the token.
 * - A token of exactly 60 seconds is not kept for ever.
 * - The token is sent to the origin of `baseURL` and to those of `allowedOrigins`; a request elsewhere is an error.
 * - The token request follows no redirect, and the data of its error does not have the secret in it.
 *
 * @module
 */

import type { SharingOptions } from './common.js';
import type { OAuth2ClientOptions } from '../entries/index.js';

/**
 * The properties of a request, which are laid over the connection's: those of axios that mean something here. Any other
 * is an error.
 */
export interface RequestProperties {
  /** What a relative `url` is appended to. */
  baseURL?: string | undefined;
  /** Relative to `baseURL`, or absolute. */
  url?: string | undefined;
  /**
   * The method, in any case.
   *
   * @defaultValue `'get'`
   */
  method?: string | undefined;
  /** Headers. */
  headers?: Readonly<Record<string, string | number | boolean | null | undefined>> | undefined;
  /** The query: `{ a: [1, 2], b: { c: 3 } }` is sent as `a[]=1&a[]=2&b[c]=3`. */
  params?: Readonly<Record<string, unknown>> | URLSearchParams | undefined;
  /** The body: an object is sent as JSON, or as a form if `Content-Type` says so; anything else as `fetch` does. */
  data?: unknown;
  /**
   * Milliseconds that the request may take, with the token if it has to wait for one.
   *
   * @defaultValue `0`: as long as it takes
   */
  timeout?: number | undefined;
  /**
   * What is made of the response's body: `'json'` gives what was parsed, or the text if it is no JSON.
   *
   * @defaultValue `'json'`
   */
  responseType?: 'json' | 'text' | 'arraybuffer' | 'blob' | 'stream' | undefined;
}

/** The properties of a connection: those of its requests, and `auth`. */
export interface ConnectionProperties extends RequestProperties {
  /** The client credentials grant. */
  auth: {
    /** The token endpoint. */
    tokenUrl: string;
    /** The client identifier. */
    clientId: string;
    /** The client's secret. */
    clientSecret: string;
    /**
     * Further parameters of the token request, such as `audience` or `scope`, of any JSON.
     *
     * @defaultValue none
     */
    endpointParams?: Readonly<Record<string, unknown>> | undefined;
  };
}

/** What the original does not know: how the token is shared, and where it may go. */
export type ConnectionOptions = SharingOptions &
  Pick<OAuth2ClientOptions, 'previousClientSecret' | 'refreshAhead' | 'allowedOrigins'>;

/** What a request rejects with whose response is not 2xx, or did not come within `timeout`. */
export interface AxiosError extends Error {
  readonly name: 'AxiosError';
  readonly code: 'ERR_BAD_REQUEST' | 'ERR_BAD_RESPONSE' | 'ECONNABORTED';
  /** The API's, or the token endpoint's. Not there with `'ECONNABORTED'`. */
  readonly response?: { readonly status: number; readonly data: any };
}

/** A connection. */
export interface Connection {
  /**
   * Makes a request with the token, and gives the data of its response.
   *
   * @throws {@link AxiosError}, be it the API's status or the token endpoint's; and `OAuth2Error` where there is no token
   *   for another reason, or the request goes where the token must not.
   */
  request<Data = any>(properties?: RequestProperties): Promise<Data>;
}

/**
 * Makes a connection. It does no I/O and costs little: do it at module level or in every request.
 *
 *     const api = connection({
 *       baseURL: 'https://api.example.com/v1/',
 *       auth: { tokenUrl: `${env.IDP_BASEURL}/oauth/token`, clientId: env.ID, clientSecret: env.SECRET },
 *     });
 *     const hello = await api.request({ url: '/hello' });
 */
export function connection(properties: ConnectionProperties, options?: ConnectionOptions): Connection;
