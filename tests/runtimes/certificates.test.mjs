// Token endpoints whose certificates are no good, and connections that do not come about, in runtimes that say why.
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { certificate } from './certificate.mjs';
import { install, root, run, tarball } from './package.mjs';

const project = await install('certificates', await tarball());
const authority = certificate({ name: 'an authority', isAuthority: true });
const trusted = join(project, 'authority.pem');
writeFileSync(trusted, authority.cert);

/** The servers, by what is wrong with their certificates. */
const certificates = {
  good: certificate({ name: 'localhost', issuer: authority }),
  ended: certificate({ name: 'localhost', issuer: authority, endsInDays: -1 }),
  "another's": certificate({ name: 'other.example', issuer: authority }),
  'signed by itself': certificate({ name: 'localhost' }),
};

const servers = [];
const urls = { nowhere: 'https://nowhere.invalid/token' };
for (const [name, { cert, key }] of Object.entries(certificates)) {
  const server = createServer({ cert, key }, (_request, response) => response.end('{"access_token":"a"}'));
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  servers.push(server);
  urls[name] = `https://localhost:${server.address().port}/token`;
}

const program = join(project, 'program.mjs');
writeFileSync(
  program,
  `import { OAuth2Client } from 'edge-oauth2';
  const outcomes = {};
  for (const [name, tokenUrl] of Object.entries(${JSON.stringify(urls)})) {
    let retries = 0;
    const onEvent = ({ type }) => (retries += type === 'retry');
    const client = new OAuth2Client({ tokenUrl, clientId: 'me', clientSecret: 'my secret', timeoutMs: 3_000, onEvent });
    const failed = ({ code, retryable, message, cause }) => ({ code, retryable, message, cause: cause.message, reason: cause.code, retries });
    outcomes[name] = await client.getToken().then(() => 'a token', failed);
  }
  console.log(JSON.stringify(outcomes));`,
);

const binary = (scope, path) => join(root, 'tests/node_modules', scope, readdirSync(join(root, 'tests/node_modules', scope))[0], path);

const runtimes = {
  Node: { file: process.execPath, args: [], env: { NODE_EXTRA_CA_CERTS: trusted }, hasCodes: true },
  Bun: { file: binary('@oven', 'bin/bun'), args: ['run'], env: { NODE_EXTRA_CA_CERTS: trusted }, hasCodes: true },
  Deno: { file: binary('@deno', 'deno'), args: ['run', '--no-prompt', '--node-modules-dir=manual', '--allow-net', '--cert', trusted], env: {} },
};

/** What became of each, by runtimes. */
const outcomesIn = {};
for (const [runtime, { file, args, env }] of Object.entries(runtimes)) {
  const { stdout } = await run(file, [...args, program], { cwd: project, env: { ...process.env, ...env } });
  outcomesIn[runtime] = JSON.parse(stdout);
}
for (const server of servers) server.close();

for (const [runtime, { hasCodes }] of Object.entries(runtimes)) {
  const outcomes = outcomesIn[runtime];
  describe(`${runtime}: a token endpoint that cannot be reached`, () => {
    test('its certificate is good', () => assert.equal(outcomes.good, 'a token'));

    for (const [name, reason] of [
      ['ended', 'CERT_HAS_EXPIRED'],
      ["another's", 'ERR_TLS_CERT_ALTNAME_INVALID'],
      ['signed by itself', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ]) {
      test(`its certificate is ${name}: that is said, and nobody tries again`, () => {
        const { code, retryable, retries, message, cause, reason: given } = outcomes[name];
        assert.deepEqual([code, retryable, retries], ['network', false, 0], message);
        assert.match(message, /the server's certificate is not good/);
        assert.ok(message.includes(cause), message);
        if (hasCodes) assert.ok(given === reason && message.includes(reason), `${given}: ${message}`);
      });
    }

    test('its name is not known: that is said, and may pass', () => {
      const { code, retryable, retries, message, reason } = outcomes.nowhere;
      assert.ok(code === 'network' && retryable && retries > 0, message);
      assert.match(message, /is the host's name right\?/);
      if (hasCodes) assert.match(reason, /^(ENOTFOUND|EAI_AGAIN)$/);
    });
  });
}
