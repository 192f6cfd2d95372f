import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../processes.mjs';

export default {
  title: 'React Router 7',
  packages: ['react-router', '@react-router/dev', 'vite'],
  cells: [
    {
      where: 'loaders and actions, `react-router-serve`',
      run: async (context) => {
        const { dir, prove, run, start } = context;
        await run('react-router', ['build']);
        await prove('nothing of it is sent to browsers', async () => {
          const folder = join(dir, 'build/client/assets');
          for (const file of await readdir(folder)) assert.ok(!(await readFile(join(folder, file), 'utf8')).includes('OAuth2'), file);
        });
        const { environment, proveClient } = context.service();
        const env = { ...environment, HOST: '127.0.0.1', PORT: await freePort(), NODE_ENV: 'production' };
        const { url } = await start('react-router-serve', ['build/server/index.js'], { env, ready: /\((http:\S+)\)/ });
        await proveClient(`${url}/hello`);
        await prove('a page shows what its loader got', async () => {
          const page = await (await fetch(url)).text();
          assert.match(page, /<p>GET<\/p>/);
        });
      },
    },
    {
      where: '`react-router dev`',
      run: async ({ service, start }) => {
        const { environment, proveClient } = service();
        const args = ['dev', '--host', '127.0.0.1', '--port', '0'];
        const { url } = await start('react-router', args, { env: environment, ready: /Local:\s+(http:\S+)/ });
        await proveClient(`${url}/hello`);
      },
    },
  ],
};
