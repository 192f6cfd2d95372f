// What becomes of a question about a token that gets no answer, or one that cannot be believed.
import { equal, ok, rejects } from '../assert.mjs';

/** What the endpoint answers instead, and what the rejection says of it. */
const FAILURES = {
  'nothing, closing the connection': [{ close: true }, { code: 'network', retryable: true }],
  'half of an answer': [{ cut: true }, { code: 'network', retryable: true }],
  'HTML': [{ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>MARKER' }, { code: 'invalid_response' }],
  'an empty text': [{ status: 200, body: '' }, { code: 'invalid_response' }],
  'a list': [{ status: 200, body: '[{"active":true}]' }, { code: 'invalid_response' }],
  'null': [{ status: 200, body: 'null' }, { code: 'invalid_response' }],
  'no active': [{ status: 200, body: '{"scope":"read"}' }, { code: 'invalid_response' }],
  'active that is a text': [{ status: 200, body: '{"active":"true"}' }, { code: 'invalid_response' }],
  'active that is a number': [{ status: 200, body: '{"active":1}' }, { code: 'invalid_response' }],
  'active that is null': [{ status: 200, body: '{"active":null}' }, { code: 'invalid_response' }],
  'an end that is none': [{ status: 200, body: '{"active":true,"exp":"MARKER soon"}' }, { code: 'invalid_response' }],
  'too much': [{ padBytes: 1_100_000 }, { code: 'invalid_response' }],
  'a redirect': [{ status: 302, headers: { location: '/elsewhere' } }, { code: 'redirect_refused' }],
  'a redirect that keeps the method': [{ status: 307, headers: { location: '/elsewhere' } }, { code: 'redirect_refused' }],
  '401 to our own credentials': [{ status: 401, body: '{"error":"invalid_client","error_description":"no"}' }, { code: 'token_request_rejected', error: 'invalid_client' }],
  '401 without a word': [{ status: 401, body: '' }, { code: 'http_status', status: 401 }],
  '403': [{ status: 403, body: 'MARKER' }, { code: 'http_status', status: 403 }],
  '404': [{ status: 404, body: '{}' }, { code: 'http_status', status: 404 }],
};

export const failures = {
  'a signed answer is refused where nobody asked for one': async ({ introspector, opaque, behave }) => {
    await behave('introspect', { signed: {} });
    const error = await rejects(introspector().introspect(opaque()), { code: 'invalid_response' });
    ok(error.message.includes('sign'), error.message);
  },

  'a signed answer is verified where it was asked for': async ({ introspector, issuer, opaque, behave, seen }) => {
    const signedResponse = { jwksUri: `${issuer}/jwks` };
    await behave('introspect', { signed: {} });
    const one = introspector({ issuer, signedResponse });
    equal((await one.introspect(opaque({ sub: 'ada' }))).sub, 'ada');
    const [asked] = await seen('introspect');
    ok(asked.headers.accept.includes('application/token-introspection+jwt'), asked.headers.accept);
  },

  'a signed answer that is not right is none': async ({ introspector, issuer, opaque, behave }) => {
    const signedResponse = { jwksUri: `${issuer}/jwks` };
    await behave('jwks', { keys: ['ES256'] });
    for (const signed of [
      { payload: { iss: 'https://another.example' } },
      { payload: { aud: 'another client' } },
      { payload: { token_introspection: null } },
      { payload: { token_introspection: [{ active: true }] } },
      { payload: { iat: null } },
      { payload: { token_introspection: { active: 'true' } } },
      { header: { typ: 'at+jwt' } },
      { header: { typ: 'JWT' } },
      { header: { alg: 'none' } },
      { key: 'stranger', header: { kid: 'ES256' } },
    ]) {
      await behave('introspect', { signed });
      const error = await rejects(introspector({ issuer, signedResponse }).introspect(opaque()));
      equal(error.code, 'invalid_response', JSON.stringify(signed));
    }
    await behave('introspect', {});
    await rejects(introspector({ issuer, signedResponse }).introspect(opaque()), { code: 'invalid_response' });
  },

  ...Object.fromEntries(
    Object.entries(FAILURES).map(([what, [behaviour, expected]]) => [
      `the server answers ${what}`,
      async ({ introspector, opaque, behave }) => {
        await behave('introspect', behaviour);
        const error = await rejects(introspector().introspect(opaque({ sub: 'MARKER' })), expected);
        ok(error.retryable === Boolean(expected.retryable), `${error}: retryable`);
        ok(!`${error.stack} ${JSON.stringify(error)} ${error.cause ?? ''}`.includes('MARKER'), `${error.stack}`);
        // Nor is it taken for an answer.
        await behave('introspect', {});
        equal((await introspector({ tokenTypeHint: 'access_token' }).introspect(opaque())).active, true);
      },
    ]),
  ),

  'the server is silent': async ({ introspector, opaque, behave }) => {
    for (const behaviour of [{ silent: true }, { drip: true }]) {
      await behave('introspect', behaviour);
      await rejects(introspector({ timeoutMs: 300 }).introspect(opaque()), { code: 'timeout', retryable: true });
    }
  },

  'what may pass is asked again': async ({ introspector, opaque, behave, count }) => {
    for (const [number, behaviour] of [{ status: 503, body: '' }, { close: true }, { status: 429, headers: { 'retry-after': '0' }, body: '' }].entries()) {
      await behave('introspect', { ...behaviour, times: 1 });
      // Another introspector each time: a server that limits the rate is left alone.
      const one = introspector({ endpointParams: { number } });
      equal((await one.introspect(opaque())).active, true, JSON.stringify(behaviour));
    }
    equal(await count('introspect'), 6);
  },

  'a call can be given up': async ({ introspector, opaque, behave }) => {
    await behave('introspect', { delayMs: 400 });
    const controller = new AbortController();
    const token = opaque();
    const one = introspector();
    const call = rejects(one.introspect(token, { signal: controller.signal }));
    const other = one.introspect(token);
    controller.abort(new Error('enough'));
    equal((await call).message, 'enough');
    equal((await other).active, true, 'who waits with it');
    const over = await rejects(one.introspect(opaque(), { signal: AbortSignal.abort(new Error('before')) }));
    equal(over.message, 'before');
  },
};
