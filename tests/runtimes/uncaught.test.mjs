// What Node prints of an error that nobody catches: the line of the user's code, and not one of the package's.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { install, run, tarball } from './package.mjs';

const project = await install('uncaught', await tarball());

for (const [name, call] of Object.entries({
  fetch: "client.fetch('/user')",
  getToken: 'client.getToken()',
  authorizationHeader: 'client.authorizationHeader()',
})) {
  test(`${name}: the line that calls it is shown, and the stack begins there`, async () => {
    const script = join(project, `${name}.mjs`);
    await writeFile(
      script,
      `import { OAuth2Client } from 'edge-oauth2';
      const fetch = async () => new Response('{"error":"invalid_scope"}', { status: 400 });
      const client = new OAuth2Client({ tokenUrl: 'https://auth.example/token', clientId: 'me', clientSecret: 's', baseUrl: 'https://api.example', fetch });
      async function loadUser() {
        return await ${call};
      }
      await loadUser();`,
    );
    const { stderr } = await run(process.execPath, [script], { cwd: project }).catch((error) => error);
    const [place, line, , , message, frame] = stderr.split('\n').map((text) => text.trim());
    assert.ok(place.endsWith(`${name}.mjs:5`) && line === `return await ${call};`, stderr);
    assert.match(message, /^OAuth2Error: the token endpoint .* answered 400 invalid_scope/);
    assert.match(frame, /^at loadUser /);
    assert.ok(!stderr.includes('node_modules'), stderr);
  });
}
