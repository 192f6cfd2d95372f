// The live page, as one sees it who presses its buttons: three fleets of isolates in workerd, seen in Chromium.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { startStage } from '../runtimes/stage.mjs';
import { violationsOf } from './axe.mjs';
import { launch } from './chromium.mjs';
import { PATIENT_MS, hasSecret, openPage } from './scene.mjs';
import { differenceOf, expectScreenshot } from './screenshots.mjs';

const WELL = ['heal', 'mend_store', 'resume'];
const FLEETS = ['none', 'kv', 'durable_object'];
const DESK = { width: 1200, height: 720 };
const PHONE = { width: 360, height: 740 };
/** A window on a screen of 1920 × 1080. */
const PROJECTED = { width: 1920, height: 900 };
/** Pictures are as wide as a page of documentation, and small. */
const PICTURE_SCALE = 0.8;

/** So long that no token ends by itself while the token server is stopped, though the machine be slow. */
const LIFETIME_SECONDS = 120;

let stage;
let browser;
let scene;
let elements;
const countElements = () => scene.page.evaluate('document.querySelectorAll("*").length');
before(async () => {
  stage = await startStage({ lifetimeSeconds: LIFETIME_SECONDS });
  browser = await launch();
  scene = await openPage(browser, stage, { viewport: DESK, deviceScaleFactor: PICTURE_SCALE });
  elements = await countElements();
});
after(async () => {
  await browser?.close();
  await stage?.close();
});
afterEach(async () => {
  assert.deepEqual(scene.complaints, []);
  // What one test could not mend must not fail the others.
  const { pressed } = await scene.read();
  for (const action of WELL) if (!pressed.includes(action)) await scene.press(action);
});

/** A figure of each fleet. */
const figures = ({ fleets }, name) => FLEETS.map((store) => fleets[store].figures[name]);

/** How much a figure of each fleet has grown. */
const growth = (seen, past, name) => FLEETS.map((store) => seen.fleets[store].figures[name] - past.fleets[store].figures[name]);
const grow = (seen, past, name, by) => growth(seen, past, name).every((grown) => grown >= by);

const ids = (seen, store) => seen.fleets[store].isolates.map(({ id }) => id);
const isNew = (seen, past) => FLEETS.map((store) => ids(seen, store).filter((id) => !ids(past, store).includes(id)).length);

/** Presses a button: its effect is seen, and what it has proven is one line which says that it is so. */
async function proves(t, action, { shows, says, withinMs }) {
  const past = await scene.read();
  await scene.press(action);
  const start = performance.now();
  const seen = await scene.until((now) => shows(now, past), `the effect of ${action}`, withinMs);
  t.diagnostic(`${action}: seen after ${Math.round(performance.now() - start)} ms`);
  await scene.until((now) => now.proof.id > past.proof.id, `that ${action} has proven something`);
  const { proof } = await scene.until((now) => says.test(now.proof.text), `what ${action} has proven, ${says}`, PATIENT_MS);
  assert.equal(proof.isPromised, 'true', proof.text);
  assert.doesNotMatch(proof.text, /\n|undefined|NaN|null/);
  assert.deepEqual(growth(seen, past, 'failed'), [0, 0, 0]);
  return past;
}

/** Looks as it did, and can be read by everyone: in light and dark, on a desk and on a phone. */
async function looksRight(picture) {
  const { page } = scene;
  if (picture) await expectScreenshot(page, picture);
  assert.deepEqual(await violationsOf(page), []);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize(PHONE);
  assert.deepEqual(await violationsOf(page), []);
  assert.equal(await page.evaluate('document.documentElement.scrollWidth'), PHONE.width);
  await page.setViewportSize(DESK);
  await page.emulateMedia({ colorScheme: 'light' });
}

const isPressed = (action) => (seen) => seen.pressed.includes(action);

