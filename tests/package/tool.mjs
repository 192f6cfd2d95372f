// The repository and its tools, whether or not the package is built.
import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const root = join(import.meta.dirname, '../..');

/** Runs a program, the pinned one if there is one; when it fails, what it printed is in the error. */
export async function tool(program, args, options) {
  const PATH = `${join(root, 'tests/node_modules/.bin')}${delimiter}${process.env.PATH}`;
  try {
    return (await run(program, args, { cwd: root, env: { ...process.env, PATH }, ...options })).stdout;
  } catch (error) {
    throw new Error(`${error.message}\n${error.stdout}`, { cause: error });
  }
}
