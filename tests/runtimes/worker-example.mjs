// The example Worker, as somebody who copied it would build it: with the packed tarball, by wrangler.
import { cp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { install, root, run, tarball } from './package.mjs';
import { startWorkerd } from './workerd.mjs';

/** The two credentials that wrangler.jsonc does not hold. */
export const workerExampleClient = {
  client_id: 'worker-example',
  client_secret: 'MARKER-worker-example-secret',
};

/** Whom the tokens of its callers are for. */
export const workerExampleAudience = 'https://worker.example/';

/** Copies `worker-example` into a project that has the tarball installed, and gives its path. */
export async function copyWorkerExample(name) {
  const project = await install(name, await tarball());
  for (const file of ['src', 'tsconfig.json', 'wrangler.jsonc']) {
    await cp(join(root, 'worker-example', file), join(project, file), { recursive: true });
  }
  const types = join(project, 'node_modules/@cloudflare');
  await symlink(join(root, 'tests/node_modules/@cloudflare'), types);
  return project;
}

/** Runs one of the pinned tools in the project. */
export async function tool(project, name, ...flags) {
  const env = {
    ...process.env,
    CI: 'true',
    WRANGLER_LOG_PATH: join(project, 'logs'),
    WRANGLER_SEND_METRICS: 'false',
  };
  return await run(join(root, 'tests/node_modules/.bin', name), flags, { cwd: project, env });
}

/** Has the copy share its tokens by the Durable Object instead of KV, as the comments of wrangler.jsonc say. */
export async function chooseCoordinator(project) {
  const path = join(project, 'wrangler.jsonc');
  const text = await readFile(path, 'utf8');
  const chosen = text
    .replace(/^( *)("kv_namespaces")/m, '$1// $2')
    .replaceAll(/^( *)\/\/ ("durable_objects"|"migrations")/gm, '$1$2');
  await writeFile(path, chosen);
}

/** What `npm run dev` begins at. */
export const DEVELOPMENT = 'src/development/index.ts';

/** Bundles the copy as `wrangler deploy` would, or as it would if it began at `entry`; gives the modules. */
export async function bundleWorkerExample(project, entry) {
  const folder = entry ? `dist-${entry.replaceAll('/', '-')}` : 'dist';
  await tool(project, 'wrangler', 'deploy', ...(entry ? [entry] : []), '--dry-run', '--outdir', folder);
  const dist = join(project, folder);
  const others = (await readdir(dist)).filter((name) => !/^(index\.js|README\.md|.*\.map)$/.test(name));
  const module = async (type, path) => ({ type, path, contents: await readFile(join(dist, path)) });
  return await Promise.all([
    module('ESModule', 'index.js'),
    ...others.map((name) => module(name.endsWith('.wasm') ? 'CompiledWasm' : 'Text', name)),
  ]);
}

/** The bundles of the copies that were started: one that starts again is the same. */
const bundles = new Map();

/** Bundles the copy as `wrangler deploy` would, and starts the bundle in workerd. What it stores outlives it. */
export async function startWorkerExample(project, { tokenUrl, apiUrl, issuer, entry }) {
  const name = JSON.stringify([project, entry]);
  if (!bundles.has(name)) bundles.set(name, bundleWorkerExample(project, entry));
  const modules = await bundles.get(name);
  const config = await readConfig(project);
  const { kv_namespaces = [], durable_objects = { bindings: [] } } = config;
  const worker = {
    name: config.name,
    compatibilityDate: config.compatibility_date,
    modules,
    bindings: {
      ...config.vars,
      TOKEN_URL: tokenUrl,
      API_URL: apiUrl,
      ISSUER: issuer,
      AUDIENCE: workerExampleAudience,
      CLIENT_ID: workerExampleClient.client_id,
      CLIENT_SECRET: workerExampleClient.client_secret,
    },
    kvNamespaces: kv_namespaces.map(({ binding }) => binding),
    durableObjects: Object.fromEntries(
      durable_objects.bindings.map(({ name, class_name }) => [name, { className: class_name, useSQLite: true }]),
    ),
  };
  const state = stateOf(project);
  return await startWorkerd([worker], { kvPersist: state, durableObjectsPersist: state });
}

const stateOf = (project) => join(project, 'state');

/** Empties what the copy stores, while it does not run. */
export async function emptyStores(project) {
  await rm(stateOf(project), { recursive: true });
}

/** wrangler.jsonc, whose comments have lines of their own. */
async function readConfig(project) {
  const text = await readFile(join(project, 'wrangler.jsonc'), 'utf8');
  return JSON.parse(text.replaceAll(/^\s*\/\/.*$/gm, ''));
}

