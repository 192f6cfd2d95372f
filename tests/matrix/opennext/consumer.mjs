import { wranglerDev } from '../cloudflare.mjs';

export default {
  title: 'Next.js 16 on Cloudflare, by OpenNext',
  packages: ['@opennextjs/cloudflare', 'next'],
  cells: [
    {
      where: 'a route handler, in workerd',
      run: async (context) => {
        await context.run('opennextjs-cloudflare', ['build']);
        const { environment, proveClient } = context.service();
        const { url } = await wranglerDev(context, environment);
        await proveClient(`${url}/hello`);
      },
    },
  ],
};
