// SvelteKit by its adapters.
import { proveKept, wranglerDev } from './cloudflare.mjs';

export async function proveNode({ start, service }) {
  const { environment, proveClient } = service();
  const env = { ...environment, HOST: '127.0.0.1', PORT: '0' };
  const { url } = await start('node', ['build'], { ready: /Listening on (http:\S+)/, env });
  await proveClient(`${url}/hello`);
}

export async function proveCloudflare(context) {
  const { environment, proveClient } = context.service();
  const { url } = await wranglerDev(context, environment);
  await proveClient(`${url}/hello`);
  await proveKept(context);
}

export const dev = {
  where: '`vite dev`',
  run: async ({ start, service }) => {
    const { environment, proveClient } = service();
    const { url } = await start('vite', ['dev', '--host', '127.0.0.1', '--port', '0'], { ready: /Local:\s+(http:\S+)/, env: environment });
    await proveClient(`${url}/hello`);
  },
};
