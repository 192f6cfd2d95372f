// Which Chromium is taken, and what is said where there is none.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch } from './chromium.mjs';
import { fonts } from './unpacked.mjs';

const isNpmsPlatform = `${process.platform} ${process.arch}` === 'linux x64';
const skip = !isNpmsPlatform && 'npm has a Chromium for Linux on x64 only';

let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'edge-oauth2-page-'));
});
after(() => rm(folder, { recursive: true, force: true }));

/** What Ubuntu has in Chromium's place. */
async function stub() {
  const path = join(folder, 'chromium-browser');
  await writeFile(path, '#!/bin/sh\necho "requires the chromium snap to be installed" >&2\nexit 1\n');
  await chmod(path, 0o755);
  return path;
}

const refusal = (options) => launch(options).then(() => assert.fail('it started'), (error) => error.message);

test('where none starts, one sentence says what was tried, and another what to do', async () => {
  const advice = 'Install your distribution\'s package chromium, or name one by the environment variable CHROMIUM.';
  const without = { platform: 'darwin arm64' };
  assert.equal(await refusal({ environment: { PATH: '' }, ...without }), `No Chromium starts here (there is none). ${advice}`);
  const path = await stub();
  const said = `No Chromium starts here (${path}: requires the chromium snap to be installed). ${advice}`;
  assert.equal(await refusal({ environment: { PATH: folder }, ...without }), said);
  assert.equal(await refusal({ environment: { CHROMIUM: path, PATH: process.env.PATH } }), said);
});

test('one on PATH that does not start is passed over', { skip }, async () => {
  await stub();
  const browser = await launch({ environment: { PATH: folder } });
  assert.match(browser.version(), /^\d+\./);
  await browser.close();
});

test('neither a home that cannot be written to nor a proxy keeps it from a page of this machine', { skip }, async () => {
  const nowhere = 'http://127.0.0.1:1';
  const environment = { HOME: '/nonexistent', HTTP_PROXY: nowhere, http_proxy: nowhere, all_proxy: nowhere };
  const server = createServer((request, response) => response.end('here')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const browser = await launch({ environment });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    assert.equal(await page.textContent('body'), 'here');
  } finally {
    await browser.close();
    server.close();
  }
});

test('who unpacks at the same time as another gets the whole of it, and nothing is left over', async () => {
  const place = join(folder, 'fonts');
  const [one, other] = await Promise.all([fonts(place), fonts(place)]);
  assert.deepEqual(one, other);
  assert.match(await readFile(one.FONTCONFIG_FILE, 'utf8'), /<dir>/);
  assert.ok((await readdir(place, { recursive: true })).some((name) => name.endsWith('Regular.ttf')));
  assert.deepEqual((await readdir(folder)).filter((name) => name.startsWith('fonts-')), []);
});
