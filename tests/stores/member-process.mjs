// Isolates of a fleet in a process of whichever runtime this is: reads requests and writes answers, each a line of JSON.
//
//     … member-process.mjs '{ "projects": […], "addresses": … }'
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { kinds } from './kinds.mjs';
import { answer } from './member.mjs';

const { projects, addresses } = JSON.parse(process.argv[2]);

/** Each copy of the package has a memory of its own, and stores of its own. */
const isolates = projects.map((project) => {
  const load = (file) => import(pathToFileURL(join(project, file)).href);
  const stores = new Map();
  return async ({ kind, ...request }) => {
    if (!stores.has(kind)) stores.set(kind, kinds[kind].make({ ...addresses, load, closing: [] }));
    const { OAuth2Client } = await load('entries/index.js');
    return await answer({ OAuth2Client, store: stores.get(kind), ...request });
  };
});
// What a client of a store throws at nobody ends a process of a user's too.
for (const name of ['unhandledRejection', 'uncaughtException']) {
  process.on(name, (error) => console.log(JSON.stringify({ thrown: String(error?.stack ?? error) })));
}
for await (const line of createInterface({ input: process.stdin })) {
  const { id, isolate, ...request } = JSON.parse(line);
  isolates[isolate](request).then((answered) => console.log(JSON.stringify({ id, ...answered })));
}
process.exit();
