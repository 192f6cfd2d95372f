// How a request came by its token, by the events that it heard of (docs/events.md).

/** The first that was heard decides: who waited for the lease finds the token in the store afterwards. */
const MARKS = [
  ['granted', 'grant'],
  ['waited', 'lease_wait'],
  ['another_request', 'flight_wait'],
  ['store', 'store_hit'],
];

export function provenance({ status, code, events }) {
  if (code !== undefined || status !== 200) return 'failed';
  // After the API refused a token, the way to the next one counts. Who had a token waited for nothing that came later.
  const way = events.slice(events.lastIndexOf('refused') + 1);
  if (way[0] === 'l1_hit' || way[0] === 'stale_served') return 'memory';
  return MARKS.find(([, event]) => way.includes(event))?.[0] ?? 'memory';
}
