import { proveAlone, proveShortError } from '../bundled.mjs';

const forNode = (...more) => async (context) => {
  await context.run('esbuild', ['server.js', '--bundle', '--platform=node', '--format=esm', '--outfile=out.mjs', ...more]);
  await proveAlone(context, 'out.mjs');
  await proveShortError(context, 'out.mjs');
};

export default {
  title: 'esbuild',
  packages: ['esbuild'],
  shared: ['server'],
  cells: [
    { where: 'for Node', run: forNode() },
    { where: 'for Node, minified', run: forNode('--minify') },
    {
      where: 'for Node, as CommonJS',
      run: async (context) => {
        await context.run('esbuild', ['server.js', '--bundle', '--platform=node', '--format=cjs', '--outfile=out.cjs']);
        await proveAlone(context, 'out.cjs');
      },
    },
  ],
};