test('it begins with the same requests to three fleets, whose isolates were all cold', async () => {
  const first = await scene.read();
  assert.match(first.proof.text, /all isolates cold: grants: 8 without a store, 1 with KV, 1 with a Durable Object\.$/);
  const seen = await scene.until((now) => grow(now, first, 'requests', 4), 'requests');
  assert.deepEqual(Object.keys(seen.fleets), FLEETS);
  assert.deepEqual(seen.pressed.toSorted(), WELL);
  assert.deepEqual(FLEETS.map((store) => seen.fleets[store].isolates.length), [8, 8, 8]);
  assert.deepEqual(FLEETS.map((store) => seen.fleets[store].store), ['none', 'works', 'works']);
  await looksRight('start');
});

test('a herd: 50 requests at once to each fleet', async (t) => {
  await proves(t, 'herd', { shows: (seen, past) => grow(seen, past, 'requests', 50), says: /^50 requests at once to each fleet, all isolates warm/ });
  const [none, kv, object] = figures(await scene.read(), 'grants');
  assert.ok(none >= 8 && kv < none && object < none, `${none} grants without a store, ${kv} with KV, ${object} with a Durable Object`);
  await looksRight('herd');
});

test('no requests, and requests again', async (t) => {
  await proves(t, 'pause', { shows: isPressed('pause'), says: /^Traffic paused/ });
  await scene.page.waitForTimeout(500);
  const still = figures(await scene.read(), 'requests');
  await scene.page.waitForTimeout(1_000);
  assert.deepEqual(figures(await scene.read(), 'requests'), still);
  const goesOn = (seen, past) => isPressed('resume')(seen) && grow(seen, past, 'requests', 1);
  await proves(t, 'resume', { shows: goesOn, says: /^Traffic resumed/ });
});

for (const [action, picture, says] of [
  ['stop', 'stopped', /^Token server stopped: \d+ requests since, all answered 200 from memory\.$/],
  ['slow', 'slow', /^Token server takes 3 s: \d+ requests since, all answered 200 from memory\.$/],
  ['confuse', 'confused', /^Token server answers with a page of HTML: \d+ requests since, all answered 200 from memory\.$/],
]) {
  test(`${action}: requests go on, served from memory`, async (t) => {
    const past = await proves(t, action, { shows: isPressed(action), says });
    await scene.until((seen) => grow(seen, past, 'requests', 3), 'requests that go on');
    await looksRight(picture);
    await proves(t, 'heal', { shows: isPressed('heal'), says: /^Token server is well/ });
  });
}

test('the store throws: requests go on', async (t) => {
  const fails = ({ fleets }) => fleets.kv.store === 'fails' && fleets.durable_object.store === 'fails';
  const past = await proves(t, 'fail_store', { shows: (seen) => isPressed('fail_store')(seen) && fails(seen), says: /^Store fails: .*answered 200/ });
  await scene.until((seen) => grow(seen, past, 'requests', 3), 'requests that go on');
  await looksRight('store-failing');
  await proves(t, 'mend_store', { shows: (seen) => isPressed('mend_store')(seen) && !fails(seen), says: /^Store works/ });
});

test('the token is over for all: who shares a store makes one grant', async (t) => {
  const says = /^Token past its end in all isolates at once: 24 requests, all answered 200; grants: 8 without a store, 1 with KV, 1 with/;
  await proves(t, 'expire', { shows: (seen, past) => grow(seen, past, 'grants', 1), says });
  await looksRight('expired');
});

test('the token is taken back: nobody who asks notices', async (t) => {
  const isRenewed = (seen, past) => grow(seen, past, 'grants', 1);
  await proves(t, 'revoke', { shows: isRenewed, says: /^Token revoked, and refused by the API \d+ times: 24 requests, all answered 200/ });
  await looksRight('revoked');
});

test('an isolate is replaced: a cold one finds the token in the store', async (t) => {
  const shows = (seen, past) => isNew(seen, past).every((count) => count === 1) && FLEETS.every((store) => seen.fleets[store].gone.length > 0);
  await proves(t, 'replace', { shows, says: /without a store by a grant of its own.*with KV from the store.*with a Durable Object from the store/ });
  await looksRight('replaced');
});

test('the secret is rotated: all isolates are new, and none fails', async (t) => {
  const shows = (seen, past) => isNew(seen, past).every((count) => count === 8);
  // 24 isolates are loaded for it.
  await proves(t, 'rotate', { shows, withinMs: PATIENT_MS, says: /^Secret rotated, and all isolates deployed anew: 24 requests, all answered 200/ });
  await looksRight('rotated');
});

