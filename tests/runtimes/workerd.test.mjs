// The contract in workerd, over the installed tarball as a Worker gets it; and what only Workers do.
import { after, describe, test } from 'node:test';
import { equal, ok } from './assert.mjs';
import { entries, titleOf } from './entries.mjs';
import { install, tarball } from './package.mjs';
import { createScene } from './scene.mjs';
import { startServers } from './servers.mjs';
import { bundle, compatibilityDates, startWorkerd } from './workerd.mjs';

const project = await install('workerd', await tarball());
const { addresses, close } = await startServers();
after(close);

for (const compatibilityDate of compatibilityDates) {
  const define = { ADDRESSES: addresses, RUNTIME: compatibilityDate };
  /** By entries, where they run. */
  const workers = {};
  for (const entry of Object.keys(entries)) {
    workers[entry] = await startWorkerd([await bundle('contract', { project, entry, compatibilityDate, define })]);
    after(workers[entry].close);
  }

  for (const [entry, groups] of Object.entries(entries)) {
    const workerd = workers[entry];
    for (const [group, tests] of Object.entries(groups)) {
      describe(titleOf(`workerd ${compatibilityDate}`, entry, group), () => {
        for (const title of Object.keys(tests)) {
          test(title, { timeout: 20_000 }, async () => {
            const body = JSON.stringify({ group, title });
            const result = await (await fetch(workerd.url, { method: 'POST', body })).json();
            if (!result.passed) throw new Error(`${result.message}\n${result.stack}`);
          });
        }
      });
    }

    test(`workerd ${compatibilityDate}: ${entry}: nothing secret was printed`, () => {
      const output = workerd.output.join('');
      ok(!output.includes('MARKER'), output);
    });
  }

  describe(`workerd ${compatibilityDate}: a client is used`, async () => {
    const scene = createScene({ package: {}, addresses, runtime: `${compatibilityDate}-uses` });
    const define = { OPTIONS: scene.options() };
    const uses = await bundle('uses', { project, compatibilityDate, define });
    const gateway = await bundle('gateway', { project, compatibilityDate });
    const { url, worker, close } = await startWorkerd([
      { ...uses, serviceBindings: { GATEWAY: 'gateway' } },
      gateway,
    ]);
    after(close);
    const paths = async () => (await scene.apiRequests()).map(({ path }) => path.split('?')[1]);

    for (const place of ['module', 'handler']) {
      test(`made at ${place} level`, async () => {
        const response = await fetch(url + place);
        equal(response.status, 200, await response.text());
      });
    }

    test('through a service binding', async () => {
      const response = await fetch(`${url}binding`);
      equal((await response.json()).headers['x-gateway'], 'passed');
    });

    test('in a proxy, the incoming request being the init', async () => {
      const init = { method: 'POST', body: 'hello', headers: { 'x-mine': '1', authorization: 'Basic x' } };
      const { method, headers, body } = await (await fetch(`${url}proxy`, init)).json();
      equal([method, body, headers['x-mine']], ['POST', 'hello', '1']);
      ok(headers.authorization.startsWith('Bearer '), 'the token, not what the caller sent');
    });

    test('for a WebSocket', async () => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}socket`);
      const message = await new Promise((done, fail) => {
        socket.onmessage = ({ data }) => done(data);
        socket.onerror = () => fail(new Error('the WebSocket did not open'));
      });
      equal(message, 'hello');
      socket.close();
    });

    test('in scheduled and queue handlers', async () => {
      const handler = await worker('uses');
      await handler.scheduled({ cron: '* * * * *' });
      const message = { id: '1', timestamp: new Date(), body: 'x', attempts: 1 };
      equal((await handler.queue('a-queue', [message])).outcome, 'ok');
      equal((await paths()).slice(-2), ['scheduled', 'queue']);
    });

    test('all of which cost one grant for each way to the server: the host\'s, and the binding', async () => {
      equal(await scene.grants(), 2);
      ok((await paths()).length >= 6, 'requests at the API');
    });
  });
}
