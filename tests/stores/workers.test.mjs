// The contract of the stores that Workers have, in real workerd: the oldest compatibility date that has them, and a current one.
import { after, describe, test } from 'node:test';
import { equal, ok } from '../runtimes/assert.mjs';
import { startIssuer } from '../runtimes/fleet.mjs';
import { install, tarball } from '../runtimes/package.mjs';
import { bundle, compatibilityDates, startWorkerd } from '../runtimes/workerd.mjs';
import { startNeon } from './servers/neon.mjs';
import { startPostgres } from './servers/postgres.mjs';
import { startRedisRest } from './servers/redis-rest.mjs';
import { startValkey } from './servers/valkey.mjs';
import { startWorkers } from './workers.mjs';

const project = await install('stores-in-workers', await tarball());
const valkey = await startValkey();
const postgres = await startPostgres();
const neon = await startNeon(postgres.url);
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
      bindings: { REST: { url, token }, NEON: neon.url },
    },
    { ...(await bundle('coordinator', options)), durableObjects: { COORDINATOR: object } },
  ]);
}

const started = await Promise.all(compatibilityDates.map(async (date) => [date, await start(date)]));
after(async () => {
  for (const [, workerd] of started) await workerd.close();
  await closeRest();
  for (const one of [neon, postgres, valkey]) await one.close();
});
const kinds = await (await fetch(started[0][1].url)).json();

/** Its methods cannot be called before; minimum-dates.test.mjs has what such a Worker is told. */
const isThere = (kind, date) => kind !== 'a Durable Object of another Worker' || date >= '2024-04-03';

test('a table of D1’s of another shape fails no request, and says what is wrong', async () => {
  const issuer = await startIssuer();
  const fleet = await startWorkers({ project, addresses: { rest: { url, token } }, size: 2 });
  try {
    const { scene, message } = await issuer.newScene('D1', 600);
    const spoiled = { ...message, kind: 'D1, with a table of another shape' };
    for (const member of [0, 1]) {
      const { status, reasons } = await fleet.request(member, spoiled);
      equal(status, 200);
      ok(/no such column: record/.test(reasons[0]), reasons.join());
    }
    equal(await scene.grants(), 2);
  } finally {
    await fleet.close();
    await issuer.close();
  }
});

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
