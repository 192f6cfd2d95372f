// A flood of tokens that are none: what is remembered of them is bounded, and so is the memory that it takes.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { equal, ok } from './assert.mjs';
import { install, tarball } from './package.mjs';

/** That of the wasm instance that comes into being. */
let memory;
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(...args) {
    super(...args);
    memory = Object.values(this.exports).find((value) => value instanceof WebAssembly.Memory);
  }
};

const project = await install('inbound-flood', await tarball());
const file = join(project, 'index.js');
await writeFile(file, "export * from 'edge-oauth2/inbound';\n");
const { Guard, JwtVerifier, TokenIntrospector } = await import(pathToFileURL(file).href);

const ENTRIES = 500;
const AT_ONCE = 50;
/** What the allocator may add, where what is kept of 3,000 tokens would be ten times that. */
const MARGIN_BYTES = 256 * 1024;
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a flood of bad tokens', { timeout: 60_000 }, () => {
  let asked = 0;
  const fetch = async (url) => {
    asked += 1;
    return Response.json(url.endsWith('/jwks') ? { keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43), kid: 'one' }] } : { active: false });
  };
  const common = { issuer: 'https://auth.example', fetch, identity: 'flood' };
  const guard = new Guard({
    introspector: new TokenIntrospector({ ...common, introspectionUrl: 'https://auth.example/introspect', cacheEntries: ENTRIES }),
    verifier: new JwtVerifier({ ...common, jwksUri: 'https://auth.example/jwks', audience: 'us' }),
  });

  /** Each of so many has a token of its own, which is refused. Gives how large the memory is then. */
  async function flood(count, tokenOf) {
    for (let index = 0; index < count; index += AT_ONCE) {
      const calls = Array.from({ length: AT_ONCE }, async (_, offset) => {
        const headers = new Headers({ authorization: `Bearer ${tokenOf(index + offset)}` });
        const outcome = await guard.authorize({ headers }).catch(({ code }) => code);
        equal(outcome, 'token_rejected');
      });
      await Promise.all(calls);
    }
    return memory.buffer.byteLength;
  }

  let floods = 0;
  for (const [what, tokenOf] of Object.entries({
    'opaque ones': (index) => `bad-${floods}-${index}-${Math.random()}`,
    'JWTs of unknown keys': (index) => {
      const claims = { iss: 'https://auth.example', aud: 'us', exp: Date.now(), n: Math.random() };
      return `${encode({ alg: 'EdDSA', typ: 'at+jwt', kid: `${floods}-${index}` })}.${encode(claims)}.${'A'.repeat(86)}`;
    },
    'rubbish of 2 KiB': (index) => `${index}.${'x'.repeat(2_000)}.${Math.random()}`,
  })) {
    test(`of ${what} takes no more memory than its first part`, async () => {
      floods += 1;
      const before = await flood(4 * ENTRIES, tokenOf);
      floods += 1;
      const growth = (await flood(6 * ENTRIES, tokenOf)) - before;
      ok(growth <= MARGIN_BYTES, `${before} bytes, and then ${growth} more`);
      ok(before < 8 * 1024 * 1024, `${before} bytes`);
    });
  }

  test('and the server is asked once about each that only it can judge', () => {
    equal(asked, 2 * 10 * ENTRIES + 2, 'of which two requests are for keys');
  });
});
