// The contract of the entry for programs that act for themselves, in Node and in workerd; and both entries together.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { equal, ok, throws } from './assert.mjs';
import { install, tarball } from './package.mjs';
import { contractOf, leftOutOf } from './rooms.mjs';
import { createScene } from './scene.mjs';
import { startServers } from './servers.mjs';
import { bundle, compatibilityDates, startWorkerd } from './workerd.mjs';

const ENTRY = 'edge-oauth2/m2m';
const compatibilityDate = compatibilityDates.at(-1);
const project = await install('m2m', await tarball());
const { addresses, close } = await startServers();
after(close);

/** What the project gets by importing `entry`. */
async function load(entry) {
  const file = join(project, `${entry.replaceAll('/', '-')}.js`);
  await writeFile(file, `export * from '${entry}';\n`);
  return await import(pathToFileURL(file).href);
}

const m2m = await load(ENTRY);
const worker = await bundle('contract', { project, entry: ENTRY, compatibilityDate, define: { ADDRESSES: addresses, RUNTIME: 'm2m-workerd' } });
const workerd = await startWorkerd([worker]);
after(workerd.close);

const runtimes = {
  Node: (group, title) =>
    contractOf(ENTRY)[group][title](createScene({ package: m2m, leftOut: leftOutOf[ENTRY], addresses, runtime: 'm2m-node' })),
  workerd: async (group, title) => {
    const body = JSON.stringify({ group, title });
    const result = await (await fetch(workerd.url, { method: 'POST', body })).json();
    if (!result.passed) throw new Error(`${result.message}\n${result.stack}`);
  },
};
for (const [runtime, run] of Object.entries(runtimes)) {
  for (const [group, tests] of Object.entries(contractOf(ENTRY))) {
    describe(`m2m in ${runtime}: ${group}`, () => {
      for (const title of Object.keys(tests)) test(title, { timeout: 20_000 }, () => run(group, title));
    });
  }
}

describe('both entries', () => {
  /** A token of each, another that only the whole one can ask for, and the other's as it was: by three grants. */
  const check = ({ isSameError, tokens: [one, other, sameOne, sameOther, renewed, kept] }) => {
    ok(isSameError, 'an error of either is an OAuth2Error');
    equal([sameOne, sameOther, kept], [one, other, other]);
    equal(new Set([one, other, renewed]).size, 3);
  };

  test('in one process', async () => {
    const whole = await load('edge-oauth2');
    const scene = createScene({ package: whole, addresses, runtime: 'both-node' });
    const [one, other] = [whole, m2m].map(({ OAuth2Client }) => new OAuth2Client(scene.options()));
    const tokens = await Promise.all([one, other, one, other].map((client) => client.getToken()));
    tokens.push(await tokens[0].refresh(), await other.getToken());
    check({ isSameError: whole.OAuth2Error === m2m.OAuth2Error, tokens: tokens.map(({ accessToken }) => accessToken) });
    equal(await scene.grants(), 3);
  });

  test('in one isolate of workerd', async () => {
    const scene = createScene({ package: {}, addresses, runtime: 'both-workerd' });
    const both = await startWorkerd([await bundle('both', { project, compatibilityDate, define: { OPTIONS: scene.options() } })]);
    try {
      check(await (await fetch(both.url)).json());
      equal(await scene.grants(), 3);
    } finally {
      await both.close();
    }
  });

  test('an instance that is lost takes nothing of the other along', async () => {
    const whole = await load('edge-oauth2');
    const scene = createScene({ package: whole, addresses, runtime: 'both-lost' });
    const [one, other] = [whole, m2m].map(({ OAuth2Client }) => new OAuth2Client(scene.options()));
    const tokens = [await one.getToken(), await other.getToken()];
    const file = join(project, 'node_modules/edge-oauth2/face/m2m-kernel.js');
    const { enter } = await import(pathToFileURL(file).href);
    const full = () => {
      throw new RangeError('as of a stack that is full');
    };
    await throws(() => enter(full), { code: 'internal' });
    equal(await one.getToken(), tokens[0]);
    ok((await other.getToken()).accessToken !== tokens[1].accessToken, 'another token, of the next instance');
    equal(await scene.grants(), 3);
  });

  test('share by a store what they do not by their memories', async () => {
    const whole = await load('edge-oauth2');
    const scene = createScene({ package: whole, addresses, runtime: 'both-store' });
    const store = new Map();
    for (const { OAuth2Client } of [whole, m2m]) {
      await new OAuth2Client(scene.options({ store })).getToken();
      // It is put once the caller has it.
      for (let waits = 0; store.size === 0 && waits < 100; waits++) await new Promise((done) => setTimeout(done, 10));
    }
    equal(await scene.grants(), 1);
  });
});
