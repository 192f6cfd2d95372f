// What the doctor makes of the words in which stores fail.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { install, tarball } from '../runtimes/package.mjs';

const project = await install('stores-failures', await tarball());
const { checkStore } = await import(pathToFileURL(join(project, 'node_modules/edge-oauth2/doctor/store.js')).href);

/** As people reported them. */
const WORDS = {
  'NOAUTH Authentication required.': 'store_refuses_credentials',
  'WRONGPASS invalid username-password pair or user is disabled.': 'store_refuses_credentials',
  'password authentication failed for user "app"': 'store_refuses_credentials',
  "NOPERM User has no permissions to run the 'eval' command": 'store_forbids',
  "Command failed: NOPERM this user has no permissions to run the 'evalsha' command or its subcommand": 'store_forbids',
  'ERR command eval not support for normal user': 'store_forbids',
  "NOPERM this user has no permissions to run the 'set' command": 'store_read_only',
  "READONLY You can't write against a read only replica.": 'store_read_only',
  "OOM command not allowed when used memory > 'maxmemory'.": 'store_full',
  'MOVED 3999 127.0.0.1:6381': 'store_is_cluster',
  'getaddrinfo ENOTFOUND redis.internal': 'store_unreachable',
  'The client is closed': 'store_unreachable',
  'Reached the max retries per request limit (which is 20). Refer to "maxRetriesPerRequest" option for details.': 'store_unreachable',
  'unable to get local issuer certificate': 'store_certificate',
  'write EPROTO 139:error:1408F10B:SSL routines:ssl3_get_record:wrong version number': 'store_certificate',
  'Command timed out': 'store_silent',
  'KV put() limit exceeded for the day.': 'store_failed',
};

for (const [words, code] of Object.entries(WORDS)) {
  test(`a store that fails with: ${words}`, async () => {
    const store = { get: async () => {}, put: () => Promise.reject(new Error(words)), delete: async () => {} };
    assert.deepEqual((await checkStore(store)).findings.map((finding) => finding.code), [code]);
  });
}

test('a store that fails without a word, as node-redis does', async () => {
  class TimeoutError extends Error {}
  const store = { get: async () => {}, put: () => Promise.reject(new TimeoutError()), delete: async () => {} };
  const [{ code, said }] = (await checkStore(store)).findings;
  assert.deepEqual([code, said], ['store_silent', 'TimeoutError']);
});
