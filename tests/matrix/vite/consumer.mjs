import { proveAlone, proveServer } from '../bundled.mjs';

const build = ({ run }, ...options) => run('vite', ['build', '--ssr', 'server.js', '--outDir', 'out', ...options]);

export default {
  title: 'Vite',
  packages: ['vite'],
  shared: ['server'],
  cells: [
    {
      where: 'ssr build, packages left outside',
      run: async (context) => {
        await build(context);
        await proveServer(context, 'node', ['out/server.js']);
      },
    },
    {
      where: 'ssr build, `noExternal: true`',
      run: async (context) => {
        await build(context, '--config', 'vite.bundled.config.js');
        await proveAlone(context, 'out/server.js');
      },
    },
  ],
};
