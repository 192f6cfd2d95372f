// What V8 compiles of the wasm before the first token: the price of the code that is used, as raw size is that of all.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A client's first token. The server is a function: Node's own HTTP parser is a wasm module too. */
const FIRST_TOKEN = `
import { OAuth2Client } from 'edge-oauth2';
const token = { access_token: 'a'.repeat(900), token_type: 'Bearer', expires_in: 3600 };
const client = new OAuth2Client({
  tokenUrl: 'https://auth.example.com/token',
  clientId: 'bench',
  clientSecret: 'a secret of some length',
  fetch: async () => Response.json(token),
  identity: 'bench',
  ...(process.argv[2] === 'store' && { store: new Map() }),
});
const { accessToken } = await client.getToken();
if (accessToken !== token.access_token) throw new Error('another token');
`;

/** The functions and the bytes of their bodies, without a store and with one; `project` has the package installed. */
export async function compiledBeforeFirstToken(project) {
  const script = join(project, 'first-token.mjs');
  await writeFile(script, FIRST_TOKEN);
  return { withoutStore: await compiled(script), withStore: await compiled(script, 'store') };
}

async function compiled(script, ...args) {
  const options = { maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await run('node', ['--trace-wasm-compilation-times', script, ...args], options);
  const bodies = [...stdout.matchAll(/^Compiled function \S+ using Liftoff.* bodysize (\d+) /gm)].map(([, size]) => Number(size));
  return { functions: bodies.length, bytes: bodies.reduce((sum, size) => sum + size, 0) };
}
