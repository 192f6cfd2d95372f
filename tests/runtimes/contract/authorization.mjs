// The authorization code grant: where users are sent, and what becomes of the code that they bring.
import { equal, ok, rejects } from '../assert.mjs';

const answer = (body, status = 200) => ({ status, body: JSON.stringify(body) });
const queryOf = (url) => Object.fromEntries(new URL(url).searchParams);
const form = ({ body }) => Object.fromEntries(new URLSearchParams(body));
let users = 0;

/** A client of the real server for users. */
function webOf({ OAuth2Client, clients, loginServer }, overrides) {
  return new OAuth2Client({
    issuer: loginServer,
    clientId: clients.web.id,
    clientSecret: clients.web.secret,
    grant: 'authorization_code',
    scopes: 'openid profile',
    ...overrides,
  });
}

/** A client of an endpoint that can be told what to answer. */
const scriptedOf = ({ client, tokenEndpoint }, overrides) =>
  client({ grant: 'authorization_code', authorizationUrl: `${tokenEndpoint}/authorize`, ...overrides });

/** The callback of an authorization that a scripted server granted. */
const granted = (redirectUri, { state }, more = { code: 'MARKER-code' }) =>
  `${redirectUri}?${new URLSearchParams({ state, ...more })}`;

const kept = (redirectUri, { state, codeVerifier }) => ({ redirectUri, state, codeVerifier });

async function authorize(scene, client) {
  const { redirectUri, browse } = scene;
  const begun = await client.authorizationUrl({ redirectUri });
  return await client.callback(await browse(begun.url), kept(redirectUri, begun));
}