test('dark, on a phone, and projected', async () => {
  const { page } = scene;
  await page.locator('[data-theme-choice="dark"]').click();
  await scene.until((seen) => seen.theme === 'dark', 'the dark theme');
  assert.deepEqual(await violationsOf(page), []);
  await expectScreenshot(page, 'dark');
  await page.locator('[data-theme-choice="light"]').click();
  for (const [name, size] of [['phone', PHONE], ['projected', PROJECTED]]) {
    await page.setViewportSize(size);
    assert.deepEqual(await violationsOf(page), []);
    await expectScreenshot(page, name);
  }
});

test('everything is reached and pressed by keyboard, in the order of reading, and what has the focus is seen', async () => {
  const { page } = scene;
  await page.setViewportSize(DESK);
  await page.reload();
  const controls = await page.locator('button:visible, input:visible').count();
  const reached = [];
  for (let presses = 0; presses < controls; presses += 1) {
    await page.keyboard.press('Tab');
    reached.push(await page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      const inOrder = [...document.querySelectorAll('button, input')].filter((control) => control.checkVisibility());
      return { at: inOrder.indexOf(document.activeElement), isSeen: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 };
    }));
  }
  assert.deepEqual(reached, Array.from({ length: controls }, (_, at) => ({ at, isSeen: true })));

  for (const [action, key] of [['pause', 'Space'], ['resume', 'Enter']]) {
    await page.locator(`[data-action="${action}"]`).focus();
    await page.keyboard.press(key);
    await scene.until(isPressed(action), `${action} by ${key}`);
    assert.equal(await page.evaluate('document.activeElement.dataset.action'), action);
  }
});

test('nothing moves for whoever wants it so, and with the colours of the system alone what is pressed differs from what is not', async () => {
  const { page } = scene;
  await page.emulateMedia({ reducedMotion: 'reduce', forcedColors: 'active' });
  await scene.press('herd');
  await page.waitForTimeout(500);
  assert.equal(await page.evaluate('document.getAnimations().length'), 0);
  assert.deepEqual(await violationsOf(page), []);
  const [pressed, other] = await Promise.all(['heal', 'stop'].map((action) => page.locator(`[data-action="${action}"]`).screenshot()));
  assert.ok((await differenceOf(browser, pressed, other)) > 40);
  await page.emulateMedia({ reducedMotion: null, forcedColors: null });
});

test('a price of one\'s own makes money of the grants', async () => {
  await scene.page.locator('#price').fill('2.50');
  const names = ['grants', 'saved', 'million'];
  const isPriced = ({ figures, money }) => names.every((name) => Math.abs(money[name] - (figures[name] / 1_000) * 2.5) < 1e-9);
  await scene.until(({ fleets }) => FLEETS.every((store) => isPriced(fleets[store])), 'money for 2.50');
});

test('hundreds of requests leave nothing behind on the page but proofs, and no secret', async () => {
  const { page } = scene;
  const grown = (await countElements()) - elements;
  // 20 proofs, and the isolates of each fleet that went last.
  assert.ok(grown < 250, `${grown} more elements`);
  const kept = await page.evaluate('JSON.stringify({ ...localStorage, cookie: document.cookie })');
  assert.ok(stage.issued().length > 10);
  assert.deepEqual([await page.content(), kept].map((text) => hasSecret(text, stage.issued())), [false, false]);
});

test('it says when the Worker is away, and goes on with the next one', async () => {
  const port = Number(new URL(stage.url).port);
  await stage.close();
  await scene.until((seen) => seen.connection === 'gone', 'that the Worker is away');
  stage = await startStage({ port });
  const seen = await scene.until((now) => now.connection === 'live' && Math.min(...figures(now, 'requests')) > 0, 'the next Worker', PATIENT_MS);
  assert.deepEqual(FLEETS.map((store) => ids(seen, store).length), [8, 8, 8]);
  const complaints = scene.complaints.splice(0);
  assert.deepEqual(complaints.filter((complaint) => !/net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE)/.test(complaint)), []);
});
