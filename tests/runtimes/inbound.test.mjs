// The entry `edge-oauth2/inbound` against a real authorization server (oidc-provider): opaque tokens and JWTs, what becomes
// of them, and a server that is down, slow or lies.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { equal, ok, rejects } from './assert.mjs';
import { startAuthorizationServer } from './authorization-server.mjs';
import { listen } from './http.mjs';
import { later, request } from './inbound-scene.mjs';
import { misbehaves } from './misbehaviour.mjs';
import { install, tarball } from './package.mjs';
import { basic } from './scene.mjs';
import { sign } from './signing-keys.mjs';

const OPAQUE = 'https://opaque.example/';
const JWT = 'https://jwt.example/';
const OTHER = 'https://other.example/';

const caller = { client_id: 'caller', client_secret: 'MARKER secret of the caller' };
const server = await startAuthorizationServer({ clients: [caller], resources: { [OPAQUE]: 'opaque', [JWT]: 'jwt', [OTHER]: 'jwt' } });
after(server.close);

const project = await install('inbound', await tarball());
const load = async (entry) => {
  const file = join(project, `${entry.replaceAll('/', '-')}.js`);
  await writeFile(file, `export * from '${entry}';\n`);
  return await import(pathToFileURL(file).href);
};
const { Guard, JwtVerifier, TokenIntrospector } = await load('edge-oauth2/inbound');
const { OAuth2Client } = await load('edge-oauth2');

const credentials = { clientId: server.resourceServer.id, clientSecret: server.resourceServer.secret };
const callerOf = (resource, overrides) =>
  new OAuth2Client({ issuer: server.url, clientId: caller.client_id, clientSecret: caller.client_secret, scopes: 'read', resource, ...overrides });
/** A token that no other test has. */
const tokenFor = async (resource, overrides) => (await callerOf(resource, overrides).getToken({ forceRefresh: true })).accessToken;
const introspector = (overrides) => new TokenIntrospector({ issuer: server.url, ...credentials, ...overrides });
const verifier = (overrides) => new JwtVerifier({ issuer: server.url, audience: JWT, ...overrides });
const guard = (overrides) => new Guard({ introspector: introspector(), verifier: verifier(), ...overrides });
const call = (token, requirements, one = guard()) => one.authorize(request(`Bearer ${token}`), requirements);
const refused = async (promise, status, code) => {
  const error = await rejects(promise, { code });
  equal(error.response.status, status, error.message);
  return error;
};
const revoke = (token) =>
  fetch(`${server.tokenUrl}/revocation`, {
    method: 'POST',
    headers: { authorization: basic({ id: caller.client_id, secret: caller.client_secret }) },
    body: new URLSearchParams({ token }),
  });

describe('tokens of a real authorization server', { timeout: 60_000 }, () => {
  test('opaque ones are asked about', async () => {
    const { subject, clientId, scopes, audience, by } = await call(await tokenFor(OPAQUE), { scopes: ['read'], audience: OPAQUE });
    equal([subject, clientId, scopes, audience, by], [undefined, 'caller', ['read'], [OPAQUE], 'introspection']);
  });

  test('JWTs are verified', async () => {
    const { subject, clientId, scopes, audience, by } = await call(await tokenFor(JWT), { scopes: ['read'] });
    equal([subject, clientId, scopes, audience, by], ['caller', 'caller', ['read'], [JWT], 'jwt']);
  });

  test('each by its own way, whoever asks', async () => {
    await refused(call(await tokenFor(OPAQUE), { scopes: ['read', 'write'] }), 403, 'insufficient_scope');
    await refused(call(await tokenFor(JWT), { scopes: ['write'] }), 403, 'insufficient_scope');
    await refused(call(await tokenFor(OPAQUE), { audience: OTHER }), 401, 'token_rejected');
  });

  test('one that is taken back is refused when maxAgeSeconds are over, at once where it is forgotten or asked anew', async () => {
    const tokens = await Promise.all([1, 2, 3].map(() => tokenFor(OPAQUE)));
    for (const token of tokens) await call(token);
    for (const token of tokens) await revoke(token);
    await call(tokens[0]);
    await later(61, () => refused(call(tokens[0]), 401, 'token_rejected'));
    await introspector().forget(tokens[1]);
    await refused(call(tokens[1]), 401, 'token_rejected');
    await refused(call(tokens[2], { maxAgeSeconds: 0 }), 401, 'token_rejected');
  });

  test('one that is over is refused, whatever was known of it', async () => {
    for (const resource of [OPAQUE, JWT]) {
      const token = await tokenFor(resource, { endpointParams: { lifetime: 2 } });
      const other = await tokenFor(resource, { endpointParams: { lifetime: 2 } });
      await call(token);
      await later(13, () => refused(call(token), 401, 'token_rejected'));
      await later(13, () => refused(call(other), 401, 'token_rejected'));
    }
  });

  test('of another audience, or another issuer', async () => {
    await refused(call(await tokenFor(OTHER)), 401, 'token_rejected');
    await call(await tokenFor(OTHER), { audience: OTHER });
    const another = await startAuthorizationServer({ clients: [caller], resources: { [JWT]: 'jwt', [OPAQUE]: 'opaque' } });
    try {
      const strangers = async (resource) =>
        (await new OAuth2Client({ issuer: another.url, clientId: caller.client_id, clientSecret: caller.client_secret, resource }).getToken()).accessToken;
      await refused(call(await strangers(JWT)), 401, 'token_rejected');
      await refused(call(await strangers(OPAQUE)), 401, 'token_rejected');
    } finally {
      await another.close();
    }
  });

  test('tampered ones, and those whose algorithm is confused', async () => {
    const token = await tokenFor(JWT);
    await call(token);
    const [head, body, signature] = token.split('.');
    const { keys } = await (await fetch(`${server.url}/jwks`)).json();
    const header = JSON.parse(Buffer.from(head, 'base64url'));
    const payload = JSON.parse(Buffer.from(body, 'base64url'));
    const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const forged of [
      `${head}.${encode({ ...payload, scope: 'read write admin' })}.${signature}`,
      `${encode({ ...header, kid: undefined, jwk: keys[0] })}.${body}.${signature}`,
      `${encode({ ...header, alg: 'none' })}.${body}.`,
      `${encode({ ...header, alg: 'PS256' })}.${body}.${signature}`,
      `${head}.${body}.${signature.slice(0, -4)}AAAA`,
      `${head}.${body}.`,
      await sign({ header: { ...header, alg: 'HS256' }, payload, secret: JSON.stringify(keys[0]) }),
      await sign({ header: { ...header, alg: 'HS256' }, payload, secret: keys[0].n }),
    ]) {
      const error = await rejects(call(forged));
      ok([400, 401].includes(error.response.status), `${forged.slice(0, 20)}: ${error.response.status}`);
    }
  });

  test('signed answers of the server are verified', async () => {
    const one = introspector({ signedResponse: true });
    const answer = await one.introspect(await tokenFor(OPAQUE));
    equal([answer.active, answer.clientId], [true, 'caller']);
    equal((await one.introspect('nobody-knows-this')).active, false);
  });

  test('a client’s token asks about tokens, where the server takes that', async () => {
    const asked = [];
    const endpoint = await listen(async (incoming, response) => {
      asked.push(incoming.headers.authorization);
      const isGood = await server.isActive(incoming.headers.authorization?.replace('Bearer ', ''));
      response.writeHead(isGood ? 200 : 401, { 'content-type': 'application/json' }).end('{"active":true}');
    });
    try {
      const client = callerOf(OPAQUE, { identity: 'who asks' });
      const one = new TokenIntrospector({ introspectionUrl: endpoint.url, client });
      equal((await one.introspect('a')).active, true);
      await revoke((await client.getToken()).accessToken);
      equal((await one.introspect('b')).active, true, 'another token is obtained');
      equal([asked.length, new Set(asked).size], [3, 2]);
    } finally {
      await endpoint.close();
    }
  });
});

