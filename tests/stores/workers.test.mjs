// The contract of the stores that Workers have, in real workerd: the oldest compatibility date that has them, and a current one.
import { after, describe, test } from 'node:test';
import { install, tarball } from '../runtimes/package.mjs';
import { bundle, compatibilityDates, startWorkerd } from '../runtimes/workerd.mjs';
import { startRedisRest } from './servers/redis-rest.mjs';
import { startValkey } from './servers/valkey.mjs';

const project = await install('stores-in-workers', await tarball());
const valkey = await startValkey();
const { url, token, close: closeRest } = await startRedisRest(valkey.url);

async function start(compatibilityDate) {
  const options = { project, compatibilityDate };
  const object = { className: 'Coordinator', useSQLite: true };
  const from = '../stores/worker.mjs';
  return await startWorkerd([
    {
      ...(await bundle('stores', { ...options, from })),
      d1Databases: { DB: 'tokens' },
      durableObjects: { COORDINATOR: { ...object, scriptName: 'coordinator' } },
      bindings: { REST: { url, token } },
    },
    { ...(await bundle('coordinator', options)), durableObjects: { COORDINATOR: object } },
  ]);
}

const started = await Promise.all(compatibilityDates.map(async (date) => [date, await start(date)]));
after(async () => {
  for (const [, workerd] of started) await workerd.close();
  await closeRest();
  await valkey.close();
});
const kinds = await (await fetch(started[0][1].url)).json();

/** Its methods cannot be called before; minimum-dates.test.mjs has what such a Worker is told. */
const isThere = (kind, date) => kind !== 'a Durable Object of another Worker' || date >= '2024-04-03';

describe('a store keeps the contract', { concurrency: true, timeout: 60_000 }, () => {
  for (const [date, workerd] of started) {
    for (const [kind, clauses] of kinds.filter(([one]) => isThere(one, date))) {
      describe(`${kind} in a Worker of ${date}`, { concurrency: true }, () => {
        for (const clause of clauses) {
          test(clause, async () => {
            const response = await fetch(workerd.url, { method: 'POST', body: JSON.stringify({ kind, clause }) });
            const { error } = await response.json();
            if (error) throw new Error(error);
          });
        }
      });
    }
  }
});
