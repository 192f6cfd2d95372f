import assert from 'node:assert/strict';
import { presetCells } from '../nitro.mjs';

export default {
  title: 'Nuxt 4',
  packages: ['nuxt', 'nitropack'],
  cells: presetCells({
    presets: ['node_server', 'cloudflare_module', 'cloudflare_pages', 'vercel', 'netlify_edge'],
    build: ({ run }, preset) => run('nuxt', ['build', '--preset', preset]),
    prefix: 'NUXT',
    more: async ({ prove }, url) => {
      await prove('a page shows what it got', async () => assert.match(await (await fetch(url)).text(), /<p>GET<\/p>/));
    },
  }),
};
