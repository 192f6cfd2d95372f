// The contract in Vercel's edge runtime, bundled as its tools do it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { EdgeVM } from '@edge-runtime/vm';
import { build } from 'esbuild';
import { entries, titleOf } from './entries.mjs';
import { install, tarball } from './package.mjs';
import { startServers } from './servers.mjs';
import { wasmModules } from './wasm-modules.mjs';

const project = await install('edge-light', await tarball());
const { addresses, close } = await startServers();
after(close);

/** By entries, where they run. */
const edges = {};
for (const entry of Object.keys(entries)) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('workers/contract.mjs', import.meta.url))],
    bundle: true,
    platform: 'neutral',
    format: 'iife',
    // As modules are.
    banner: { js: '"use strict";' },
    globalName: 'bundle',
    conditions: ['edge-light'],
    nodePaths: [join(project, 'node_modules')],
    alias: { '#entry': entry },
    define: { ADDRESSES: JSON.stringify(addresses), RUNTIME: '"edge-light"', ENTRY: JSON.stringify(entry) },
    plugins: [wasmModules],
    write: false,
  });
  const edge = new EdgeVM();
  const wasm = join(project, `node_modules/edge-oauth2/wasm/${entry.replaceAll(/\W/g, '_')}_bg.wasm`);
  // Compiled out here, as Vercel does it: in another realm than the code that uses it.
  edge.context.compiled = new WebAssembly.Module(readFileSync(wasm));
  edge.evaluate(outputFiles[0].text);
  edges[entry] = edge;
}

for (const [entry, groups] of Object.entries(entries)) {
  for (const [group, tests] of Object.entries(groups)) {
    describe(titleOf('edge-light', entry, group), () => {
      for (const title of Object.keys(tests)) {
        test(title, { timeout: 20_000 }, async () => {
          const edge = edges[entry];
          const body = JSON.stringify({ group, title });
          edge.context.request = { json: async () => JSON.parse(body) };
          const response = await edge.evaluate('bundle.default.fetch(request)');
          const result = await response.json();
          if (!result.passed) throw new Error(`${result.message}\n${result.stack}`);
        });
      }
    });
  }
}
