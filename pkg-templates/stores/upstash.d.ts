/**
 * `edge-oauth2/stores/upstash`: Redis over HTTP (Upstash, also by Vercel's marketplace), with a lease.
 *
 * @module
 */

import type { Lease, TokenStore } from '../entries/index.js';

/** A client of `@upstash/redis` or `@vercel/kv`, whatever it deserialises; or the REST API itself, called by the host's `fetch`. */
export type UpstashRedis =
  | { eval(script: string, keys: string[], args: string[]): Promise<any> }
  | {
      /** `UPSTASH_REDIS_REST_URL`, or `KV_REST_API_URL`. */
      readonly url: string;
      /** `UPSTASH_REDIS_REST_TOKEN`, or `KV_REST_API_TOKEN`; not the read-only one. */
      readonly token: string;
    };

/** The value of the option `store`: `upstashStore(Redis.fromEnv())`, or `upstashStore({ url, token })`. */
export function upstashStore(redis: UpstashRedis): TokenStore & Lease;
