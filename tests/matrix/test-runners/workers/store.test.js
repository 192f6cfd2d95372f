import { env, reset } from 'cloudflare:test';
import { OAuth2Client } from 'edge-oauth2';
import { FakeAuthorizationServer, resetMemory } from 'edge-oauth2/testing';
import { afterEach, expect, test } from 'vitest';

// What is on its way to the store is there before it is emptied.
afterEach(async () => {
  await resetMemory();
  await reset();
});

test('a token is in the store when the memory is empty', async () => {
  const server = new FakeAuthorizationServer();
  const api = new OAuth2Client({ ...server.options, identity: 'orders', store: env.TOKENS });
  expect((await api.fetch('/orders')).status).toBe(200);
  await resetMemory();
  expect((await env.TOKENS.list()).keys).toHaveLength(1);
  expect((await api.fetch('/orders')).status).toBe(200);
  expect(server.grants).toBe(1);
});

for (const which of ['one', 'another']) {
  test(`no test finds what others have left: ${which}`, async () => {
    const server = new FakeAuthorizationServer({ tokenUrl: 'https://auth.example.com/token', baseUrl: 'https://shop.example.com' });
    const api = new OAuth2Client({ ...server.options, identity: 'orders', store: env.TOKENS });
    expect((await env.TOKENS.list()).keys).toEqual([]);
    expect((await api.fetch('/orders')).status).toBe(200);
    expect(server.requests).toHaveLength(1);
  });
}
