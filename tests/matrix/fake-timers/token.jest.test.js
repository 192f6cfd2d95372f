const { OAuth2Client } = require('edge-oauth2');
const { FakeAuthorizationServer, resetMemory } = require('edge-oauth2/testing');
const { obtain } = require('./obtain.js');

afterEach(() => jest.useRealTimers());

test('modern fake timers', async () => {
  jest.useFakeTimers();
  expect(await obtain(OAuth2Client, 'modern', (ms) => jest.advanceTimersByTime(ms))).toEqual('one, then another');
});

test('fake timers that stand at the epoch', async () => {
  jest.useFakeTimers({ now: 0 });
  expect(await obtain(OAuth2Client, 'epoch', (ms) => jest.advanceTimersByTime(ms))).toEqual('one, then another');
});

test('legacy fake timers, which leave the clock alone', async () => {
  jest.useFakeTimers({ legacyFakeTimers: true });
  expect(await obtain(OAuth2Client, 'legacy', (ms) => jest.advanceTimersByTime(ms))).toEqual('one');
});

test('modules that are loaded when the timers are fake', async () => {
  jest.useFakeTimers();
  jest.resetModules();
  const { OAuth2Client: Late } = require('edge-oauth2');
  expect(Late).not.toBe(OAuth2Client);
  expect(await obtain(Late, 'late', (ms) => jest.advanceTimersByTime(ms))).toEqual('one, then another');
});

test('the fake server, whose reset empties the memory of the same client', async () => {
  const server = new FakeAuthorizationServer();
  const api = new OAuth2Client(server.options);
  await api.getToken();
  await api.getToken();
  expect(server.grants).toBe(1);
  await resetMemory();
  await api.getToken();
  expect(server.grants).toBe(2);
});
