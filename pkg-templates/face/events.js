// What happens on the way to a token, counted and told to whoever listens.

/** Statistics by configuration; as many as wasm remembers configurations. */
const statsById = new Map();
const MAX_STATS = 1000;

/** The statistics of configuration `id`: shared by all clients of equal options. */
export function statsOf(id) {
  let stats = statsById.get(id);
  if (stats === undefined) {
    if (statsById.size >= MAX_STATS) statsById.delete(statsById.keys().next().value);
    stats = { l1_hit: 0 };
    statsById.set(id, stats);
  }
  return stats;
}

/** Hands `event` to `listener`. */
export function tell(listener, event) {
  quietly(() => listener(event));
}

/** Runs a function of the user's that nobody waits for. That it fails, at once or later, is its own affair. */
export function quietly(run) {
  try {
    const result = run();
    if (typeof result === 'object' && result !== null) new Promise((resolve) => resolve(result)).catch(() => {});
  } catch {
    // As above.
  }
}

/** The durations among `events` as the value of a `Server-Timing` header. */
export function serverTiming(events) {
  return events
    .filter(({ durationMs }) => durationMs !== undefined)
    .map(({ type, durationMs }) => `oauth2_${type};dur=${durationMs}`)
    .join(', ');
}
