// A token endpoint that has trouble, and what callers notice of it: as little as possible.
import { equal, eventually, ok, rejects, sleep } from '../assert.mjs';

const refusal = { status: 400, body: '{"error":"invalid_client"}' };

export const failures = {
  'what may pass is tried again': async ({ client, behave, tokenRequests }) => {
    for (const behaviour of [{ status: 503 }, { status: 429 }, { status: 500 }, { close: true }]) {
      await behave({ ...behaviour, times: 2 });
      await client().getToken({ forceRefresh: true });
    }
    equal((await tokenRequests()).length, 4 * 3, 'token requests');
  },

  'Retry-After is obeyed, in seconds and as a date': async ({ client, behave }) => {
    for (const wish of [() => '1', () => new Date(Date.now() + 2_000).toUTCString()]) {
      await behave({ status: 429, headers: { 'retry-after': wish() }, times: 1 });
      const start = Date.now();
      await client().getToken({ forceRefresh: true });
      const took = Date.now() - start;
      // A date has no fractions of a second.
      ok(took >= 900 && took < 3_300, `${took} ms`);
    }
  },

  'a Retry-After beyond the time there is, is not waited for': async ({ client, behave, tokenRequests }) => {
    await behave({ status: 503, headers: { 'retry-after': '60' } });
    const start = Date.now();
    await rejects(client().getToken(), { code: 'http_status', status: 503 });
    ok(Date.now() - start < 1_000, 'told at once');
    equal((await tokenRequests()).length, 1, 'token requests');
  },

  'a server that is silent at first is asked once more, while there is time': async ({ client, behave, tokenRequests }) => {
    for (const behaviour of [{ silent: true, times: 1 }, { drip: true, times: 1 }]) {
      await behave(behaviour);
      const start = Date.now();
      ok((await client({ timeoutMs: 2_000 }).getToken({ forceRefresh: true })).accessToken);
      ok(Date.now() - start < 2_000, `${Date.now() - start} ms`);
    }
    await eventually(async () => (await tokenRequests()).filter(({ closedEarly }) => closedEarly).length === 2, 'the silent ones are given up');
    equal((await tokenRequests()).length, 4, 'token requests');
  },

  'what is good for one use is sent once, however silent the server': async ({ client, behave, tokenRequests }) => {
    await behave({ silent: true });
    await rejects(client({ timeoutMs: 400, grant: 'refresh_token', refreshToken: 'r-0' }).getToken(), { code: 'timeout' });
    equal((await tokenRequests()).length, 1, 'token requests');
  },

  'a refusal is remembered, for those it concerns': async ({ client, behave, tokenRequests }) => {
    await behave(refusal);
    const expected = { code: 'token_request_rejected', error: 'invalid_client' };
    for (let call = 0; call < 5; call += 1) await rejects(client().getToken(), expected);
    equal((await tokenRequests()).length, 1, 'token requests');
    await behave({});
    ok((await client({ scopes: 'read' }).getToken()).accessToken, 'another client is not concerned');
    await rejects(client().getToken(), expected);
    await client().invalidate();
    ok((await client().getToken()).accessToken, 'until it is told to forget');
    equal((await tokenRequests()).length, 3, 'token requests');
  },

  'a refusal is forgotten after errorCacheSeconds': async ({ client, behave, tokenRequests }) => {
    await behave({ ...refusal, times: 1 });
    const forgetful = client({ errorCacheSeconds: 1 });
    await rejects(forgetful.getToken(), { error: 'invalid_client' });
    await rejects(forgetful.getToken(), { error: 'invalid_client' });
    await sleep(1_100);
    ok((await forgetful.getToken()).accessToken);
    equal((await tokenRequests()).length, 2, 'token requests');
  },

  'a token is renewed while it is handed out': async ({ client, behave, grants }) => {
    await behave({ merge: { expires_in: 8 } });
    const early = () => client({ refreshAhead: 0.1 });
    const first = await early().getToken();
    await behave({ delayMs: 500 });
    await sleep(3_000);
    const start = Date.now();
    for (let call = 0; call < 5; call += 1) equal((await early().getToken()).accessToken, first.accessToken);
    ok(Date.now() - start < 400, 'nobody waits');
    await eventually(async () => (await early().getToken()).accessToken !== first.accessToken, 'the new token is there');
    equal(await grants(), 2, 'grants');
  },

  'a renewal that fails takes no valid token away': async ({ client, behave, tokenRequests }) => {
    await behave({ merge: { expires_in: 8 } });
    const early = () => client({ refreshAhead: 0.1 });
    const { accessToken } = await early().getToken();
    await sleep(3_000);
    for (const behaviour of [refusal, { close: true }]) {
      await behave(behaviour);
      for (let call = 0; call < 20; call += 1) {
        equal((await early().fetch('/echo')).status, 200);
        await sleep(20);
      }
    }
    equal((await early().getToken()).accessToken, accessToken);
    ok((await tokenRequests()).length < 10, 'not every request tries again');
  },
};
