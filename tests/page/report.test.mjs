// docs/report.html, as a browser shows it: whole without a network, and legible for everyone.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { violationsOf } from './axe.mjs';
import { launch } from './chromium.mjs';

const url = pathToFileURL(join(import.meta.dirname, '../../docs/report.html')).href;

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

for (const [colorScheme, width] of [['light', 1_280], ['dark', 360]]) {
  test(`in ${colorScheme}, ${width} pixels wide, the report asks for nothing, fits, and has no violation`, async () => {
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 800 } });
    const seen = [];
    page.on('request', (request) => seen.push(request.url()));
    page.on('console', (message) => seen.push(message.text()));
    await page.goto(url);
    assert.deepEqual(seen.filter((asked) => asked !== url && !asked.startsWith('data:')), []);
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width);
    assert.deepEqual(await violationsOf(page), []);
  });
}