describe('its keys', { timeout: 60_000 }, () => {
  /** A way to the server that counts, and may misbehave. */
  const watched = () => {
    const way = { jwks: 0, introspections: 0, lie: undefined };
    way.fetch = async (url, init) => {
      const { pathname } = new URL(url);
      if (pathname === '/jwks') way.jwks += 1;
      if (pathname === '/token/introspection') way.introspections += 1;
      return way.lie ? await way.lie(url, init) : await fetch(url, init);
    };
    return way;
  };

  test('rotate, and rotate again, and nobody is turned away', async () => {
    const way = watched();
    const one = () => verifier({ fetch: way.fetch, identity: 'rotation' });
    await one().verify(await tokenFor(JWT));
    server.rotate();
    await Promise.all([tokenFor(JWT), tokenFor(JWT)].map(async (token) => one().verify(await token)));
    equal(way.jwks, 2);
    server.rotate();
    // Just now it was asked; a while later it may be asked again.
    await later(31, async () => one().verify(await tokenFor(JWT)));
    equal(way.jwks, 3);
  });

  test('a storm of keys that nobody has is one request in each cooldown', async () => {
    const way = watched();
    const one = () => verifier({ fetch: way.fetch, identity: 'storm' });
    const good = await tokenFor(JWT);
    await one().verify(good);
    const forge = (kid) => `${Buffer.from(JSON.stringify({ alg: 'RS256', typ: 'at+jwt', kid })).toString('base64url')}.${good.split('.')[1]}.AAAA`;
    for (let round = 0; round < 4; round += 1) {
      await Promise.all(Array.from({ length: 50 }, (_, index) => rejects(one().verify(forge(`${round}-${index}`)), { code: 'token_rejected' })));
    }
    equal(way.jwks, 2);
    await one().verify(good);
  });

  test('the server is down, slow or lies: who is known gets in, who is not gets 503', async () => {
    for (const [what, behaviour] of Object.entries({
      down: { close: true },
      silent: { silent: true },
      failing: { status: 500, body: 'MARKER' },
      lying: { status: 200, body: '{"keys":{},"active":"MARKER"}' },
      'talking HTML': { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>MARKER' },
      'sending us elsewhere': { status: 302, headers: { location: 'https://evil.example/' } },
    })) {
      const liar = await listen(async (_, response) => misbehaves(response, behaviour));
      const way = watched();
      const options = { fetch: way.fetch, identity: what, timeoutMs: 400 };
      const one = () => guard({ introspector: introspector(options), verifier: verifier(options) });
      const [opaque, jwt, newJwt] = [await tokenFor(OPAQUE), await tokenFor(JWT), await tokenFor(JWT)];
      const unknown = await tokenFor(OPAQUE);
      for (const token of [opaque, jwt]) await call(token, {}, one());
      way.lie = (url, init) => fetch(new URL(new URL(url).pathname, liar.url), init);
      try {
        for (const token of [opaque, jwt, newJwt]) await call(token, {}, one());
        const error = await refused(call(unknown, {}, one()), 503, 'token_unverifiable');
        ok(Number(error.response.headers.get('retry-after')) > 0, what);
        ok(!(await error.response.text()).includes('MARKER'), what);
      } finally {
        await liar.close();
      }
    }
  });
});
