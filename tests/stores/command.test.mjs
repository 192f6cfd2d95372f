// The command with the clients of Redis that people put into a configuration: they stay connected, and some errors nobody catches.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startCommand } from '../runtimes/command.mjs';
import { freePort } from './servers/process.mjs';
import { startValkey } from './servers/valkey.mjs';

const { good, variables, file, diagnosis } = await startCommand('command-stores');
const valkey = await startValkey();
after(valkey.close);
const nowhere = `redis://user:MARKER-password@127.0.0.1:${await freePort()}`;

/** A module whose `client` is made of the variable REDIS_URL. */
function configuration(name, client) {
  return file(
    `import * as redis from '${import.meta.resolve(name)}';
    import { redisStore } from 'edge-oauth2/stores/redis';
    export default async (env) => {
      const client = ${client};
      return { ...${JSON.stringify(good)}, clientId: env.CLIENT_ID, clientSecret: env.CLIENT_SECRET, store: redisStore(client) };
    };`,
    'mjs',
  );
}

const clients = {
  ioredis: configuration('ioredis', 'new redis.Redis(env.REDIS_URL)'),
  'node-redis': configuration('redis', 'redis.createClient({ url: env.REDIS_URL }); client.connect()'),
};

for (const [name, config] of Object.entries(clients)) {
  test(`${name}: the store is found to work, and the command ends`, async () => {
    const { exitCode, codes, steps } = await diagnosis([config], { ...variables, REDIS_URL: valkey.url });
    assert.deepEqual([exitCode, codes], [0, []]);
    assert.equal(steps.find((step) => step.name === 'store').outcome, 'passed');
  });

  test(`${name}: nobody listens, which ends the diagnosis and not the process`, async () => {
    const { exitCode, codes } = await diagnosis([config], { ...variables, REDIS_URL: nowhere });
    assert.deepEqual([exitCode, codes], [1, ['store_silent']]);
  });
}
