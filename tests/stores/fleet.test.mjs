// Eight isolates, each a process, share tokens by stores over real servers: how many grants that costs; and what the servers can
// do to them.
import { after, describe, test } from 'node:test';
import { equal, eventually, ok } from '../runtimes/assert.mjs';
import { herd, startIssuer } from '../runtimes/fleet.mjs';
import { install, tarball } from '../runtimes/package.mjs';
import { kinds as allKinds } from './kinds.mjs';
import { startPlaces } from './places.mjs';
import { startProcesses } from './processes.mjs';
import { startRotatingIssuer } from './servers/rotating-issuer.mjs';

const LIFE = 600;

/** So that no store is given up because the machine is slow. */
const PATIENT = { storeTimeoutMs: 10_000, timeoutMs: 40_000 };

/** One for each server and client; `cargo xtask stores` has all. */
const KINDS = [
  'ioredis 6',
  'ioredis, a cluster with a prefix',
  'node-redis 6',
  'Upstash’s client',
  'Upstash by fetch',
  'pg, a pool',
  'postgres.js',
  'Neon over HTTP',
  'Netlify Blobs',
  'Vercel’s Runtime Cache',
];

const project = await install('stores-fleet', await tarball());
const [places, issuer, rotating] = await Promise.all([startPlaces(), startIssuer(), startRotatingIssuer()]);
const fleet = await startProcesses({ project, addresses: places.addresses });
after(async () => {
  for (const one of [fleet, issuer, rotating, places]) await one.close();
});
const kinds = KINDS.map((kind) => [kind, allKinds[kind]]);

/** What the server grants for tokens that are shared by that kind of store. */
async function newScene(kind, more) {
  const { scene, message } = await issuer.newScene(kind, LIFE);
  return { scene, message: { kind, options: { ...message.options, ...more } } };
}

/** Lets all isolates connect first; the machine may be slow. */
async function warm(kind) {
  const { message } = await newScene(kind, PATIENT);
  await Promise.all(Array.from({ length: fleet.size }, (_, member) => fleet.request(member, message)));
}

const tokens = (answers) => {
  const failed = answers.filter(({ status }) => status !== 200);
  equal(failed.slice(0, 2), [], `${failed.length} of ${answers.length} requests failed`);
  return new Set(answers.map(({ accessToken }) => accessToken)).size;
};

describe('all isolates are cold at once', { concurrency: 2, timeout: 60_000 }, () => {
  for (const [kind, { isAtomic }] of kinds) {
    test(`they share one grant by ${kind}`, async (t) => {
      await warm(kind);
      const { scene, message } = await newScene(kind, PATIENT);
      const answers = await herd(fleet, message);
      const grants = await scene.grants();
      t.diagnostic(`${grants} grants`);
      equal(tokens(answers), grants, 'tokens');
      // Claims settle by time, and the machine may be slow.
      ok(grants === 1 || (!isAtomic && grants <= 3), `${grants} grants`);
      const { events } = await fleet.request(0, message);
      equal(events, ['l1_hit'], 'it is kept in memory');
    });
  }
});

test('processes of Deno share one grant by a file of Deno KV, which is locked for moments', { timeout: 60_000 }, async () => {
  const processes = await startProcesses({ project, runtime: 'Deno', addresses: places.addresses });
  try {
    for (const round of ['cold', 'again']) {
      const { scene, message } = await newScene('Deno KV', PATIENT);
      const answers = await Promise.all(Array.from({ length: processes.size }, (_, member) => processes.request(member, message)));
      equal([tokens(answers), await scene.grants()], [1, 1], round);
      equal(answers.flatMap(({ reasons }) => reasons), [], round);
    }
  } finally {
    await processes.close();
  }
});

