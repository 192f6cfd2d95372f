// The server of `server/`, bundled for a runtime of servers, and run there.
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** What it prints when it listens. */
const ready = /(http:\/\/127\.0\.0\.1:\d+)/;

/** That it does what a client does. */
export async function proveServer({ start, service }, command, args, options) {
  const { environment, proveClient } = service();
  const { url, stop } = await start(command, args, { ready, env: environment, ...options });
  await proveClient(url);
  await stop();
}

/** The same of a bundle that has nothing beside it: a script for Node, or a program. */
export async function proveAlone(context, bundle) {
  const alone = await mkdtemp(join(tmpdir(), 'edge-oauth2-'));
  // In Vite's output the type of the package that it lay in is not to be seen.
  const file = join(alone, basename(bundle).replace(/\.js$/, '.mjs'));
  await cp(join(context.dir, bundle), file);
  const isScript = /\.[cm]js$/.test(file);
  await proveServer(context, isScript ? 'node' : file, isScript ? [file] : [], { cwd: alone });
  await rm(alone, { recursive: true });
}

/** That Node, which prints the line that an uncaught error comes from, prints no wasm where nearly all is in one line. */
export async function proveShortError({ prove, run }, bundle) {
  await prove('an error at start prints no wasm', async () => {
    const environment = { TOKEN_URL: '', CLIENT_ID: '', CLIENT_SECRET: '', API_URL: '' };
    const { printed } = await run('node', [bundle], { env: environment }).then(() => assert.fail('it started'), (error) => error);
    assert.match(printed, /OAuth2Error/);
    assert.ok(printed.length < 100_000, `${printed.length} characters`);
  });
}
