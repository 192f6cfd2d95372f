import assert from 'node:assert/strict';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const host = join(import.meta.dirname, '../hosts/netlify.mjs');

export default {
  title: 'Netlify Edge Functions',
  packages: ['@netlify/edge-bundler', 'deno'],
  cells: [
    {
      where: "the bundle's code in Deno, with Netlify's global and context",
      run: async ({ dir, prove, run, service, start }) => {
        await run('node', ['build.mjs']);
        const [tarball] = (await readdir(join(dir, 'dist'))).filter((file) => file.endsWith('.tar.gz'));
        const bundle = join(dir, 'bundle');
        await mkdir(bundle);
        await run('tar', ['-xzf', join(dir, 'dist', tarball), '-C', bundle]);
        const { functions } = JSON.parse(await readFile(join(bundle, '___netlify-edge-functions.json'), 'utf8'));
        const { environment, proveClient } = service();
        const args = ['run', '--allow-all', '--config', 'deno.json', host, functions.hello];
        const site = await start('deno', args, { cwd: bundle, env: environment, ready: /(http:\/\/127\.0\.0\.1:\d+)/ });
        await proveClient(`${site.url}/hello`);
        await prove('the platform is asked to wait', () => assert.match(site.printed(), /waitUntil/));
      },
    },
  ],
};
