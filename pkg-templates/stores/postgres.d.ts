/**
 * `edge-oauth2/stores/postgres`: Postgres, with a lease.
 *
 * @module
 */

import type { Lease, TokenStore } from '../entries/index.js';

/** A pool or client of `pg`, postgres.js, Neon's `neon(url)` or `Pool`, Bun's `SQL`, or PGlite. */
export type PostgresClient =
  | { query(text: string, values?: any[]): any }
  | { unsafe(text: string, values?: any[]): any };

/**
 * The value of the option `store`: `postgresStore(new Pool())`. Its table `edge_oauth2_tokens` is made when it is first used,
 * if the role may make tables.
 */
export function postgresStore(client: PostgresClient): TokenStore & Lease;
