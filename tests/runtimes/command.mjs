// The command of the packed package, as a user runs it, and a real authorization server for it to ask.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import { install, tarball } from './package.mjs';
import { startServers } from './servers.mjs';

/** What the environment of a test has beside its own variables. */
const { PATH, HOME } = process.env;

/** Installs the package into the project `name`. */
export async function startCommand(name) {
  const project = await install(name, await tarball());
  const bin = join(project, 'node_modules/.bin/edge-oauth2');
  const { addresses, close } = await startServers();
  after(close);
  const { id, secret } = addresses.clients.header;
  const servers = { tokenUrl: addresses.issuersTokenUrl, baseUrl: `${addresses.api}/command/` };

  /** Runs `program` in the project; gives what it printed and how it ended. */
  async function run(program, words, env = {}) {
    const child = spawn(program, words, { cwd: project, env: { PATH, HOME, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const printed = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr']) child[stream].setEncoding('utf8').on('data', (text) => (printed[stream] += text));
    const exitCode = await new Promise((done, failed) => child.once('close', done).once('error', failed));
    return { exitCode, ...printed };
  }

  const command = (words, env) => run(bin, words, env);

  let files = 0;
  return {
    project,
    installed: join(project, 'node_modules/edge-oauth2'),
    bin,
    run,
    command,
    /** Where the servers are; options that are right, with variables in them; and these. */
    servers,
    good: { ...servers, clientId: '${CLIENT_ID}', clientSecret: '${CLIENT_SECRET}' },
    variables: { CLIENT_ID: id, CLIENT_SECRET: secret },

    /** Writes a configuration; gives its name. */
    file(content, extension = 'json') {
      const written = `config-${(files += 1)}.${extension}`;
      writeFileSync(join(project, written), typeof content === 'object' && !Buffer.isBuffer(content) ? JSON.stringify(content) : content);
      return written;
    },

    /** The diagnosis by `--json`, which nothing secret is in. */
    async diagnosis(words, env) {
      const { exitCode, stdout, stderr } = await command(['doctor', ...words, '--json'], env);
      assert.ok(!(stdout + stderr).includes('MARKER'), stdout + stderr);
      const { ok, findings, steps } = JSON.parse(stdout);
      return { exitCode, ok, codes: findings.map(({ code }) => code), findings, steps, stderr };
    },
  };
}
