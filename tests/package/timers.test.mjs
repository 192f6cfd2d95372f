// Tests of users' replace the host's timers and microtasks, and wait for a token all the same.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { packageDir } from './consumer.mjs';

const load = (entry) => import(pathToFileURL(join(packageDir, 'entries', entry)).href);

/** What fake timers replace. */
const REPLACED = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate', 'queueMicrotask'];

/** Nothing runs until it is told to. */
function replaceTimers(test) {
  for (const name of REPLACED) test.mock.method(globalThis, name, () => {});
}

/** Options whose fetch gives what people give by hand: Node's own waits for a microtask of the host's. */
function granting(...first) {
  const granted = [];
  const answer = (status, text) => ({ status, headers: new Headers(), text: async () => text });
  const fetch = async (url) => {
    if (url !== 'https://auth.example/token') return answer(200, 'hello');
    if (first.length > 0) return answer(first.shift(), '');
    granted.push(`token-${granted.length + 1}`);
    return answer(200, JSON.stringify({ access_token: granted.at(-1), token_type: 'bearer', expires_in: 3600 }));
  };
  const options = { tokenUrl: 'https://auth.example/token', clientId: 'me', clientSecret: 'my secret', baseUrl: 'https://api.example', fetch };
  return { granted, options };
}

for (const entry of ['index.js', 'm2m.js', 'all.js']) {
  describe(`with fake timers, ${entry}`, () => {
    let OAuth2Client;
    before(async () => ({ OAuth2Client } = await load(entry)));

    test('brings a token, once for all who ask', async (t) => {
      const { options, granted } = granting();
      replaceTimers(t);
      const api = new OAuth2Client(options);
      const tokens = await Promise.all(Array.from({ length: 5 }, () => api.getToken()));
      assert.deepEqual(tokens.map(({ accessToken }) => accessToken), Array(5).fill('token-1'));
      assert.equal(await (await api.fetch('/hello')).text(), 'hello');
      assert.deepEqual(granted, ['token-1']);
    });

    test('asks again what failed and may pass', async (t) => {
      const { options, granted } = granting(503);
      replaceTimers(t);
      await new OAuth2Client(options).getToken();
      assert.deepEqual(granted, ['token-1']);
    });

    test('gives up on a silent server, though the clock stands still', async (t) => {
      const { options } = granting();
      replaceTimers(t);
      t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
      const api = new OAuth2Client({ ...options, timeoutMs: 50, fetch: () => new Promise(() => {}) });
      await assert.rejects(api.getToken(), { code: 'timeout' });
    });

    test('lets a token expire when the clock is set', async (t) => {
      const { options, granted } = granting();
      t.mock.timers.enable({ apis: ['Date', 'setTimeout', 'setInterval', 'setImmediate'], now: Date.now() });
      const api = new OAuth2Client(options);
      await api.getToken();
      t.mock.timers.tick(3_600_000);
      assert.equal((await api.getToken()).accessToken, 'token-2');
      assert.deepEqual(granted, ['token-1', 'token-2']);
    });
  });
}

test('every module has its timers from the one that keeps them', () => {
  const modules = readdirSync(packageDir, { recursive: true }).filter((file) => file.endsWith('.js') && !file.endsWith('timers.js'));
  assert.ok(modules.length > 50, `${modules.length} modules`);
  for (const file of modules) {
    const text = readFileSync(join(packageDir, file), 'utf8');
    const late = /globalThis\.(setTimeout|clearTimeout|queueMicrotask)|\b(setInterval|setImmediate)\(/.exec(text);
    assert.equal(late, null, `${file} uses ${late?.[0]}`);
    for (const name of ['setTimeout', 'clearTimeout', 'queueMicrotask']) {
      if (new RegExp(`[^.\\w]${name}\\(`).test(text)) assert.match(text, new RegExp(`^import \\{.*\\b${name}\\b.*\\} from`, 'm'), `${file} uses ${name}`);
    }
  }
});
