// What Nitro builds by its presets, run where each preset is for. Nuxt is Nitro with pages.
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { wranglerDev, pagesDev } from './cloudflare.mjs';
import { freePort } from './processes.mjs';

const hosts = join(import.meta.dirname, 'hosts');
const ready = /(http:\/\/127\.0\.0\.1:\d+)/;
const OUTPUTS = ['.output', '.vercel', '.netlify', 'dist'];

const FUNCTION = '.vercel/output/functions/__fallback.func';

/** How the output of each preset is started. */
const starts = {
  node_server: async ({ start }, env) => start('node', ['.output/server/index.mjs'], { ready, env: { ...env, HOST: '127.0.0.1', PORT: await freePort() } }),
  deno_server: async ({ start }, env) => {
    const port = await freePort();
    const here = { ...env, HOST: '127.0.0.1', PORT: port };
    return start('deno', ['task', '--config', '.output/deno.json', 'start'], { ready: `http://127.0.0.1:${port}/nothing`, env: here });
  },
  cloudflare_module: wranglerDev,
  cloudflare_pages: async (context, env) => {
    // That of a Worker, by which Wrangler would take this for one.
    await rm(join(context.dir, 'wrangler.jsonc'));
    return await pagesDev(context, env);
  },
  vercel: ({ start }, env) => start('node', [join(hosts, 'vercel-node.mjs'), FUNCTION], { ready, env }),
  netlify_edge: ({ start }, env) => start('deno', ['run', '--allow-all', join(hosts, 'netlify.mjs'), '.netlify/edge-functions/server/server.js'], { ready, env }),
};

const startOnVercelsEdge = ({ start }, env) => start('node', [join(hosts, 'vercel.mjs'), FUNCTION], { ready, env });

const WHERE = {
  node_server: 'Node',
  deno_server: 'Deno',
  cloudflare_module: 'workerd',
  cloudflare_pages: 'workerd',
  vercel: "the function's code in Node, as Vercel calls it",
  netlify_edge: "the function's code in Deno, with Netlify's global and context",
};

const PRESETS = Object.keys(starts);

/**
 * Cells of these presets. `build(context, preset)` builds; `prefix` is what runtime configuration begins with; `more` is
 * proven of each.
 */
export function presetCells({ presets = PRESETS, build, prefix, more = () => {} }) {
  const built = async (context, preset, start, environment) => {
    for (const output of OUTPUTS) await rm(join(context.dir, output), { recursive: true, force: true });
    await build(context, preset);
    const named = Object.entries(environment).map(([name, value]) => [`${prefix}_${name}`, value]);
    return await start(context, Object.fromEntries(named));
  };
  const cells = presets.map((preset) => ({
    where: `\`${preset}\`, in ${WHERE[preset]}`,
    run: async (context) => {
      const { environment, proveClient } = context.service();
      const site = await built(context, preset, starts[preset], environment);
      await proveClient(`${site.url}/hello`);
      if (preset.endsWith('_edge')) await context.prove('the platform is asked to wait', () => assert.match(site.printed(), /waitUntil/));
      await more(context, site.url);
    },
  }));
  // Nitro has the wasm of this preset compiled from bytes, which Vercel's edge runtime refuses.
  const refused = {
    where: "`vercel_edge`, in `@edge-runtime/vm`, Vercel's output taken apart as Vercel does it",
    run: async (context) => {
      await context.prove('it does **not** work there, as no WebAssembly that Nitro takes along does: `vercel` does', async () => {
        const { environment } = context.service();
        await assert.rejects(built(context, 'vercel_edge', startOnVercelsEdge, environment), /Wasm code generation disallowed/);
      });
    },
  };
  return [...cells, refused];
}
