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

// As SET with NX and PX. A lease that has no end, which only somebody else can have written, holds nobody up; and clients send
// again what a lost connection left unanswered: who asks twice has it once.
const ACQUIRE = `
local fence, holder = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+) (.*)$')
local left = redis.call('PTTL', KEYS[1])
if left > 0 and holder ~= ARGV[2] then return {'', left} end
if left <= 0 then
  local time = redis.call('TIME')
  fence = string.format('%.0f', time[1] * 1000000 + time[2])
  redis.call('SET', KEYS[1], fence .. ' ' .. ARGV[2], 'PX', ARGV[1])
end
return {fence, 0}`;

const RELEASE = `
if string.match(redis.call('GET', KEYS[1]) or '', '^%d+') == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1`;

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
      const [fence, leftMs] = await run(ACQUIRE, leaseKey(key), [String(ttlMs), crypto.randomUUID()]);
      return fence === '' ? { held: false, retryAfterMs: Number(leftMs) } : { held: true, fence: String(fence) };
    },
    async release(key, fence) {
      await run(RELEASE, leaseKey(key), [fence]);
    },
  };
}
