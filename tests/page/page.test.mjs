// What live pages have failed in elsewhere. What ours shows of real fleets is in live-page.test.mjs.
import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launch } from './chromium.mjs';
import { FILES, openScripted, quiet } from './scripted-worker.mjs';

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

const pageTest = (name, snapshot, run, options) =>
  test(name, async () => {
    const scene = await openScripted(browser, snapshot, options);
    try {
      await run(scene);
      assert.deepEqual(scene.errors, []);
    } finally {
      await scene.page.context().close();
    }
  });

const proof = (id, text, rest) => ({ id, atMs: Date.now(), action: 'stop', text, isPromised: true, ...rest });
const request = (id, atMs, rest) => ({ id, atMs, durationMs: 1, isolate: 1, from: 'memory', status: 200, ...rest });
const fromMemory = '[data-fleet="none"] [data-from="memory"]';
const valueOf = (page, selector) => page.locator(selector).first().evaluate(({ value }) => Number(value));

/** What a screen reader is told: each text that comes into the region. */
const listen = (page, selector = '[data-announcement]') =>
  page.evaluate((selector) => {
    const region = document.querySelector(selector);
    window.told = [];
    const tell = () => region.textContent && window.told.push(region.textContent);
    new MutationObserver(tell).observe(region, { childList: true, characterData: true, subtree: true });
  }, selector);

test('the page is light: 40 KB, of the files that it is made of', async () => {
  const sizes = (await readdir(FILES)).map(async (name) => (await stat(join(FILES, name))).size);
  const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size);
  assert.ok(total <= 40 * 1024, `${total} bytes`);
});

