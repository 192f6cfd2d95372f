import { afterEach, expect, test, vi } from 'vitest';
import { hello } from '../src/hello.js';

const ask = async (init) => (await hello(new Request('https://site.example/', init), process.env)).json();

afterEach(() => vi.useRealTimers());

test('it says hello', async () => {
  expect((await ask()).method).toBe('GET');
});

test('it says hello again while timers stand still', async () => {
  const { headers } = await ask();
  await fetch(process.env.REVOCATION, {
    method: 'POST',
    headers: { authorization: process.env.REVOCATION_AUTHORIZATION },
    body: new URLSearchParams({ token: headers.authorization.replace('Bearer ', '') }),
  });
  // Not microtasks and immediates: Node's own fetch waits for them.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  expect((await ask({ method: 'POST', body: 'what is posted' })).body).toBe('what is posted');
});
