const assert = require('node:assert/strict');
const { afterEach, test } = require('node:test');
const sinon = require('sinon');
const { OAuth2Client } = require('edge-oauth2');
const { obtain } = require('./obtain.js');

afterEach(() => sinon.restore());

// Not `queueMicrotask` and `nextTick`, which Node's own fetch waits for here.
const FAKED = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate', 'Date'];

test('fake timers', async () => {
  const clock = sinon.useFakeTimers({ toFake: FAKED });
  assert.equal(await obtain(OAuth2Client, 'sinon', (ms) => clock.tick(ms)), 'one, then another');
});
