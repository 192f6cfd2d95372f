// One of a fleet of isolates: makes a client for each request, as a function of theirs does, and says how it came to a token.

/** `store` is a promise of the option; `OAuth2Client` is of the isolate's own copy of the package; `call` are options of the call. */
export async function answer({ OAuth2Client, store, options, call }) {
  const events = [];
  const start = Date.now();
  try {
    const client = new OAuth2Client({ ...options, store: await store, onEvent: (event) => events.push(event) });
    const { accessToken } = await client.getToken(call);
    // What comes later happens in the background.
    return { status: 200, ms: Date.now() - start, accessToken, ...told(events) };
  } catch (error) {
    return { status: error.code ?? String(error), message: error.message, ms: Date.now() - start, ...told(events) };
  }
}

/** The types of events, how long the store took to find the token, and what it complained of. */
function told(events) {
  const hit = events.find(({ type }) => type === 'store_hit');
  const reasons = events.filter(({ type }) => type === 'store_error').map(({ operation, reason }) => `${operation}: ${reason}`);
  return { events: events.map(({ type }) => type), hitMs: hit?.durationMs, reasons };
}
