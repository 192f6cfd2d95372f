import { dev, proveNode } from '../sveltekit.mjs';

export default {
  title: 'SvelteKit 3',
  packages: ['@sveltejs/kit', '@sveltejs/adapter-node'],
  shared: ['sveltekit-app'],
  cells: [
    {
      where: '`adapter-node`',
      run: async (context) => {
        await context.run('vite', ['build']);
        await proveNode(context);
      },
    },
    dev,
  ],
};
