import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Clock, FakeAuthorizationServer, resetMemory } from 'edge-oauth2/testing';
import { placeOrder } from './orders.js';

const env = { TOKEN_URL: 'https://auth.example.com/token', CLIENT_ID: 'me', CLIENT_SECRET: 'secret', SHOP_URL: 'https://shop.example.com/v1' };
const clock = new Clock();
let server;

beforeEach(() => {
  server = new FakeAuthorizationServer({ tokenUrl: env.TOKEN_URL, baseUrl: env.SHOP_URL });
  server.api.respond(() => Response.json({ number: 7 }));
  jest.spyOn(globalThis, 'fetch').mockImplementation(server.fetch);
});

afterEach(async () => {
  await resetMemory();
  jest.useRealTimers();
  jest.restoreAllMocks();
  clock.restore();
});

test('many orders need one token', async () => {
  expect(await Promise.all([placeOrder(env, { item: 1 }), placeOrder(env, { item: 2 })])).toEqual([7, 7]);
  expect(server.requests).toMatchObject([{ grantType: 'client_credentials', clientId: 'me', status: 200 }]);
  expect(server.api.requests).toMatchObject([{ body: '{"item":1}' }, { body: '{"item":2}' }]);
});

test('a token that is over is replaced', async () => {
  await placeOrder(env, { item: 1 });
  clock.advance(3_600_000);
  await placeOrder(env, { item: 2 });
  expect(server.grants).toBe(2);
});

test('fake timers move the clock, too', async () => {
  jest.useFakeTimers();
  await placeOrder(env, { item: 1 });
  jest.advanceTimersByTime(3_600_000);
  await placeOrder(env, { item: 2 });
  expect(server.grants).toBe(2);
});

test('an order whose token is refused is placed once more', async () => {
  server.api.refuseOnce();
  expect(await placeOrder(env, { item: 1 })).toBe(7);
  expect(server.api.requests.map(({ status }) => status)).toEqual([401, 200]);
});
