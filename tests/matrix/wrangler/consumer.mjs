import assert from 'node:assert/strict';
import { proveKept, wranglerDev } from '../cloudflare.mjs';

export default {
  title: 'Wrangler',
  packages: ['wrangler'],
  cells: [
    {
      where: 'workerd',
      run: async (context) => {
        const { environment, proveClient } = context.service();
        const { url } = await wranglerDev(context, environment);
        await proveClient(url);
      },
    },
    {
      where: 'workerd, tokens in Workers KV',
      run: async (context) => {
        const { environment, scene } = context.service();
        const first = await wranglerDev(context, environment);
        await context.ask(first.url);
        await proveKept(context);
        await first.stop();
        const second = await wranglerDev(context, environment);
        await context.prove('another isolate finds the token in the store', async () => {
          await context.ask(second.url);
          assert.equal(await scene.grants(), 1);
        });
      },
    },
  ],
};
