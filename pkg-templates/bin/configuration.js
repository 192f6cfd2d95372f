// The options of a client, as a file has them.

import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Secrets } from '../doctor/secrets.js';
import { parseJson } from './json.js';
import { Problem } from './problem.js';
import { textOf } from './text-file.js';
import { filled } from './variables.js';

/** How long a module is waited for. */
const PATIENCE_MS = 10_000;

const WHY_NOT = {
  ENOENT: 'is not there',
  ENOTDIR: 'is not there',
  EACCES: 'may not be read',
  EPERM: 'may not be read',
};

/** Reads `file`; gives the options, and what is to be said of it. */
export async function readConfiguration(file, env) {
  if (statOf(file).isDirectory()) throw new Problem('config_unreadable', `${file} is a folder: name the file in it`);
  if (/\.jsonc?$/i.test(file)) return readJson(file, env);
  if (/\.[cm]?[jt]s$/i.test(file)) return { options: optionsIn(await load(file, env), file), findings: [] };
  throw new Problem('config_unreadable', `${file} is neither JSON (.json) nor a module (.mjs, .js)`);
}

function statOf(file) {
  try {
    return statSync(file);
  } catch (error) {
    throw new Problem('config_unreadable', `${file} ${WHY_NOT[error.code] ?? 'cannot be read'} (${error.code})`);
  }
}

function readJson(file, env) {
  const written = parsed(textOf(file), file);
  if (written.store !== undefined) {
    throw new Problem('store_in_json', `${file}: store is an object, which JSON cannot say: take a module, export default (env) => ({ … })`);
  }
  return filled(written, file, env);
}

function parsed(text, file) {
  if (text.trim() === '') throw new Problem('invalid_json', `${file} is empty`);
  let written;
  try {
    written = parseJson(text);
  } catch (error) {
    throw new Problem('invalid_json', `${file} is not JSON: ${error.message}`);
  }
  return optionsIn(written, file);
}

/** What the module exports. It is the user's own program, which may throw anything, or wait for ever. */
async function load(file, env) {
  try {
    return await Promise.race([exportOf(file, env), tooLate(file)]);
  } catch (error) {
    if (error instanceof Problem) throw error;
    const shown = secretsIn(env).shown(whatWasThrown(error));
    // Node.js keeps to itself in which line.
    const where = error instanceof SyntaxError ? `; node --check ${file} says where` : '';
    throw new Problem('config_unreadable', `${file} cannot be loaded: ${shown}${where}`);
  }
}

async function exportOf(file, env) {
  const { default: exported } = await import(pathToFileURL(resolve(file)).href);
  return typeof exported === 'function' ? await exported(env) : await exported;
}

async function tooLate(file) {
  await setTimeout(PATIENCE_MS);
  throw new Problem('config_unreadable', `${file} is not done after ${PATIENCE_MS / 1000} s: does it wait for a connection?`);
}

function whatWasThrown(error) {
  const { message = String(error), code } = error ?? {};
  return `${message}${code ? ` (${code})` : ''}`;
}

/** The values of variables named like secrets. The rest is paths and settings, which errors are about. */
function secretsIn(env) {
  const secrets = new Secrets({});
  for (const [name, value] of Object.entries(env)) if (/SECRET|TOKEN|KEY|PASS|CREDENTIAL|AUTH|URL|URI|DSN/i.test(name)) secrets.add(value);
  return secrets;
}

function optionsIn(value, file) {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject) throw new Problem('config_unreadable', `${file} has no options: an object is wanted, in a module as its default export`);
  if (typeof value.getToken === 'function') throw new Problem('config_unreadable', `${file} exports a client: export the options that it is made of`);
  return value;
}
