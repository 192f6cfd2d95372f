// What runs in workerd by Cloudflare's own tool.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const ready = /Ready on (http:\/\/\S+:\d+)/;

/** The Worker of that folder, with its secrets where Wrangler looks for them. */
export async function wranglerDev({ dir, start }, environment, ...options) {
  await writeFile(join(dir, '.dev.vars'), dotenv(environment));
  return await start('wrangler', ['dev', '--ip', '127.0.0.1', '--port', '0', '--inspector-port', '0', ...options], { ready });
}

/** Until the token is in the KV namespace TOKENS: no response is kept waiting for it. */
export async function proveKept({ prove, run }) {
  await prove('the token is kept in Workers KV', async () => {
    for (let tries = 0; tries < 20; tries += 1) {
      const keys = await run('wrangler', ['kv', 'key', 'list', '--local', '--binding', 'TOKENS']);
      if (keys.includes('edge-oauth2:')) return;
    }
    throw new Error('there is no token in the store');
  });
}

/** The same of what was built for Cloudflare Pages. */
export async function pagesDev({ dir, start }, environment) {
  await writeFile(join(dir, '.dev.vars'), dotenv(environment));
  const date = ['--compatibility-date', '2026-07-01', '--compatibility-flag', 'nodejs_compat'];
  return await start('wrangler', ['pages', 'dev', 'dist', '--ip', '127.0.0.1', '--port', '0', '--inspector-port', '0', ...date], { ready });
}

export function dotenv(environment) {
  return Object.entries(environment).map(([name, value]) => `${name}='${value}'\n`).join('');
}
