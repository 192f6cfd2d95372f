// What the comparison with the pictures in docs sees, and what it does not.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch } from './chromium.mjs';
import { BOUND, differenceOf } from './screenshots.mjs';

const folder = join(import.meta.dirname, '../../docs/screenshots');
const picture = (name) => readFile(join(folder, name));

let browser;
let page;
before(async () => {
  browser = await launch();
  page = await browser.newPage({ viewport: { width: 960, height: 576 } });
});
after(() => browser?.close());

const shows = async (html) => {
  await page.setContent(html);
  return await page.screenshot();
};

test('an empty page, one without its style, and one with other colours are seen', async () => {
  const kept = await picture('start.png');
  for (const [what, now] of Object.entries({
    empty: await shows(''),
    plain: await shows('<h1>One token</h1><p>Each request needs one.</p>'.repeat(9)),
    dark: await picture('dark.png'),
  })) {
    const difference = await differenceOf(browser, now, kept);
    assert.ok(difference > BOUND, `${what}: ${difference}`);
  }
});

test('other requests are not', async () => {
  const difference = await differenceOf(browser, await picture('slow.png'), await picture('stopped.png'));
  assert.ok(difference < BOUND, `${difference}`);
});

test('the pictures are small', async () => {
  const names = await readdir(folder);
  const sizes = await Promise.all(names.map(async (name) => (await picture(name)).length));
  assert.deepEqual(names.filter((name, at) => sizes[at] > 150_000), []);
  assert.ok(sizes.reduce((sum, size) => sum + size, 0) < 1_200_000);
});
