// The token as an object: what it says, how it is kept and read again, and how it is renewed.
import { equal, ok, rejects, throws } from '../assert.mjs';

const answer = (body, status = 200) => ({ status, body: JSON.stringify(body) });
const issued = (number, more) => ({
  access_token: `token-${number}`,
  token_type: 'Bearer',
  expires_in: 3600,
  refresh_token: `refresh-${number}`,
  ...more,
});
const renewable = { grant: 'password', username: 'ada', password: 'a password' };
const hour = 3_600_000;
const sent = async (tokenRequests) => (await tokenRequests()).map(({ body }) => Object.fromEntries(new URLSearchParams(body)));

export const tokenObject = {
  'has data members only, and is the same each time': async ({ client }) => {
    const one = client();
    const token = await one.getToken();
    equal(Object.keys(token), ['accessToken', 'tokenType', 'expiresAt', 'raw']);
    ok(Object.isFrozen(token) && Object.isFrozen(token.raw), 'frozen');
    ok((await one.getToken()) === token, 'the same object');
    const neighbours = await client().getToken();
    ok(neighbours !== token && neighbours.accessToken === token.accessToken, 'one for each client');
  },

  'says whether it is over': async ({ OAuth2Client }) => {
    const token = OAuth2Client.tokenFrom({ accessToken: 'a', expiresAt: Date.now() + 60_000 });
    equal([token.expired(), token.expired(59), token.expired(61), token.expired(-10)], [false, false, true, false]);
    ok(OAuth2Client.tokenFrom({ accessToken: 'a', expiresAt: Date.now() - 1 }).expired(), 'over');
    for (const window of ['10', Number.NaN, null, {}]) {
      const error = await throws(() => token.expired(window), { code: 'invalid_option' });
      ok(error.message.includes('windowSeconds'), error.message);
    }
  },

  'is written by JSON and read again': async ({ client, behave, OAuth2Client }) => {
    await behave(answer(issued(1, { scope: 'read', id_token: 'i', tenant: { id: 1 } })));
    const one = client();
    const token = await one.getToken();
    const text = JSON.stringify(token);
    for (const read of [OAuth2Client.tokenFrom, (object) => one.tokenFrom(object)]) {
      const again = read(JSON.parse(text));
      equal(JSON.stringify(again), text);
      ok(Object.isFrozen(again) && Object.isFrozen(again.raw), 'frozen');
      equal(JSON.stringify(read(token)), text, 'a token itself');
    }
    equal(Object.keys(token.toJSON()), Object.keys(token));
  },

  'is read as servers write it': async ({ OAuth2Client }) => {
    const at = Date.now() + hour;
    const iso = new Date(at).toISOString();
    const wire = { access_token: 'a', token_type: 'bearer', refresh_token: 'r', scope: 'x y', id_token: 'i', user: { id: 1 } };
    for (const expiry of [
      { expires_at: new Date(at) },
      { expires_at: iso },
      { expires_at: iso.replace('T', ' ').replace('Z', '') },
      { expires_at: Math.floor(at / 1000) },
      { expires_at: at / 1000 },
      { expires_at: at },
      { expires_in: 3600 },
      { expires_in: '3600' },
      { expires_at: null, expires_in: 3600.9 },
      { expires_at: at, expires_in: 1 },
    ]) {
      const token = OAuth2Client.tokenFrom({ ...wire, ...expiry });
      const { accessToken, tokenType, scope, refreshToken, idToken, raw } = token;
      equal([accessToken, tokenType, scope, refreshToken, idToken], ['a', 'Bearer', 'x y', 'r', 'i']);
      ok(Math.abs(token.expiresAt - at) <= 2_000, `${JSON.stringify(expiry)}: ${token.expiresAt - at} ms`);
      equal(raw, JSON.parse(JSON.stringify({ ...wire, ...expiry })));
    }
    const bare = OAuth2Client.tokenFrom({ access_token: 'a', refresh_token: '', scope: ['x', 'y'] });
    equal([bare.refreshToken, bare.scope, bare.expired()], [undefined, 'x y', false]);
    const ours = OAuth2Client.tokenFrom({ accessToken: 'a', expiresAt: iso, userId: 7, raw: { tenant: 'blue' } });
    equal([Object.keys(ours), ours.raw], [['accessToken', 'tokenType', 'expiresAt', 'raw'], { tenant: 'blue', userId: 7 }]);
  },

  'is not read from what is none': async ({ client, OAuth2Client }) => {
    const cycle = { access_token: 'a' };
    cycle.itself = cycle;
    const rows = [
      [undefined, 'token'],
      [null, 'token'],
      ['a-token', 'token'],
      [[], 'token'],
      [new Map(), 'token'],
      [{}, 'access_token'],
      [{ access_token: '' }, 'access_token'],
      [{ access_token: 7 }, 'access_token'],
      [{ access_token: 'MARKER\r\nbreak' }, 'access_token'],
      [{ accessToken: 'MARKER two' }, 'accessToken'],
      [{ accessToken: null }, 'access_token'],
      [{ access_token: 'a', token_type: 7 }, 'token_type'],
      [{ access_token: 'a', refresh_token: {} }, 'refresh_token'],
      [{ accessToken: 'a', refreshToken: 'MARKER\u0000' }, 'refreshToken'],
      [{ access_token: 'a', id_token: 7 }, 'id_token'],
      [{ access_token: 'a', scope: [7] }, 'scope'],
      [{ access_token: 'a', expires_at: 'soon' }, 'expires_at'],
      [{ access_token: 'a', expires_at: new Date('no') }, 'expires_at'],
      [{ access_token: 'a', expires_at: -1 }, 'expires_at'],
      [{ accessToken: 'a', expiresAt: Number.NaN }, 'expiresAt'],
      [{ accessToken: 'a', expiresAt: {} }, 'expiresAt'],
      [{ access_token: 'a', expires_in: 'soon' }, 'expires_in'],
      [{ access_token: 'a', expires_in: -1 }, 'expires_in'],
      [{ accessToken: 'a', raw: 'MARKER' }, 'raw'],
      [{ access_token: 'a', log() {} }, 'log'],
      [{ access_token: 'a', big: 1n }, 'big'],
      [cycle, 'token'],
    ];
    const one = client();
    for (const [object, word] of rows) {
      for (const read of [OAuth2Client.tokenFrom, (given) => one.tokenFrom(given)]) {
        const error = await throws(() => read(object), { code: 'invalid_option' });
        ok(error.message.includes(word), `${word} in: ${error.message}`);
        ok(!error.message.includes('MARKER'), error.message);
      }
    }
  },

  'that belongs to no client cannot be renewed': async ({ OAuth2Client }) => {
    const error = await rejects(OAuth2Client.tokenFrom({ accessToken: 'a' }).refresh(), { code: 'invalid_option' });
    ok(error.message.includes('client.tokenFrom'), error.message);
  },

  'of the client is renewed for everybody': async ({ client, behave, tokenRequests }) => {
    await behave(answer(issued(1)));
    const one = client(renewable);
    const first = await one.getToken();
    await behave(answer(issued(2)));
    const second = await first.refresh();
    equal([second.accessToken, second.refreshToken], ['token-2', 'refresh-2']);
    ok((await one.getToken()) === second, 'it is the client’s token');
    equal((await client(renewable).getToken()).accessToken, 'token-2', 'and that of its neighbours');
    const [, request] = await sent(tokenRequests);
    equal(request, { grant_type: 'refresh_token', refresh_token: 'refresh-1' });
  },

  'that was renewed already is not renewed again': async ({ client, behave, tokenRequests }) => {
    await behave(answer(issued(1)));
    const one = client(renewable);
    const first = await one.getToken();
    await behave(answer(issued(2)));
    const second = await one.getToken({ forceRefresh: true });
    ok((await first.refresh()) === second, 'its successor');
    equal((await tokenRequests()).length, 2, 'token requests');
  },

  'is renewed with parameters of the call': async ({ client, behave, tokenRequests }) => {
    await behave(answer(issued(1)));
    const options = { ...renewable, scopes: 'read write', refreshParams: { audience: 'all', kept: 1 } };
    const one = client(options);
    const first = await one.getToken();
    for (const [number, renew] of [
      [2, () => first.refresh({ audience: 'one', scope: 'read' })],
      [3, () => one.refresh({ audience: 'one', scope: 'read' })],
      [4, () => first.refresh({ audience: 'one', scope: 'read' })],
    ]) {
      await behave(answer(issued(number)));
      equal((await renew()).accessToken, `token-${number}`);
      const request = (await sent(tokenRequests)).at(-1);
      const expected = { grant_type: 'refresh_token', refresh_token: `refresh-${number - 1}`, kept: '1', audience: 'one', scope: 'read' };
      equal(request, expected);
      equal((await one.getToken()).accessToken, `token-${number}`, 'the client’s token');
    }
  },

  'client.refresh renews the current token': async ({ client, behave, tokenRequests }) => {
    await behave(answer(issued(1)));
    const one = client(renewable);
    await one.getToken();
    await behave(answer(issued(2)));
    equal((await one.refresh()).accessToken, 'token-2');
    equal((await tokenRequests()).length, 2, 'token requests');
  },

  'without a refresh token is renewed by the grant': async ({ client, grants }) => {
    const one = client();
    const first = await one.getToken();
    const second = await first.refresh();
    ok(second.accessToken !== first.accessToken, 'another token');
    await rejects(second.refresh({ audience: 'x' }), { code: 'invalid_option' });
    equal(await grants(), 2, 'grants');
  },

  'of elsewhere is renewed for its holder only': async ({ client, behave, tokenRequests }) => {
    await behave(answer(issued(1)));
    const one = client({ ...renewable, refreshParams: { audience: 'all' } });
    const own = await one.getToken();
    await behave(answer({ ...issued(2), refresh_token: undefined }));
    const stored = one.tokenFrom({ access_token: 'old', refresh_token: 'their-refresh', tenant: 'blue' });
    const renewed = await stored.refresh();
    equal([renewed.accessToken, renewed.refreshToken], ['token-2', 'their-refresh'], 'an omitted refresh token stays');
    ok((await one.getToken()) === own, 'the client keeps its own');
    await behave(answer(issued(3)));
    equal((await renewed.refresh({ audience: 'one' })).refreshToken, 'refresh-3');
    const [, ...requests] = await sent(tokenRequests);
    const request = { grant_type: 'refresh_token', refresh_token: 'their-refresh' };
    equal(requests, [{ ...request, audience: 'all' }, { ...request, audience: 'one' }]);
  },

  'of the client, stored and read, is the client’s': async ({ client, behave, tokenRequests }) => {
    await behave(answer(issued(1)));
    const one = client(renewable);
    const stored = JSON.parse(JSON.stringify(await one.getToken()));
    await behave(answer(issued(2)));
    const renewed = await one.tokenFrom(stored).refresh();
    ok((await one.getToken()) === renewed, 'it is the client’s token');
    equal((await tokenRequests()).length, 2, 'token requests');
  },

  'of elsewhere whose renewal fails says how': async ({ client, behave, tokenRequests }) => {
    const one = client();
    await rejects(one.tokenFrom({ accessToken: 'a' }).refresh(), { code: 'invalid_option' });
    const stored = one.tokenFrom({ accessToken: 'a', refreshToken: 'MARKER-r' });
    await behave(answer({ error: 'invalid_grant', error_description: 'MARKER-r is spent' }, 400));
    const error = await rejects(stored.refresh(), { code: 'reauthorization_required', error: 'invalid_grant' });
    ok(!`${error.message}${error.description}`.includes('MARKER'), error.message);
    for (const behaviour of [{ status: 500 }, { close: true }]) {
      await behave(behaviour);
      await rejects(stored.refresh());
    }
    equal((await tokenRequests()).length, 3, 'requests: it may be spent');
    await behave({ ...answer({}, 503), times: 1 });
    await rejects(stored.refresh());
    equal((await tokenRequests()).length, 5, 'requests: the server says that it did nothing');
  },

  'a wrong parameter of a refresh is named': async ({ client, behave }) => {
    await behave(answer(issued(1)));
    const one = client(renewable);
    const token = await one.getToken();
    const rows = [
      ['audience', 'params'],
      [{ audience: {} }, 'params.audience'],
      [{ grant_type: 'x' }, 'grant_type'],
      [{ refresh_token: 'x' }, 'refresh_token'],
      [{ client_secret: 'x' }, 'client_secret'],
      [{ client_id: 'x' }, 'client_id'],
      [{ '': 'x' }, 'params'],
    ];
    for (const [params, word] of rows) {
      for (const renew of [() => token.refresh(params), () => one.refresh(params)]) {
        const error = await rejects(renew(), { code: 'invalid_option' });
        ok(error.message.includes(word), `${word} in: ${error.message}`);
      }
    }
  },

  'a hook is given the members of the token it renews': async ({ client }) => {
    let given;
    const refresh = ({ credentials }) => ((given = credentials), { access_token: 'new', expires_in: 60 });
    const one = client({ hooks: { refresh } });
    const stored = one.tokenFrom({ access_token: 'old', refresh_token: 'r', tenant: 'blue' });
    const renewed = await stored.refresh();
    equal(given, { access_token: 'old', refresh_token: 'r', tenant: 'blue' });
    equal([renewed.accessToken, renewed.refreshToken, renewed.raw.tenant], ['new', 'r', 'blue']);
  },
};
