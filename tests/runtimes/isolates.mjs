// Instances that share nothing but a store, in one process: each has a copy of the package, and so its own memory.
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

let isolates = 0;

/** Loads an entry of the package installed in `project` once more, as a new isolate would. */
export async function newIsolate(project, entry = 'index') {
  const copy = join(project, `isolate-${(isolates += 1)}`);
  await cp(join(project, 'node_modules/edge-oauth2'), copy, { recursive: true });
  return await import(pathToFileURL(join(copy, `entries/${entry}.js`)).href);
}
