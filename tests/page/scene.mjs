// The live page in Chromium: what is read of it, and what must never be seen of it.
import assert from 'node:assert/strict';

/** An effect is to be seen within a second, which a machine with other work is not held to. */
const DEADLINE_MS = 10_000;

/** What counts requests to all isolates, and what waits for a Worker to start, is given its time. */
export const PATIENT_MS = 30_000;

/** Opens the page of a stage. `complaints` is empty as long as nothing is wrong. */
export async function openPage(browser, { url, issued }, options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const asked = new URL(request.url());
    if (asked.protocol !== 'data:' && asked.host !== new URL(url).host) complaints.push(`a request to ${asked.host}`);
  });
  page.on('response', async (response) => {
    const body = await response.text().catch(() => '');
    if (hasSecret(body, issued())) complaints.push(`a secret in ${response.url()}`);
  });
  await page.goto(url);
  const scene = { page, complaints, ...readings(page), close: () => context.close() };
  await scene.until((seen) => seen.connection === 'live' && Object.keys(seen.fleets).length > 0, 'the page is live');
  return scene;
}

/** Whether a text has what nobody may see: what was issued, or what looks like it. */
export const hasSecret = (text, issued) =>
  issued.some((secret) => text.includes(secret)) || /\beyJ[\w-]{10,}\.|bearer [\w-]{10,}|access_token|client_secret/i.test(text);

function readings(page) {
  const read = () => page.evaluate(readPage);
  return {
    read,
    /** Waits until what is read is as expected, and gives it. */
    async until(expected, what, withinMs = DEADLINE_MS) {
      const end = Date.now() + withinMs;
      for (;;) {
        const seen = await read();
        if (expected(seen)) return seen;
        if (Date.now() > end) assert.fail(`not seen: ${what}. Seen: ${JSON.stringify(seen, undefined, 1)}`);
        await page.waitForTimeout(50);
      }
    },
    press: (action) => page.locator(`button[data-action="${action}"]`).click(),
  };
}

/** In the page: what its hooks say. */
function readPage() {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root) => all(selector, root)[0];
  const numbers = (name, root) => Object.fromEntries(all(`data[data-${name}]`, root).map((data) => [data.dataset[name], Number(data.value)]));
  const fleets = all('[data-fleet]').filter((fleet) => fleet.checkVisibility()).map((fleet) => {
    const isolates = all('[data-isolate]', fleet).map(({ dataset: { isolate, state, token } }) => ({ id: isolate, state, token }));
    return [fleet.dataset.fleet, {
      figures: numbers('figure', fleet),
      money: numbers('money', fleet),
      from: numbers('from', fleet),
      life: one('[data-life]', fleet).dataset.life,
      isolates: isolates.filter(({ state }) => state !== 'gone'),
      gone: isolates.filter(({ state }) => state === 'gone'),
      store: one('[data-store]', fleet).dataset.store,
      record: one('[data-record]', fleet)?.dataset.record,
    }];
  });
  const proof = one('[data-proof]');
  return {
    connection: one('[data-connection]').dataset.connection,
    theme: document.documentElement.dataset.theme,
    pressed: all('[data-action][aria-pressed="true"]').map(({ dataset }) => dataset.action),
    actions: all('[data-action]').filter((button) => !button.hidden).map(({ dataset }) => dataset.action),
    proof: { id: Number(proof.dataset.proof), isPromised: proof.dataset.promised, text: proof.textContent.trim() },
    fleets: Object.fromEntries(fleets),
  };
}