export const authorization = {
  'a user of a real server comes back with a code': async (scene) => {
    const { redirectUri, browse } = scene;
    const client = webOf(scene);
    const begun = await client.authorizationUrl({ redirectUri, extra: { prompt: 'login' } });
    const { code_challenge: challenge, ...query } = queryOf(begun.url);
    equal(query, {
      response_type: 'code',
      client_id: scene.clients.web.id,
      redirect_uri: redirectUri,
      scope: 'openid profile',
      state: begun.state,
      code_challenge_method: 'S256',
      prompt: 'login',
    });
    ok(begun.state.length === 43 && begun.codeVerifier.length === 43, 'of 256 bits each');
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(begun.codeVerifier));
    equal(challenge, btoa(String.fromCharCode(...new Uint8Array(digest))).replaceAll('+', '-').replaceAll('/', '_').replace('=', ''));
    const callback = await browse(begun.url);
    const token = await client.callback(callback, kept(redirectUri, begun));
    ok(token.idToken && token.refreshToken && !token.expired(), 'a token');
    const me = await fetch(`${scene.loginServer}/me`, { headers: { authorization: `Bearer ${token.accessToken}` } });
    equal((await me.json()).sub, 'ada');
    const again = await rejects(client.callback(callback, kept(redirectUri, begun)), { code: 'invalid_callback' });
    ok(!again.message.includes(new URL(callback).searchParams.get('code')), again.message);
  },

  'a public client does it without a secret': async (scene) => {
    const client = webOf(scene, { clientId: scene.clients.app.id, clientSecret: undefined });
    const token = await authorize(scene, client);
    ok(token.accessToken, 'a token');
    const renewed = await token.refresh();
    ok(renewed.accessToken !== token.accessToken, 'another one');
  },

  'with an identity the token is kept for that user': async (scene) => {
    const identity = `user ${(users += 1)} ${Date.now()}`;
    const one = webOf(scene, { identity });
    await rejects(one.getToken(), { code: 'reauthorization_required' });
    const token = await authorize(scene, one);
    ok((await one.getToken()) === token, 'the same object');
    equal((await webOf(scene, { identity }).getToken()).accessToken, token.accessToken);
    const renewed = await one.getToken({ forceRefresh: true });
    ok(renewed.accessToken !== token.accessToken && renewed.refreshToken !== token.refreshToken, 'rotated');
    await rejects(webOf(scene, { identity: `${identity}'` }).getToken(), { code: 'reauthorization_required' });
  },

  'without one it is nobody else\'s': async (scene) => {
    const client = webOf(scene);
    const token = await authorize(scene, client);
    const error = await rejects(client.getToken(), { code: 'reauthorization_required' });
    ok(error.message.includes('identity'), error.message);
    const other = await authorize(scene, client);
    ok(other.accessToken !== token.accessToken, 'one for each');
    const stored = client.tokenFrom(JSON.parse(JSON.stringify(token)));
    ok((await stored.refresh()).accessToken !== token.accessToken, 'renewed by who keeps it');
  },

  'a function among the options is no identity': async (scene) => {
    const { redirectUri, behave } = scene;
    const store = new Map();
    const client = scriptedOf(scene, { clientSecret: () => 'MARKER', store, sealKey: 'MARKER key' });
    const begun = await client.authorizationUrl({ redirectUri });
    await behave(answer({ access_token: 'of-a-user', refresh_token: 'r' }));
    await client.callback(granted(redirectUri, begun), kept(redirectUri, begun));
    await rejects(client.getToken(), { code: 'reauthorization_required' });
    equal(store.size, 0);
  },

  'a late answer and a silent store lose no token': async (scene) => {
    const { redirectUri, behave } = scene;
    const silent = () => new Promise(() => {});
    const store = { get: silent, put: silent, delete: silent };
    const client = scriptedOf(scene, { identity: 'ada', store, storeTimeoutMs: 400, timeoutMs: 800 });
    const begun = await client.authorizationUrl({ redirectUri });
    await behave({ ...answer({ access_token: 'a', refresh_token: 'r' }), delayMs: 600 });
    equal((await client.callback(granted(redirectUri, begun), begun)).accessToken, 'a');
  },

  'the code is spent once, whatever comes of it': async (scene) => {
    const { redirectUri, behave, tokenRequests } = scene;
    const client = scriptedOf(scene, { clientAuth: 'auto' });
    for (const refusal of [answer({ error: 'invalid_client' }, 401), answer({}, 503), { cut: true }]) {
      await behave(refusal);
      const begun = await client.authorizationUrl({ redirectUri });
      const error = await rejects(client.callback(granted(redirectUri, begun), kept(redirectUri, begun)));
      ok(!`${error.message} ${error.stack} ${JSON.stringify(error)}`.includes('MARKER'), error.message);
      equal(error.retryable, false);
      const again = await rejects(client.callback(granted(redirectUri, begun), kept(redirectUri, begun)), { code: 'invalid_callback', retryable: false });
      ok(again.message.includes('sent before') && !again.message.includes('MARKER'), again.message);
    }
    const requests = (await tokenRequests()).map(form);
    equal(requests.map(({ grant_type, code, redirect_uri }) => [grant_type, code, redirect_uri]), Array(3).fill(['authorization_code', 'MARKER-code', redirectUri]));
    ok(requests.every(({ code_verifier, scope }) => code_verifier.length === 43 && scope === undefined), 'proven');
  },

  'state, verifier and scopes may be given, PKCE left out': async (scene) => {
    const { redirectUri, behave, tokenRequests } = scene;
    const codeVerifier = 'v'.repeat(43);
    const begun = await scriptedOf(scene).authorizationUrl({ redirectUri, state: 'mine & yours', codeVerifier, scopes: ['a', 'b'] });
    equal([begun.state, begun.codeVerifier], ['mine & yours', codeVerifier]);
    equal([queryOf(begun.url).state, queryOf(begun.url).scope], ['mine & yours', 'a b']);
    const plain = scriptedOf(scene, { skipPkce: true });
    const { url, ...more } = await plain.authorizationUrl({ redirectUri });
    equal([Object.keys(more), Object.keys(queryOf(url)).filter((name) => name.startsWith('code_'))], [['redirectUri', 'state'], []]);
    await behave(answer({ access_token: 'a' }));
    equal((await plain.callback(new URL(granted(redirectUri, more)), more)).accessToken, 'a');
    equal(form((await tokenRequests())[0]).code_verifier, undefined);
  },

  'a callback that is no answer to the request is refused': async (scene) => {
    const { redirectUri, tokenRequests } = scene;
    const client = scriptedOf(scene);
    const begun = await client.authorizationUrl({ redirectUri });
    const rows = [
      [granted(redirectUri, { state: 'another' }), 'invalid_callback', 'state'],
      [redirectUri, 'invalid_callback', 'no state'],
      [`${granted(redirectUri, begun)}&code=2`, 'invalid_callback', 'more than once'],
      [granted(redirectUri, begun, { response: 'jwt' }), 'invalid_callback', 'JARM'],
      [granted(redirectUri, begun, {}), 'invalid_callback', 'neither'],
      [granted(redirectUri, { state: 'another' }, { error: 'access_denied' }), 'invalid_callback', 'state'],
      [granted(redirectUri, begun, { error: 'access_denied', error_description: 'no \nthanks' }), 'authorization_rejected', 'no thanks'],
    ];
    for (const [callback, code, words] of rows) {
      const error = await rejects(client.callback(callback, kept(redirectUri, begun)), { code });
      ok(error.message.includes(words), `${callback}: ${error.message}`);
      ok(!error.message.includes(begun.state) && !error.message.includes('MARKER'), error.message);
    }
    const rejected = await rejects(client.callback(rows.at(-1)[0], kept(redirectUri, begun)));
    equal([rejected.error, rejected.description], ['access_denied', 'no thanks']);
    equal((await tokenRequests()).length, 0);
  },

  'the issuer is checked (RFC 9207)': async (scene) => {
    const { redirectUri, browse, loginServer } = scene;
    const client = webOf(scene);
    const begun = await client.authorizationUrl({ redirectUri });
    const callback = new URL(await browse(begun.url));
    equal(callback.searchParams.get('iss'), loginServer);
    for (const iss of ['https://attacker.example', undefined]) {
      const forged = new URL(callback);
      forged.searchParams.delete('iss');
      if (iss) forged.searchParams.set('iss', iss);
      const error = await rejects(client.callback(forged, kept(redirectUri, begun)), { code: 'invalid_callback' });
      ok(error.message.includes('iss') && !error.message.includes('attacker'), error.message);
    }
    ok((await client.callback(callback, kept(redirectUri, begun))).accessToken, 'the true one');
  },

  'a Request is as good as its URL, and all that was given can be kept': async (scene) => {
    const { redirectUri, behave } = scene;
    const client = scriptedOf(scene);
    const begun = await client.authorizationUrl({ redirectUri: new URL(redirectUri) });
    equal(Object.keys(begun), ['url', 'redirectUri', 'state', 'codeVerifier']);
    await behave(answer({ access_token: 'a' }));
    const request = new Request(granted(redirectUri, begun));
    equal((await client.callback(request, begun)).accessToken, 'a');
  },

  'a code that came twice at once is sent once': async (scene) => {
    const { redirectUri, behave, tokenRequests } = scene;
    const client = scriptedOf(scene);
    const begun = await client.authorizationUrl({ redirectUri });
    await behave({ ...answer({ access_token: 'a' }), delayMs: 100 });
    const calls = [scriptedOf(scene), client].map((each) => each.callback(granted(redirectUri, begun), begun));
    const settled = await Promise.allSettled(calls);
    equal(settled.map(({ status }) => status), ['fulfilled', 'rejected']);
    equal([settled[1].reason.code, (await tokenRequests()).length], ['invalid_callback', 1]);
  },

  'a code that was not sent is still good': async (scene) => {
    const { redirectUri, behave } = scene;
    let secret;
    const client = scriptedOf(scene, { clientSecret: () => secret });
    const begun = await client.authorizationUrl({ redirectUri });
    await behave(answer({ access_token: 'a' }));
    await rejects(client.callback(granted(redirectUri, begun), begun), { code: 'hook_failed' });
    secret = 'MARKER secret';
    equal((await client.callback(granted(redirectUri, begun), begun)).accessToken, 'a');
  },

  'a form that the browser posts is an answer too': async (scene) => {
    const { redirectUri, behave, tokenRequests } = scene;
    const client = scriptedOf(scene);
    await behave(answer({ access_token: 'a' }));
    const post = (body, type = 'application/x-www-form-urlencoded') =>
      new Request(`${redirectUri}?code=of-the-address&state=x`, { method: 'POST', body, headers: { 'content-type': type } });
    const given = (state) => ({ code: 'MARKER-code', state, user: '{"name":"ada"}' });
    for (const form of [
      (state) => post(new URLSearchParams(given(state))),
      (state) => post(`${new URLSearchParams(given(state))}`, 'application/x-www-form-urlencoded; charset=utf-8'),
      (state) => new URLSearchParams(given(state)),
      (state) => given(state),
      (state) => new Map(Object.entries(given(state))),
      (state) => `${new URLSearchParams(given(state))}`,
      (state) => ({ method: 'POST', url: '/callback', body: given(state) }),
      (state) => {
        const data = new FormData();
        for (const [name, value] of Object.entries(given(state))) data.append(name, value);
        return data;
      },
    ]) {
      const begun = await client.authorizationUrl({ redirectUri });
      equal((await client.callback(form(begun.state), begun)).accessToken, 'a', form);
    }
    equal((await tokenRequests()).map((request) => new URLSearchParams(request.body).get('code')), Array(8).fill('MARKER-code'));
    const begun = await client.authorizationUrl({ redirectUri });
    const read = post(new URLSearchParams(given(begun.state)));
    await read.text();
    for (const [request, code, word] of [
      [read, 'invalid_option', 'read before'],
      [post('x'.repeat(64 * 1024 + 1)), 'invalid_option', '64 KiB'],
      [post(''), 'invalid_callback', 'no state'],
      [post(`${new URLSearchParams(given(begun.state))}&code=other`), 'invalid_callback', 'more than once'],
      [new URLSearchParams(), 'invalid_callback', 'no state'],
      [{ state: begun.state, code: ['a', 'b'] }, 'invalid_callback', 'more than once'],
      [{ state: begun.state, code: {} }, 'invalid_option', 'url.code'],
    ]) {
      const error = await rejects(client.callback(request, begun), { code });
      ok(error.message.includes(word) && !error.message.includes('MARKER'), error.message);
    }
  },

  'a prefetch of the browser spends no code': async (scene) => {
    const { redirectUri, behave, tokenRequests } = scene;
    const client = scriptedOf(scene);
    await behave(answer({ access_token: 'a' }));
    const begun = await client.authorizationUrl({ redirectUri });
    for (const headers of [{ purpose: 'prefetch' }, { 'x-moz': 'prefetch' }, { 'Sec-Purpose': 'prefetch;prerender' }]) {
      // Not every host lets one be made with such a header.
      const request = { url: granted(redirectUri, begun), method: 'GET', headers: new Headers(headers) };
      const error = await rejects(client.callback(request, begun), { code: 'invalid_callback' });
      ok(error.message.includes('204'), error.message);
    }
    equal((await tokenRequests()).length, 0);
    equal((await client.callback(new Request(granted(redirectUri, begun)), begun)).accessToken, 'a');
  },

  'spaces in the URL are written so that every server reads them': async (scene) => {
    const { url } = await scriptedOf(scene).authorizationUrl({ redirectUri: scene.redirectUri, scopes: ['a', 'b+c'], extra: { login_hint: 'ada l' } });
    ok(url.includes('scope=a%20b%2Bc') && url.includes('login_hint=ada%20l') && !url.includes('+'), url);
  },

  'an issuer beside the URLs is compared, and not asked': async (scene) => {
    const { redirectUri, behave, tokenRequests } = scene;
    const issuer = 'https://issuer.invalid/tenant';
    const client = scriptedOf(scene, { issuer });
    await behave(answer({ access_token: 'a' }));
    const begun = await client.authorizationUrl({ redirectUri });
    const from = (iss) => granted(redirectUri, begun, { code: 'MARKER-code', iss });
    for (const iss of ['https://attacker.invalid', `${issuer}/`]) {
      const error = await rejects(client.callback(from(iss), begun), { code: 'invalid_callback' });
      ok(error.message.includes(issuer) && !error.message.includes('attacker'), error.message);
    }
    equal((await tokenRequests()).length, 0);
    equal((await client.callback(from(issuer), begun)).accessToken, 'a');
    const unnamed = await client.authorizationUrl({ redirectUri });
    equal((await client.callback(granted(redirectUri, unnamed), unnamed)).accessToken, 'a');
  },

  'what is given wrongly is named': async (scene) => {
    const { redirectUri } = scene;
    const client = scriptedOf(scene);
    const invalid = async (name, promise) => {
      const error = await rejects(promise, { code: 'invalid_option' });
      ok(error.message.startsWith(`${name} `), `${name}: ${error.message}`);
    };
    const url = (options, which = client) => which.authorizationUrl({ redirectUri, ...options });
    await invalid('options', client.authorizationUrl());
    await invalid('redirectUri', url({ redirectUri: undefined }));
    await invalid('redirectUri', url({ redirectUri: '/callback' }));
    await invalid('redirectUri', url({ redirectUri: `${redirectUri}#x` }));
    await invalid('state', url({ state: 7 }));
    await invalid('state', url({ state: '' }));
    await invalid('state', url({ state: 'a\nb' }));
    await invalid('codeVerifier', url({ codeVerifier: 'short' }));
    await invalid('codeVerifier', url({ codeVerifier: 'v'.repeat(43) }, scriptedOf(scene, { skipPkce: true })));
    await invalid('scopes', url({ scopes: ['a b'] }));
    await invalid('extra', url({ extra: { state: 'x' } }));
    await invalid('extra', url({ extra: 7 }));
    await invalid('nonce', url({ nonce: 'x' }));
    await invalid('grant', url({}, scene.client({ authorizationUrl: 'https://a.example' })));
    await invalid('authorizationUrl', url({}, scene.client({ grant: 'authorization_code' })));
    const begun = await url({});
    const spend = (callback, options) => client.callback(callback, { ...kept(redirectUri, begun), ...options });
    await invalid('url', spend(undefined));
    await invalid('state', spend(granted(redirectUri, begun), { state: undefined }));
    await invalid('state', spend(granted(redirectUri, begun), { state: '' }));
    await invalid('codeVerifier', spend(granted(redirectUri, begun), { codeVerifier: undefined }));
    await invalid('codeVerifier', spend(granted(redirectUri, begun), { codeVerifier: 'short' }));
    await invalid('redirectUri', spend(granted(redirectUri, begun), { redirectUri: 7 }));
    await invalid('verifier', spend(granted(redirectUri, begun), { verifier: 'x' }));
    await invalid('options', client.callback(granted(redirectUri, begun)));
  },
};
