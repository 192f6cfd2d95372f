// The memory of every build of this package that is loaded.

import { MEMORIES } from '../face/memory.js';

/**
 * Forgets what the package remembers: tokens, what is known of servers, statistics. Clients stay usable, and know nothing any
 * more. What is on its way is lost.
 */
export function resetMemory() {
  for (const forget of globalThis[MEMORIES] ?? []) forget();
}
