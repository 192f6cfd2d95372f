// The tools of a consumer: its own first, then those that the package is built and tested with.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../runtimes/package.mjs';

/** What hangs is ended. */
const LIMIT_MS = 240_000;

/** How much of what was printed an error tells. */
const TAIL = 3000;

const tests = join(root, 'tests/node_modules');

/** The package that holds Bun for this platform. */
export const bun = `@oven/bun-${process.platform}-${process.arch === 'arm64' ? 'aarch64' : process.arch}`;

/** `run` and `start` in that folder. What is started is stopped at the latest by `close`. */
export function processesIn(dir) {
  const running = new Set();

  function launch(command, args, { cwd = dir, env = {} } = {}) {
    const child = spawn(command, args, {
      cwd,
      env: { ...environment(dir), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: tools start others, which have to end with them.
      detached: true,
    });
    const printed = { text: '' };
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (printed.text += data));
    const ended = new Promise((resolve) => {
      child.on('error', (error) => resolve(error.message));
      child.on('close', (code, signal) => resolve(code ?? signal));
    });
    const stop = async () => {
      running.delete(stop);
      end(child);
      await ended;
    };
    running.add(stop);
    return { child, printed, ended, stop, name: [command, ...args].join(' ') };
  }

  return {
    /** Runs a command to its end, and gives what it printed. */
    async run(command, args = [], options = {}) {
      const { child, printed, ended, stop, name } = launch(command, args, options);
      const limit = setTimeout(() => end(child), LIMIT_MS);
      const code = await ended;
      clearTimeout(limit);
      await stop();
      if (code !== 0) throw Object.assign(new Error(`${name} ended with ${code}: ${printed.text.slice(-TAIL)}`), { printed: printed.text });
      return printed.text;
    },

    /**
     * Starts a server, which is there when `ready` matches what it prints; the pattern's first group is its URL or port. One
     * that prints nothing is there when somebody listens at the URL that `ready` is.
     */
    async start(command, args, { ready, ...options }) {
      const { child, printed, ended, stop, name } = launch(command, args, options);
      const address = await new Promise((resolve, reject) => {
        const fail = (why) => reject(new Error(`${name} ${why}: ${printed.text.slice(-TAIL)}`));
        const limit = setTimeout(() => fail('is not ready'), LIMIT_MS);
        const found = (address) => (clearTimeout(limit), resolve(address));
        const look = () => {
          const match = ready.exec(printed.text);
          if (match) found(match[1]);
        };
        if (typeof ready === 'string') listening(ready, ended).then(() => found(new URL(ready).origin));
        else for (const stream of [child.stdout, child.stderr]) stream.on('data', look);
        ended.then((code) => (clearTimeout(limit), fail(`ended with ${code}`)));
      });
      const url = /^\d+$/.test(address) ? `http://127.0.0.1:${address}` : address.replace('localhost', '127.0.0.1').replace(/\/$/, '');
      return { url, stop, printed: () => printed.text };
    },

    async close() {
      for (const stop of running) await stop();
    },
  };
}

/** Until somebody listens there, or the process has ended. */
async function listening(url, ended) {
  let hasEnded = false;
  ended.then(() => (hasEnded = true));
  while (!hasEnded) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer) return;
    await sleep(100);
  }
}

/** For servers that cannot be told to take any port. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return String(port);
}

/** The version of an installed package; of what the consumer has not, that of the tests. */
export function versionOf(name, dir) {
  for (const folder of [join(dir, 'node_modules'), tests]) {
    try {
      return createRequire(import.meta.url)(join(folder, name, 'package.json')).version;
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  throw new Error(`${name} is not installed`);
}

function end({ pid }) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended, or has not begun.
  }
}

/** Nothing is told to anybody, and nothing of what runs these tests is passed on. */
function environment(dir) {
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, NODE_ENV: ___, PATH, ...rest } = process.env;
  const binaries = [join(dir, 'node_modules/.bin'), join(tests, '.bin'), dirname(process.execPath), join(tests, bun, 'bin')];
  return {
    ...rest,
    PATH: [...binaries, PATH].join(delimiter),
    CI: '1',
    NO_COLOR: '1',
    DO_NOT_TRACK: '1',
    ASTRO_TELEMETRY_DISABLED: '1',
    NEXT_TELEMETRY_DISABLED: '1',
    NUXT_TELEMETRY_DISABLED: '1',
    WRANGLER_SEND_METRICS: 'false',
  };
}
