// Tokens that say themselves what there is to know, and are signed (RFC 9068, RFC 7519, RFC 8725).
import { equal, ok, rejects, throws } from '../assert.mjs';
import { AUDIENCE, later, seconds } from '../inbound-scene.mjs';

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

const rejected = { code: 'token_rejected', status: 401 };
const refused = (promise, what, codes = ['token_rejected']) =>
  rejects(promise).then((error) => {
    ok(codes.includes(error.code), `${what}: ${error.code}: ${error.message}`);
    return error;
  }, ({ message }) => {
    throw new Error(`${what}: ${message}`);
  });

const decode = (part) => JSON.parse(atob(part.replaceAll('-', '+').replaceAll('_', '/')));
const encode = (value) => btoa(typeof value === 'string' ? value : JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** What a token says that is wrong: claims, header, how it is signed. */
const WRONG = {
  'it is over': () => [{ exp: seconds() - 11 }],
  'it is over, to the clock of now only just': () => [{ exp: seconds() - 3_600 }],
  'no end': () => [{ exp: undefined }],
  'an end that is a text': () => [{ exp: String(seconds() + 60) }],
  'an end that is no number': () => [{ exp: null }],
  'it has not begun': () => [{ nbf: seconds() + 60 }],
  'a beginning that is a text': () => [{ nbf: 'now' }],
  'issued in the future': () => [{ iat: seconds() + 60 }],
  'issued at a text': () => [{ iat: 'now' }],
  'no issuer': () => [{ iss: undefined }],
  'another issuer': () => [{ iss: 'https://another.example' }],
  'the issuer with a slash more': ({ issuer }) => [{ iss: `${issuer}/` }],
  'the issuer in capitals': ({ issuer }) => [{ iss: issuer.toUpperCase() }],
  'a list of issuers': ({ issuer }) => [{ iss: [issuer] }],
  'no audience': () => [{ aud: undefined }],
  'another audience': () => [{ aud: 'https://another.example/' }],
  'an audience that begins like ours': () => [{ aud: `${AUDIENCE}x` }],
  'an empty list of audiences': () => [{ aud: [] }],
  'other audiences': () => [{ aud: ['a', 'b'] }],
  'an audience that is an object': () => [{ aud: { [AUDIENCE]: true } }],
  'an audience that is a number': () => [{ aud: 7 }],
  'no type': () => [{}, { typ: undefined }],
  'the type of any JWT': () => [{}, { typ: 'JWT' }],
  'the type of an ID token': () => [{}, { typ: 'id_token+jwt' }],
  'the type of a logout token': () => [{}, { typ: 'logout+jwt' }],
  'the type of a DPoP proof': () => [{}, { typ: 'dpop+jwt' }],
  'the type of an introspection': () => [{}, { typ: 'token-introspection+jwt' }],
  'the type of a security event': () => [{}, { typ: 'secevent+jwt' }],
  'a type that is a list': () => [{}, { typ: ['at+jwt'] }],
  'something critical': () => [{}, { crit: ['exp'], exp: 1 }],
  'something critical that is known elsewhere': () => [{}, { crit: ['b64'], b64: false }],
  'an empty list of critical things': () => [{}, { crit: [] }],
  'no algorithm': () => [{}, { alg: undefined }],
  'the algorithm none': () => [{}, { alg: 'none' }, { key: null }],
  'the algorithm None': () => [{}, { alg: 'None' }, { key: null }],
  'the algorithm NONE, with a signature': () => [{}, { alg: 'NONE' }],
  'an HMAC with the public key': () => [{}, { alg: 'HS256', kid: 'RS256' }, { key: null, secret: 'RS256' }],
  'an HMAC with the public key of an ECDSA': () => [{}, { alg: 'HS256', kid: 'ES256' }, { key: null, secret: 'ES256' }],
  'an HMAC with an empty secret': () => [{}, { alg: 'HS512' }, { key: null, secret: 'x' }],
  'an algorithm in small letters': () => [{}, { alg: 'es256' }],
  'an algorithm that nobody knows': () => [{}, { alg: 'ES256X' }],
  'secp256k1': () => [{}, { alg: 'ES256K' }],
  'an algorithm that the key is not for': () => [{}, { alg: 'RS512', kid: 'RS256' }, { key: 'RS512' }],
  'another family than the key’s': () => [{}, { alg: 'PS256', kid: 'RS256' }, { key: 'PS256' }],
  'another curve than the key’s': () => [{}, { alg: 'ES384', kid: 'ES256' }, { key: 'ES384' }],
  'the key of a stranger': () => [{}, { kid: 'ES256' }, { key: 'stranger' }],
  'a key that nobody has': () => [{}, { kid: 'nobody' }],
  'a key that is a number': () => [{}, { kid: 7 }],
  'a key that is too short': () => [{}, { kid: 'short', alg: 'RS256' }, { key: 'short' }],
  'no signature': () => [{}, {}, { key: null }],
  'an encrypted token inside': () => [{}, { cty: 'JWT', enc: 'A128GCM', alg: 'RSA-OAEP' }],
  'claims that are a list': () => [{}, {}, { payload: [1] }],
  'claims that are a text': () => [{}, {}, { payload: '"MARKER"' }],
  'claims that are no JSON': () => [{}, {}, { payload: '{MARKER' }],
  'it is bound to a key (RFC 9449)': () => [{ cnf: { jkt: 'MARKER' } }],
  'it is bound to a certificate (RFC 8705)': () => [{ cnf: { 'x5t#S256': 'MARKER' } }],
  'it is bound to nothing that is known': () => [{ cnf: {} }],
  'it is bound to something odd': () => [{ cnf: null }],
};

export const jwt = {
  'an access token says who calls': async ({ verifier, jwt, issuer }) => {
    const { header, claims } = await verifier().verify(await jwt());
    equal([header.typ, header.alg, header.kid], ['at+jwt', 'ES256', 'ES256']);
    const { iss, sub, aud, client_id, scope } = claims;
    equal([iss, sub, aud, client_id, scope], [issuer, 'ada', AUDIENCE, 'app', 'read write']);
  },

  ...Object.fromEntries(
    ALGORITHMS.map((alg) => [
      `it is signed with ${alg}`,
      async ({ verifier, jwt }) => {
        const token = await jwt({}, { alg, kid: alg }, { key: alg });
        equal((await verifier().verify(token)).header.alg, alg);
        await refused(verifier({ algorithms: ALGORITHMS.filter((other) => other !== alg) }).verify(token), 'not among those allowed');
        const [head, body, signature] = token.split('.');
        const first = signature[0] === 'A' ? 'B' : 'A';
        await refused(verifier().verify(`${head}.${body}.${first}${signature.slice(1)}`), 'tampered');
      },
    ]),
  ),

  'variants that are right': async ({ verifier, jwt }) => {
    for (const [claims, header, order] of [
      [{ aud: [AUDIENCE] }],
      [{ aud: ['other', AUDIENCE] }],
      [{ exp: seconds() - 5 }],
      [{ nbf: seconds() + 5, iat: seconds() + 5 }],
      [{ nbf: seconds() - 60 }],
      [{ exp: seconds() + 60.5, iat: seconds() - 0.25 }],
      [{ scope: undefined }],
      [{}, { typ: 'application/at+jwt' }],
      [{}, { typ: 'AT+JWT' }],
      [{}, { kid: undefined }],
      // Not followed, and no harm.
      [{}, { jku: 'https://evil.example/jwks', x5u: 'https://evil.example/x5u', jwk: { kty: 'oct', k: 'AA' } }],
      [{ name: 'ünï \u{1f600}' }],
    ]) {
      const what = JSON.stringify([claims, header]);
      await verifier()
        .verify(await jwt(claims, header, order))
        .catch(({ message }) => ok(false, `${what}: ${message}`));
    }
  },

  'what a token says may be wrong in many ways': async (scene) => {
    const { verifier, jwt, behave } = scene;
    await behave('jwks', { keys: [...ALGORITHMS, 'short'] });
    for (const [what, wrong] of Object.entries(WRONG)) {
      const [claims, header, order] = wrong(scene);
      const error = await refused(verifier().verify(await jwt(claims, header, order)), what, ['token_rejected', 'token_malformed']);
      equal(error.status, error.code === 'token_malformed' ? 400 : 401, what);
      equal(error.retryable, false, what);
      ok(!`${error.stack}${JSON.stringify(error)}`.includes('MARKER'), `${what}: ${error.stack}`);
    }
  },

  'one character of header, claims or signature is another token': async ({ verifier, jwt }) => {
    const token = await jwt();
    const one = verifier();
    await one.verify(token);
    for (const at of [3, token.indexOf('.') + 9, token.lastIndexOf('.') + 9, token.lastIndexOf('.') + 40]) {
      const other = token[at] === 'A' ? 'B' : 'A';
      const tampered = token.slice(0, at) + other + token.slice(at + 1);
      await refused(one.verify(tampered), `at ${at}`, ['token_rejected', 'token_malformed']);
    }
    await one.verify(token);
  },

  'claims of one with the signature of another': async ({ verifier, jwt }) => {
    const [mine, theirs] = [await jwt(), await jwt({ sub: 'root' })].map((token) => token.split('.'));
    await refused(verifier().verify(`${mine[0]}.${theirs[1]}.${mine[2]}`), 'claims');
    const admin = encode({ ...decode(mine[1]), scope: 'admin' });
    await refused(verifier().verify(`${mine[0]}.${admin}.${mine[2]}`), 'more scopes');
    const none = encode({ alg: 'none', typ: 'at+jwt' });
    for (const signature of ['', mine[2]]) {
      await refused(verifier().verify(`${none}.${mine[1]}.${signature}`), 'none', ['token_rejected', 'token_malformed']);
    }
  },

  'base64url is read strictly': async ({ verifier, jwt }) => {
    const token = await jwt();
    const [head, body, signature] = token.split('.');
    for (const [what, odd] of Object.entries({
      'padding': `${head}.${body}.${signature}==`,
      'padding of the header': `${head}=.${body}.${signature}`,
      'a space': `${head}.${body} .${signature}`,
      'a line': `${head}.${body}\n.${signature}`,
      'the other alphabet': `${head}.${body}.+${signature.slice(1)}`,
      'a slash': `${head}.${body}./${signature.slice(1)}`,
      'bits that say nothing': `${head}.${body}.${signature.slice(0, -1)}${nextOf(signature.at(-1))}`,
      'four parts': `${token}.${signature}`,
      'five parts, as an encrypted one': `${token}..`,
      'two parts': `${head}.${body}`,
      'one part': head,
      'an empty header': `.${body}.${signature}`,
      'empty claims': `${head}..${signature}`,
      'a header that is no JSON': `${encode('MARKER')}.${body}.${signature}`,
      'a header that is a list': `${encode('[]')}.${body}.${signature}`,
      'a header with a member twice': `${encode('{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"ES256"}')}.${body}.${signature}`,
      'white space around it': ` ${token} `,
      'more than 8 KiB': `${head}.${'A'.repeat(8_192)}.${signature}`,
      'nothing': '',
    })) {
      await refused(verifier().verify(odd), what, ['token_malformed', 'token_rejected']);
    }
    for (const odd of [undefined, null, 7, {}]) {
      const { code } = await rejects(verifier().verify(odd));
      ok(['token_malformed', 'invalid_option'].includes(code), `${String(odd)}: ${code}`);
    }
  },

  'plain JWTs are for those who say so': async ({ verifier, jwt }) => {
    const plain = { client_id: undefined, jti: undefined, iat: undefined, sub: undefined };
    for (const typ of ['JWT', 'jwt', undefined]) {
      const token = await jwt(plain, { typ });
      await verifier({ plainJwt: true }).verify(token);
      await refused(verifier().verify(token), String(typ));
    }
    for (const typ of ['logout+jwt', 'dpop+jwt', 'token-introspection+jwt', 'secevent+jwt', 'id_token', 'oauth-authz-req+jwt']) {
      await refused(verifier({ plainJwt: true }).verify(await jwt({}, { typ })), typ);
    }
  },

  'required claims are required': async ({ verifier, jwt }) => {
    const one = verifier({ requiredClaims: ['tenant', 'scope'] });
    await one.verify(await jwt({ tenant: 7 }));
    await refused(one.verify(await jwt()), 'tenant');
    await refused(one.verify(await jwt({ tenant: 7, scope: undefined })), 'scope');
  },

  'the audience of a call, of several, and none': async ({ verifier, jwt }) => {
    const token = await jwt({ aud: 'two' });
    await refused(verifier().verify(token), 'the verifier’s');
    await verifier({ audience: ['one', 'two'] }).verify(token);
    await verifier().verify(token, { audience: 'two' });
    await verifier({ audience: false }).verify(token);
    await refused(verifier({ audience: false }).verify(token, { audience: 'three' }), 'of a call');
    await verifier({ audience: false }).verify(await jwt({ aud: undefined }), {}).catch(({ code }) => equal(code, 'token_rejected'));
  },

  'a clock may be off by so much': async ({ verifier, jwt }) => {
    const token = await jwt({ exp: seconds() - 100 });
    await verifier({ clockSkewSeconds: 120 }).verify(token);
    await refused(verifier({ clockSkewSeconds: 0 }).verify(await jwt({ exp: seconds() - 2 })), 'no skew');
  },

  'a token that was good is over when it is': async ({ verifier, jwt }) => {
    const token = await jwt({ exp: seconds() + 30 });
    await verifier().verify(token);
    await later(50, () => refused(verifier().verify(token), 'afterwards'));
  },

  'keys are fetched once, and their set is kept': async ({ verifier, jwt, behave, count }) => {
    for (let call = 0; call < 3; call += 1) await verifier().verify(await jwt());
    await verifier().verify(await jwt({}, {}, { key: 'RS256' }));
    equal(await count('jwks'), 1);
    await later(440, async () => verifier().verify(await jwt()));
    equal(await count('jwks'), 1, 'within 600 s');
    // A little before they are too old somebody asks, and nobody waits.
    await behave('jwks', { delayMs: 200 });
    await later(590, async () => verifier().verify(await jwt()));
    equal(await count('jwks'), 2, 'almost 600 s');
  },

  'many cold calls fetch them once': async ({ verifier, jwt, behave, count }) => {
    await behave('jwks', { delayMs: 150 });
    const tokens = await Promise.all(Array.from({ length: 20 }, () => jwt()));
    await Promise.all(tokens.map((token) => verifier().verify(token)));
    equal(await count('jwks'), 1);
  },

  'an issuer is enough, and keys may be given': async ({ verifier, jwt, jwks, count }) => {
    await verifier({ jwksUri: undefined }).verify(await jwt());
    equal(await count('.well-known'), 1);
    const given = await jwks();
    const before = await count('jwks');
    const one = verifier({ jwksUri: undefined, jwks: given });
    await one.verify(await jwt());
    await refused(one.verify(await jwt({}, { kid: 'nobody' })), 'an unknown key');
    equal(await count('jwks'), before);
  },

  'an issuer of no tokens but these is one too': async ({ verifier, jwt, behave }) => {
    // As workflows and clusters are, whose metadata says where the keys are and little else.
    await behave('.well-known', { merge: { token_endpoint: null, introspection_endpoint: null } });
    await verifier({ jwksUri: undefined }).verify(await jwt());
  },

  'keys that rotate are seen at once, also just after a cold start': async ({ verifier, jwt, behave, count }) => {
    await behave('jwks', { keys: ['ES256'] });
    await verifier().verify(await jwt());
    await behave('jwks', { keys: ['next'] });
    await verifier().verify(await jwt({}, {}, { key: 'next' }));
    equal(await count('jwks'), 2);
    await refused(verifier().verify(await jwt()), 'a key that was withdrawn');
  },

  'a token that was good before its key was withdrawn is good no more': async ({ verifier, jwt, behave }) => {
    const token = await jwt();
    await verifier().verify(token);
    await behave('jwks', { keys: ['next'] });
    await verifier().verify(await jwt({}, {}, { key: 'next' })).catch(() => {});
    await later(601, () => refused(verifier().verify(token), 'afterwards'));
  },

  'a storm of unknown keys makes one request in each cooldown': async ({ verifier, jwt, count }) => {
    await verifier().verify(await jwt());
    const tokens = await Promise.all(Array.from({ length: 30 }, (_, index) => jwt({}, { kid: `unknown-${index}` })));
    await Promise.all(tokens.map((token) => refused(verifier().verify(token), 'unknown')));
    for (const token of tokens.slice(0, 5)) await refused(verifier().verify(token), 'unknown');
    equal(await count('jwks'), 2);
    await later(31, () => Promise.all(tokens.map((token) => refused(verifier().verify(token), 'unknown'))));
    equal(await count('jwks'), 3, 'after the cooldown');
    await verifier().verify(await jwt());
  },

  'a bad signature under a known key fetches once in each cooldown': async ({ verifier, jwt, count }) => {
    await verifier().verify(await jwt());
    for (let call = 0; call < 5; call += 1) await refused(verifier().verify(await jwt({}, { kid: 'ES256' }, { key: 'stranger' })), 'bad');
    equal(await count('jwks'), 2);
  },

  'a key that comes anew under the name of another is found': async ({ verifier, jwt, behave, jwks }) => {
    const { keys } = await jwks();
    const named = keys.find(({ kid }) => kid === 'next');
    await verifier().verify(await jwt());
    await behave('jwks', { keys: [{ ...named, kid: 'ES256' }] });
    await verifier().verify(await jwt({}, { kid: 'ES256' }, { key: 'next' }));
  },

  'entries of a set that are of no use are skipped': async ({ verifier, jwt, jwks, behave }) => {
    const { keys } = await jwks();
    const good = keys.find(({ kid }) => kid === 'ES256');
    const odd = [null, 7, 'text', [], {}, { kty: 'EC' }, { kty: 'oct', k: 'AAAA', kid: 'ES256' }, { kty: 'MARKER', kid: 'x' }, { ...good, x: 'AAAA', kid: 'broken' }, { kty: 'RSA', n: '', e: '', kid: 'empty' }];
    await behave('jwks', { set: { keys: [...odd, good] } });
    await verifier().verify(await jwt());
    await verifier({ plainJwt: true }).verify(await jwt({}, { kid: undefined }));
  },

  'what a key is for is obeyed': async ({ verifier, jwt, jwks, behave }) => {
    const { keys } = await jwks();
    const good = keys.find(({ kid }) => kid === 'ES256');
    for (const [is, members] of [
      [true, { use: undefined, alg: undefined }],
      [true, { use: undefined, key_ops: ['verify'] }],
      [false, { use: 'enc' }],
      [false, { use: undefined, key_ops: ['encrypt'] }],
      // As some servers write what is not there.
      [true, { key_ops: [], oth: [], x5c: [], d: null }],
      [false, { alg: 'ES384' }],
      [false, { alg: 'ECDH-ES' }],
      [false, { alg: 7 }],
    ]) {
      await behave('jwks', { keys: [{ ...good, ...members }] });
      // Another verifier for each, with a set of its own.
      const call = verifier({ identity: JSON.stringify(members) }).verify(await jwt());
      if (is) await call;
      else ok(['token_rejected', 'token_unverifiable'].includes((await rejects(call)).code), JSON.stringify(members));
    }
  },

  'without a kid a key that fits is taken': async ({ verifier, jwt, jwks, behave }) => {
    const { keys } = await jwks();
    const [es, rs] = ['ES256', 'RS256'].map((name) => keys.find(({ kid }) => kid === name));
    await behave('jwks', { keys: [rs, es].map(({ kid, ...key }) => key) });
    await verifier().verify(await jwt({}, { kid: undefined }));
    await verifier().verify(await jwt({}, { kid: undefined }, { key: 'RS256' }));
  },

  'of several keys that fit without a kid each is tried': async ({ verifier, jwt, behave }) => {
    await behave('jwks', { keys: ['next', 'ES256', 'stranger'] });
    for (const key of ['ES256', 'next', 'stranger']) await verifier().verify(await jwt({}, { kid: undefined }, { key }));
  },

  'without keys nothing can be said of a token': async ({ verifier, jwt, behave }) => {
    for (const [what, behaviour] of Object.entries({
      'nothing': { close: true },
      'HTML': { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>MARKER' },
      'no set': { set: { MARKER: [] } },
      'a set that is a text': { set: 'MARKER' },
      'keys that are an object': { set: { keys: { a: 1 } } },
      'a redirect': { status: 302, headers: { location: '/elsewhere' } },
      'too much': { padBytes: 1_100_000 },
      '404': { status: 404, body: '{}' },
      '401': { status: 401, body: 'MARKER' },
      'silence': { silent: true },
      'an answer without end': { drip: true },
    })) {
      await behave('jwks', behaviour);
      const error = await refused(verifier({ timeoutMs: 400 }).verify(await jwt()), what, ['token_unverifiable']);
      equal(error.status, 503, what);
      ok(!`${error.stack}${JSON.stringify(error)}${error.cause}`.includes('MARKER'), what);
      await behave('jwks', {});
    }
    await later(60, async () => verifier().verify(await jwt()));
  },

  'a failure to fetch them is not kept for long, and not taken for a set without keys': async ({ verifier, jwt, behave, count }) => {
    await behave('jwks', { status: 500, body: '' });
    const one = verifier({ timeoutMs: 400 });
    for (let call = 0; call < 3; call += 1) await refused(one.verify(await jwt()), 'down', ['token_unverifiable']);
    await behave('jwks', {});
    const before = await count('jwks');
    await later(31, async () => one.verify(await jwt()));
    equal((await count('jwks')) - before, 1);
  },

  'no HTTP cache between us and the keys': async ({ verifier, introspector, opaque, jwt, behave }) => {
    if (!('cache' in Request.prototype)) return;
    const seen = [];
    const watched = async (url, init) => {
      seen.push(init.cache);
      return await fetch(url, init);
    };
    await behave('jwks', { keys: ['ES256'] });
    const one = verifier({ fetch: watched, identity: 'watched', jwksUri: undefined });
    await one.verify(await jwt());
    await introspector({ fetch: watched, identity: 'watched' }).introspect(opaque());
    equal(seen.filter((cache) => cache !== 'no-store'), [], 'what may be kept by others');
    ok(seen.length >= 3, 'metadata, keys, introspection');
  },

  'while the server is down or lies the old set is kept': async ({ verifier, jwt, behave, count }) => {
    await behave('jwks', { keys: ['ES256'] });
    const one = verifier({ timeoutMs: 400 });
    await one.verify(await jwt());
    for (const behaviour of [{ close: true }, { status: 500, body: '' }, { silent: true }, { status: 200, body: '<html>' }, { set: {} }]) {
      await behave('jwks', behaviour);
      await later(700, async () => one.verify(await jwt()));
    }
    ok((await count('jwks')) > 1, 'it was asked for');
  },

  'no header is ever followed': async ({ verifier, jwt, issuer, jwks, seen, behave }) => {
    const { keys } = await jwks();
    const stranger = keys.find(({ kid }) => kid === 'stranger');
    await behave('jwks', { keys: ['ES256'] });
    const header = { kid: undefined, jku: `${issuer}/elsewhere`, x5u: `${issuer}/elsewhere`, jwk: stranger, x5c: ['MARKER'] };
    await refused(verifier().verify(await jwt({}, header, { key: 'stranger' })), 'header');
    await refused(verifier().verify(await jwt({}, { ...header, kid: 'stranger' }, { key: 'stranger' })), 'header with kid');
    equal(await seen('elsewhere'), []);
  },

  'sets of two issuers are two': async ({ verifier, jwt, jwks, issuer }) => {
    const { keys } = await jwks();
    const other = verifier({ jwksUri: undefined, jwks: { keys: keys.filter(({ kid }) => kid === 'next') } });
    const token = await jwt();
    await verifier().verify(token);
    await refused(other.verify(token), 'with the keys of another');
    await refused(verifier({ issuer: `${issuer}-2` }).verify(token), 'of another issuer');
    await refused(verifier({ algorithms: ['RS256'] }).verify(token), 'by another algorithm');
    await refused(verifier({ audience: 'another' }).verify(token), 'for another audience');
    await refused(verifier({ requiredClaims: ['tenant'] }).verify(token), 'without a claim');
  },

  'a wrong or misspelt option is named': async ({ JwtVerifier, verification, OAuth2Error }) => {
    for (const [overrides, name] of [
      [{ issuer: undefined }, 'issuer'],
      [{ issuer: 'MARKER', jwksUri: undefined }, 'issuer'],
      [{ audience: undefined }, 'audience'],
      [{ audience: '' }, 'audience'],
      [{ audience: [] }, 'audience'],
      [{ audience: true }, 'audience'],
      [{ algorithms: [] }, 'algorithms'],
      [{ algorithms: ['none'] }, 'algorithms'],
      [{ algorithms: ['HS256'] }, 'algorithms'],
      [{ algorithms: ['ES256', 'HS512'] }, 'algorithms'],
      [{ algorithms: ['ES256K'] }, 'algorithms'],
      [{ algorithms: 'ES256' }, 'algorithms'],
      [{ jwksUri: 'http://auth.example/jwks' }, 'jwksUri'],
      [{ jwksUri: 'MARKER' }, 'jwksUri'],
      [{ jwks: {} }, 'jwks'],
      [{ jwksURI: 'https://auth.example' }, 'jwksURI'],
      [{ clockSkewSeconds: -1 }, 'clockSkewSeconds'],
      [{ requiredClaims: 'sub' }, 'requiredClaims'],
      [{ jwksMaxAgeSeconds: -1 }, 'jwksMaxAgeSeconds'],
      [{ plainJwt: 'yes' }, 'plainJwt'],
      [{ onEvent: 'x' }, 'onEvent'],
    ]) {
      const error = await throws(() => new JwtVerifier(verification(overrides)), { code: 'invalid_option' });
      ok(error instanceof OAuth2Error && error.message.includes(name), `${name}: ${error.message}`);
      ok(!error.message.includes('MARKER'), error.message);
    }
  },

  'claims cannot be changed by those who share them': async ({ verifier, jwt }) => {
    const token = await jwt({ roles: ['reader'] });
    const one = verifier();
    const { claims } = await one.verify(token);
    for (const change of [() => (claims.sub = 'root'), () => claims.roles.push('admin')]) {
      try {
        change();
      } catch {
        // As well.
      }
    }
    const again = await one.verify(token);
    equal([again.claims.sub, again.claims.roles], ['ada', ['reader']]);
  },

  'names of prototypes are claims as others': async ({ verifier, jwt }) => {
    const token = await jwt();
    const [, body] = token.split('.');
    const payload = JSON.stringify(decode(body)).replace('{', '{"__proto__":{"admin":true},"constructor":1,');
    const { claims } = await verifier().verify(await jwt({}, {}, { payload }));
    equal([claims.admin, {}.admin, claims.sub], [undefined, undefined, 'ada']);
  },

  'a store keeps the set for all instances': async ({ verifier, jwt, count }) => {
    const records = new Map();
    const one = verifier({ store: records, sealKey: 'a key of the store that nobody else has' });
    await one.verify(await jwt());
    for (let wait = 0; wait < 50 && records.size === 0; wait += 1) await new Promise((done) => setTimeout(done, 10));
    ok(records.size > 0, 'it is put');
    // Whoever is not us writes nothing that is believed, and what is old is not either.
    const lying = { get: async () => '{"keys":[]}', put() {}, delete() {} };
    await verifier({ store: lying, sealKey: 'a key of the store that nobody else has', identity: 'lying' }).verify(await jwt());
    ok((await count('jwks')) >= 1, 'requests');
  },

  'events tell it, without the token': async ({ verifier, jwt, behave }) => {
    const events = [];
    const one = verifier({ onEvent: (event) => events.push(event) });
    const token = await jwt({ MARKER: 'MARKER' });
    await one.verify(token);
    await rejects(one.verify(await jwt({ aud: 'MARKER' })), rejected);
    await refused(one.verify('MARKER.a.b'), 'no JWT', ['token_malformed', 'token_rejected']);
    await behave('jwks', { status: 500, body: 'MARKER' });
    await rejects(one.verify(await jwt({}, { kid: 'MARKER' })));
    const types = events.map(({ type }) => type);
    ok(types.includes('key_set') && types.includes('token_rejected') && types.includes('key_set_failed'), types.join());
    ok(events.find(({ type }) => type === 'token_rejected').reason, 'with a reason');
    ok(!JSON.stringify(events).includes('MARKER') && !JSON.stringify(events).includes(token), JSON.stringify(events));
  },
};

/** A letter of base64url with other bits at its end, which say nothing in the last one. */
function nextOf(letter) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return letters[letters.indexOf(letter) ^ 1];
}
