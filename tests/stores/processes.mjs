// A fleet of isolates in processes of Node, Deno or Bun, and how each runs a file.
import { spawn } from 'node:child_process';
import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../runtimes/package.mjs';

export const RUNTIMES = {
  Node: [process.execPath],
  Deno: [await binary('@deno', 'deno'), 'run', '-A', '--no-prompt', '--node-modules-dir=manual', '--unstable-kv'],
  Bun: [await binary('@oven', 'bin/bun'), 'run'],
};

async function binary(scope, file) {
  const folder = join(root, 'tests/node_modules', scope);
  const [platform] = await readdir(folder);
  return join(folder, platform, file);
}

/** Runs a file of this folder. */
export function start(runtime, file, told) {
  const [program, ...args] = RUNTIMES[runtime];
  return spawn(program, [...args, join(import.meta.dirname, file), JSON.stringify(told)], { cwd: import.meta.dirname });
}

/** Starts `processes`, each with `isolates` copies of the package of `project`. */
export async function startProcesses({ project, runtime = 'Node', addresses, processes = 8, isolates = 1 }) {
  const copy = async (index) => {
    const path = join(project, `isolate-${runtime}-${index}`);
    await cp(join(project, 'node_modules/edge-oauth2'), path, { recursive: true });
    return path;
  };
  const all = await Promise.all(
    Array.from({ length: processes }, async (_, index) => {
      const projects = await Promise.all(Array.from({ length: isolates }, (_, each) => copy(index * isolates + each)));
      return startMember(runtime, { projects, addresses });
    }),
  );
  return {
    /** How many isolates there are. */
    size: processes * isolates,
    request: (member, message) => all[member % processes].request({ ...message, isolate: Math.floor(member / processes) % isolates }),
    /** What was thrown where nobody catches it. */
    thrown: () => all.flatMap(({ thrown }) => thrown),
    async close() {
      await Promise.all(all.map((one) => one.close()));
    },
  };
}

function startMember(runtime, told) {
  const child = start(runtime, 'member-process.mjs', told);
  const waiting = new Map();
  const thrown = [];
  const ended = new Promise((done) => child.once('exit', done));
  const errors = [];
  child.stderr.on('data', (chunk) => errors.push(chunk));
  ended.then(() => {
    for (const { reject } of waiting.values()) reject(new Error(`${runtime} ended: ${Buffer.concat(errors)}`));
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, ...answered } = JSON.parse(line);
    if (id === undefined) return thrown.push(answered.thrown);
    waiting.get(id).resolve(answered);
    waiting.delete(id);
  });
  let requests = 0;
  return {
    thrown,
    request(message) {
      const id = (requests += 1);
      const answered = new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
      child.stdin.write(`${JSON.stringify({ id, ...message })}\n`);
      return answered;
    },
    async close() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
