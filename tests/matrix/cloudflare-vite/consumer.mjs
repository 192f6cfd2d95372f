import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dotenv } from '../cloudflare.mjs';

const ready = /Local:\s+(http:\S+)/;
const LOCAL = ['--host', '127.0.0.1', '--port', '0'];

/** Vite's server, with the Worker's secrets where the plugin looks for them. */
const proved = (command) => async (context) => {
  const { dir, service, start } = context;
  const { environment, proveClient } = service();
  await writeFile(join(dir, '.dev.vars'), dotenv(environment));
  if (command === 'preview') await context.run('vite', ['build']);
  const { url } = await start('vite', [command, ...LOCAL], { ready });
  await proveClient(url);
};

export default {
  title: '`@cloudflare/vite-plugin`',
  packages: ['@cloudflare/vite-plugin', 'vite'],
  cells: [
    { where: '`vite dev`, in workerd', run: proved('dev') },
    { where: '`vite build` and `vite preview`, in workerd', run: proved('preview') },
  ],
};
