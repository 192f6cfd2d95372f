// Rules that JavaScript has to know as well as Rust, since it cannot ask wasm: tests/rules.rs holds that to the same table.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { reason } from '../../pkg-templates/face/host.js';
import { MAX_RESPONSE_BYTES } from '../../pkg-templates/face/hooks.js';
import { EXPIRY } from '../../pkg-templates/face/members.js';
import { Resource } from '../../pkg-templates/face/resource.js';
import { readToken } from '../../pkg-templates/face/token.js';
import { DEFAULTS } from '../../pkg-templates/face/patience.js';
import { storeAdapter } from '../../pkg-templates/stores/any.js';
import { install, tarball } from './package.mjs';

const rules = JSON.parse(readFileSync(new URL('../rules.json', import.meta.url), 'utf8'));

test('points in time', () => {
  for (const [written, seconds] of rules.times) {
    const read = () => Math.floor(readToken({ access_token: 'a', expires_at: written }).expiresAt / 1000);
    if (seconds === null) assert.throws(read, { code: 'invalid_option' }, written);
    else assert.equal(read(), seconds, written);
  }
});

test('members that say until when', () => {
  assert.deepEqual([...EXPIRY].sort(), [...rules.expiryMembers].sort());
});

test('other words for Bearer', () => {
  for (const [written, isBearer] of Object.entries(rules.bearer)) {
    assert.equal(readToken({ access_token: 'a', token_type: written }).tokenType === 'Bearer', isBearer, written);
  }
});

test('hosts of plain http', () => {
  for (const [host, isAccepted] of Object.entries(rules.plainHttpHosts)) {
    const made = () => new Resource({ baseUrl: `http://${host}:8080/` });
    if (isAccepted) made();
    else assert.throws(made, { code: 'invalid_option' }, host);
  }
});

test('numbers', () => {
  assert.deepEqual(DEFAULTS, rules.defaults);
  assert.equal(MAX_RESPONSE_BYTES, rules.maxResponseBytes);
  const begun = Date.now();
  const lifeMs = readToken({ access_token: 'a' }).expiresAt - begun;
  assert.ok(Math.abs(lifeMs - rules.longestLifeSeconds * 1000) < 1000, `${lifeMs} ms`);
});

test('what wasm does not know is refused, and never the default in its place', async () => {
  const project = await install('rules', await tarball());
  const load = (file) => import(pathToFileURL(join(project, 'node_modules', 'edge-oauth2', file)));
  await load('entries/index.js');
  const { open } = await load('wasm/edge_oauth2.js');
  const good = { tokenUrl: 'https://auth.example.com/token', clientId: 'id', clientSecret: 'secret' };
  assert.equal(open(good, 1), 1);
  for (const bad of [
    { unheardOf: true },
    { clientAuth: 'basic' },
    { credentialEncoding: 'lax' },
    { bodyFormat: 'xml' },
    { privateKey: { alg: 'RS1' } },
    { clientAssertion: { ttl: 60 } },
    { timeoutMs: '5' },
    { timeoutMs: 0.5 },
    { refreshAhead: true },
    { scopes: 'read' },
    { endpointParams: { audience: 'a' } },
    { clientSecret: 7 },
    { seal: 'no' },
  ]) {
    assert.throws(() => open({ ...good, ...bad }, 2), { code: 'invalid_option', message: /does not know/ }, JSON.stringify(bad));
  }
  assert.throws(() => open({ ...good, identity: undefined }, 2), { code: 'invalid_option' });
});

test('what KV promises, and how much of a stranger’s words is kept', () => {
  const { propagationMs, minTtlSeconds } = storeAdapter({ get() {}, put() {}, delete() {}, getWithMetadata() {} });
  assert.deepEqual({ propagationMs, minTtlSeconds }, rules.kv);
  assert.equal(reason(new Error('x'.repeat(100_000))).length, rules.maxReasonChars);
});
