// A host that compiles no wasm from bytes: the entry loads, and its first use says what would allow it.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { Miniflare } from 'miniflare';
import { createConsumer } from './consumer.mjs';
import { startTokenServer } from './token-server.mjs';
import { tool } from './tool.mjs';

let dir;
before(async () => {
  dir = await createConsumer('refused-wasm');
});

/** By the class that says so. */
const entries = { OAuth2Client: ['edge-oauth2', 'edge-oauth2/m2m', 'edge-oauth2/all'], TokenIntrospector: ['edge-oauth2/inbound'] };

for (const [name, specifiers] of Object.entries(entries)) {
  for (const specifier of specifiers) {
    test(`${specifier}, where there is no WebAssembly`, async () => {
      const options = { tokenUrl: 'https://auth.example', clientId: 'me', clientSecret: 'secret' };
      const introspection = { introspectionUrl: 'https://auth.example', clientId: 'me', clientSecret: 'secret' };
      writeFileSync(
        join(dir, 'use.mjs'),
        `import { ${name} } from '${specifier}';
        try {
          new ${name}(${JSON.stringify(name === 'OAuth2Client' ? options : introspection)});
        } catch ({ name, code, message, cause }) {
          console.log(JSON.stringify({ name, code, message, cause: String(cause) }));
        }`,
      );
      const said = JSON.parse(await tool(process.execPath, ['--jitless', '--no-warnings', 'use.mjs'], { cwd: dir }));
      assert.deepEqual({ ...said, message: undefined }, {
        name: 'OAuth2Error',
        code: 'unsupported_host',
        message: undefined,
        cause: 'ReferenceError: WebAssembly is not defined',
      });
      assert.match(said.message, /'wasm-unsafe-eval'/);
    });
  }
}

// As frameworks load what a route needs, Nitro among them.
const ROUTE = `
  export async function respond(options) {
    try {
      return new Response((await new OAuth2Client(options).getToken()).accessToken);
    } catch ({ code, message }) {
      return Response.json({ code, message }, { status: 500 });
    }
  }`;

/** Asks a Worker that has its wasm inline, loaded by `how` it imports its route. */
async function ask(test, how, compatibilityDate) {
  const { options } = await startTokenServer(test);
  const { outputFiles } = await esbuild.build({
    stdin: { contents: `import { OAuth2Client } from 'edge-oauth2/inline'; ${ROUTE}`, resolveDir: dir },
    bundle: true,
    write: false,
    format: 'esm',
  });
  const worker = `${how === 'at top level' ? `import * as route from './route.mjs';` : ''}
    export default {
      async fetch() {
        const { respond } = ${how === 'at top level' ? 'route' : `await import('./route.mjs')`};
        return respond(${JSON.stringify(options)});
      },
    };`;
  const modules = [
    { type: 'ESModule', path: 'index.mjs', contents: worker },
    { type: 'ESModule', path: 'route.mjs', contents: outputFiles[0].text },
  ];
  const workerd = new Miniflare({ host: '127.0.0.1', modules, compatibilityDate });
  test.after(() => workerd.dispose());
  const response = await fetch(await workerd.ready);
  return response.ok ? await response.text() : await response.json();
}

test('a Worker with its wasm inline brings a token where that is compiled at top level', async (t) => {
  assert.equal(await ask(t, 'at top level', '2025-06-02'), 'token-1');
});

for (const [how, date] of [
  ['in a request', '2026-07-01'],
  ['at top level', '2025-05-31'],
]) {
  test(`a Worker of ${date} that would have to compile it ${how} says what to do`, async (t) => {
    const { code, message } = await ask(t, how, date);
    assert.equal(code, 'unsupported_host');
    assert.match(message, /disallowed.*2025-06-02.*experimental\.wasm/);
  });
}
