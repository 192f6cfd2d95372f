import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const ready = /Local:\s+(http:\S+)/;

/** The environment, as Vite hands it on to pages. */
const forPages = ({ CLIENT_ID, CLIENT_SECRET, ...rest }) => ({ ...rest, VITE_CLIENT_ID: CLIENT_ID, VITE_CLIENT_SECRET: CLIENT_SECRET });

const inChromium = (command) => async ({ dir, run, service, start }) => {
  const { environment, proveClient } = service();
  const env = forPages(environment);
  if (command === 'preview') await run('vite', ['build'], { env });
  const { url } = await start('vite', [command, '--host', '127.0.0.1', '--port', '0'], { ready, env });
  const browser = await launch(dir);
  try {
    const page = await browser.newPage();
    await page.goto(url);
    await page.waitForFunction('window.hello');
    await proveClient(url, { call: (init) => page.evaluate((init) => window.hello(init), init) });
  } finally {
    await browser.close();
  }
};

async function refused({ dir, prove, run, service, start }) {
  const env = forPages(service().environment);
  await run('vite', ['build'], { env });
  const index = join(dir, 'dist/index.html');
  const html = await readFile(index, 'utf8');
  const strict = html.replace(" 'wasm-unsafe-eval'", '');
  assert.notEqual(strict, html);
  await writeFile(index, strict);
  const { url } = await start('vite', ['preview', '--host', '127.0.0.1', '--port', '0'], { ready, env });
  const browser = await launch(dir);
  try {
    const page = await browser.newPage();
    const [error] = await Promise.all([page.waitForEvent('pageerror'), page.goto(url)]);
    await prove('an error says what the policy has to allow', () => assert.match(error.message, /script-src.*'wasm-unsafe-eval' in script-src/s));
  } finally {
    await browser.close();
  }
}

/** The consumer's own Chromium. */
async function launch(dir) {
  const load = (name) => import(pathToFileURL(createRequire(join(dir, 'package.json')).resolve(name)).href);
  const { default: chromium } = await load('@sparticuz/chromium');
  const { default: playwright } = await load('playwright-core');
  return await playwright.chromium.launch({ executablePath: await chromium.executablePath(), args: chromium.args });
}

export default {
  title: 'Vite, in a browser',
  packages: ['vite', '@sparticuz/chromium'],
  cells: [
    { where: '`vite build`, in Chromium under a content security policy', run: inChromium('preview') },
    { where: '`vite build`, in Chromium under a policy that allows no WebAssembly', run: refused },
    { where: '`vite dev`, in Chromium', run: inChromium('dev') },
  ],
};
