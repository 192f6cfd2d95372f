/**
 * `edge-oauth2/compat/workato`: connections of Workato's connector SDK for edge functions.
 *
 * A lambda becomes a function of the same name and arguments; what the lambda calls without a receiver, the function
 * calls on `this`, so that it must not be an arrow function if it does:
 *
 *     const percolate = {
 *       connection: {
 *         fields: [{ name: 'client_id', optional: false }, { name: 'client_secret', control_type: 'password', optional: false }],
 *         authorization: {
 *           type: 'custom_auth',
 *           async acquire(connection) {
 *             const hash = btoa(`${connection.client_id}:${connection.client_secret}`);
 *             const response = await this.post('https://percolate.com/auth/v5/token/')
 *               .payload({ grant_type: 'client_credentials' })
 *               .headers({ Authorization: `Basic ${hash}` })
 *               .request_format_www_form_urlencoded();
 *             return { access_token: response.access_token, refresh_token: response.refresh_token };
 *           },
 *           refresh_on: [401, 403],
 *           apply(connection) {
 *             this.headers({ Authorization: `Bearer ${connection.access_token}` });
 *           },
 *         },
 *         base_uri: (connection) => 'https://percolate.com',
 *       },
 *       test() {
 *         return this.get('/api/v5/me');
 *       },
 *     };
 *     const client = connection(percolate, { client_id: env.ID, client_secret: env.SECRET });
 *     const me = await client.get('/api/v5/me');
 *
 * As in the SDK a request goes out with what the connection holds. When it fails as `refresh_on` says, credentials are
 * acquired (or refreshed, with `type: 'oauth2'`), merged into the settings, and the request is sent once more; unless
 * somebody else has changed the settings meanwhile, which are then sent. How long credentials last is not looked at.
 * What was acquired is shared by all connections of the same definition and settings, also through a store. There it is
 * sealed with `sealKey`, which is required then: of what a connection is made of, nothing is known to be a secret.
 *
 * What is not as in the SDK: redirects are followed within their origin only; `user` and `password` are sent as a
 * header, since `fetch` takes none in URLs; formats other than JSON and forms, digest authentication and client
 * certificates are not there (for the last give a binding as `fetch`). In a template `${connection.access_token}` is
 * `undefined`, not empty, before the first is acquired.
 *
 * @module
 */

import type { SharingOptions } from './common.js';
import type { OAuth2ClientOptions } from '../entries/index.js';

/** What a connection holds: the values of its fields, and what was acquired. Plain JSON. */
export type Settings = Record<string, any>;

/** A status, a text that the message or the body equals, or a pattern of them. */
export type Signal = number | string | RegExp;

/** A request, which is sent when it is awaited, and then is the parsed body of its response. */
export interface Request<Body = any> extends Pick<Promise<Body>, 'then' | 'catch' | 'finally'>, Instructions {
  /** A JSON body. This is how it is if nothing else is said. */
  request_format_json(): this;
  /** A form as the body. */
  request_format_www_form_urlencoded(): this;
  /** Gives the body as it is, instead of parsing it. */
  response_format_raw(): this;
  /** What `apply` is told as its last argument. */
  auth_type(authType: string): this;
}

/** What can be said of a request. */
export interface Instructions {
  /** Adds headers, or replaces them. */
  headers(headers: Readonly<Record<string, string | number | null | undefined>>): this;
  /** Adds parameters to the query. */
  params(params: Readonly<Record<string, unknown>> | undefined): this;
  /** Adds members to the body. */
  payload(payload: Readonly<Record<string, unknown>> | readonly unknown[] | null | undefined): this;
  /** The user's name of HTTP Basic authentication. */
  user(user: string): this;
  /** The password of HTTP Basic authentication. */
  password(password: string): this;
}

/** `this` of `apply`. */
export interface ApplyContext extends Instructions {
  /** Where the request goes. */
  readonly current_url: string;
  /** `GET`, `POST`, … */
  readonly current_verb: string;
}

/** `this` of the other functions. Paths are relative to `base_uri`. */
export interface Requests {
  get(path: string, params?: Readonly<Record<string, unknown>>): Request;
  post(path: string, payload?: Readonly<Record<string, unknown>> | readonly unknown[]): Request;
  put(path: string, payload?: Readonly<Record<string, unknown>> | readonly unknown[]): Request;
  patch(path: string, payload?: Readonly<Record<string, unknown>> | readonly unknown[]): Request;
  delete(path: string, payload?: Readonly<Record<string, unknown>> | readonly unknown[]): Request;
  /** Any method. */
  request(verb: string, path: string): Request;
}

/** A field that a user fills in. Anything else about it is for Workato's screens. */
export interface Field {
  name: string;
  /** A setting of a field that is not optional must be there, and not be empty. */
  optional?: boolean | undefined;
  [attribute: string]: unknown;
}

type Awaitable<Value> = Value | PromiseLike<Value>;
type Lambda<Value> = Value | ((this: Requests, connection: Settings) => Awaitable<Value>);

interface Common {
  /** When credentials are acquired anew. Empty or left out: whenever a response is not a success. */
  refresh_on?: Signal | readonly Signal[] | undefined;
  /** Texts and patterns of the body, or the body parsed, that make a failure of a success. */
  detect_on?: Signal | readonly Signal[] | undefined;
  /** Fields of this way to authorize, if there are several. */
  fields?: readonly Field[] | undefined;
}

