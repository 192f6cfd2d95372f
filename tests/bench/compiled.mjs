// What V8 compiles of the wasm before the first token: the price of the code that is used, as raw size is that of all.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A client's first token. The server is a function: Node's own HTTP parser is a wasm module too. */
const FIRST_TOKEN = `
const { OAuth2Client } = await import(process.argv[2]);
const token = { access_token: 'a'.repeat(900), token_type: 'Bearer', expires_in: 3600 };
const client = new OAuth2Client({
  tokenUrl: 'https://auth.example.com/token',
  clientId: 'bench',
  clientSecret: 'a secret of some length',
  fetch: async () => Response.json(token),
  identity: 'bench',
  ...(process.argv[3] === 'store' && { store: new Map() }),
});
const { accessToken } = await client.getToken();
if (accessToken !== token.access_token) throw new Error('another token');
`;

/** The functions and the bytes of their bodies, without a store and with one; `project` has the package installed, whose `entry` is used. */
export async function compiledBeforeFirstToken(project, entry = 'edge-oauth2') {
  const script = join(project, 'first-token.mjs');
  await writeFile(script, FIRST_TOKEN);
  return { withoutStore: await compiled(script, entry), withStore: await compiled(script, entry, 'store') };
}

async function compiled(script, ...args) {
  // A file: what V8 prints into a pipe is lost while that is full.
  const trace = await open(`${script}.trace`, 'w');
  const traced = spawn('node', ['--trace-wasm-compilation-times', script, ...args], { stdio: ['ignore', trace.fd, 'inherit'] });
  const [code] = await once(traced, 'exit');
  await trace.close();
  if (code !== 0) throw new Error(`no first token: the process ended with ${code}`);
  const stdout = await readFile(`${script}.trace`, 'utf8');
  const bodies = [...stdout.matchAll(/^Compiled function \S+ using Liftoff.* bodysize (\d+) /gm)].map(([, size]) => Number(size));
  return { functions: bodies.length, bytes: bodies.reduce((sum, size) => sum + size, 0) };
}
