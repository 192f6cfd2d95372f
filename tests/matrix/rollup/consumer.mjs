import { proveAlone } from '../bundled.mjs';

export default {
  title: 'Rollup',
  packages: ['rollup', '@rollup/plugin-node-resolve'],
  shared: ['server'],
  cells: [
    {
      where: 'for Node',
      run: async (context) => {
        await context.run('rollup', ['--config']);
        await proveAlone(context, 'out.mjs');
      },
    },
  ],
};
