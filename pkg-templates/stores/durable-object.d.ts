/**
 * `edge-oauth2/cloudflare`: a Durable Object that lets a whole fleet of Workers share one grant. Its types need
 * `@cloudflare/workers-types`, or what `wrangler types` writes.
 *
 * @module
 */

import { DurableObject } from 'cloudflare:workers';
import type { Lease, TokenStore } from '../entries/index.js';

/**
 * Keeps a token for all instances, strongly consistent, and lets one of them at a time renew it. There is one
 * object for each token; when its token is over, it deletes what it stored.
 *
 * Export it from your Worker, and bind it in wrangler's configuration:
 *
 *     "durable_objects": { "bindings": [{ "name": "COORDINATOR", "class_name": "TokenCoordinator" }] },
 *     "migrations": [{ "tag": "v1", "new_sqlite_classes": ["TokenCoordinator"] }]
 */
export class TokenCoordinator extends DurableObject {
  /** The record, or `null` if there is none that lasts. */
  read(): string | null;
  /** Keeps `value` for `ttlSeconds`, unless a holder of a later lease than `fence` has written. */
  write(value: string, ttlSeconds: number, fence?: number): Promise<void>;
  /** Deletes the record. */
  remove(): void;
  /** Gives the lease for `ttlMs`, if nobody has it. Each has a `fence` of its own, greater than all before. */
  acquire(ttlMs: number): Promise<{ held: true; fence: number } | { held: false; retryAfterMs: number }>;
  /** Gives back the lease of that `fence`; another's is left alone. */
  release(fence: number): void;
  /** Deletes everything when record and lease are over. */
  override alarm(): Promise<void>;
}

/** The value of the option `store`: `coordinator(env.COORDINATOR)`. */
export function coordinator(namespace: DurableObjectNamespace<TokenCoordinator>): TokenStore & Lease;
