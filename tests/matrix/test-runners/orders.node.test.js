import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Clock, FakeAuthorizationServer, resetMemory } from 'edge-oauth2/testing';
import { placeOrder } from './orders.js';

const env = { TOKEN_URL: 'https://auth.example.com/token', CLIENT_ID: 'me', CLIENT_SECRET: 'secret', SHOP_URL: 'https://shop.example.com/v1' };
const clock = new Clock();
let server;

beforeEach((t) => {
  server = new FakeAuthorizationServer({ tokenUrl: env.TOKEN_URL, clientId: 'me', clientSecret: 'secret', baseUrl: env.SHOP_URL });
  server.api.respond(() => Response.json({ number: 7 }));
  t.mock.method(globalThis, 'fetch', server.fetch);
});

afterEach(async () => {
  await resetMemory();
  clock.restore();
});

test('many orders need one token', async () => {
  assert.deepEqual(await Promise.all([placeOrder(env, { item: 1 }), placeOrder(env, { item: 2 })]), [7, 7]);
  assert.equal(server.grants, 1);
  assert.deepEqual(server.api.requests.map(({ body }) => JSON.parse(body)), [{ item: 1 }, { item: 2 }]);
});

test('an order whose token is refused is placed once more', async () => {
  server.api.refuseOnce();
  assert.equal(await placeOrder(env, { item: 1 }), 7);
  assert.deepEqual(server.api.requests.map(({ status }) => status), [401, 200]);
});

test('a token that is over is replaced', async () => {
  await placeOrder(env, { item: 1 });
  clock.advance(3_600_000);
  await placeOrder(env, { item: 2 });
  assert.equal(server.grants, 2);
});

test('where the rate is limited, nobody asks until that is over', async () => {
  server.rateLimit(60);
  await assert.rejects(placeOrder(env, { item: 1 }), { status: 429, retryable: true });
  await assert.rejects(placeOrder(env, { item: 1 }), { status: 429, retryable: true });
  assert.equal(server.requests.length, 1);
  clock.advance(60_000);
  assert.equal(await placeOrder(env, { item: 1 }), 7);
});
