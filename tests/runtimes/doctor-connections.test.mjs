// The doctor names what keeps a connection from coming about, in the words of each runtime.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:http';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { certificate } from './certificate.mjs';
import { install, root, run, tarball } from './package.mjs';

const project = await install('doctor-connections', await tarball());
const authority = certificate({ name: 'an authority', isAuthority: true });
const trusted = join(project, 'authority.pem');
writeFileSync(trusted, authority.cert);

const servers = [];
async function listening(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return server.address().port;
}
const secured = (settings) => createServer(settings, (_request, response) => response.end('{"access_token":"a","expires_in":3600}'));
const good = certificate({ name: 'localhost', issuer: authority });

const closed = createPlainServer();
const closedPort = await listening(closed);
closed.close();

/** Token URLs, by what the doctor is to say of them. */
const urls = {
  healthy: `https://localhost:${await listening(secured(good))}/token`,
  bad_certificate: `https://localhost:${await listening(secured(certificate({ name: 'localhost', issuer: authority, endsInDays: -1 })))}/token`,
  client_certificate_wanted: `https://localhost:${await listening(secured({ ...good, requestCert: true, ca: authority.cert }))}/token`,
  not_tls: `https://localhost:${await listening(createPlainServer((_request, response) => response.end()))}/token`,
  connection_refused: `https://localhost:${closedPort}/token`,
  host_not_found: 'https://nowhere.invalid/token',
  timeout: `http://127.0.0.1:${await listening(createPlainServer(() => {}))}/token`,
};
/** The same of an API, whose token is granted. */
const apis = { connection_refused: `https://localhost:${closedPort}/`, host_not_found: 'https://nowhere.invalid/' };

const program = join(project, 'program.mjs');
writeFileSync(
  program,
  `import { doctor } from 'edge-oauth2/doctor';
  const client = { clientId: 'me', clientSecret: 'MARKER of a secret', timeoutMs: 2_000 };
  const said = { token: {}, api: {} };
  for (const [code, tokenUrl] of Object.entries(${JSON.stringify(urls)})) said.token[code] = await doctor({ ...client, tokenUrl });
  for (const [code, baseUrl] of Object.entries(${JSON.stringify(apis)})) {
    said.api[code] = await doctor({ ...client, tokenUrl: ${JSON.stringify(urls.healthy)}, baseUrl }, { path: '/hello' });
  }
  console.log(JSON.stringify(said));`,
);

const binary = (scope, path) => join(root, 'tests/node_modules', scope, readdirSync(join(root, 'tests/node_modules', scope))[0], path);
/** What hides the server's alert has only this to say of a certificate that is wanted. */
const WITHOUT_ALERT = { Node: 'unreachable', Bun: 'not_tls' };

const runtimes = {
  Node: { file: process.execPath, args: [], env: { NODE_EXTRA_CA_CERTS: trusted } },
  Bun: { file: binary('@oven', 'bin/bun'), args: ['run'], env: { NODE_EXTRA_CA_CERTS: trusted } },
  Deno: { file: binary('@deno', 'deno'), args: ['run', '--no-prompt', '--node-modules-dir=manual', '--allow-net', '--cert', trusted], env: {} },
};

const saidIn = {};
for (const [runtime, { file, args, env }] of Object.entries(runtimes)) {
  const { stdout } = await run(file, [...args, program], { cwd: project, env: { ...process.env, ...env } });
  assert.ok(!stdout.includes('MARKER'), stdout);
  saidIn[runtime] = JSON.parse(stdout);
}
for (const server of servers) {
  server.closeAllConnections();
  server.close();
}

for (const [runtime, said] of Object.entries(saidIn)) {
  describe(`${runtime}: the doctor names a connection that does not come about`, () => {
    const { healthy, ...failed } = said.token;
    test('and nothing where it does', () => assert.deepEqual(healthy.findings, []));

    for (const [part, diagnoses] of Object.entries({ token: failed, api: said.api })) {
      for (const [code, { findings }] of Object.entries(diagnoses)) {
        test(`${part}: ${code}`, () => {
          const isHidden = code === 'client_certificate_wanted' && WITHOUT_ALERT[runtime] !== undefined;
          const expected = isHidden ? WITHOUT_ALERT[runtime] : code;
          assert.deepEqual(findings.map((found) => [found.code, found.part]), [[expected, part]], JSON.stringify(findings));
          if (isHidden) assert.match(findings[0].advice, /client certificate/);
        });
      }
    }
  });
}
