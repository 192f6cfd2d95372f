// The examples of docs/inbound.md: that they are what the document shows, and what they answer, each in its framework.
import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { tool } from '../package/tool.mjs';
import { AUDIENCE, client, createInboundScene } from './inbound-scene.mjs';
import { install, root, tarball } from './package.mjs';
import { startServers } from './servers.mjs';
import { bundle, compatibilityDates, startWorkerd } from './workerd.mjs';

const examples = join(root, 'tests/examples');
const nextRoute = join(root, 'tests/matrix/next-app/app/api/guarded/route.js');
const project = await install('examples', await tarball());
const { addresses, close } = await startServers();
after(close);

/** An issuer that says where it is asked about tokens, and has a token endpoint, as all have to (RFC 8414 §2). */
async function askable() {
  const one = scene();
  await one.behave('.well-known', { merge: { token_endpoint: `${one.issuer}/token` } });
  return one;
}

const scene = () => createInboundScene({ package: {}, addresses, runtime: 'examples' });
const environmentOf = ({ issuer }) => ({ ISSUER: issuer, AUDIENCE, CLIENT_ID: client.id, CLIENT_SECRET: client.secret });

/** An example in workerd, whose tokens are those of `scene`; `options` are more of miniflare's for it. */
async function start(file, scene, options) {
  const name = basename(file).split('.')[0];
  const from = file.startsWith('file:') ? file : `../examples/${file}`;
  const worker = await bundle(name, { project, from, compatibilityDate: compatibilityDates.at(-1) });
  const workerd = await startWorkerd([{ ...worker, bindings: environmentOf(scene), ...options }]);
  after(workerd.close);
  return workerd;
}

const bearer = (token) => ({ headers: { authorization: `Bearer ${token}` } });

/** What is promised of a response: its status, the headers that say why, and its body. */
async function answerOf(response) {
  const named = (name) => response.headers.get(name) ?? undefined;
  const text = await response.text();
  const headers = { challenge: named('www-authenticate'), retryAfter: named('retry-after'), cache: named('cache-control') };
  return { status: response.status, ...headers, body: text && JSON.parse(text) };
}

const refusal = (status, error, description, rest) => ({
  status,
  challenge: `Bearer error="${error}", error_description="${description}"${rest}`,
  retryAfter: undefined,
  cache: 'no-store',
  body: { error, error_description: description },
});

/** What every example answers that greets whoever has the scope `read`; `rest` is what its challenges end with. */
function greets(begin, { rest = '', bare = 'Bearer scope="read"' } = {}) {
  const scope = ', scope="read"';
  const cases = {
    'a good token': [(scene) => scene.jwt().then(bearer), { status: 200, challenge: undefined, retryAfter: undefined, cache: undefined, body: { hello: 'ada' } }],
    'no token': [() => ({}), { status: 401, challenge: bare, retryAfter: undefined, cache: 'no-store', body: '' }],
    'two tokens': [
      (scene) => scene.jwt().then((token) => bearer(`${token}, Bearer ${token}`)),
      refusal(400, 'invalid_request', 'more than one credential in the Authorization header', rest),
    ],
    'an old token': [(scene) => scene.jwt({ exp: 1 }).then(bearer), refusal(401, 'invalid_token', 'the token is expired', scope + rest)],
    'another scope': [
      (scene) => scene.jwt({ scope: 'write' }).then(bearer),
      refusal(403, 'insufficient_scope', 'the caller lacks scopes: read', scope + rest),
    ],
    'no issuer': [
      async (scene) => {
        await scene.behave('jwks', { close: true });
        await scene.behave('.well-known', { close: true });
        return bearer(await scene.jwt());
      },
      {
        status: 503,
        challenge: undefined,
        retryAfter: '5',
        cache: 'no-store',
        body: { error: 'temporarily_unavailable', error_description: 'the token cannot be checked at the moment' },
      },
    ],
  };
  for (const [title, [headersOf, expected]] of Object.entries(cases)) {
    test(title, { timeout: 30_000 }, async () => {
      const one = scene();
      const ask = await begin(one);
      const answer = await answerOf(await ask(await headersOf(one)));
      assert.deepEqual(answer, expected);
    });
  }
}

describe('a Worker', () => {
  greets(async (scene) => {
    const { url } = await start('worker.js', scene);
    return (init) => fetch(url, init);
  });
});

describe('Hono', () => {
  greets(async (scene) => {
    const { url } = await start('hono.ts', scene);
    return (init) => fetch(`${url}things`, init);
  });

  test('what is not guarded is none of its business', async () => {
    const { url } = await start('hono.ts', scene());
    assert.equal((await fetch(`${url}others`)).status, 404);
  });
});

describe('itty-router', () => {
  greets(async (scene) => {
    const { url } = await start('itty-router.js', scene);
    return (init) => fetch(`${url}things`, init);
  });
});

describe('a route handler of Next.js, called as Next.js does', () => {
  copyFileSync(nextRoute, join(project, 'route.js'));
  const metadata = `resource_metadata="${new URL('/.well-known/oauth-protected-resource', AUDIENCE)}"`;
  const environment = { ...process.env };
  after(() => Object.assign(process.env, environment));
  greets(
    async (scene) => {
      const { GET } = await import(pathToFileURL(join(project, 'route.js')).href);
      return (init) => {
        Object.assign(process.env, environmentOf(scene));
        return GET(new Request('https://site.example/api/guarded', init), { params: Promise.resolve({}) });
      };
    },
    { rest: `, ${metadata}`, bare: `Bearer scope="read", ${metadata}` },
  );
});