/** Credentials that are acquired by a function, or are in the settings already. */
export interface CustomAuthorization extends Common {
  type?: 'custom_auth' | 'basic_auth' | 'api_key' | 'none' | undefined;
  /** Gives what is merged into the settings. */
  acquire?: ((this: Requests, connection: Settings) => Awaitable<Settings>) | undefined;
  /** Puts the credentials into a request. Without it, nothing is applied and nothing acquired. */
  apply?: ((this: ApplyContext, connection: Settings, authType?: string) => unknown) | undefined;
  /** What `apply` was called before. */
  credentials?: CustomAuthorization['apply'];
}

/** A user authorizes. */
export interface OAuth2Authorization extends Common {
  type: 'oauth2';
  client_id?: Lambda<string> | undefined;
  client_secret?: Lambda<string> | undefined;
  /** `client_id`, `redirect_uri`, `state` and `response_type` are added to it. */
  authorization_url?: Lambda<string> | undefined;
  token_url?: Lambda<string> | undefined;
  /** Gives the tokens for a code, or `[tokens, owner's id, further settings]`. Left out: a request to `token_url`. */
  acquire?:
    | ((
        this: Requests,
        connection: Settings,
        authCode: string,
        redirectUri: string,
      ) => Awaitable<Settings | readonly [Settings, unknown?, Settings?]>)
    | undefined;
  /** Gives new tokens, or `[tokens, further settings]`. Left out: a request to `token_url`. */
  refresh?:
    | ((this: Requests, connection: Settings, refreshToken?: string) => Awaitable<Settings | readonly [Settings, Settings?]>)
    | undefined;
  /** Puts the credentials into a request. */
  apply?: ((this: ApplyContext, connection: Settings, accessToken?: string, authType?: string) => unknown) | undefined;
  /** What `apply` was called before. */
  credentials?: OAuth2Authorization['apply'];
  /** Without effect here: it is about Workato's screens. */
  identity?: unknown;
  /** Without effect: codes are not tied to a verifier, as in the SDK. */
  pkce?: unknown;
  /** Without effect here: it is about Workato's screens. */
  noopener?: boolean | undefined;
}

/** Several ways to authorize, of which the settings select one. */
export interface MultiAuthorization {
  type: 'multi';
  /** Gives the key of one of `options`. */
  selected: (connection: Settings) => string;
  options: Readonly<Record<string, CustomAuthorization | OAuth2Authorization>>;
}

/** What a connector says of its connection. */
export interface ConnectionDefinition {
  fields?: readonly Field[] | undefined;
  authorization?: CustomAuthorization | OAuth2Authorization | MultiAuthorization | undefined;
  /** What paths are relative to. */
  base_uri?: ((connection: Settings) => Awaitable<string>) | undefined;
  /** Makes a request that succeeds if the connection is good. */
  test?: ((this: Requests, connection: Settings) => unknown) | undefined;
}

/** A connector, of which `connection` and `test` mean something here. */
export interface ConnectorDefinition {
  connection: ConnectionDefinition;
  test?: ConnectionDefinition['test'];
  [part: string]: unknown;
}

/** What the SDK does not know: how what was acquired is shared. */
export type ConnectionOptions = SharingOptions &
  Pick<OAuth2ClientOptions, 'timeoutMs'> & {
    /**
     * Stands for the definition, whose functions cannot be compared. With a store it is required.
     *
     * @defaultValue the definition itself, within this isolate
     */
    identity?: string | undefined;
  };

/** What a request rejects with whose response is not 2xx, or has in it what `detect_on` says. */
export interface RequestError extends Error {
  readonly name: 'RequestError';
  /** Such as `401 Unauthorized`; with `detect_on` the body. */
  readonly message: string;
  /** The status; not there with `detect_on`. */
  readonly code?: number;
  /** The body; not there with `detect_on`. */
  readonly response?: string;
  readonly method: string;
}

/**
 * A connection. Its requests reject with {@link RequestError}, or with what a function of the definition threw; what is
 * wrong with the definition is an `OAuth2Error`.
 */
export interface Connection extends Requests {
  /** Runs the connector's `test`; what it gives, if the connection is good. */
  test(): Promise<any>;
  /** The settings given, and what was acquired since. */
  settings(): Promise<Settings>;
  /** Where to send the user, with `type: 'oauth2'`. Keep `state` for the callback. */
  authorizationUrl(options: { redirectUri: string; state?: string | undefined }): Promise<{ url: string; state: string }>;
  /** Acquires the tokens for the code in `url`; the settings with them, to be kept for the next time. */
  callback(url: string | URL, options: { redirectUri: string; state: string }): Promise<Settings>;
}

/**
 * Makes a connection. It does no I/O and costs little: do it at module level or in every request.
 *
 * @param settings - The values of the connection's fields, and tokens that were acquired before.
 */
export function connection(definition: ConnectorDefinition, settings?: Settings, options?: ConnectionOptions): Connection;
export function connection(definition: ConnectionDefinition, settings?: Settings, options?: ConnectionOptions): Connection;
