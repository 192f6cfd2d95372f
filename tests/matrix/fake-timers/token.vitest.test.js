import { createRequire } from 'node:module';
import { OAuth2Client } from 'edge-oauth2';
import { afterEach, expect, test, vi } from 'vitest';

const { obtain } = createRequire(import.meta.url)('./obtain.js');

afterEach(() => vi.useRealTimers());

test('fake timers', async () => {
  vi.useFakeTimers();
  expect(await obtain(OAuth2Client, 'vitest', (ms) => vi.advanceTimersByTime(ms))).toEqual('one, then another');
});

test('the time set alone', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  expect(await obtain(OAuth2Client, 'vitest, time', (ms) => vi.setSystemTime(Date.now() + ms))).toEqual('one, then another');
});
