// A bare workerd process, so that nothing else is measured with it.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const { default: workerdPath } = require('workerd');

const COMPATIBILITY = 'compatibilityDate = "2026-07-01", compatibilityFlags = ["nodejs_compat"]';

/**
 * Starts `copies` of the Worker that `modules` make, each an isolate with a socket of its own. A function gives each
 * copy its own modules.
 */
export async function startWorkerd(modules, bindings, copies = 1) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const workers = await Promise.all(Array.from({ length: copies }, (_, copy) => write(folder, typeof modules === 'function' ? modules(copy) : modules, bindings, copy)));
  const config = join(folder, 'config.capnp');
  await writeFile(config, configOf(workers));
  const begun = performance.now();
  const child = spawn(workerdPath, ['serve', config, '--control-fd=3'], { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  // Whatever goes wrong here, it does not outlive the bench.
  const end = () => child.kill();
  process.once('exit', end);
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += chunk));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const ports = await Promise.race([
    listening(child.stdio[3], copies),
    ended.then(() => Promise.reject(new Error(`workerd ended:\n${errors}`))),
  ]);
  const agent = new Agent({ keepAlive: true });
  return {
    begun,
    readyMs: performance.now() - begun,
    get: (path, copy = 0) => get(agent, ports[copy], path),
    cpuMs: () => cpuMs(child.pid),
    memoryMiB: () => memoryMiB(child.pid),
    async close() {
      agent.destroy();
      process.off('exit', end);
      end();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function write(folder, modules, bindings, copy) {
  const embedded = [];
  for (const { name, contents } of modules) {
    const file = `${copy}-${name}`;
    await writeFile(join(folder, file), contents);
    embedded.push(`(name = "${name}", ${name.endsWith('.wasm') ? 'wasm' : 'esModule'} = embed "${file}")`);
  }
  // The first is the main module.
  embedded.sort((left, right) => Number(left.includes('wasm = ')) - Number(right.includes('wasm = ')));
  const values = Object.entries(bindings).map(([name, value]) => `(name = "${name}", text = ${JSON.stringify(value)})`);
  return `(modules = [${embedded}], bindings = [${values}], globalOutbound = "network", ${COMPATIBILITY})`;
}

function configOf(workers) {
  const services = workers.map((worker, copy) => `(name = "worker-${copy}", worker = ${worker})`);
  services.push('(name = "network", network = (allow = ["public", "private", "local"]))');
  const sockets = workers.map((_, copy) => `(name = "${copy}", address = "127.0.0.1:0", http = (), service = "worker-${copy}")`);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [${services}], sockets = [${sockets}]);
`;
}

/** Resolves to the sockets' ports once all of them listen: every isolate is loaded then. */
function listening(control, copies) {
  return new Promise((resolve) => {
    const ports = [];
    let count = 0;
    let text = '';
    control.on('data', (chunk) => {
      text += chunk;
      const lines = text.split('\n');
      text = lines.pop();
      for (const line of lines) {
        const { event, socket, port } = JSON.parse(line);
        if (event !== 'listen') continue;
        ports[Number(socket)] = port;
        if ((count += 1) === copies) resolve(ports);
      }
    });
  });
}

function get(agent, port, path) {
  return new Promise((resolve, reject) => {
    const sent = request({ agent, host: '127.0.0.1', port, path }, (response) => {
      let body = '';
      response.on('data', (chunk) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode, body }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** What all threads of the process have used so far. */
async function cpuMs(pid) {
  const tasks = await readdir(`/proc/${pid}/task`);
  const used = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/schedstat`, 'utf8').then((text) => Number(text.split(' ')[0]), () => 0)),
  );
  return used.reduce((sum, ns) => sum + ns, 0) / 1e6;
}

async function memoryMiB(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)[1]) / 1024;
}
