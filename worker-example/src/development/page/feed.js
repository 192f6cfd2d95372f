// Asks for snapshots, one at a time, for as long as the page is looked at.

const EVERY_MS = 250;
const LONGEST_PAUSE_MS = 4_000;

/**
 * `ask(after)` resolves with a snapshot, and `onSnapshot(snapshot, isAnew)` gets it. After every break (nobody looked, or the
 * Worker was gone, and may be another one now) the feed begins anew: what was shown before may belong to nothing that follows.
 */
export function startFeed({ ask, onSnapshot, onGone }) {
  const rests = new Set();
  let after = 0;
  let failures = 0;
  let isAsking = false;
  let isWantedNow = false;
  let timer;

  async function turn() {
    clearTimeout(timer);
    isWantedNow = isAsking;
    if (isAsking || rests.size > 0) return;
    isAsking = true;
    const asked = after;
    const snapshot = await ask(asked).catch(lose);
    isAsking = false;
    if (snapshot) failures = 0;
    if (rests.size > 0) return;
    timer = setTimeout(turn, isWantedNow ? 0 : pause());
    // What was asked for before a break is not what is wanted after it.
    if (snapshot && asked === after) take(snapshot);
  }

  function lose(error) {
    after = 0;
    failures += 1;
    if (rests.size === 0) onGone(error);
  }

  function take(snapshot) {
    const isAnew = after === 0;
    after = Math.max(after, ...snapshot.fleets.flatMap(({ requests }) => requests.map(({ id }) => id)));
    onSnapshot(snapshot, isAnew);
  }

  const pause = () => Math.min(EVERY_MS * 2 ** failures, LONGEST_PAUSE_MS);

  void turn();
  return {
    /** Asks now, and does not wait for its turn. */
    hurry: () => void turn(),
    /** Asks no more for `reason`, until it is gone. */
    rest(reason, isResting) {
      if (isResting) {
        rests.add(reason);
        after = 0;
        clearTimeout(timer);
      } else if (rests.delete(reason)) {
        void turn();
      }
    },
  };
}