describe('a refresh token that is replaced with every use is spent once', { concurrency: 2, timeout: 60_000 }, () => {
  for (const [kind] of kinds.filter(([, { isAtomic }]) => isAtomic)) {
    test(`by ${kind}`, async () => {
      const credentials = { clientId: 'app', clientSecret: 'a secret', grant: 'refresh_token', refreshToken: 'refresh-0' };
      const message = { kind, options: { tokenUrl: rotating.tokenUrl(kind), ...credentials, ...PATIENT } };
      const everybody = (more) => Promise.all(Array.from({ length: fleet.size }, (_, member) => fleet.request(member, { ...message, ...more })));
      equal(tokens(await everybody()), 1, 'tokens of who were cold at once');
      // Each of them wants another one than there is.
      const forced = await everybody({ call: { forceRefresh: true } });
      tokens(forced);
      const { uses, thefts } = rotating.authorization(kind);
      equal(thefts, 0, 'refresh tokens that were spent twice');
      ok(uses >= 2, `${uses} uses`);
    });
  }
});

describe('a store that is spoiled fails no request', { concurrency: 4, timeout: 60_000 }, () => {
  const { valkey, postgres } = places;

  test('it keeps something else under the key, of another type', async () => {
    const { scene, message } = await newScene('ioredis 6', { storePrefix: 'spoiled:' });
    await fleet.request(0, message);
    let key;
    await eventually(async () => ([key] = (await valkey.command('KEYS', 'spoiled:*')).filter((name) => !name.includes(':lease')))[0], 'it is put');
    await valkey.command('DEL', key);
    await valkey.command('LPUSH', key, 'no text');
    const { status, reasons } = await fleet.request(1, message);
    equal([status, await scene.grants()], [200, 2]);
    ok(/WRONGTYPE/.test(reasons[0]), reasons.join());
  });

  test('it keeps garbage', async () => {
    const { scene, message } = await newScene('pg, a pool', { storePrefix: 'garbage:' });
    await fleet.request(0, message);
    const spoil = `UPDATE edge_oauth2_tokens SET record = 'garbage' WHERE key LIKE 'garbage:%' AND record IS NOT NULL RETURNING key`;
    await eventually(async () => (await postgres.command(spoil)).length > 0, 'it is put');
    const { status, events } = await fleet.request(1, message);
    equal([status, await scene.grants()], [200, 2]);
    ok(events.includes('store_unreadable'), events.join());
  });

  test('somebody left a lease without an end', async () => {
    const { message } = await newScene('ioredis 6', { storePrefix: 'endless:' });
    await fleet.request(0, message);
    let key;
    await eventually(async () => ([key] = await valkey.command('KEYS', 'endless:*'))[0], 'it is put');
    const record = key.replace(/:lease$/, '');
    await valkey.command('DEL', record);
    await valkey.command('SET', `${record}:lease`, 'for ever');
    const { status, events } = await fleet.request(1, message);
    equal([status, events.includes('lease_wait')], [200, false]);
  });

  test('its table is of another shape', async () => {
    await postgres.command('CREATE SCHEMA other; CREATE TABLE other.edge_oauth2_tokens (key TEXT)');
    const { message } = await newScene('pg, a pool, with a table of another shape');
    const { status, reasons } = await fleet.request(0, message);
    equal(status, 200);
    ok(/column "record" does not exist/.test(reasons[0]), reasons.join());
  });
});

describe('servers that are gone', { timeout: 60_000 }, () => {
  /** Vercel's client says nothing of it. */
  const isSilent = (kind) => kind === 'Vercel’s Runtime Cache';

  async function everybodyIsServed(what, these) {
    await Promise.all(
      these.map(async ([kind]) => {
        const { message } = await newScene(kind);
        const { status, events, message: problem } = await fleet.request(2, message);
        equal(status, 200, `${kind}, ${what}: ${problem}`);
        ok(events.includes('store_error') || isSilent(kind), `${kind}, ${what}: ${events}`);
      }),
    );
  }

  test('answer nobody: every request has its token, and says why it is late', async () => {
    for (const one of [places.valkey, places.cluster, places.postgres]) await one.stall();
    const these = kinds.filter(([, { isAtomic }]) => isAtomic);
    await everybodyIsServed('stalled', these);
    for (const one of [places.valkey, places.cluster, places.postgres]) await one.resume();
  });

  test('have ended: every request has its token, and nothing is thrown where nobody catches it', async () => {
    await places.end();
    await everybodyIsServed('ended', kinds);
    equal(fleet.thrown(), []);
  });
});
