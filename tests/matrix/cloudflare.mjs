// What runs in workerd by Cloudflare's own tool.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const ready = /Ready on (http:\/\/\S+:\d+)/;

/** The Worker of that folder, with its secrets where Wrangler looks for them. */
export async function wranglerDev({ dir, start }, environment, ...options) {
  await writeFile(join(dir, '.dev.vars'), dotenv(environment));
  return await start('wrangler', ['dev', '--ip', '127.0.0.1', '--port', '0', '--inspector-port', '0', ...options], { ready });
}

export function dotenv(environment) {
  return Object.entries(environment).map(([name, value]) => `${name}='${value}'\n`).join('');
}
