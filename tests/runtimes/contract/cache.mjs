// Who shares a token with whom, and for how long.
import { equal, ok, rejects, sleep } from '../assert.mjs';

export const cache = {
  'many calls, by clients made anew each time, cost one grant': async ({ client, grants }) => {
    const tokens = [];
    for (let call = 0; call < 10; call += 1) tokens.push((await client().getToken()).accessToken);
    equal(new Set(tokens).size, 1, 'tokens');
    equal((await client().fetch('/echo')).status, 200);
    equal(await grants(), 1, 'grants');
  },

  'concurrent first calls cost one grant': async ({ client, grants, behave }) => {
    await behave({ delayMs: 200 });
    const calls = Array.from({ length: 20 }, () => client().getToken());
    const tokens = (await Promise.all(calls)).map((token) => token.accessToken);
    equal([new Set(tokens).size, await grants()], [1, 1], 'tokens and grants');
  },

  'a failure is shared by those who waited, and not remembered': async (scene) => {
    const { client, tokenRequests, behave } = scene;
    // So slow that no time is left to try again.
    await behave({ delayMs: 200, status: 500, times: 1 });
    const call = () => rejects(client({ timeoutMs: 600 }).getToken(), { code: 'http_status' });
    await Promise.all(Array.from({ length: 20 }, call));
    equal((await tokenRequests()).length, 1, 'token requests');
    ok((await client().getToken()).accessToken, 'the next call gets a token');
  },

  'any difference that changes the token separates': async ({ client, options, grants, tokenEndpoint }) => {
    const same = options();
    const variants = [
      {},
      { scopes: 'read' },
      { scopes: ['read', 'write'] },
      { endpointParams: { audience: 'a' } },
      { endpointParams: { audience: 'b' } },
      { endpointParams: { a: 'udience=a' } },
      { headers: { 'x-tenant': 'blue' } },
      { tokenUrl: `${same.tokenUrl}?tenant=1` },
    ];
    const all = async () => {
      const tokens = await Promise.all(variants.map((variant) => client(variant).getToken()));
      return tokens.map((token) => token.accessToken);
    };
    const first = await all();
    equal(new Set(first).size, variants.length, 'tokens');
    equal(await all(), first, 'the second time');
    equal(await grants(), variants.length, `grants at ${tokenEndpoint}`);
  },

  'a client with a wrong secret gets no part of a warm cache': async ({ client }) => {
    await client().getToken();
    await rejects(client({ clientSecret: 'wrong' }).getToken(), { error: 'invalid_client' });
    ok((await client().getToken()).accessToken, 'the right one still does');
  },

  'what does not change the token does not separate': async ({ client, grants, otherUrl }) => {
    await client().getToken();
    await client({ timeoutMs: 5_000 }).getToken();
    await client({ baseUrl: otherUrl }).getToken();
    equal(await grants(), 1, 'grants');
  },

  'scopes as text and as a list are one thing': async ({ client, grants }) => {
    await client({ scopes: 'read write' }).getToken();
    await client({ scopes: ['read', 'write'] }).getToken();
    equal(await grants(), 1, 'grants');
  },

  'forceRefresh obtains another token for everybody': async ({ client, grants }) => {
    const first = await client().getToken();
    const second = await client().getToken({ forceRefresh: true });
    ok(first.accessToken !== second.accessToken, 'another token');
    equal((await client().getToken()).accessToken, second.accessToken);
    equal(await grants(), 2, 'grants');
  },

  'those who force a refresh at once share it': async ({ client, grants, behave }) => {
    await client().getToken();
    await behave({ delayMs: 100 });
    const refresh = () => client().getToken({ forceRefresh: true });
    const tokens = await Promise.all(Array.from({ length: 10 }, refresh));
    equal(new Set(tokens.map((token) => token.accessToken)).size, 1, 'tokens');
    equal(await grants(), 2, 'grants');
  },

  'invalidate forgets the token': async ({ client, grants }) => {
    const first = await client().getToken();
    await client().invalidate();
    ok((await client().getToken()).accessToken !== first.accessToken, 'another token');
    equal(await grants(), 2, 'grants');
  },

  'authorizationHeader is for people who fetch themselves': async ({ client, baseUrl, grants }) => {
    const authorization = await client().authorizationHeader();
    equal(authorization, `Bearer ${(await client().getToken()).accessToken}`);
    equal((await fetch(`${baseUrl}/echo`, { headers: { authorization } })).status, 200);
    const renewed = await client().authorizationHeader({ forceRefresh: true });
    ok(renewed !== authorization, 'another token');
    equal(await grants(), 2, 'grants');
  },

  'no request goes out with an expired token': async ({ client, apiRequests, grants }) => {
    // A life shorter than four times the skew is used for three quarters: 1.5 s of 2 s.
    const endpointParams = { lifetime: 2 };
    for (const until = Date.now() + 2_500; Date.now() < until; await sleep(50)) {
      equal((await client({ endpointParams, refreshAhead: false }).fetch('/echo')).status, 200);
    }
    const bearers = (await apiRequests()).map((request) => request.authorization);
    equal([new Set(bearers).size, await grants()], [2, 2], 'tokens and grants');
    ok(bearers.length >= 20, `requests at the API, none refused: ${bearers.length}`);
  },

  'each caller waits no longer than its own timeout': async ({ client, behave }) => {
    await behave({ delayMs: 1_000 });
    const patient = client({ timeoutMs: 5_000 }).getToken();
    const start = Date.now();
    await rejects(client({ timeoutMs: 300 }).getToken(), { code: 'timeout' });
    const took = Date.now() - start;
    ok(took >= 250 && took < 900, `the impatient one is answered after ${took} ms`);
    ok((await patient).accessToken, 'the patient one gets the token');
  },

  'waitUntil is given the work that others wait for': async ({ client, behave }) => {
    await behave({ delayMs: 300 });
    const works = [];
    const one = client({ waitUntil: (work) => works.push(work) });
    const token = one.getToken();
    await sleep(100);
    equal(works.length, 1, 'works, before the token is there');
    await token;
    await works[0];
    await one.getToken();
    equal(works.length, 1, 'works, after a hit');
  },

  'a client in use outlives more clients than there is room for': async ({ client, revoke, grants }) => {
    const one = client();
    let others = 0;
    const makeOthers = () => {
      for (let more = 0; more < 600; more += 1) client({ endpointParams: { other: (others += 1) } });
    };
    /** 1,200 others, while this one stays in use. */
    const crowd = async () => {
      makeOthers();
      await one.getToken();
      makeOthers();
    };
    const first = await one.getToken();
    await crowd();
    equal((await one.getToken()).accessToken, first.accessToken, 'the token is kept');
    await crowd();
    await one.invalidate();
    const second = await one.getToken();
    ok(second.accessToken !== first.accessToken, 'invalidate forgets it');
    await revoke(second);
    await crowd();
    equal((await one.fetch('/echo')).status, 200, 'a refused token is renewed');
    equal(await grants(), 3, 'grants');
  },
};
