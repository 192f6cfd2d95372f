import assert from 'node:assert/strict';
import { presetCells } from '../nitro.mjs';
import { freePort } from '../processes.mjs';

const presets = presetCells({
  presets: ['node_server', 'cloudflare_module', 'cloudflare_pages', 'vercel', 'netlify_edge'],
  build: ({ run }, preset) => run('nuxt', ['build', '--preset', preset]),
  prefix: 'NUXT',
  more: async ({ prove }, url) => {
    await prove('a page shows what it got', async () => assert.match(await (await fetch(url)).text(), /<p>GET<\/p>/));
  },
});

const dev = {
  where: '`nuxt dev`',
  run: async ({ service, start }) => {
    const { environment, proveClient } = service();
    const env = Object.fromEntries(Object.entries(environment).map(([name, value]) => [`NUXT_${name}`, value]));
    const port = await freePort();
    const { url } = await start('nuxt', ['dev', '--host', '127.0.0.1', '--port', port], { env, ready: `http://127.0.0.1:${port}/favicon.ico` });
    await proveClient(`${url}/hello`);
  },
};

export default { title: 'Nuxt 4', packages: ['nuxt', 'nitropack'], cells: [...presets, dev] };
