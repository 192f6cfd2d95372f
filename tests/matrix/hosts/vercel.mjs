// A function of Vercel's build output, in its edge runtime: run by Node, with the function's folder. The wasm is compiled
// outside of the runtime, as Vercel does it. It prints `waitUntil` for each promise that it is asked to wait for.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { EdgeVM } from '@edge-runtime/vm';
import { build } from 'esbuild';

const [folder] = process.argv.slice(2);
const { entrypoint, runtime } = JSON.parse(readFileSync(join(folder, '.vc-config.json'), 'utf8'));
if (runtime !== 'edge') throw new Error(`its runtime is ${runtime}`);

const compiled = [];
const compiledWasm = {
  name: 'compiled-wasm',
  setup(build) {
    build.onResolve({ filter: /\.wasm(\?module)?$/ }, ({ path, importer }) => ({
      path: join(dirname(importer), path.replace('?module', '')),
      namespace: 'compiled',
    }));
    build.onLoad({ filter: /.*/, namespace: 'compiled' }, ({ path }) => {
      const index = compiled.push(new WebAssembly.Module(readFileSync(path))) - 1;
      return { contents: `export default globalThis.compiled[${index}];` };
    });
  },
};

const { outputFiles } = await build({
  entryPoints: [join(folder, entrypoint)],
  bundle: true,
  platform: 'neutral',
  format: 'iife',
  globalName: 'bundle',
  banner: { js: '"use strict";' },
  external: ['node:*'],
  plugins: [compiledWasm],
  write: false,
});

const edge = new EdgeVM({
  // Wasm that is not compiled beforehand is refused there.
  codeGeneration: { strings: false, wasm: false },
  extend: (context) =>
    Object.assign(context, {
      compiled,
      process: { env: { ...process.env } },
      require: createRequire(import.meta.url),
      [Symbol.for('@vercel/request-context')]: {
        get: () => ({
          waitUntil(promise) {
            console.log('waitUntil');
            Promise.resolve(promise).catch(() => {});
          },
        }),
      },
    }),
});
edge.evaluate(outputFiles[0].text);

const server = createServer(async (incoming, outgoing) => {
  const { method, url, headers } = incoming;
  const body = method === 'POST' ? await buffer(incoming) : undefined;
  edge.context.asked = { url: `http://127.0.0.1${url}`, method, headers: Object.entries(headers), body: body && [...body] };
  try {
    const response = await edge.evaluate(`{
      const { url, body, ...init } = asked;
      bundle.default(new Request(url, { ...init, body: body && new Uint8Array(body) }), { waitUntil() {} });
    }`);
    outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text());
  } catch (error) {
    outgoing.writeHead(500).end(String(error?.stack ?? error));
  }
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
