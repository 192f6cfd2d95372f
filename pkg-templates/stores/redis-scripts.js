// A store by three scripts of Redis's. Each touches one key, so that they run in a cluster, and under a prefix of the
// client's; and all that is done is a script, so that nothing is read from a replica that lags.
//
// A record is kept behind the fence of who wrote it, with a space between: it is no JSON, which some clients would parse.

const READ = `
return redis.call('GET', KEYS[1])`;

// Fences are the server's time in microseconds. One that is yet to come is from another server, whose clock was ahead.
const WRITE = `
local last = tonumber(string.match(redis.call('GET', KEYS[1]) or '', '^(%d+) ')) or 0
local fence = tonumber(ARGV[3]) or last
local time = redis.call('TIME')
if last > fence and last <= time[1] * 1000000 + time[2] then return 0 end
redis.call('SET', KEYS[1], string.format('%.0f', fence) .. ' ' .. ARGV[1], 'PX', ARGV[2])
return 1`;

const REMOVE = `
return redis.call('DEL', KEYS[1])`;

// As SET with NX and PX; but a lease that has no end, which only somebody else can have written, holds nobody up.
const ACQUIRE = `
local left = redis.call('PTTL', KEYS[1])
if left > 0 then return {'', left} end
local time = redis.call('TIME')
local fence = string.format('%.0f', time[1] * 1000000 + time[2])
redis.call('SET', KEYS[1], fence, 'PX', ARGV[1])
return {fence, 0}`;

const RELEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;

/** The store over `run(script, key, args)`, which evaluates a script with one key and texts as arguments. */
export function scripted(run) {
  const leaseKey = (key) => `${key}:lease`;
  return {
    async get(key) {
      const kept = await run(READ, key, []);
      return typeof kept === 'string' ? kept.slice(kept.indexOf(' ') + 1) : undefined;
    },
    async put(key, value, { ttl, fence = '' }) {
      await run(WRITE, key, [value, String(ttl * 1000), fence]);
    },
    async delete(key) {
      await run(REMOVE, key, []);
    },
    async acquire(key, ttlMs) {
      const [fence, leftMs] = await run(ACQUIRE, leaseKey(key), [String(ttlMs)]);
      return fence === '' ? { held: false, retryAfterMs: Number(leftMs) } : { held: true, fence: String(fence) };
    },
    async release(key, fence) {
      await run(RELEASE, leaseKey(key), [fence]);
    },
  };
}
