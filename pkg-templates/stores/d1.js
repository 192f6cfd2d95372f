// Cloudflare D1 as a store.

import { invalidOption } from '../face/error.js';
import { tabled } from './sql-table.js';

/** The option `store` over a D1 database. */
export function d1Store(database) {
  if (typeof database?.prepare !== 'function') throw invalidOption('store', 'needs the binding of a D1 database: d1Store(env.DB)');
  return tabled({
    async run(statement, values) {
      // Not a read replica, which may be behind: there is one database that gives leases.
      const primary = database.withSession?.('first-primary') ?? database;
      return (await primary.prepare(statement).bind(...values).all()).results;
    },
    now: "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
    lacksTable: (error) => String(error?.message).includes('no such table'),
  });
}
