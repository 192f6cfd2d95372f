/**
 * Finds out what is wrong with a client's options, by asking the servers, and says what to change.
 *
 * @module
 */

import type { OAuth2ClientOptions } from '../entries/index.js';

/** What {@link doctor} is to look at beside the options. */
export interface Checks {
  /**
   * A path or URL of the API to request with the token, as {@link OAuth2Client.test} takes it.
   *
   * @defaultValue none: the API is not asked
   */
  path?: string | undefined;
  /**
   * Stops it: the promise is rejected with the signal's reason.
   *
   * @defaultValue none
   */
  signal?: AbortSignal | undefined;
}

/** What {@link doctor} found. It holds no secret and no token. */
export interface Diagnosis {
  /** Whether nothing was found but warnings. */
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  /** What was tried, in this order. */
  readonly steps: readonly Step[];
}

/** Something that is wrong, or may become so. */
export interface Finding {
  /** What it is; stable, to be compared with: `'wrong_client_authentication'`. docs/doctor.md has them all. */
  readonly code: string;
  /** What it is about. */
  readonly part: 'configuration' | 'discovery' | 'token' | 'clock' | 'store' | 'api';
  /** With an error nothing works; a warning is about what works today. */
  readonly severity: 'error' | 'warning';
  /** What is wrong. */
  readonly message: string;
  /** What the server said, shortened. */
  readonly said?: string;
  /** What to change: the option and its value, if that is known. */
  readonly advice: string;
  /** The option that it is about. */
  readonly option?: string;
}

/** Something that was tried. */
export interface Step {
  readonly name: 'configuration' | 'discovery' | 'token' | 'store' | 'api';
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly durationMs: number;
  /** Why it was skipped, or what was not tried. */
  readonly note?: string;
}

/**
 * Tries out what a client of these options would do, and names what is wrong. Where the token server refuses, it asks again in
 * other ways, one at a time, with eight token requests at most; passwords, refresh tokens, authorization codes and ready
 * assertions are not spent on that.
 *
 * Its tokens are its own: nothing that the program has in memory or in the store is used or changed.
 *
 * Rejected only when `signal` aborts, or by a check that there is not.
 *
 * @example
 * ```ts
 * import { describe, doctor } from 'edge-oauth2/doctor';
 *
 * const diagnosis = await doctor(options, { path: '/hello' });
 * if (!diagnosis.ok) console.error(describe(diagnosis));
 * ```
 */
export function doctor(options: OAuth2ClientOptions, checks?: Checks): Promise<Diagnosis>;

/** The diagnosis as plain text, for a terminal or a log. */
export function describe(diagnosis: Diagnosis): string;
