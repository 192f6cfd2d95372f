// Test runners: what their tests ask is counted where it is asked.
import assert from 'node:assert/strict';
import { revocation } from './service.mjs';

/** Tests that obtain a token, keep it through two requests, and have it refused for a POST. */
export async function proveTests(context, command, args) {
  const { environment, scene } = context.service();
  const { revocation: url, authorization } = revocation(context);
  await context.run(command, args, { env: { ...environment, REVOCATION: url, REVOCATION_AUTHORIZATION: authorization } });
  const seen = await scene.apiRequests();
  await context.prove('a token is obtained', () => assert.equal(seen[0].method, 'GET'));
  await context.prove('a second request makes no second grant', () => assert.equal(seen[1].authorization, seen[0].authorization));
  await context.prove('a 401 is renewed once while timers are fake, a POST sent again', async () => {
    assert.deepEqual(seen.slice(2).map(({ method, authorization }) => [method, authorization === seen[0].authorization]), [
      ['POST', true],
      ['POST', false],
    ]);
    assert.equal(await scene.grants(), 2);
  });
}
