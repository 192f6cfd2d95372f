import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dotenv, wranglerDev } from '../cloudflare.mjs';

const build = ({ run }, adapter) => run('astro', ['build', '--config', `astro.${adapter}.config.mjs`]);

async function provePage({ prove }, url) {
  await prove('a page shows what it got', async () => assert.match(await (await fetch(url)).text(), /<p>GET<\/p>/));
}

export default {
  title: 'Astro',
  packages: ['astro', '@astrojs/node', '@astrojs/cloudflare'],
  cells: [
    {
      where: '`@astrojs/node`, standalone',
      run: async (context) => {
        await build(context, 'node');
        const { environment, proveClient } = context.service();
        const env = { ...environment, HOST: '127.0.0.1', PORT: '0' };
        const { url } = await context.start('node', ['dist/server/entry.mjs'], { env, ready: /(http:\/\/127[^\s]+:\d+)/ });
        await proveClient(`${url}/hello`);
        await provePage(context, url);
      },
    },
    {
      where: '`@astrojs/cloudflare`, in workerd',
      run: async (context) => {
        await build(context, 'cloudflare');
        const { environment, proveClient } = context.service();
        const { url } = await wranglerDev(context, environment);
        await proveClient(`${url}/hello`);
        await provePage(context, url);
      },
    },
    {
      where: '`astro dev`, in Node',
      run: async (context) => {
        const { environment, proveClient } = context.service();
        const args = ['dev', '--host', '127.0.0.1', '--port', '0', '--config', 'astro.node.config.mjs'];
        const { url } = await context.start('astro', args, { env: environment, ready: /(http:\/\/127\S+:\d+)/ });
        await proveClient(`${url}/hello`);
      },
    },
    {
      where: '`astro dev`, in workerd',
      run: async (context) => {
        const { environment, proveClient } = context.service();
        // Of Cloudflare's `.dev.vars` its `getSecret` knows when it is built only.
        await writeFile(join(context.dir, '.env'), dotenv(environment));
        const args = ['dev', '--host', '127.0.0.1', '--port', '0', '--config', 'astro.cloudflare.config.mjs'];
        const { url } = await context.start('astro', args, { ready: /(http:\/\/127\S+:\d+)/ });
        await proveClient(`${url}/hello`);
      },
    },
  ],
};
