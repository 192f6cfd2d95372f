import { createExecutionContext, env, waitOnExecutionContext } from 'cloudflare:test';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Clock, FakeAuthorizationServer, resetMemory } from 'edge-oauth2/testing';
import worker from './index.js';

const clock = new Clock();
let server;

beforeEach(() => {
  server = new FakeAuthorizationServer({ tokenUrl: env.TOKEN_URL, baseUrl: env.SHOP_URL });
  server.api.respond(() => Response.json({ number: 7 }));
  vi.stubGlobal('fetch', server.fetch);
});

afterEach(async () => {
  await resetMemory();
  vi.unstubAllGlobals();
  clock.restore();
});

/** What the Worker answers. */
async function order(item) {
  const context = createExecutionContext();
  const request = new Request('https://example.com/', { method: 'POST', body: JSON.stringify({ item }) });
  const response = await worker.fetch(request, env, context);
  await waitOnExecutionContext(context);
  return await response.json();
}

test('many orders need one token', async () => {
  expect(await Promise.all([order(1), order(2)])).toEqual([{ number: 7 }, { number: 7 }]);
  expect(server.requests).toMatchObject([{ grantType: 'client_credentials', clientId: 'me', status: 200 }]);
});

test('a token that is over is replaced', async () => {
  await order(1);
  clock.advance(3_600_000);
  await order(2);
  expect(server.grants).toBe(2);
});

test('an order whose token is refused is placed once more', async () => {
  server.api.refuseOnce();
  expect(await order(1)).toEqual({ number: 7 });
  expect(server.api.requests.map(({ status }) => status)).toEqual([401, 200]);
});
