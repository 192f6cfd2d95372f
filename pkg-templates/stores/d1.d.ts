/**
 * `edge-oauth2/stores/d1`: Cloudflare D1, with a lease.
 *
 * @module
 */

import type { Lease, TokenStore } from '../entries/index.js';

/** A D1 database, as `env` has it. */
export interface D1Binding {
  prepare(query: string): { bind(...values: any[]): { all(): Promise<{ results: any[] }> } };
  withSession?: any;
}

/** The value of the option `store`: `d1Store(env.DB)`. Its table `edge_oauth2_tokens` is made when it is first used. */
export function d1Store(database: D1Binding): TokenStore & Lease;
