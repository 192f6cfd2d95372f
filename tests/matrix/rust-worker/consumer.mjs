import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../runtimes/package.mjs';
import { proveKept, wranglerDev } from '../cloudflare.mjs';

const WORKER_BUILD = '0.8.7';

/** Where worker-build finds what it would download. */
const TOOLS = {
  WASM_BINDGEN_BIN: join(root, 'target/tools/bin/wasm-bindgen'),
  WASM_OPT_BIN: join(root, 'tests/node_modules/.bin/wasm-opt'),
  ESBUILD_BIN: join(root, 'tests/node_modules/.bin/esbuild'),
};

/** The example, built as a user builds it, but for the crate, which is the one here. */
async function build({ dir, run }) {
  await cp(join(root, 'worker-example/rust'), dir, { recursive: true });
  const rewrite = async (file, from, to) => {
    const path = join(dir, file);
    await writeFile(path, (await readFile(path, 'utf8')).replace(from, to));
  };
  await rewrite('Cargo.toml', 'path = "../.."', `path = "${root}"`);
  // Wrangler would build again.
  await rewrite('wrangler.jsonc', /"build": .*\n/, '\n');
  const tools = join(root, 'target/tools');
  await run('cargo', ['install', 'worker-build', '--version', WORKER_BUILD, '--locked', '--debug', '--root', tools]);
  const env = { ...TOOLS, CARGO_TARGET_DIR: join(root, 'target/worker-example') };
  await run(join(tools, 'bin/worker-build'), ['--release'], { env });
}

export default {
  title: `Rust Worker (crate, feature \`worker\`; worker-build ${WORKER_BUILD})`,
  packages: ['wrangler'],
  cells: [
    {
      where: 'workerd, tokens in Workers KV',
      run: async (context) => {
        await build(context);
        const { environment, scene, proveClient } = context.service();
        const { API_URL, ...options } = environment;
        const variables = Object.fromEntries(Object.entries(options).map(([name, value]) => [`OAUTH_${name}`, value]));
        const first = await wranglerDev(context, { ...variables, API_URL });
        await proveClient(`${first.url}/echo`, { post: false });
        await proveKept(context);
        await first.stop();
        const second = await wranglerDev(context, { ...variables, API_URL });
        const before = await scene.grants();
        await context.prove('another isolate finds the token in the store', async () => {
          await context.ask(`${second.url}/echo`);
          assert.equal(await scene.grants(), before);
        });
      },
    },
  ],
};
