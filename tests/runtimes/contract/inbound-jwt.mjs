// Tokens that say themselves what there is to know, and are signed (RFC 9068, RFC 7519, RFC 8725).
import { equal, ok, rejects, throws } from '../assert.mjs';
import { refused } from '../inbound-refusal.mjs';
import { AUDIENCE, later, seconds } from '../inbound-scene.mjs';
import { WRONG } from '../wrong-tokens.mjs';

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

const rejected = { code: 'token_rejected', status: 401 };

const decode = (part) => JSON.parse(atob(part.replaceAll('-', '+').replaceAll('_', '/')));
const encode = (value) => btoa(typeof value === 'string' ? value : JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

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
      [{ issuer: 'MARKER', jwksUri: undefined }, 'issuer'],
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
