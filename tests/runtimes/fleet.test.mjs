// Many isolates share one token, in real workerd: how many grants that costs, and who waits for one.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { equal, eventually, ok, sleep } from './assert.mjs';
import { grantsPerLife, herd, SIZE, startFleet, startIssuer, traffic, waited } from './fleet.mjs';
import { install, tarball } from './package.mjs';

/** KV keeps nothing for less than a minute; a Durable Object does. */
const LIFE = { kv: 62, coordinator: 20 };

/** How long there is traffic: two renewals of the longer life, each after three quarters of what is used of it. */
const SECONDS = 94;

const project = await install('fleet', await tarball());
const state = join(project, 'state');
await rm(state, { recursive: true, force: true });
const issuer = await startIssuer();
let fleet = await startFleet(project, state);
after(async () => {
  for (const one of [fleet, issuer]) await one.close();
});

const expect200 = (answers) => {
  const failed = answers.filter(({ status }) => status !== 200);
  equal(failed.slice(0, 3), [], `${failed.length} of ${answers.length} requests failed`);
};

describe('the Durable Object', { concurrency: true, timeout: 60_000 }, () => {
  const object = (key) => (method, ...args) => fleet.coordinate(key, method, ...args);

  test('keeps a record for its time, and removes it', async () => {
    const call = object('record');
    equal(await call('read'), null);
    await call('write', 'one', 60);
    equal(await call('read'), 'one');
    await call('write', 'two', 1);
    equal(await call('read'), 'two');
    await sleep(1_100);
    equal(await call('read'), null);
    await call('write', 'three', 60);
    await call('remove');
    equal(await call('read'), null);
  });

  test('gives its lease to one of many, until it is released or over', async () => {
    const call = object('lease');
    const answers = await Promise.all(Array.from({ length: 20 }, () => call('acquire', 500)));
    const [{ fence }, ...more] = answers.filter(({ held }) => held);
    equal(more, [], 'one holder');
    ok(answers.every(({ held, retryAfterMs }) => held || (retryAfterMs > 0 && retryAfterMs <= 500)), JSON.stringify(answers));
    await call('release', fence - 1);
    equal((await call('acquire', 500)).held, false, 'released by somebody else');
    await call('release', fence);
    const second = await call('acquire', 300);
    await sleep(350);
    const third = await call('acquire', 60_000);
    ok(second.fence > fence && third.fence > second.fence, 'fences increase');
    await call('release', second.fence);
    equal((await call('acquire', 500)).held, false, 'released by who had lost it');
  });

  test('lets nobody who lost the lease overwrite a later record', async () => {
    const call = object('fence');
    const early = await call('acquire', 1);
    await sleep(20);
    const late = await call('acquire', 60_000);
    await call('write', 'early', 60, early.fence);
    equal(await call('read'), 'early', 'there is nothing later yet');
    await call('write', 'late', 60, late.fence);
    await call('write', 'early again', 60, early.fence);
    equal(await call('read'), 'late');
    await call('write', 'without a lease', 60);
    await call('write', 'early again', 60, early.fence);
    equal(await call('read'), 'without a lease');
  });

  test('deletes everything when record and lease are over', async () => {
    const call = object('alarm');
    const { fence } = await call('acquire', 500);
    await call('write', 'one', 1, fence);
    equal(await call('stored'), ['lease', 'record']);
    await eventually(async () => (await call('stored')).length === 0, 'all is deleted', 5_000);
    ok((await call('acquire', 100)).fence > fence, 'fences increase all the same');
  });
});

describe('a fleet', { concurrency: true, timeout: 130_000 }, () => {
  for (const store of ['kv', 'coordinator']) {
    const life = LIFE[store];

    describe(`that shares by ${store}`, { concurrency: true }, () => {
      test('lives through token lives: nobody waits, isolates come and go', async (t) => {
        const { scene, message } = await issuer.newScene(store, life);
        const cold = await herd(fleet, message);
        expect200(cold);
        const first = await scene.grants();
        equal(first, 1, `grants of a cold herd over ${SIZE} isolates`);

        const answers = await traffic(fleet, message, { seconds: SECONDS, replaced: SIZE });
        expect200(answers);
        equal(answers.filter(waited), [], 'requests that waited for a grant');
        const [, ...lives] = await grantsPerLife(scene, life);
        const grants = lives.reduce((sum, one) => sum + one, 0);
        t.diagnostic(`${store}: cold herd ${first} grants; then ${answers.length} requests, grants per life of ${life} s: ${lives}`);
        ok(lives.length >= 2, `${lives.length} renewals`);
        // What isolates have of one another beside KV is not atomic: now and then two may ask together.
        ok(grants <= lives.length + (store === 'kv' ? 1 : 0), `grants per life: ${lives}`);
      });

      test('isolates that start later find the token in the store', async () => {
        const { scene, message } = await issuer.newScene(store, life);
        await fleet.request(0, message);
        await sleep(200);
        expect200(await herd(fleet, message, SIZE));
        equal(await scene.grants(), 1);
      });

      for (const spoiled of ['slow', 'failing', 'lying']) {
        test(`the store is ${spoiled}: nothing fails, and nobody waits once the isolates are warm`, async () => {
          // Isolates that cannot see what others put renew one after the other: that takes a second or two of the life.
          const { message } = await issuer.newScene(store, 20);
          const bad = { ...message, spoiled };
          expect200(await herd(fleet, bad));
          const answers = await traffic(fleet, bad, { seconds: 18 });
          expect200(answers);
          equal(answers.filter(waited), []);
          expect200(await traffic(fleet, message, { seconds: 3 }));
        });
      }
    });
  }
});

for (const [what, store] of [
  ['that is not bound', 'unbound'],
  ['instead of its namespace', 'stub'],
]) {
  test(`a Durable Object ${what} is an error that says so`, async () => {
    const { message } = await issuer.newScene(store, 60);
    const answer = await fleet.request(0, message);
    equal(answer.status, 'invalid_option');
    ok(answer.message.includes('coordinator(env.COORDINATOR)'), answer.message);
  });
}

test('a record in KV that was tampered with is a miss, and replaced', async () => {
  const { scene, message } = await issuer.newScene('kv', LIFE.kv);
  const namespace = await fleet.namespace();
  const keys = async () => (await namespace.list()).keys.map(({ name }) => name);
  const before = await keys();
  await fleet.request(0, message);
  let key;
  await eventually(async () => (key = (await keys()).find((name) => !before.includes(name))), 'the record is there');
  const record = await namespace.get(key);
  await namespace.put(key, record.replace(/.{4}$/, 'AAAA'));
  await fleet.forget(key);
  const second = await fleet.request(1, message);
  // It looks once more when it has the claim.
  const looks = ['store_unreadable', 'store_miss', 'store_unreadable', 'store_miss'];
  equal([second.status, second.events], [200, [...looks, 'grant']]);
  await eventually(async () => (await fleet.request(2, message)).accessToken === second.accessToken, 'the new record is there');
  equal(await scene.grants(), 2);
});

test('workerd restarts: all isolates are cold, and find the token', async () => {
  const before = await Promise.all(Object.entries(LIFE).map((entry) => issuer.newScene(...entry)));
  for (const { message } of before) await fleet.request(0, message);
  await sleep(200);
  await fleet.close();
  fleet = await startFleet(project, state);
  for (const { scene, message } of before) {
    expect200(await herd(fleet, message));
    equal(await scene.grants(), 1, message.store);
  }
});
