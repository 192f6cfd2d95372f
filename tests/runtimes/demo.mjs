// The main job, shown: worker-example in workerd calls an API that checks every token at a real
// authorization server. Exits non-zero when anything but 200 came back, or more than one grant was made.
//
//     node tests/runtimes/demo.mjs [--serve]
import { startAuthorizationServer } from './authorization-server.mjs';
import { startProtectedApi } from './protected-api.mjs';
import { startStage } from './stage.mjs';
import { copyWorkerExample, startWorkerExample, workerExampleClient } from './worker-example.mjs';

const COLD = 50;
const WARM = 2_000;
const WARM_AT_ONCE = 32;

say('Installing the packed tarball into a copy of worker-example …');
const project = await copyWorkerExample('demo');
say('Starting the authorization server and the protected API …');
const authorizationServer = await startAuthorizationServer({ clients: [workerExampleClient] });
const api = await startProtectedApi(authorizationServer);
say('Bundling worker-example with wrangler and starting it in workerd …');
const worker = await startWorkerExample(project, {
  tokenUrl: authorizationServer.tokenUrl,
  apiUrl: `${api.url}/v1`,
  issuer: authorizationServer.url,
});

say(`Sending ${COLD} concurrent requests to the cold Worker …`);
const cold = await load(COLD, COLD);
say(`Sending ${WARM} requests to the warm one, ${WARM_AT_ONCE} at a time …`);
const warm = await load(WARM, WARM_AT_ONCE);

const { grants } = authorizationServer;
report({ cold, warm, grants });
const passed = grants === 1 && [...cold, ...warm].every(({ status }) => status === 200);
say(passed ? 'Every answer was 200, and one grant served them all.' : 'That is not what was promised.');

process.exitCode = passed ? 0 : 1;

if (process.argv.includes('--serve')) {
  say('Starting three fleets of isolates, and the page that shows them …');
  const stage = await startStage();
  say(`
  live page             ${stage.url}
  Worker                ${worker.url}  (try ${worker.url}token and ${worker.url}hello)
  protected API         ${api.url}/v1
  authorization server  ${authorizationServer.url}

Press Ctrl-C to stop.`);
} else {
  for (const one of [worker, api, authorizationServer]) await one.close();
}

/** Sends `count` requests, `atOnce` of them at a time; gives status and latency of each. */
async function load(count, atOnce) {
  const answers = [];
  let sent = 0;
  const sendInTurn = async () => {
    while (sent < count) {
      sent += 1;
      const start = performance.now();
      const status = await statusOf(new URL(`items/${sent}`, worker.url));
      answers.push({ status, ms: performance.now() - start });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, sendInTurn));
  return answers;
}

async function statusOf(url) {
  try {
    const response = await fetch(url);
    await response.arrayBuffer();
    return response.status;
  } catch (error) {
    return error.cause?.code ?? error.name;
  }
}

function report({ cold, warm, grants }) {
  const row = (name, answers) => {
    const latencies = answers.map(({ ms }) => ms).sort((a, b) => a - b);
    const at = (share) => `${latencies[Math.ceil(share * latencies.length) - 1].toFixed(1)} ms`;
    return [name, String(answers.length), byStatus(answers), at(0.5), at(0.99)];
  };
  const rows = [['', 'requests', 'answers', 'p50', 'p99'], row('cold', cold), row('warm', warm)];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  const line = (cells) => cells.map((cell, column) => cell.padStart(widths[column])).join('   ');
  say(`\n${rows.map((cells) => `  ${line(cells)}`).join('\n')}

  grants made: ${grants}
  (latencies as the caller sees them, the API's check of every token included)
`);
}

/** `2000 × 200`, or every status with its count. */
function byStatus(answers) {
  const counts = new Map();
  for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} × ${status}`).join(', ');
}

function say(text) {
  console.log(text);
}
