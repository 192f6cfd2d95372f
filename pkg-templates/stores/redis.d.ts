/**
 * `edge-oauth2/stores/redis`: Redis or Valkey over TCP, with a lease.
 *
 * @module
 */

import type { Lease, TokenStore } from '../entries/index.js';

/**
 * A client of ioredis (5, 6), node-redis (4, 5, 6) or Bun's `RedisClient`, of a single server, Sentinel or a cluster. node-redis
 * wants `await client.connect()` and a listener for `'error'`, without which a lost connection ends the process.
 */
export type RedisClient =
  | { eval(...args: any[]): unknown; call(...args: any[]): unknown }
  | { eval(...args: any[]): unknown; sendCommand(...args: any[]): unknown }
  | { send(command: string, args: string[]): unknown; getBuffer(key: string): unknown };

/** The value of the option `store`: `redisStore(new Redis(env.REDIS_URL))`. Redis 6.2 or newer. */
export function redisStore(client: RedisClient): TokenStore & Lease;
