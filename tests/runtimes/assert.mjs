// Just enough to assert with in any runtime: node:assert does not exist in every Worker.

export function ok(value, what) {
  if (!value) throw new Error(what);
}

export function equal(actual, expected, what = 'value') {
  const [a, e] = [actual, expected].map((value) => JSON.stringify(value) ?? String(value));
  if (a !== e) throw new Error(`${what}: expected ${e}, got ${a}`);
}

/** Awaits the rejection, compares the members named in `expected`, and returns the error. */
export async function rejects(promise, expected = {}) {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error) => ({ error }),
  );
  if (!('error' in outcome)) throw new Error(`expected a rejection, got ${outcome.value}`);
  for (const [member, is] of Object.entries(expected)) {
    equal(outcome.error?.[member], is, `${outcome.error}: its ${member}`);
  }
  return outcome.error;
}

export const throws = (run, expected) => rejects((async () => run())(), expected);

/** Asks until `check` holds: for what the other end of a socket notices a little later. */
export async function eventually(check, what, withinMs = 2_000) {
  for (const until = Date.now() + withinMs; Date.now() < until; await sleep(20)) {
    if (await check()) return;
  }
  throw new Error(`not within ${withinMs} ms: ${what}`);
}

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
