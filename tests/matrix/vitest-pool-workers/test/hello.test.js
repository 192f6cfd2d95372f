import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, test, vi } from 'vitest';
import worker from '../src/index.js';

async function ask(init) {
  const context = createExecutionContext();
  const response = await worker.fetch(new Request('https://site.example/', init), env, context);
  await waitOnExecutionContext(context);
  return response.json();
}

afterEach(() => vi.useRealTimers());

test('it says hello', async () => {
  expect((await ask()).method).toBe('GET');
});

test('it says hello again while timers stand still', async () => {
  const { headers } = await ask();
  await fetch(env.REVOCATION, {
    method: 'POST',
    headers: { authorization: env.REVOCATION_AUTHORIZATION },
    body: new URLSearchParams({ token: headers.authorization.replace('Bearer ', '') }),
  });
  vi.useFakeTimers();
  expect((await ask({ method: 'POST', body: 'what is posted' })).body).toBe('what is posted');
});
