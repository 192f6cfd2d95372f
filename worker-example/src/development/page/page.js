// The live page: asks the Worker what happens, shows it, and passes on what the buttons want.
import { put, set } from './elements.js';
import { startFeed } from './feed.js';
import { priceOf } from './figures.js';
import { FleetColumn } from './fleet.js';
import { showProofs } from './proofs.js';

/** A Worker that does not answer for so long is gone, to one who looks. */
const PATIENCE_MS = 5_000;
/** The longest action has the token server's slowness in it. */
const ACTION_PATIENCE_MS = 30_000;

const ALONE = 'Requests to this Worker, and how each came by the token that the API wants.';

const find = (selector) => document.querySelector(selector);
const findAll = (selector) => document.querySelectorAll(selector);

const columns = new Map();
let latest;
let price = 1;

const feed = startFeed({
  async ask(after) {
    const response = await fetch(`/development/snapshot?after=${after}`, { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return await response.json();
  },
  onSnapshot(snapshot, isAnew) {
    latest = snapshot;
    tellConnection('live', 'Live');
    for (const { store, requests } of snapshot.fleets) columnOf(store).take(requests, snapshot.nowMs, isAnew);
    show();
  },
  onGone: () => tellConnection('gone', 'The Worker does not answer. Trying again …'),
});

function show() {
  const { fleets } = latest;
  if (fleets.length === 1) put(find('[data-about]'), ALONE);
  for (const [store, column] of columns) {
    if (fleets.some((fleet) => fleet.store === store)) continue;
    column.element.remove();
    columns.delete(store);
  }
  const most = Math.max(...fleets.map(({ totals }) => totals.grants));
  for (const fleet of fleets) columnOf(fleet.store).show(fleet, { snapshot: latest, price, most });
  showActions(latest);
  showProofs(latest);
}

function columnOf(store) {
  if (!columns.has(store)) {
    columns.set(store, new FleetColumn(store));
    find('.fleets').append(columns.get(store).element);
  }
  return columns.get(store);
}

function tellConnection(state, words) {
  set(find('[data-connection]'), { 'data-connection': state });
  put(find('[data-connection]'), words);
}

function showActions({ actions, tokenServer, storeFails, hasTraffic }) {
  const isSo = {
    heal: tokenServer === 'well',
    stop: tokenServer === 'stopped',
    slow: tokenServer === 'slow',
    confuse: tokenServer === 'confused',
    mend_store: !storeFails,
    fail_store: storeFails,
    resume: hasTraffic,
    pause: !hasTraffic,
  };
  for (const button of findAll('[data-action]')) {
    const { action } = button.dataset;
    button.hidden = !actions.includes(action);
    set(button, { 'aria-pressed': isSo[action] });
  }
  for (const group of findAll('.group:has([data-action])')) group.hidden = !group.querySelector('[data-action]:not([hidden])');
}

async function act(button) {
  if (button.ariaBusy === 'true') return;
  button.ariaBusy = 'true';
  // What is pressed is to be seen.
  hold(false);
  put(find('[data-problem]'), '');
  put(find('[data-problem]'), await problemOf(button.dataset.action));
  button.ariaBusy = 'false';
  feed.hurry();
}

/** Has the Worker do it, and says what came between. */
async function problemOf(action) {
  try {
    const response = await fetch(`/development/actions/${action}`, { method: 'POST', signal: AbortSignal.timeout(ACTION_PATIENCE_MS) });
    return response.ok ? '' : `The Worker refused (status ${response.status}).`;
  } catch {
    return 'The Worker did not answer. Nothing may have happened.';
  }
}

function hold(isHeld) {
  set(find('[data-hold]'), { 'aria-pressed': isHeld });
  if (isHeld) tellConnection('held', 'Held still');
  feed.rest('held', isHeld);
}

function setPrice(text) {
  const typed = priceOf(text);
  set(find('#price'), { 'aria-invalid': typed === undefined ? 'true' : undefined });
  put(find('#price-problem'), typed === undefined ? 'A number, such as 2.50.' : '');
  if (typed === undefined) return;
  price = typed;
  remember('price', text);
  if (latest) show();
}

function setTheme(theme) {
  set(document.documentElement, { 'data-theme': theme });
  for (const button of findAll('[data-theme-choice]')) set(button, { 'aria-pressed': button.dataset.themeChoice === theme });
  remember('theme', theme);
}

/** Storage may be switched off. Then a choice lasts as long as the page. */
function remember(key, value) {
  try {
    localStorage.setItem(`edge-oauth2.${key}`, value);
  } catch {}
}

function recall(key) {
  try {
    return localStorage.getItem(`edge-oauth2.${key}`);
  } catch {
    return null;
  }
}

for (const button of findAll('[data-action]')) button.addEventListener('click', () => act(button));
for (const button of findAll('[data-theme-choice]')) button.addEventListener('click', () => setTheme(button.dataset.themeChoice));
find('[data-hold]').addEventListener('click', ({ currentTarget }) => hold(currentTarget.ariaPressed !== 'true'));
find('#price').addEventListener('input', ({ target }) => setPrice(target.value));
document.addEventListener('visibilitychange', () => feed.rest('hidden', document.hidden));

find('#price').value = recall('price') ?? '1.00';
setPrice(find('#price').value);
setTheme(recall('theme') ?? 'auto');
feed.rest('hidden', document.hidden);
