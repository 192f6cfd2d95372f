// A store of one table, with a lease by conditional update. Times are those of the database's clock, in milliseconds.

const TABLE = 'edge_oauth2_tokens';

/** What makes the table. The index is for the rows that are over. */
const CREATE = [
  `CREATE TABLE IF NOT EXISTS ${TABLE} (
  key TEXT PRIMARY KEY,
  record TEXT,
  record_fence BIGINT NOT NULL DEFAULT 0,
  record_ends_at BIGINT NOT NULL DEFAULT 0,
  lease_fence BIGINT NOT NULL DEFAULT 0,
  lease_ends_at BIGINT NOT NULL DEFAULT 0,
  lease_ms BIGINT NOT NULL DEFAULT 0
)`,
  `CREATE INDEX IF NOT EXISTS ${TABLE}_record_ends_at ON ${TABLE} (record_ends_at)`,
];

/**
 * The store over `run(statement, values)`, which gives rows. `now` is the time in the database's language, `skipLocked` what keeps
 * two that sweep out of each other's way, and `lacksTable(error)` says whether there is no table yet: then it is made.
 */
export function tabled({ run, now, skipLocked = '', lacksTable }) {
  const sql = statements(now, skipLocked);
  const perform = async (statement, ...values) => {
    try {
      return await run(statement, values);
    } catch (error) {
      if (!lacksTable(error)) throw error;
    }
    let problem;
    // Of several that make it together some fail, and find it there.
    for (const create of CREATE) await run(create, []).catch((error) => (problem ??= error));
    return await run(statement, values).catch((error) => {
      throw lacksTable(error) ? problem : error;
    });
  };
  return {
    async get(key) {
      return (await perform(sql.read, key))[0]?.record;
    },
    async put(key, value, { ttl, fence = null }) {
      await perform(sql.write, key, value, ttl * 1000, fence);
      // What is over elsewhere has time until the next put.
      await perform(sql.sweep, key).catch(() => {});
    },
    async delete(key) {
      await perform(sql.remove, key);
    },
    async acquire(key, ttlMs) {
      const [given] = await perform(sql.acquire, key, ttlMs);
      if (given) return { held: true, fence: String(given.lease_fence) };
      const [other] = await perform(sql.left, key);
      return { held: false, retryAfterMs: Math.max(0, Number(other?.left_ms ?? 0)) };
    },
    async release(key, fence) {
      await perform(sql.release, key, fence);
    },
  };
}

function statements(now, skipLocked) {
  const fence = `COALESCE(CAST(?4 AS BIGINT), ${TABLE}.lease_fence)`;
  return {
    read: `SELECT record FROM ${TABLE} WHERE key = ?1 AND record_ends_at > ${now}`,
    // Who has no lease writes as the holder of the last one; who lost it overwrites nothing that a later holder wrote.
    write: `INSERT INTO ${TABLE} (key, record, record_fence, record_ends_at)
VALUES (?1, ?2, COALESCE(CAST(?4 AS BIGINT), 0), ${now} + CAST(?3 AS BIGINT))
ON CONFLICT (key) DO UPDATE SET record = excluded.record, record_ends_at = excluded.record_ends_at, record_fence = ${fence}
WHERE ${TABLE}.record_fence <= ${fence} OR ${TABLE}.record_ends_at <= ${now}`,
    remove: `UPDATE ${TABLE} SET record = NULL, record_ends_at = 0 WHERE key = ?1`,
    // No mere counter: fences increase also when the row was swept away in between. A lease that lasts longer than it was
    // given for comes of a clock that was set back.
    acquire: `INSERT INTO ${TABLE} (key, lease_fence, lease_ends_at, lease_ms)
VALUES (?1, ${now}, ${now} + CAST(?2 AS BIGINT), CAST(?2 AS BIGINT))
ON CONFLICT (key) DO UPDATE SET
  lease_fence = CASE WHEN ${TABLE}.lease_fence < excluded.lease_fence THEN excluded.lease_fence ELSE ${TABLE}.lease_fence + 1 END,
  lease_ends_at = excluded.lease_ends_at, lease_ms = excluded.lease_ms
WHERE ${TABLE}.lease_ends_at <= ${now} OR ${TABLE}.lease_ends_at > ${now} + ${TABLE}.lease_ms
RETURNING lease_fence`,
    left: `SELECT lease_ends_at - ${now} AS left_ms FROM ${TABLE} WHERE key = ?1`,
    release: `UPDATE ${TABLE} SET lease_ends_at = 0 WHERE key = ?1 AND lease_fence = CAST(?2 AS BIGINT)`,
    sweep: `DELETE FROM ${TABLE} WHERE key IN (
  SELECT key FROM ${TABLE} WHERE record_ends_at <= ${now} AND lease_ends_at <= ${now} AND key <> ?1 LIMIT 50 ${skipLocked})`,
  };
}
