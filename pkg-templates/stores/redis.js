// Redis over TCP as a store, by whatever client the user has.

import { invalidOption } from '../face/error.js';
import { scripted } from './redis-scripts.js';

/** The option `store` over a client of ioredis, node-redis or Bun's. */
export function redisStore(client) {
  const run = runnerOf(client);
  if (run === undefined) {
    throw invalidOption('store', 'needs a client of ioredis or node-redis, or a Bun.RedisClient: redisStore(new Redis(url))');
  }
  return scripted(run);
}

/** How the client evaluates a script. */
function runnerOf(client) {
  const has = (name) => typeof client?.[name] === 'function';
  // ioredis, whose sendCommand takes something else than that of node-redis.
  if (has('eval') && has('call')) return (script, key, args) => client.eval(script, 1, key, ...args);
  if (has('eval') && has('sendCommand')) return (script, key, args) => client.eval(script, { keys: [key], arguments: args });
  if (has('send') && has('getBuffer')) return (script, key, args) => client.send('EVAL', [script, '1', key, ...args]);
  return undefined;
}
