// Postgres as a store, by whatever client the user has. Every statement is a transaction of its own, and nothing belongs to
// a session, so that poolers in transaction mode and databases over HTTP do.

import { invalidOption } from '../face/error.js';
import { tabled } from './sql-table.js';

/** Postgres's code for a table that is not there. */
const UNDEFINED_TABLE = '42P01';

/** The option `store` over a pool or client of pg, over postgres.js, Neon's or Bun's SQL, or PGlite. */
export function postgresStore(client) {
  const method = ['query', 'unsafe'].find((name) => typeof client?.[name] === 'function');
  if (method === undefined) throw invalidOption('store', 'needs a client with query or unsafe(text, values): postgresStore(new Pool())');
  return tabled({
    async run(statement, values) {
      const result = await client[method](statement.replaceAll('?', '$'), values);
      return Array.isArray(result) ? result : result.rows;
    },
    now: 'CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)',
    skipLocked: 'FOR UPDATE SKIP LOCKED',
    // Clients differ in where they put the code; Bun has it in `errno`.
    lacksTable: (error) => error?.code === UNDEFINED_TABLE || error?.errno === UNDEFINED_TABLE,
  });
}
