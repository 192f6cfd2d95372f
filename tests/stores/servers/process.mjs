// A server that is a program: started, waited for, stalled, and ended.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { eventually } from '../../runtimes/assert.mjs';

/** Starts `program`; resolves when `isReady` does. */
export async function startProcess(program, args, isReady, options = {}) {
  const output = [];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk.toString()));
  const ended = new Promise((done) => child.once('exit', done).once('error', done));
  const failed = ended.then((how) => {
    throw new Error(`${program} ended (${how}):\n${output.join('')}`);
  });
  await Promise.race([failed, eventually(() => isReady().catch(() => false), `${program} is ready`, 20_000)]);
  failed.catch(() => {});
  return {
    /** It is there, and answers nobody, until `resume`. */
    stall: () => child.kill('SIGSTOP'),
    resume: () => child.kill('SIGCONT'),
    async end(signal = 'SIGKILL') {
      child.kill('SIGCONT');
      child.kill(signal);
      await ended;
    },
  };
}

/** A port of loopback that nobody listens at. */
export async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}
