// What V8 compiles of the wasm before the first token: the price of the code that is used, as raw size is that of all.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A client's first token. The server is a function: Node's own HTTP parser is a wasm module too. */
const FIRST_TOKEN = `
const { OAuth2Client } = await import(process.argv[2]);
const token = { access_token: 'a'.repeat(900), token_type: 'Bearer', expires_in: 3600 };
const client = new OAuth2Client({
  tokenUrl: 'https://auth.example.com/token',
  clientId: 'bench',
  clientSecret: 'a secret of some length',
  fetch: async () => Response.json(token),
  identity: 'bench',
  ...(process.argv[3] === 'store' && { store: new Map() }),
});
const { accessToken } = await client.getToken();
if (accessToken !== token.access_token) throw new Error('another token');
`;

/** A guard's first callers: with a token that has to be asked about, and with a JWT. */
const FIRST_CALLER = `
const { Guard, JwtVerifier, TokenIntrospector } = await import(process.argv[2]);
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const { privateKey, publicKey } = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
const base64url = (bytes) => Buffer.from(bytes).toString('base64url');
const exp = Math.floor(Date.now() / 1000) + 3600;
const claims = { iss: 'https://auth.example.com', aud: 'api', sub: 'alice', client_id: 'bench', jti: 'one', iat: exp - 3600, exp, scope: 'read' };
const input = [{ alg: 'ES256', typ: 'at+jwt', kid: 'bench' }, claims].map((part) => base64url(JSON.stringify(part))).join('.');
const token = input + '.' + base64url(await crypto.subtle.sign(algorithm, privateKey, Buffer.from(input)));
const jwks = { keys: [{ ...(await crypto.subtle.exportKey('jwk', publicKey)), kid: 'bench' }] };
const fetch = async (url) => Response.json(url.endsWith('jwks') ? jwks : { active: true, ...claims });
const common = { fetch, identity: 'bench' };
const checks = {
  introspected: () => ({ introspector: new TokenIntrospector({ introspectionUrl: 'https://auth.example.com/introspect', clientId: 'bench', clientSecret: 'a secret', ...common }) }),
  verified: () => ({ verifier: new JwtVerifier({ issuer: claims.iss, jwksUri: 'https://auth.example.com/jwks', audience: 'api', ...common }) }),
};
const guard = new Guard(checks[process.argv[3]]());
const authorization = 'Bearer ' + (process.argv[3] === 'verified' ? token : 'opaque');
const { subject } = await guard.authorize({ method: 'GET', url: 'https://api.example.com/', headers: new Headers({ authorization }) }, { scopes: ['read'] });
if (subject !== claims.sub) throw new Error('another caller');
`;

/** The same before the first caller is let in, by introspection and by a JWT. */
export async function compiledBeforeFirstCaller(project) {
  const script = join(project, 'first-caller.mjs');
  await writeFile(script, FIRST_CALLER);
  const of = (way) => compiled(script, 'edge-oauth2/inbound', way);
  return { introspected: await of('introspected'), verified: await of('verified') };
}

/** The functions and the bytes of their bodies, without a store and with one; `project` has the package installed, whose `entry` is used. */
export async function compiledBeforeFirstToken(project, entry = 'edge-oauth2') {
  const script = join(project, 'first-token.mjs');
  await writeFile(script, FIRST_TOKEN);
  return { withoutStore: await compiled(script, entry), withStore: await compiled(script, entry, 'store') };
}

async function compiled(script, ...args) {
  // A file: what V8 prints into a pipe is lost while that is full.
  const trace = await open(`${script}.trace`, 'w');
  const traced = spawn('node', ['--trace-wasm-compilation-times', script, ...args], { stdio: ['ignore', trace.fd, 'inherit'] });
  const [code] = await once(traced, 'exit');
  await trace.close();
  if (code !== 0) throw new Error(`${script}: the process ended with ${code}`);
  const stdout = await readFile(`${script}.trace`, 'utf8');
  const bodies = [...stdout.matchAll(/^Compiled function \S+ using Liftoff.* bodysize (\d+) /gm)].map(([, size]) => Number(size));
  return { functions: bodies.length, bytes: bodies.reduce((sum, size) => sum + size, 0) };
}
