// The Workers of the stage, in real workerd: the fleets in one, the page in another, which goes on whatever happens there.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import { json } from 'node:stream/consumers';
import { transform } from 'esbuild';
import { Response } from 'miniflare';
import { bundleWorkerExample, copyWorkerExample, DEVELOPMENT } from '../runtimes/worker-example.mjs';
import { startWorkerd } from '../runtimes/workerd.mjs';

const COMPATIBILITY_DATE = '2026-07-01';

const source = (name) => readFile(new URL(name, import.meta.url));

/**
 * Bundles the example, as it is deployed and as it is developed, and starts both. `onStored` hears what isolates do at their stores;
 * `onPage(request)` answers the page.
 */
export async function startWorkers({ port, onStored, onPage }) {
  const { deployed, developed } = await (bundles ??= bundleExample());
  // Every page that is open in a browser here can send requests to it.
  const key = randomUUID();
  const fleets = await startWorkerd([await hall(deployed, key, onStored), coordinator(deployed)]);
  const page = await startWorkerd(
    [{ name: 'page', compatibilityDate: COMPATIBILITY_DATE, modules: developed, serviceBindings: { STAGE: onPage } }],
    { port },
  ).catch(async (error) => {
    await fleets.close();
    throw error;
  });
  return {
    url: page.url,
    output: () => [...fleets.output, ...page.output].join(''),
    /** Has an isolate serve a request; one that is not there yet begins to be. */
    request: (message) => post(fleets.url, key, message),
    async close() {
      for (const one of [page, fleets]) await one.close();
    },
  };
}

/** Made once, for all stages of a process. */
let bundles;

async function bundleExample() {
  // Another process may do the same meanwhile.
  const project = await copyWorkerExample(`stage-${process.pid}`);
  const [deployed, developed] = await Promise.all([
    bundleWorkerExample(project),
    bundleWorkerExample(project, DEVELOPMENT),
  ]);
  await rm(project, { recursive: true });
  return { deployed, developed };
}

/** Each request has a connection of its own: workerd closes one that idles, and may do so just when the next request takes it. */
async function post(url, key, message) {
  const request = http.request(url, { method: 'POST', headers: { 'x-stage-key': key }, agent: false });
  request.end(JSON.stringify(message));
  const [response] = await once(request, 'response');
  return await json(response);
}

async function hall(deployed, key, onStored) {
  const main = { type: 'ESModule', path: 'hall.js', contents: await source('hall.mjs') };
  const member = { type: 'ESModule', path: 'member.js', contents: await source('member.mjs') };
  const { code } = await transform(await source('../../worker-example/src/development/provenance.ts'), { loader: 'ts' });
  const provenance = { type: 'ESModule', path: 'provenance.js', contents: code };
  return {
    name: 'hall',
    compatibilityDate: COMPATIBILITY_DATE,
    bindings: { COMPATIBILITY_DATE, KEY: key },
    modules: [main, ...loadable([member, provenance, ...deployed])],
    workerLoaders: { LOADER: {} },
    kvNamespaces: { TOKENS: 'tokens' },
    durableObjects: { COORDINATOR: { className: 'TokenCoordinator', scriptName: 'coordinator', useSQLite: true } },
    serviceBindings: {
      async STAGE(request) {
        onStored(await request.json());
        return new Response();
      },
    },
  };
}

/** The example's Durable Objects live in the Worker that is deployed, as they would. */
function coordinator(deployed) {
  return {
    name: 'coordinator',
    compatibilityDate: COMPATIBILITY_DATE,
    modules: deployed,
    durableObjects: { COORDINATOR: { className: 'TokenCoordinator', useSQLite: true } },
  };
}

/** The modules of an isolate as what the Worker that loads it can import: `modules.js` has them all. */
function loadable(modules) {
  const files = modules.map(({ type, path, contents }, index) =>
    type === 'ESModule'
      ? { name: path, expression: `text${index}`, module: { type: 'Text', path: `${index}.txt`, contents } }
      : { name: path, expression: `{ wasm: text${index} }`, module: { type: 'Data', path: `${index}.bin`, contents } },
  );
  const imports = files.map(({ module }, index) => `import text${index} from './${module.path}';`);
  const members = files.map(({ name, expression }) => `${JSON.stringify(name)}: ${expression}`);
  const contents = `${imports.join('\n')}\nexport default { ${members.join(', ')} };\n`;
  return [{ type: 'ESModule', path: 'modules.js', contents }, ...files.map(({ module }) => module)];
}
