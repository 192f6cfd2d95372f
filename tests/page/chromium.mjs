// The browser that looks at the live page: the machine's own, or npm's for Linux on x64.
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { chromium } from 'playwright-core';

/** As Debian, Ubuntu and Google name it. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Hints of fonts differ by machine. */
const ARGS = ['--font-render-hinting=none'];

const { version } = createRequire(import.meta.url)('./node_modules/@sparticuz/chromium/package.json');
const run = promisify(execFile);

/** Starts the first that starts. */
export async function launch({ environment = process.env, platform = `${process.platform} ${process.arch}` } = {}) {
  const refusals = [];
  for (const find of candidates(environment, platform)) {
    const { executablePath, env } = await find();
    try {
      return await chromium.launch({ executablePath, args: ARGS, env: { ...environment, ...env } });
    } catch (error) {
      refusals.push(`${executablePath}: ${reasonOf(error)}`);
    }
  }
  throw new Error(`No Chromium starts here (${refusals.join('; ') || 'there is none'}). \
Install your distribution's package chromium, or name one by the environment variable CHROMIUM.`);
}

function candidates({ CHROMIUM, PATH = '' }, platform) {
  if (CHROMIUM) return [() => ({ executablePath: CHROMIUM })];
  const folders = PATH.split(delimiter).filter(Boolean);
  const own = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).filter(isExecutable);
  return [...own.map((executablePath) => () => ({ executablePath })), ...(platform === 'linux x64' ? [unpacked] : [])];
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** npm's, with the libraries and the font that it brings: a fresh machine may have neither. */
export async function unpacked(folder = join(import.meta.dirname, '../../target/tools', `chromium-${version}`)) {
  if (!existsSync(folder)) await unpack(folder);
  return {
    executablePath: join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: join(folder, 'al2023/lib'), FONTCONFIG_FILE: join(folder, 'fonts.conf') },
  };
}

/** Whole or not at all: another process may be doing the same, and this one may be ended. */
async function unpack(folder) {
  await mkdir(join(folder, '..'), { recursive: true });
  const draft = await mkdtemp(`${folder}-`);
  try {
    await run(process.execPath, [join(import.meta.dirname, 'unpack.mjs'), draft]);
    const dirs = `<dir>${join(folder, 'fonts')}</dir><cachedir>${join(folder, 'font-cache')}</cachedir>`;
    await writeFile(join(draft, 'fonts.conf'), `<?xml version="1.0"?>\n<fontconfig>${dirs}</fontconfig>\n`);
    await rename(draft, folder).catch((error) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** What the browser said last, or what kept it from running. */
function reasonOf({ message }) {
  const lines = stripVTControlCharacters(message).split('\n');
  return lines.findLast((line) => line.includes('[err] '))?.split('[err] ')[1] ?? lines[0];
}
