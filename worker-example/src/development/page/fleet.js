// One fleet's column. Made once, and changed in place.
import { list, put, set } from './elements.js';
import { accounts, count, duration, KINDS, lifeWords, money, SHOWN_MS, stateOf, STORES, storeWords, tally, timelineWords } from './figures.js';
import { icon, Lives, Timeline } from './pictures.js';

export class FleetColumn {
  #root = document.querySelector('#fleet').content.cloneNode(true).firstElementChild;
  #timeline = new Timeline(this.#find('[data-timeline]'));
  #lives = new Lives(this.#find('[data-lives]'));
  #requests = [];
  #latest;

  constructor(store) {
    const heading = this.#find('h2');
    set(heading, { id: `fleet-${store}` });
    put(heading, STORES[store].name);
    put(this.#find('.about'), STORES[store].about);
    set(this.#root, { 'data-fleet': store, 'aria-labelledby': heading.id });
    this.#find('.legend').append(...KINDS.map(legendEntry));
    new ResizeObserver(() => this.#draw()).observe(this.#root);
  }

  get element() {
    return this.#root;
  }

  /** `isAnew`: the requests before belong to nothing that follows. */
  take(requests, nowMs, isAnew) {
    this.#requests = [...(isAnew ? [] : this.#requests), ...requests].filter(({ atMs }) => atMs > nowMs - SHOWN_MS);
  }

  /** `most`: the grants of the fleet that made most. */
  show(fleet, { snapshot, price, most }) {
    const { nowMs } = snapshot;
    this.#latest = { lives: fleet.lives, nowMs };
    this.#showAccounts(fleet, snapshot.fleets, price, most);
    this.#showLegend();
    this.#showLife(fleet.lives.at(-1), nowMs);
    // Those that serve come first.
    const isolates = fleet.isolates.toSorted((a, b) => Number(isGone(a)) - Number(isGone(b)));
    list(this.#find('.isolates'), 'li', isolates, (item, isolate) => showIsolate(item, isolate, fleet.record?.lease));
    this.#showStore(fleet, snapshot);
    this.#draw();
  }

  #find(selector) {
    return this.#root.querySelector(selector);
  }

  #showAccounts(fleet, fleets, price, most) {
    const { requests, failed, grants, waitedMs } = fleet.totals;
    const { saved, more, million } = accounts(fleet, fleets);
    const figures = { grants, requests, failed, made: grants, saved, more, million };
    for (const [name, number] of Object.entries(figures)) put(this.#find(`[data-figure="${name}"]`), known(count, number), number);
    put(this.#find('[data-figure="waited"]'), duration(waitedMs), waitedMs);
    for (const [name, number] of Object.entries({ grants, saved, more, million })) {
      const amount = number === undefined ? undefined : (number / 1000) * price;
      put(this.#find(`[data-money="${name}"]`), known(money, amount), amount);
    }
    put(this.#find('[data-noun]'), grants === 1 ? 'grant' : 'grants');
    this.#find('.share > div').style.width = `${(100 * grants) / Math.max(most, 1)}%`;
  }

  #showLegend() {
    const counts = tally(this.#requests);
    for (const { from } of KINDS) put(this.#find(`[data-from="${from}"]`), count(counts[from]), counts[from]);
    set(this.#find('[data-timeline]'), { 'aria-label': timelineWords(this.#requests) });
  }

  #showLife(life, nowMs) {
    const words = lifeWords(life, nowMs);
    set(this.#find('[data-life]'), { 'data-life': stateOf(life, nowMs) });
    put(this.#find('[data-life]'), words);
    set(this.#find('[data-lives]'), { 'aria-label': words });
  }

  #showStore(fleet, { storeFails, nowMs }) {
    const state = storeFails ? 'fails' : 'works';
    set(this.#find('[data-store]'), { 'data-store': fleet.record ? state : 'none', 'data-record': fleet.record?.token });
    put(this.#find('[data-store]'), storeWords(fleet.record, storeFails, nowMs));
  }

  #draw() {
    if (!this.#latest) return;
    const { lives, nowMs } = this.#latest;
    this.#timeline.draw(this.#requests, nowMs);
    this.#lives.draw(lives, nowMs);
  }
}

const known = (text, number) => (number === undefined ? '–' : text(number));

function legendEntry({ from, label }) {
  const item = document.createElement('li');
  const number = document.createElement('data');
  set(number, { 'data-from': from });
  item.append(icon(from), number, ` ${label}`);
  return item;
}

const isGone = ({ endedAtMs }) => endedAtMs !== undefined;

function showIsolate(item, isolate, lease) {
  const { id, token, requests } = isolate;
  const state = isGone(isolate) ? 'gone' : token === undefined ? 'cold' : 'warm';
  const isLeased = lease?.isolate === id;
  set(item, { 'data-isolate': id, 'data-state': state, 'data-token': token, 'data-lease': isLeased ? '' : undefined });
  const memory = { gone: 'replaced', cold: 'cold', warm: `token ${token}` }[state];
  list(item, 'span', [`Isolate ${id}`, memory, isLeased ? 'renews it' : `${count(requests)} served`], put);
}
