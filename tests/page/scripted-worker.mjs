// A Worker that answers the live page with what a test says: for states that no fleet can be brought into on purpose.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the page is made of. */
export const FILES = join(import.meta.dirname, '../../worker-example/src/development/page');
const TYPES = { html: 'text/html; charset=utf-8', css: 'text/css', js: 'text/javascript' };
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'";
const ORIGIN = 'http://localhost:8787';

/** Opens the page in a context of its own. What `worker` has may be changed: `isGone`, `snapshot`, and `requests` of its first fleet. */
export async function openScripted(browser, snapshot, options) {
  const worker = { isGone: false, snapshot, requests: [], asked: [], acted: [], refuses: undefined };
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.route('**/*', (route) => answer(worker, route));
  const scene = {
    page,
    worker,
    errors,
    open: () => page.goto(`${ORIGIN}/development`),
    /** Waits until the page has shown what the Worker says now. */
    async shown() {
      const { length } = worker.asked;
      // The next but one was asked for after the next was shown.
      while (worker.asked.length < length + 2) await page.waitForTimeout(20);
    },
  };
  return scene;
}

async function answer(worker, route) {
  const url = new URL(route.request().url());
  const name = url.pathname.replace(/^\/development\/?/, '') || 'index.html';
  if (name === 'snapshot') {
    if (worker.isGone) return await route.abort('connectionrefused');
    const after = Number(url.searchParams.get('after'));
    worker.asked.push(after);
    const [first, ...others] = worker.snapshot.fleets;
    const requests = worker.requests.filter(({ id }) => id > after);
    return await route.fulfill({ json: { ...worker.snapshot, fleets: [{ ...first, requests }, ...others] } });
  }
  if (name.startsWith('actions/')) {
    worker.acted.push(name.slice('actions/'.length));
    return await route.fulfill({ status: worker.refuses ?? 204 });
  }
  const contentType = TYPES[name.split('.').at(-1)];
  await route.fulfill({ contentType, headers: { 'content-security-policy': POLICY }, body: await readFile(join(FILES, name)) });
}

const ACTIONS = ['herd', 'stop', 'slow', 'confuse', 'heal', 'fail_store', 'mend_store', 'expire', 'revoke', 'replace', 'rotate', 'pause', 'resume'];

/** A snapshot in which nothing has happened. */
export function quiet({ stores = ['none', 'kv', 'durable_object'], nowMs = Date.now(), ...rest } = {}) {
  const fleets = stores.map((store) => {
    const totals = { requests: 0, failed: 0, grants: 0, waitedMs: 0 };
    return { store, requests: [], totals, lives: [], isolates: [], ...(store !== 'none' && { record: {} }) };
  });
  return { nowMs, actions: ACTIONS, hasTraffic: true, tokenServer: 'well', storeFails: false, fleets, proofs: [], ...rest };
}
