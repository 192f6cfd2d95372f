import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dotenv } from '../cloudflare.mjs';

const LOCAL = ['--host', '127.0.0.1', '--port', '0'];

const proved = (command) => async ({ dir, prove, run, service, start }) => {
  const { environment, proveClient } = service();
  await writeFile(join(dir, '.dev.vars'), dotenv(environment));
  if (command === 'preview') await run('react-router', ['build']);
  const program = command === 'preview' ? 'vite' : 'react-router';
  const { url } = await start(program, [command, ...LOCAL], { ready: /Local:\s+(http:\S+)/ });
  await proveClient(`${url}/hello`);
  await prove('a page shows what its loader got', async () => assert.match(await (await fetch(url)).text(), /<p>GET<\/p>/));
};

export default {
  title: 'React Router 7 on Cloudflare',
  packages: ['react-router', '@cloudflare/vite-plugin', 'vite'],
  cells: [
    { where: '`react-router dev`, in workerd', run: proved('dev') },
    { where: '`react-router build` and `vite preview`, in workerd', run: proved('preview') },
  ],
};
