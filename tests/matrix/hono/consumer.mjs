import { wranglerDev } from '../cloudflare.mjs';

const ready = /(http:\/\/127\.0\.0\.1:\d+)/;

const started = (...command) => async ({ start, service }) => {
  const { environment, proveClient } = service();
  const [program, ...args] = command;
  const { url } = await start(program, args, { ready, env: environment });
  await proveClient(`${url}/hello`);
};

export default {
  title: 'Hono',
  packages: ['hono'],
  cells: [
    {
      where: 'Cloudflare Workers',
      run: async (context) => {
        const { environment, proveClient } = context.service();
        const { url } = await wranglerDev(context, environment);
        await proveClient(`${url}/hello`);
      },
    },
    { where: 'Node', run: started('node', 'src/node.js') },
    { where: 'Deno', run: started('deno', 'run', '--allow-env', '--allow-net', 'src/deno.js') },
    { where: 'Bun', run: started('bun', 'src/bun.js') },
  ],
};