test('whom to ask', async () => {
  const wrapper = `import * as checks from ${JSON.stringify(join(examples, 'checks.js'))};
    export default {
      async fetch(request) {
        const way = new URL(request.url).pathname.slice(1);
        try {
          const { by } = await (checks[way].authorize?.(request) ?? checks[way](request));
          return new Response(by);
        } catch (error) {
          return error.response;
        }
      },
    };`;
  writeFileSync(join(project, 'checks-worker.js'), wrapper);
  const one = await askable();
  const { url } = await start(pathToFileURL(join(project, 'checks-worker.js')).href, one);
  const [opaque, jwt] = [one.opaque(), await one.jwt()];
  const ask = async (way, token) => {
    const response = await fetch(url + way, bearer(token));
    return response.ok ? await response.text() : response.status;
  };
  const ways = [];
  for (const way of ['asking', 'reading', 'either', 'transfer']) ways.push([way, await ask(way, opaque), await ask(way, jwt)]);
  assert.deepEqual(ways, [
    ['asking', 'introspection', 401],
    ['reading', 401, 'jwt'],
    ['either', 'introspection', 'jwt'],
    ['transfer', 'introspection', 401],
  ]);
  await one.behave('introspect', { merge: { active: true } });
  assert.equal(await ask('transfer', await one.jwt()), 'both');
});

test('metadata', async () => {
  const one = scene();
  const { url } = await start('metadata.js', one);
  const response = await fetch(`${url}.well-known/oauth-protected-resource`);
  assert.deepEqual(await response.json(), {
    resource: AUDIENCE,
    authorization_servers: [one.issuer],
    scopes_supported: ['read', 'write'],
    bearer_methods_supported: ['header'],
  });
  assert.equal((await fetch(url)).status, 404);
});

test('the application says who the caller is', async () => {
  const one = await askable();
  const { url, namespace } = await start('principal.js', one, { kvNamespaces: ['USERS'] });
  const users = await namespace('USERS', 'principal');
  await users.put('ada', JSON.stringify({ name: 'Ada', scopes: ['editor'] }));
  await users.put('bob', JSON.stringify({ name: 'Bob', scopes: ['reader'] }));
  const ask = async (username) => answerOf(await fetch(url, bearer(one.opaque({ username, scope: 'owner' }))));
  assert.deepEqual((await ask('ada')).body, { hello: 'Ada', scopes: ['editor'] });
  const lacking = await ask('bob');
  assert.deepEqual([lacking.status, lacking.body.error], [403, 'insufficient_scope']);
  const nobody = await ask('eve');
  assert.deepEqual([nobody.status, nobody.body.error_description], [403, 'the caller is nobody who may call']);
});

test('what a challenge wants', async () => {
  copyFileSync(join(examples, 'step-up.js'), join(project, 'step-up.js'));
  const { wanted } = await import(pathToFileURL(join(project, 'step-up.js')).href);
  const challenge = 'Basic realm="a, b", bearer error="insufficient_scope", scope="read write", resource_metadata="https://api.example/x"';
  const response = new Response(null, { status: 403, headers: { 'www-authenticate': challenge } });
  assert.deepEqual(wanted(response), { error: 'insufficient_scope', scopes: ['read', 'write'], metadata: 'https://api.example/x' });
  assert.deepEqual(wanted(new Response()), { error: undefined, scopes: [], metadata: undefined });
});

test('the compiler knows who the caller is', async () => {
  copyFileSync(join(examples, 'hono.ts'), join(project, 'hono.ts'));
  const wrong = readFileSync(join(examples, 'hono.ts'), 'utf8').replace('caller.subject', 'caller.sobject');
  const right = "declare namespace Cloudflare {\n  interface Env {\n    ISSUER: string;\n    AUDIENCE: string;\n  }\n}\n";
  writeFileSync(join(project, 'env.d.ts'), right);
  const modules = join(root, 'tests/node_modules');
  const compilerOptions = {
    target: 'ES2022',
    module: 'ESNext',
    moduleResolution: 'bundler',
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noEmit: true,
    lib: ['ES2022'],
    typeRoots: [join(modules, '@cloudflare')],
    types: ['workers-types'],
    paths: { hono: [join(modules, 'hono')], 'hono/*': [join(modules, 'hono/dist/types/helper/*'), join(modules, 'hono/dist/types/*')] },
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['env.d.ts', 'hono.ts'] }));
  const compile = () => tool('tsc', ['--project', join(project, 'tsconfig.json')]);
  await compile();
  writeFileSync(join(project, 'hono.ts'), wrong);
  await assert.rejects(compile, /sobject/);
});

test('the document shows them as they are, and all of them', () => {
  const document = readFileSync(join(root, 'docs/inbound.md'), 'utf8');
  const shown = [...document.matchAll(/```[jt]s\n(.*?)```/gs)].map(([, text]) => text);
  const files = [...readdirSync(examples).map((file) => join(examples, file)), nextRoute];
  const tested = files.map((file) => readFileSync(file, 'utf8'));
  assert.deepEqual(shown.toSorted(), tested.toSorted());
});
