// What the page says in numbers and words, without the page.

/** The requests that are shown: those of the last minute. */
export const SHOWN_MS = 60_000;

/** How a request came by its token, from what costs nothing to what fails. */
export const KINDS = [
  { from: 'memory', label: 'from memory' },
  { from: 'another_request', label: 'by another request' },
  { from: 'store', label: 'from the store' },
  { from: 'waited', label: 'waited for a lease' },
  { from: 'granted', label: 'granted' },
  { from: 'failed', label: 'failed' },
];

export const STORES = {
  none: { name: 'No store', about: 'Each isolate obtains its own token.' },
  kv: { name: 'Workers KV', about: 'Isolates share through a KV namespace.' },
  durable_object: { name: 'Durable Object', about: 'Isolates share through one object, with a lease.' },
};

const integer = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export function count(number) {
  // A true minus, which is as wide as a digit.
  return integer.format(number).replace('-', '−');
}

/** Cents of a cent are kept below a dollar, else the price of a single grant would be nothing. */
export function money(amount) {
  const digits = Math.abs(amount) < 1 ? 4 : 2;
  const text = Math.abs(amount).toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: digits });
  return `${amount < 0 ? '−' : ''}$${text}`;
}

/** The price that was typed, or undefined: `2`, `2.50`, `2,5`. A comma before three digits may mean thousands, and is no price. */
export function priceOf(text) {
  const price = /^\d{1,6}(\.\d*|,\d{1,2})?$/.test(text.trim()) ? Number(text.trim().replace(',', '.')) : Number.NaN;
  return Number.isNaN(price) ? undefined : price;
}

export function duration(ms) {
  if (ms < 10) return `${Math.max(0, ms).toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(1)} s`;
}

/** How long until then, in whole units, as one says it. */
export function span(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

/**
 * What a fleet has paid and saved, in grants. `saved`: beside a client that asks for a token for each request that is
 * answered. `more`: what the fleet without a store has asked for beyond this one, where there is such a fleet to compare with.
 */
export function accounts({ store, totals }, fleets) {
  const { requests, failed, grants } = totals;
  const without = fleets.find((fleet) => fleet.store === 'none');
  return {
    grants,
    saved: requests - failed - grants,
    more: without && store !== 'none' ? without.totals.grants - grants : undefined,
    million: requests > failed ? (grants / (requests - failed)) * 1e6 : undefined,
  };
}

export function stateOf(life, nowMs) {
  if (!life) return 'none';
  if (life.revokedAtMs !== undefined && life.revokedAtMs <= nowMs) return 'revoked';
  if (nowMs >= life.expiresAtMs) return 'ended';
  return nowMs < life.refreshAtMs ? 'fresh' : 'stale';
}

/** What one says of the newest token. */
export function lifeWords(life, nowMs) {
  const state = stateOf(life, nowMs);
  if (state === 'none') return 'No token yet.';
  const token = `Token ${life.number}`;
  if (state === 'revoked') return `${token} was revoked ${span(nowMs - life.revokedAtMs)} ago.`;
  if (state === 'ended') return `${token} ended ${span(nowMs - life.expiresAtMs)} ago.`;
  if (state === 'stale') return `${token} is stale, and ends in ${span(life.expiresAtMs - nowMs)}.`;
  return `${token} is fresh for ${span(life.refreshAtMs - nowMs)}, and ends in ${span(life.expiresAtMs - nowMs)}.`;
}

/** What the store has, and who renews it. */
export function storeWords(record, storeFails, nowMs) {
  if (!record) return 'There is none.';
  const holds = record.token === undefined ? 'It is empty.' : `It holds token ${record.token}.`;
  return `${storeFails ? 'It fails now.' : holds} ${leaseWords(record.lease, nowMs)}`;
}

function leaseWords(lease, nowMs) {
  if (!lease) return 'Nobody holds the lease.';
  const holder = lease.isolate === undefined ? 'An isolate' : `Isolate ${lease.isolate}`;
  return `${holder} holds the lease for ${span(lease.untilMs - nowMs)}.`;
}

/** How many requests came by their token in which way. */
export function tally(requests) {
  const counts = Object.fromEntries(KINDS.map(({ from }) => [from, 0]));
  for (const { from } of requests) counts[from] += 1;
  return counts;
}

/** The timeline for whoever does not see it. */
export function timelineWords(requests) {
  if (requests.length === 0) return 'No request in the last 60 seconds.';
  const counts = tally(requests);
  const ways = KINDS.filter(({ from }) => counts[from] > 0).map(({ from, label }) => `${count(counts[from])} ${label}`);
  const slowest = Math.max(...requests.map(({ durationMs }) => durationMs));
  return `Requests in the last 60 seconds: ${ways.join(', ')}. The slowest took ${duration(slowest)}.`;
}
