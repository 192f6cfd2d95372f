import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dev, proveCloudflare, proveNode } from '../sveltekit.mjs';

/** Builds with the configuration that has this adapter: a project has one. */
async function build({ dir, run }, adapter) {
  await copyFile(join(dir, `svelte.${adapter}.config.js`), join(dir, 'svelte.config.js'));
  await run('vite', ['build']);
}

export default {
  title: 'SvelteKit 2',
  packages: ['@sveltejs/kit', '@sveltejs/adapter-node', '@sveltejs/adapter-cloudflare'],
  shared: ['sveltekit-app'],
  cells: [
    {
      where: '`adapter-node`',
      run: async (context) => {
        await build(context, 'node');
        await proveNode(context);
      },
    },
    {
      where: '`adapter-cloudflare`, in workerd',
      run: async (context) => {
        await build(context, 'cloudflare');
        await proveCloudflare(context);
      },
    },
    dev,
  ],
};
