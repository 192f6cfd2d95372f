// What checks tokens may be made where its options are not set, as in the build of an application: whoever calls is told.
import { equal, ok, rejects } from '../assert.mjs';

function isNamed(error, name) {
  equal(error.code, 'invalid_option');
  ok(error.message.startsWith(`${name} is given, but undefined`), error.message);
}

export const unsetOptions = {
  'an introspector and a verifier name what they need': async ({ introspector, verifier, opaque, jwt, count }) => {
    for (const [overrides, name] of [
      [{ introspectionUrl: undefined }, 'introspectionUrl'],
      [{ clientSecret: undefined }, 'clientSecret'],
    ]) {
      const one = introspector(overrides);
      for (const call of [one.introspect(opaque()), one.forget(opaque())]) isNamed(await rejects(call), name);
    }
    for (const name of ['issuer', 'audience']) isNamed(await rejects(verifier({ [name]: undefined }).verify(await jwt())), name);
    equal(await count('introspect'), 0);
  },

  'a guard answers 503 until they are set': async ({ guard, introspector, verifier, opaque, jwt }) => {
    for (const [checks, token, name] of [
      [{ introspector: introspector({ clientSecret: undefined }) }, opaque(), 'clientSecret'],
      [{ verifier: verifier({ audience: undefined }) }, await jwt(), 'audience'],
    ]) {
      const request = new Request('https://api.example/', { headers: { authorization: `Bearer ${token}` } });
      const error = await rejects(guard(checks).authorize(request));
      isNamed(error, name);
      equal(error.response.status, 503);
    }
  },
};
