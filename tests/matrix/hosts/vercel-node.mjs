// A function of Vercel's build output for Node: run by Node, with the function's folder.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder] = process.argv.slice(2);
const { handler, runtime } = JSON.parse(readFileSync(join(folder, '.vc-config.json'), 'utf8'));
if (!runtime.startsWith('nodejs')) throw new Error(`its runtime is ${runtime}`);
const { default: respond } = await import(pathToFileURL(resolve(folder, handler)).href);

const server = createServer(respond);
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
