// What lasts for a time: a record, a lease, a claim. It says itself when it is over, since what keeps it may keep it longer. The
// crate reads and writes the same in a location's cache: src/worker/location.rs.

/** How much the clocks of instances may differ that are right. */
const CLOCKS_DIFFER_MS = 5_000;

/** The members of what is to last for `ms` from now on. */
export function lasting(ms) {
  return { endsAt: Date.now() + ms, ttlMs: ms };
}

/** How long `one` still lasts. What is to last longer than it was meant to comes of a clock that was wrong, and is over. */
export function leftMs(one) {
  const left = one?.endsAt - Date.now();
  return left > 0 && left <= one.ttlMs + CLOCKS_DIFFER_MS ? left : 0;
}
