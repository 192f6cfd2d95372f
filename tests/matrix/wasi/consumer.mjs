import assert from 'node:assert/strict';
import { join } from 'node:path';
import { eventually, sleep } from '../../runtimes/assert.mjs';
import { root } from '../../runtimes/package.mjs';
import { freePort } from '../processes.mjs';

const target = 'wasm32-wasip2';

/** Builds the component of the crate, and serves it. */
async function served({ run, start, service }, ...modes) {
  await run('rustup', ['target', 'add', target]);
  const features = ['--no-default-features', '--features', 'wasi'];
  await run('cargo', ['build', '--locked', '--release', '--example', 'wasi', '--target', target, ...features], { cwd: root });
  await run('node', ['build.mjs', join(root, 'target', target, 'release/examples/wasi.wasm')]);
  const { environment, ...rest } = service();
  const { url } = await start('node', ['serve.mjs', await freePort(), ...modes], { ready: /(http:\S+)/, env: environment });
  return { url: `${url}/hello`, ...rest };
}

export default {
  title: 'WASI 0.2 component (crate, feature `wasi`)',
  packages: ['@bytecodealliance/jco-transpile'],
  cells: [
    {
      where: 'jco, one instance',
      run: async (context) => {
        const { url, scene, proveClient } = await served(context);
        await proveClient(url);
        await context.prove('a token request says how long its body is', async () => {
          const [{ headers, body }] = await scene.tokenRequests();
          assert.equal(headers['content-length'], String(body.length));
        });
      },
    },
    {
      where: 'jco, in the background',
      run: async (context) => {
        const { url, scene, lastToken } = await served(context);
        await scene.behave({ merge: { expires_in: 8 } });
        await context.prove('a token that is due is renewed without anybody waiting for it', async () => {
          await context.ask(url);
          const due = await lastToken();
          // Three quarters of the six seconds that it is used, and what instances are spread by.
          await sleep(5_400);
          await context.ask(url);
          assert.equal(await lastToken(), due);
          await eventually(async () => (await scene.grants()) === 2, 'it is renewed');
          await context.ask(url);
          assert.notEqual(await lastToken(), due);
        });
      },
    },
    {
      where: 'jco, an instance per request, tokens in wasi:keyvalue',
      run: async (context) => {
        const { url, scene } = await served(context, 'per-request');
        await context.prove('five instances share one grant by the bucket', async () => {
          for (let count = 0; count < 5; count += 1) assert.equal((await context.ask(url)).method, 'GET');
          assert.equal(await scene.grants(), 1);
        });
      },
    },
  ],
};
