// A Worker under traffic: every request makes a client, obtains a token and calls the API.
import { OAuth2Client } from 'edge-oauth2';
import { __panic } from '#kernel';

/** Tells isolates apart; random values exist only inside a request. */
let isolate;
let inFlight = 0;
let peak = 0;

export default {
  async fetch(request) {
    isolate ??= crypto.randomUUID();
    if (new URL(request.url).pathname === '/panic') return panic();
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
    const response = await new OAuth2Client(options).fetch('/echo');
    await response.arrayBuffer();
    return { status: response.status };
  } catch (error) {
    return { code: error.code ?? String(error) };
  }
}

function panic() {
  try {
    return Response.json(__panic());
  } catch (error) {
    return new Response(String(error), { status: 500 });
  }
}