// They wait for most of their time.
describe('the live page', { concurrency: 4 }, () => {
  pageTest('a proof whose count goes on is read out when it is new and when it has settled, and shown at all times', quiet(), async (scene) => {
    const { page, worker, open, shown } = scene;
    await open();
    await shown();
    await listen(page);
    for (let count = 0; count < 12; count += 1) {
      worker.snapshot.proofs = [proof(1, `${count} requests since.`)];
      await shown();
    }
    assert.equal(await page.textContent('[data-proof]'), '11 requests since.');
    const told = await page.evaluate('told');
    assert.equal(told.length, 2);
    assert.equal(told[0], '0 requests since.');
  });

  pageTest('a proof in the words of the one before is read out again, and what was there before the page is not', quiet(), async (scene) => {
    const { page, worker, open, shown } = scene;
    worker.snapshot.proofs = [proof(1, 'Well.')];
    await open();
    await shown();
    assert.equal(await page.textContent('[data-announcement]'), '');
    await listen(page);
    for (const next of [proof(2, 'Well.'), proof(3, 'Well.'), proof(4, 'Not well.', { isPromised: false })]) {
      worker.snapshot.proofs = [...worker.snapshot.proofs, next];
      await shown();
    }
    assert.deepEqual(await page.evaluate('told'), ['Well.', 'Well.', 'Not as promised: Not well.']);
    assert.deepEqual(await page.locator('[data-proofs] li').evaluateAll((items) => items.map(({ dataset }) => dataset.proofId)), ['3', '2', '1']);
  });

  pageTest('what the Worker says is text, whatever it looks like', quiet(), async ({ page, worker, open, shown }) => {
    worker.snapshot.proofs = [proof(1, '<img src=x onerror="document.title = 1">'), proof(2, '<b>2</b>')];
    await open();
    await shown();
    assert.equal(await page.textContent('[data-proof]'), '<b>2</b>');
    assert.equal(await page.locator('main img, main b').count(), 0);
  });

  pageTest('the clock is the fleets\', though it be hours from the browser\'s', quiet(), async ({ page, worker, open, shown }) => {
    const nowMs = Date.now() - 5 * 3_600_000;
    worker.snapshot.nowMs = nowMs;
    worker.requests = [request(1, nowMs - 61_000), request(2, nowMs - 59_000), request(3, nowMs)];
    worker.snapshot.proofs = [proof(1, 'Old.', { atMs: nowMs - 30_000 }), proof(2, 'New.', { atMs: nowMs })];
    await open();
    await shown();
    assert.equal(await valueOf(page, fromMemory), 2);
    assert.equal(await page.textContent('[data-proofs] li span:last-child'), '30 s ago');
  });

  pageTest('a Worker that is gone is said to be, and the one that comes is not taken for the one before', quiet(), async (scene) => {
    const { page, worker, open, shown } = scene;
    const { nowMs } = worker.snapshot;
    worker.requests = [request(900, nowMs), request(901, nowMs)];
    await open();
    await shown();
    assert.equal(await valueOf(page, fromMemory), 2);
    worker.isGone = true;
    await page.locator('[data-connection="gone"]').waitFor();
    worker.requests = [request(1, nowMs)];
    worker.isGone = false;
    await page.locator('[data-connection="live"]').waitFor();
    assert.equal(await valueOf(page, fromMemory), 1);
    assert.ok(worker.asked.includes(901));
  });

  pageTest('a tab that nobody sees asks for nothing', quiet(), async ({ page, worker, open, shown }) => {
    await open();
    await shown();
    const see = (isHidden) =>
      page.evaluate((hidden) => {
        Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, isHidden);
    await see(true);
    const { length } = worker.asked;
    await page.waitForTimeout(1_000);
    assert.ok(worker.asked.length <= length + 1, 'what was under way, and no more');
    await see(false);
    await shown();
  });

  pageTest('the page stands still for who wants it to, until something is to be seen', quiet(), async ({ page, worker, open, shown }) => {
    await open();
    await shown();
    await page.click('[data-hold]');
    worker.snapshot.proofs = [proof(1, 'Done.')];
    await page.waitForTimeout(700);
    assert.equal(await page.textContent('[data-connection]'), 'Held still');
    assert.doesNotMatch(await page.textContent('[data-proof]'), /Done/);
    await page.click('[data-action="stop"]');
    await page.getByText('Done.').first().waitFor();
    assert.deepEqual(worker.acted, ['stop']);
    assert.equal(await page.getAttribute('[data-hold]', 'aria-pressed'), 'false');
  });

  pageTest('an action that is refused says so each time', quiet(), async ({ page, worker, open, shown }) => {
    worker.refuses = 403;
    await open();
    await shown();
    await listen(page, '[data-problem]');
    for (let count = 0; count < 2; count += 1) {
      await page.click('[data-action="herd"]');
      await page.locator('[data-action="herd"][aria-busy="false"]').waitFor();
    }
    assert.deepEqual(await page.evaluate('told'), Array(2).fill('The Worker refused (status 403).'));
  });

  pageTest('a price with a comma before three digits is not guessed at; a good one counts at once, and is kept', quiet(), async (scene) => {
    const { page, worker, open, shown } = scene;
    worker.snapshot.fleets[0].totals.grants = 4;
    worker.requests = [request(1, worker.snapshot.nowMs)];
    await open();
    await shown();
    await page.click('[data-hold]');
    await page.fill('#price', '2,50');
    assert.equal(await valueOf(page, '[data-fleet="none"] [data-money="grants"]'), 0.01);
    assert.equal(await valueOf(page, fromMemory), 1);
    await page.fill('#price', '1,000');
    assert.equal(await page.getAttribute('#price', 'aria-invalid'), 'true');
    await page.reload();
    assert.equal(await page.inputValue('#price'), '2,50');
    assert.equal(await page.getAttribute('#price', 'aria-invalid'), null);
  });

  pageTest('a browser that keeps nothing shows the page all the same', quiet(), async ({ page, open, shown }) => {
    await page.addInitScript(() => {
      Object.defineProperty(window, 'localStorage', { get: () => { throw new DOMException('Access is denied.', 'SecurityError'); } });
    });
    await open();
    await shown();
    await page.click('[data-theme-choice="dark"]');
    assert.equal(await page.getAttribute('html', 'data-theme'), 'dark');
    assert.equal(await page.textContent('[data-connection]'), 'Live');
  });

  const alone = quiet({ stores: ['kv'], actions: ['herd'] });
  pageTest('a Worker by itself has one column, its own actions, and nothing to compare with', alone, async ({ page, open, shown }) => {
    await open();
    await shown();
    assert.deepEqual(await page.locator('button[data-action]:visible').evaluateAll((all) => all.map(({ dataset }) => dataset.action)), ['herd']);
    assert.equal(await page.locator('[data-fleet]').count(), 1);
    assert.equal(await page.getByText('Saved, against no store').isVisible(), false);
  });

  pageTest('isolates that serve stand before those that went, and the one that renews says so', quiet(), async (scene) => {
    const { page, worker, open, shown } = scene;
    const isolate = (id, rest) => ({ id, startedAtMs: 0, requests: 3, ...rest });
    const [, , fleet] = worker.snapshot.fleets;
    fleet.isolates = [isolate(1, { endedAtMs: 1, token: 1 }), isolate(2, { token: 2 }), isolate(3)];
    fleet.record = { token: 2, lease: { isolate: 3, untilMs: worker.snapshot.nowMs + 4_000 } };
    await open();
    await shown();
    const items = page.locator('[data-fleet="durable_object"] [data-isolate]');
    assert.deepEqual(await items.evaluateAll((all) => all.map(({ dataset, innerText }) => [dataset.state, innerText.split('\n')])), [
      ['warm', ['Isolate 2', 'token 2', '3 served']],
      ['cold', ['Isolate 3', 'cold', 'renews it']],
      ['gone', ['Isolate 1', 'replaced', '3 served']],
    ]);
    await page.getByText('It holds token 2. Isolate 3 holds the lease for 4 s.').waitFor();
  });

  pageTest('elements do not grow in number with requests, and the page goes along with its window', quiet(), async (scene) => {
    const { page, worker, open, shown } = scene;
    const { nowMs } = worker.snapshot;
    worker.requests = [request(1, nowMs)];
    await open();
    await shown();
    const count = () => page.evaluate(() => document.querySelectorAll('*').length);
    const before = await count();
    worker.requests = Array.from({ length: 500 }, (_, index) => request(index + 2, nowMs - index));
    await shown();
    assert.equal(await valueOf(page, fromMemory), 501);
    assert.equal(await count(), before);
    for (const width of [1920, 1000, 700, 360, 320]) {
      await page.setViewportSize({ width, height: 740 });
      await shown();
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `no scrolling to the side at ${width}`);
    }
  });
});
