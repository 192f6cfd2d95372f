// The command: reads what is wanted, has it done, and says what came of it.

import { readFileSync } from 'node:fs';
import process from 'node:process';
import { readArguments, USAGE } from './arguments.js';
import { readConfiguration } from './configuration.js';
import { Problem } from './problem.js';
import { proxyFindings } from './proxy.js';
import { shownOn } from './terminal.js';
import { addFromFile } from './variables.js';

/** Exit codes. */
const HEALTHY = 0;
const ILL = 1;
const UNREADABLE = 2;

/** Runs the command with `words`, and ends the process: clients that a configuration made would keep it alive. */
export async function main(words) {
  const { stdout, stderr } = process;
  // Where nothing is left to be waited for, Node.js ends by itself.
  process.exitCode = UNREADABLE;
  // Whoever reads has read enough, as head does.
  for (const stream of [stdout, stderr]) stream.on('error', () => process.exit());
  // Of clients that nobody listens to. What they fail at is found by trying.
  process.on('uncaughtException', (error) => stderr.write(`edge-oauth2: an error that nobody caught (${error?.code ?? error?.name})\n`));
  const { exitCode, output = '', problem = '' } = await outcomeOf(words);
  process.exitCode = exitCode;
  await Promise.all([written(stdout, output), written(stderr, problem)]);
  process.exit();
}

async function outcomeOf(words) {
  const isJson = words.includes('--json');
  try {
    const { help, version, json, ...rest } = readArguments(words);
    if (help) return { exitCode: HEALTHY, output: USAGE };
    if (version) return { exitCode: HEALTHY, output: `${versionOfPackage()}\n` };
    return await diagnosed(rest, json);
  } catch (error) {
    const { code, message } = error instanceof Problem ? error : defect(error);
    if (!isJson) return { exitCode: UNREADABLE, problem: `edge-oauth2: ${message} [${code}]\n` };
    const problem = { code, part: 'configuration', severity: 'error', message, advice: 'Mend it, and call again.' };
    return { exitCode: UNREADABLE, output: `${JSON.stringify({ ok: false, findings: [problem], steps: [] }, null, 2)}\n` };
  }
}

async function diagnosed({ config, path, env }, isJson) {
  const ofFile = env === undefined ? [] : addFromFile(process.env, env);
  const { options, findings: ofConfiguration } = await readConfiguration(config, process.env);
  // With all its wasm, which nobody waits for who made a mistake above.
  const { describe, doctor } = await import('../doctor/index.js');
  const { ok, findings, steps } = await doctor(options, { path });
  const diagnosis = { ok, findings: [...ofFile, ...ofConfiguration, ...findings, ...proxyFindings(findings, process)], steps };
  const output = isJson ? JSON.stringify(diagnosis, null, 2) : shownOn(process.stdout, describe(diagnosis));
  return { exitCode: ok ? HEALTHY : ILL, output: `${output}\n` };
}

/** What nobody thought of may have anything in its message. */
function defect(error) {
  const [, place = 'nowhere'] = /^ +at (.+)$/m.exec(error?.stack) ?? [];
  return new Problem('internal', `a defect of this command, ${error?.name} at ${place}`);
}

function versionOfPackage() {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
}

/** Resolves when all is out: what is still on its way into a pipe is lost at exit. */
const written = (stream, text) => new Promise((done) => stream.write(text, done));
