// Which file an import leads to, by the conditions that tools have: read from what a bundler with these conditions takes.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as esbuild from 'esbuild';
import { createConsumer } from './consumer.mjs';

let dir;
before(async () => {
  dir = await createConsumer('resolution');
});

/** Of Nitro 2 and 3, and so of Nuxt, for every preset that is not Node's: they cannot be told apart by it. */
const NITRO = ['production', 'wintercg', 'worker', 'web', 'browser', 'workerd', 'edge-light', 'netlify', 'edge-routine', 'deno'];

const TOOLS = {
  wrangler: { conditions: ['workerd', 'worker', 'browser'], takes: 'workerd' },
  'Next.js for the edge': { conditions: ['edge-light', 'worker', 'browser'], takes: 'edge-light' },
  "SvelteKit for Vercel's edge": { conditions: ['edge-light', 'module', 'browser'], takes: 'edge-light' },
  'Nitro without experimental.wasm': { conditions: NITRO, takes: 'inline' },
  'Nitro with experimental.wasm': { conditions: [...NITRO, 'wasm', 'unwasm'], takes: 'edge-light' },
  'Nitro for Node with experimental.wasm': { conditions: ['production', 'node', 'wasm', 'unwasm'], takes: 'inline' },
  'a bundler for browsers': { conditions: ['browser', 'module'], takes: 'inline' },
  'a bundler for Node': { conditions: ['node', 'module'], takes: 'inline' },
};

/** The file that begins each entry, by what it takes. */
const FILES = {
  'edge-oauth2': { workerd: 'workerd.js', 'edge-light': 'edge-light.js', inline: 'index.js' },
  'edge-oauth2/m2m': { workerd: 'm2m-workerd.js', 'edge-light': 'm2m-edge-light.js', inline: 'm2m.js' },
  'edge-oauth2/inbound': { workerd: 'inbound-workerd.js', 'edge-light': 'inbound-edge-light.js', inline: 'inbound.js' },
  'edge-oauth2/all': { workerd: 'all-workerd.js', 'edge-light': 'all-edge-light.js', inline: 'all.js' },
};

/** The modules of `entries/` that a bundle with these conditions has, but for the slim one that others build on. */
async function taken(specifier, conditions) {
  const { metafile } = await esbuild.build({
    stdin: { contents: `export * from '${specifier}';`, resolveDir: dir },
    bundle: true,
    write: false,
    metafile: true,
    platform: 'neutral',
    conditions,
    external: ['cloudflare:*', '*.wasm', '*.wasm?module'],
  });
  const entries = Object.keys(metafile.inputs).flatMap((file) => /edge-oauth2\/entries\/(.*)$/.exec(file)?.[1] ?? []);
  return entries.filter((file) => !file.endsWith('slim.js'));
}

for (const [specifier, files] of Object.entries(FILES)) {
  describe(specifier, () => {
    for (const [tool, { conditions, takes }] of Object.entries(TOOLS)) {
      test(`${tool} takes ${files[takes]}`, async () => {
        assert.deepEqual(await taken(specifier, conditions), [files[takes]]);
      });
    }

    const explicit = `${specifier}/inline`;
    test(`${explicit} is ${files.inline} whatever the conditions`, async () => {
      for (const { conditions } of Object.values(TOOLS)) assert.deepEqual(await taken(explicit, conditions), [files.inline]);
    });
  });
}
