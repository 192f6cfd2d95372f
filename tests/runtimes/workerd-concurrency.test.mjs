// Many requests of one isolate want a token at once, in real workerd: while all is well, while the
// token endpoint misbehaves, while the request that does the work is cancelled, while wasm panics.
import { after, afterEach, describe, test } from 'node:test';
import { equal, ok, sleep } from './assert.mjs';
import { install, tarball } from './package.mjs';
import { seededRandom } from './random.mjs';
import { createScene } from './scene.mjs';
import { startServers } from './servers.mjs';
import { bundle, compatibilityDates, startWorkerd } from './workerd.mjs';

/** What a loaded machine may add to a deadline. */
const MARGIN_MS = 1_000;

const project = await install('concurrency', await tarball('npm-test'));
const { addresses, close } = await startServers();
after(close);

for (const compatibilityDate of compatibilityDates) {
  const traffic = await bundle('traffic', { project, compatibilityDate });
  const crowd = await bundle('crowd', { project, compatibilityDate });
  const { url, worker, close } = await startWorkerd([
    traffic,
    { ...crowd, serviceBindings: { TRAFFIC: 'traffic' } },
  ]);
  after(close);

  const newScene = () => createScene({ package: {}, addresses, runtime: `${compatibilityDate}-many` });
  const post = async (options) => {
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(options) });
    const text = await response.text();
    return response.ok ? JSON.parse(text) : { failure: `${response.status}: ${text}` };
  };
  const sendMany = (count, options) => Promise.all(Array.from({ length: count }, () => post(options)));
  const sendPlanned = async (plan, options) => {
    const body = JSON.stringify({ plan, options });
    const handler = await worker('crowd');
    return await (await handler.fetch('http://crowd/', { method: 'POST', body })).json();
  };

  describe(`workerd ${compatibilityDate}`, { timeout: 60_000 }, () => {
    const isolates = new Set();
    const expect = (answers, expected) => {
      const told = answers.filter((answer) => !answer.abandoned);
      for (const { isolate } of told) isolates.add(isolate);
      equal(tally(told), { [expected]: told.length }, 'answers');
    };

    afterEach(async () => {
      const scene = newScene();
      expect(await sendMany(10, scene.options()), '200');
      equal([await scene.grants(), isolates.size], [1, 1], 'afterwards: grants and isolates');
    });

    for (const count of [50, 500]) {
      test(`${count} cold requests at once cost one grant`, async () => {
        const scene = newScene();
        await scene.behave({ delayMs: count * 3 });
        const answers = await sendMany(count, scene.options());
        expect(answers, '200');
        const peak = Math.max(...answers.map((answer) => answer.peak));
        ok(peak >= count, `at once in the isolate: ${peak}`);
        equal(await scene.grants(), 1, 'grants');
      });
    }

    // Each failure comes late enough for all to be waiting for it, and for nothing to be tried again.
    const failures = {
      'answers 500': [{ delayMs: 600, status: 500 }, 'http_status', 1],
      'answers garbage': [{ delayMs: 600, status: 200, body: '<html>' }, 'invalid_response', 1],
      'closes the connection': [{ delayMs: 600, close: true }, 'network', 1],
      // After half of the time it is asked once more.
      'is silent': [{ silent: true }, 'timeout', 2],
      'never ends its answer': [{ drip: true }, 'timeout', 2],
    };
    for (const [title, [behaviour, code, requests]] of Object.entries(failures)) {
      test(`the token endpoint ${title}: 50 are told so in time, by as few requests as can be`, async () => {
        const scene = newScene();
        await scene.behave(behaviour);
        const timeoutMs = 2_000;
        const options = scene.options({ timeoutMs, errorCacheSeconds: 0 });
        const answers = await sendMany(50, options);
        expect(answers, code);
        const slowest = Math.max(...answers.map(({ ms }) => ms));
        ok(slowest < timeoutMs + MARGIN_MS, `the slowest took ${slowest} ms`);
        equal((await scene.tokenRequests()).length, requests, 'token requests');
        await scene.behave({});
        expect(await sendMany(10, options), '200');
      });
    }

    test('the token endpoint is slow: 50 wait for one grant', async () => {
      const scene = newScene();
      await scene.behave({ delayMs: 2_000 });
      expect(await sendMany(50, scene.options()), '200');
      equal(await scene.grants(), 1, 'grants');
    });

    const leaderGoes = [
      { beginMs: 0, abandonMs: 200 },
      ...Array.from({ length: 49 }, () => ({ beginMs: 50 })),
    ];

    test('the leading request is cancelled while 49 wait: waitUntil keeps its work', async () => {
      const scene = newScene();
      await scene.behave({ delayMs: 800 });
      const answers = await sendPlanned(leaderGoes, scene.options());
      equal(answers[0].abandoned, true, 'the leader is abandoned');
      expect(answers, '200');
      equal((await scene.tokenRequests()).length, 1, 'token requests');
    });

    test('the leading request is cancelled, its work with it: another takes over', async () => {
      const scene = newScene();
      await scene.behave({ silent: true, times: 1 });
      const answers = await sendPlanned(leaderGoes, scene.options({ withoutWaitUntil: true }));
      equal(answers[0].abandoned, true, 'the leader is abandoned');
      expect(answers, '200');
      equal((await scene.tokenRequests()).length, 2, 'token requests');
      const slowest = Math.max(...answers.slice(1).map(({ ms }) => ms));
      ok(slowest < 150 + 250 + MARGIN_MS, `the slowest took ${slowest} ms`);
    });

    for (const [title, rounds, withoutWaitUntil, most] of [
      ['750 requests are cancelled at random', 15, false, 2],
      ['250 requests, and their work with them', 5, true, 6],
    ]) {
      test(`a third of ${title}: the others are served`, async () => {
        const random = seededRandom(20_240_901);
        for (let round = 0; round < rounds; round += 1) {
          const scene = newScene();
          await scene.behave({ delayMs: 100 });
          const plan = Array.from({ length: 50 }, (_, index) => ({
            beginMs: Math.floor(random() * 100),
            ...(index % 3 === 0 && { abandonMs: Math.floor(random() * 200) }),
          }));
          const answers = await sendPlanned(plan, scene.options({ withoutWaitUntil }));
          expect(answers, '200');
          ok(answers.filter(({ abandoned }) => !abandoned).length >= 33, 'survivors');
          const requests = (await scene.tokenRequests()).length;
          ok(requests <= most, `round ${round}: ${requests} token requests`);
        }
      });
    }

    test('a panic costs the requests in flight at most, not the isolate', async () => {
      const [warm, waiting] = [newScene(), newScene()];
      expect(await sendMany(2, warm.options()), '200');
      await waiting.behave({ delayMs: 300 });
      const traffic = sendMany(20, waiting.options({ timeoutMs: 1_000 }));
      await sleep(100);
      const panicked = await fetch(`${url}panic`);
      equal(await panicked.text(), 'RuntimeError: unreachable', 'the request that panicked');
      const start = Date.now();
      expect(await sendMany(10, warm.options()), '200');
      ok(Date.now() - start < MARGIN_MS, 'the next requests are served at once');
      equal(await warm.grants(), 2, 'grants: the memory went with the instance');
      const answers = await traffic;
      ok(answers.every(({ ms }) => ms < 1_000 + MARGIN_MS), JSON.stringify(answers));
    });
  });
}

/** How many answers there were of each kind. */
function tally(answers) {
  const counts = {};
  for (const { status, code, failure } of answers) {
    const kind = String(status ?? code ?? failure);
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
