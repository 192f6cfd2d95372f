// A Worker under traffic: every request makes a client, obtains a token and calls the API.
import * as edgeOAuth2 from 'edge-oauth2';

/** Tells isolates apart; random values exist only inside a request. */
let isolate;
let inFlight = 0;
let peak = 0;

export default {
  async fetch(request) {
    isolate ??= crypto.randomUUID();
    if (new URL(request.url).pathname === '/panic') return edgeOAuth2.__panic();
    const { withoutWaitUntil, ...options } = await request.json();
    if (withoutWaitUntil) options.waitUntil = () => {};
    inFlight += 1;
    peak = Math.max(peak, inFlight);
    const start = Date.now();
    const answer = await callApi(options);
    inFlight -= 1;
    return Response.json({ ...answer, ms: Date.now() - start, isolate, peak });
  },
};

async function callApi(options) {
  try {
    const response = await new edgeOAuth2.OAuth2Client(options).fetch('/echo');
    await response.arrayBuffer();
    return { status: response.status };
  } catch (error) {
    return { code: error.code ?? String(error) };
  }
}
