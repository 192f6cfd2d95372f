import { proveAlone, proveShortError } from '../bundled.mjs';

export default {
  title: 'webpack 5',
  packages: ['webpack'],
  shared: ['server'],
  cells: [
    {
      where: 'for Node, production',
      run: async (context) => {
        await context.run('webpack');
        await proveAlone(context, 'out.cjs');
        await proveShortError(context, 'out.cjs');
      },
    },
  ],
};
