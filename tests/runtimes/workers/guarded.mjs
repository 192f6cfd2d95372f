// A Worker whose callers present tokens: every request makes a guard and asks it.
import { Guard, JwtVerifier, TokenIntrospector } from 'edge-oauth2/inbound';

/** Tells isolates apart; random values exist only inside a request. */
let isolate;
let inFlight = 0;
let peak = 0;

export default {
  async fetch(request) {
    isolate ??= crypto.randomUUID();
    const { token, introspection, verification, withoutWaitUntil } = await request.json();
    const more = withoutWaitUntil ? { waitUntil: () => {} } : {};
    const guard = new Guard({
      introspector: new TokenIntrospector({ ...introspection, ...more }),
      verifier: new JwtVerifier({ ...verification, ...more }),
    });
    inFlight += 1;
    peak = Math.max(peak, inFlight);
    const start = Date.now();
    const answer = await check(guard, token);
    inFlight -= 1;
    return Response.json({ ...answer, ms: Date.now() - start, isolate, peak });
  },
};

async function check(guard, token) {
  try {
    const headers = { authorization: `Bearer ${token}` };
    const { by } = await guard.authorize(new Request('https://api.example/', { headers }));
    return { status: 200, by };
  } catch (error) {
    return { status: error.response?.status ?? String(error), code: error.code };
  }
}
