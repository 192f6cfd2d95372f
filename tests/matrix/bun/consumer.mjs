import { proveAlone, proveServer } from '../bundled.mjs';
import { bun } from '../processes.mjs';

export default {
  title: 'Bun',
  packages: [bun],
  shared: ['server'],
  cells: [
    { where: 'run', run: (context) => proveServer(context, 'bun', ['server.js']) },
    {
      where: '`bun build --compile`',
      run: async (context) => {
        await context.run('bun', ['build', '--compile', 'server.js', '--outfile', 'out']);
        await proveAlone(context, 'out');
      },
    },
  ],
};
