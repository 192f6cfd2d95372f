// The memory of every build of this package that is loaded.

import { MEMORIES, watch } from '../face/memory.js';
import { clearTimeout, setTimeout } from '../face/timers.js';

/** What belongs to another request of a Worker's may never be seen to end. */
const PATIENCE_MS = 2_000;

const background = watch();

/**
 * Forgets what the package remembers: tokens, what is known of servers, statistics. Clients stay usable, and know nothing any
 * more. What goes on in the background ends first, such as a write to a store.
 */
export async function resetMemory() {
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, PATIENCE_MS)));
  await Promise.race([settled(), late]);
  clearTimeout(timer);
  background.clear();
  for (const forget of globalThis[MEMORIES] ?? []) forget();
}

/** What begins meanwhile is waited for, too. */
async function settled() {
  for (const promise of background) await Promise.allSettled([promise]);
}
