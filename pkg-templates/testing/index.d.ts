/**
 * For tests of programs that use `edge-oauth2`: an authorization server and an API that are a `fetch`, a clock to move, and an
 * empty memory. It is for no runner in particular.
 *
 * @module
 */

/** What a {@link FakeAuthorizationServer} is made of. */
export interface FakeAuthorizationServerOptions {
  /**
   * Its token endpoint, where the program under test has one of its own. The other endpoints are at the same host.
   *
   * @defaultValue at a host of its own, so that clients of two servers share nothing
   */
  tokenUrl?: string | URL | undefined;
  /**
   * What the API's URLs begin with.
   *
   * @defaultValue a host of its own
   */
  baseUrl?: string | URL | undefined;
  /**
   * Who may ask for tokens: anybody else is refused as `invalid_client`.
   *
   * @defaultValue anybody
   */
  clientId?: string | undefined;
  /**
   * The secret of `clientId`.
   *
   * @defaultValue any
   */
  clientSecret?: string | undefined;
  /**
   * How long its access tokens live.
   *
   * @defaultValue `3600`
   */
  lifetimeSeconds?: number | undefined;
  /**
   * Whether each refresh token is good for one use, a second one ending the authorization.
   *
   * @defaultValue `true`
   */
  rotatesRefreshTokens?: boolean | undefined;
}

/** A request as it arrived. */
export interface RecordedRequest {
  readonly url: string;
  readonly method: string;
  /** By their names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A token request, and how it was answered. */
export interface RecordedTokenRequest extends RecordedRequest {
  /** Those of the body, decoded. */
  readonly params: Readonly<Record<string, any>>;
  /** Its `grant_type`. */
  readonly grantType: string;
  /** Who asked, in the header or in the body. */
  readonly clientId: string | undefined;
  /** The status of the answer; `0`: there was none. */
  readonly status: number;
}

/** A request to the API. */
export interface ApiRequest extends RecordedRequest {
  /** The bearer token that it came with. */
  readonly accessToken: string | undefined;
}

/** A request to the API, and how it was answered. */
export interface RecordedApiRequest extends ApiRequest {
  readonly status: number;
}

/** An error response of the token endpoint (RFC 6749 §5.2). */
export interface Refusal {
  /** @defaultValue `'invalid_client'` */
  error?: string | undefined;
  /** `error_description` */
  description?: string | undefined;
  /** @defaultValue `401` for `invalid_client`, else `400` */
  status?: number | undefined;
}

/**
 * The API that takes the tokens of a {@link FakeAuthorizationServer}: exactly those that were issued, as long as they are neither
 * over nor revoked. All else is answered with 401 (RFC 6750 §3).
 */
export interface FakeApi {
  /** What it was asked, the oldest first. */
  readonly requests: readonly RecordedApiRequest[];
  /** The next request that has a token is refused, whatever the token. */
  refuseOnce(): void;
  /**
   * What requests with a good token are answered with from now on.
   *
   * @defaultValue an echo: `{ method, path, body }`
   */
  respond(answer: (request: ApiRequest) => Response | PromiseLike<Response>): void;
}

/**
 * An authorization server, and an API that takes its tokens, as a `fetch`: nothing leaves the process. Give its `options` to a
 * client, or put its `fetch` in the place of the global one. It knows all grants; refresh tokens come with `password` and
 * `authorization_code`.
 */
export class FakeAuthorizationServer {
  constructor(options?: FakeAuthorizationServerOptions);

  /** What a client of this server is made of: `new OAuth2Client({ ...server.options, scopes: 'read' })`. */
  readonly options: {
    readonly tokenUrl: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly baseUrl: string;
    readonly fetch: typeof globalThis.fetch;
  };
  readonly tokenUrl: string;
  readonly baseUrl: string;
  /** Its name, by which its metadata is found (RFC 8414). */
  readonly issuer: string;
  readonly authorizationUrl: string;
  readonly revocationUrl: string;
  readonly introspectionUrl: string;

  /** All its endpoints and the API. A request to anywhere else is rejected, and says so. */
  readonly fetch: typeof globalThis.fetch;

  readonly api: FakeApi;
  /** The token requests that it was asked, the oldest first. */
  readonly requests: readonly RecordedTokenRequest[];
  /** How many tokens it has issued. */
  readonly grants: number;

  /** Lets the user that was sent to this URL authorize the client; gives the URL that they come back to. */
  authorize(url: string | URL): string;
  /** A refresh token that it will take, for who begins with one. */
  issueRefreshToken(): string;
  /** The API takes none of the access tokens of before. */
  revokeAccessTokens(): void;
  /** Nor does the server take any refresh token of before. */
  revokeAll(): void;

  /** Token requests are refused, until it recovers. */
  refuse(refusal?: Refusal): void;
  /** The next token request is refused. */
  refuseOnce(refusal?: Refusal): void;
  /** Nobody gets a token for so many seconds: 429, with `Retry-After`. */
  rateLimit(seconds: number): void;
  /** Nobody reaches it, until it recovers. The API goes on. */
  down(): void;
  /** All is well again. */
  recover(): void;
}

/**
 * A clock that can be moved: `Date`, for the package, the fake server and the program under test alike. Timers stay the host's.
 * Fake timers that move `Date` do the same: use the one or the other.
 */
export class Clock {
  /** Moves the time by so many milliseconds; it goes on from there. */
  advance(ms: number): void;
  /** Gives back the time as it was before. */
  restore(): void;
}

/**
 * Forgets what the package remembers: tokens, what is known of servers, statistics, of all its entries. Clients that are there stay
 * usable. What goes on in the background ends first, such as a write to a store, so wait for it.
 */
export function resetMemory(): Promise<void>;
