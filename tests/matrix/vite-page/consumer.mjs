import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const ready = /Local:\s+(http:\S+)/;

const inChromium = (command) => async ({ dir, run, service, start }) => {
  const { environment, proveClient } = service();
  const { CLIENT_ID, CLIENT_SECRET, ...rest } = environment;
  const env = { ...rest, VITE_CLIENT_ID: CLIENT_ID, VITE_CLIENT_SECRET: CLIENT_SECRET };
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
    { where: '`vite dev`, in Chromium', run: inChromium('dev') },
  ],
};
