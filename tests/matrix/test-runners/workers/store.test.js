import { env } from 'cloudflare:test';
import { OAuth2Client } from 'edge-oauth2';
import { FakeAuthorizationServer, resetMemory } from 'edge-oauth2/testing';
import { afterEach, expect, test } from 'vitest';

afterEach(resetMemory);

const names = async () => (await env.TOKENS.list()).keys;

test('a token is in the store when the memory is empty', async () => {
  const server = new FakeAuthorizationServer();
  const api = new OAuth2Client({ ...server.options, identity: 'orders', store: env.TOKENS });
  expect((await api.fetch('/orders')).status).toBe(200);
  await resetMemory();
  expect(await names()).toHaveLength(1);
  expect((await api.fetch('/orders')).status).toBe(200);
  expect(server.grants).toBe(1);
});

for (const which of ['one', 'another']) {
  test(`no test finds what others have left: ${which}`, async () => {
    const server = new FakeAuthorizationServer({ tokenUrl: 'https://auth.example.com/token', baseUrl: 'https://shop.example.com' });
    const api = new OAuth2Client({ ...server.options, identity: which, store: env.TOKENS });
    expect((await api.fetch('/orders')).status).toBe(200);
    expect(server.grants).toBe(1);
  });
}
