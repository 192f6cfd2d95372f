// What a protected resource says of itself (RFC 9728), and what challenges say (RFC 9110 §11.6.1).
import { equal, ok } from '../assert.mjs';

const resource = 'https://api.example/things?tenant=1';
const WELL_KNOWN = 'https://api.example/.well-known/oauth-protected-resource/things?tenant=1';

export const metadata = {
  'is served at its well-known URLs': async ({ guard, issuer }) => {
    const one = guard({ resource, scopesSupported: ['read', 'write'] });
    const response = one.metadata(new Request(WELL_KNOWN));
    equal([response.status, response.headers.get('content-type')], [200, 'application/json']);
    equal(response.headers.get('access-control-allow-origin'), '*');
    const document = await response.json();
    equal([document.resource, document.scopes_supported], [resource, ['read', 'write']]);
    equal(document.authorization_servers, [issuer]);
    equal(document.bearer_methods_supported, ['header']);
    equal(one.metadata(new Request('https://api.example/.well-known/oauth-protected-resource'))?.status, 200);
  },

  'by GET and HEAD, and to browsers of all origins': async ({ guard }) => {
    const one = guard({ resource });
    const head = one.metadata(new Request(WELL_KNOWN, { method: 'HEAD' }));
    equal([head.status, await head.text()], [200, '']);
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const response = one.metadata(new Request(WELL_KNOWN, { method }));
      ok(response === undefined || response.status === 405, method);
    }
  },

  'of the resource that is configured, never of the host that is asked': async ({ guard }) => {
    const one = guard({ resource });
    const asked = new Request('https://evil.example/.well-known/oauth-protected-resource/things', { headers: { 'x-forwarded-host': 'evil.example' } });
    const response = one.metadata(asked);
    if (response) equal((await response.json()).resource, resource);
  },

  'and nowhere else': async ({ guard }) => {
    const one = guard({ resource });
    for (const path of ['', 'things', '.well-known/oauth-protected-resource/other', '.well-known/oauth-protected-resourcex', '.well-known/OAuth-protected-resource', 'x/.well-known/oauth-protected-resource']) {
      equal(one.metadata(new Request(`https://api.example/${path}`)), undefined, path);
    }
    equal(guard().metadata(new Request(WELL_KNOWN)), undefined, 'without a resource');
  },
};

const CHALLENGES = {
  'Bearer': [['bearer', {}, undefined]],
  'Bearer realm="x"': [['bearer', { realm: 'x' }, undefined]],
  'BEARER Realm=x': [['bearer', { realm: 'x' }, undefined]],
  'Bearer realm = "x" , error = "invalid_token"': [['bearer', { realm: 'x', error: 'invalid_token' }, undefined]],
  'Bearer realm="a, b=\\"c\\" \\\\", error=x': [['bearer', { realm: 'a, b="c" \\', error: 'x' }, undefined]],
  'Negotiate YWJj==, Basic realm="x"': [['negotiate', {}, 'YWJj=='], ['basic', { realm: 'x' }, undefined]],
  'Newauth realm="apps", type=1, title="Login to \\"apps\\"", Basic realm="simple"': [
    ['newauth', { realm: 'apps', type: '1', title: 'Login to "apps"' }, undefined],
    ['basic', { realm: 'simple' }, undefined],
  ],
  'Bearer, Basic, DPoP algs="ES256 RS256"': [['bearer', {}, undefined], ['basic', {}, undefined], ['dpop', { algs: 'ES256 RS256' }, undefined]],
  ', ,Bearer realm="x",, error="y",': [['bearer', { realm: 'x', error: 'y' }, undefined]],
  'Bearer realm="first", realm="second"': [['bearer', { realm: 'first' }, undefined]],
  'Bearer error="insufficient_scope", scope="a b", resource_metadata="https://api.example/.well-known/oauth-protected-resource"': [
    ['bearer', { error: 'insufficient_scope', scope: 'a b', resource_metadata: 'https://api.example/.well-known/oauth-protected-resource' }, undefined],
  ],
  '': [],
  ' , ,, ': [],
};

export const challenges = {
  'are read, several of them': ({ parseChallenges }) => {
    for (const [header, expected] of Object.entries(CHALLENGES)) {
      const read = parseChallenges(header).map(({ scheme, parameters, token68 }) => [scheme.toLowerCase(), { ...parameters }, token68]);
      equal(read, expected, header);
    }
  },

  'never throw, whatever it is': ({ parseChallenges }) => {
    for (const odd of ['"', '=', 'Bearer "', 'Bearer realm="', 'Bearer realm="\\', 'Bearer realm=', 'Bearer =x', '\u0000', 'Bearer \ud800', 'x'.repeat(100_000), 'Bearer '.repeat(5_000), 'a=b, '.repeat(5_000)]) {
      ok(Array.isArray(parseChallenges(odd)), odd.slice(0, 20));
    }
    for (const nothing of [null, undefined]) equal(parseChallenges(nothing), []);
  },

  'what cannot be read ends the challenge that it is in': ({ parseChallenges }) => {
    const [{ parameters }] = parseChallenges('Bearer realm="x", error="unfinished');
    equal(parameters.realm, 'x');
  },

  'names of prototypes are parameters as others': ({ parseChallenges }) => {
    const [{ parameters }] = parseChallenges('Bearer __proto__="x", constructor="y", tostring="z"');
    equal([Object.keys(parameters).length >= 2, {}.x], [true, undefined]);
    equal(parameters.constructor, 'y');
  },
};
