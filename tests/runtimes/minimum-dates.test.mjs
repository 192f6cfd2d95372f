// Below the compatibility dates that docs/entries.md states, what does not work says so. That the contract holds from the first of
// them on, workerd.test.mjs proves.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { equal, ok } from './assert.mjs';
import { install, root, tarball } from './package.mjs';
import { createScene } from './scene.mjs';
import { startServers } from './servers.mjs';
import { bundle, compatibilityDates, startWorkerd } from './workerd.mjs';

const project = await install('minimum-dates', await tarball());
const { addresses, close } = await startServers();
after(close);

/** What a client says that is used in a Worker of that date. */
async function said(test, compatibilityDate, store) {
  const scene = createScene({ package: {}, addresses, runtime: `dates-${compatibilityDate}-${store}` });
  const define = { OPTIONS: scene.options(), STORE: store };
  const worker = await bundle('dated', { project, compatibilityDate, define });
  const durableObjects = { COORDINATOR: { className: 'TokenCoordinator', useSQLite: true } };
  const { url, close } = await startWorkerd([{ ...worker, durableObjects }]);
  test.after(close);
  return await (await fetch(url)).json();
}

const COORDINATOR_DATE = '2024-04-03';

test('a Worker whose URLs are not those of the standard sends no token to a host that it misread', async (t) => {
  const { code, message } = await said(t, '2022-10-30', 'none');
  equal(code, 'unsupported_host');
  ok(message.includes(compatibilityDates[0]), message);
});

test('a Durable Object whose methods cannot be called is no store in silence', async (t) => {
  const { code, message } = await said(t, '2024-04-02', 'coordinator');
  equal(code, 'unsupported_host');
  ok(message.includes(COORDINATOR_DATE), message);
});

test('from its date on it is one', async (t) => {
  equal(await said(t, COORDINATOR_DATE, 'coordinator'), { status: 200, events: ['store_miss', 'store_miss', 'grant'] });
});

test('docs/entries.md states these dates', () => {
  const page = readFileSync(join(root, 'docs/entries.md'), 'utf8');
  for (const date of [compatibilityDates[0], COORDINATOR_DATE]) ok(page.includes(`| ${date} |`), date);
});
