// The browser that looks at the live page: the machine's own, or npm's for Linux on x64.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { chromium } from 'playwright-core';
import { fonts, program } from './unpacked.mjs';

/** As Debian, Ubuntu and Google name it. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Hints of letters differ by machine. */
const ARGS = ['--font-render-hinting=none'];

/** Starts the first that starts. Its letters are the same everywhere on Linux: a fresh machine has none, and others have others. */
export async function launch({ environment = process.env, platform = `${process.platform} ${process.arch}` } = {}) {
  const letters = await fonts();
  const refusals = [];
  for (const find of candidates(environment, platform)) {
    const { executablePath, env } = await find();
    try {
      return await chromium.launch({ executablePath, args: ARGS, env: { ...environment, ...letters, ...env } });
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
  return [...own.map((executablePath) => () => ({ executablePath })), ...(platform === 'linux x64' ? [() => program()] : [])];
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What the browser said last, or what kept it from running. */
function reasonOf({ message }) {
  const lines = stripVTControlCharacters(message).split('\n');
  return lines.findLast((line) => line.includes('[err] '))?.split('[err] ')[1] ?? lines[0];
}
