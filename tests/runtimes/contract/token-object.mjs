// The token as an object: what it says, how it is kept and read again, and how it is renewed.
import { equal, ok, rejects } from '../assert.mjs';

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
    for (const token_type of ['BearerToken', 'Application Access Token', 'bot', 'urn:ietf:params:oauth:token-type:access_token']) {
      equal(OAuth2Client.tokenFrom({ ...wire, token_type }).tokenType, 'Bearer', token_type);
    }
    const bare = OAuth2Client.tokenFrom({ access_token: 'a', refresh_token: '', scope: ['x', 'y'] });
    equal([bare.refreshToken, bare.scope, bare.expired()], [undefined, 'x y', false]);
    const ours = OAuth2Client.tokenFrom({ accessToken: 'a', expiresAt: iso, userId: 7, raw: { tenant: 'blue' } });
    equal([Object.keys(ours), ours.raw], [['accessToken', 'tokenType', 'expiresAt', 'raw'], { tenant: 'blue', userId: 7 }]);
  },

  'a moment is read alike in an answer and in a stored token': async ({ client, behave, OAuth2Client }) => {
    const at = Math.floor(Date.now() / 1000) * 1000 + hour;
    const iso = new Date(at).toISOString();
    const shifted = (hours, zone) => new Date(at + hours * hour).toISOString().replace('.000Z', zone);
    const moments = [
      at,
      String(at),
      at / 1000,
      String(at / 1000),
      iso,
      iso.replace('.000', ''),
      iso.replace('.000', '.1234567'),
      iso.replace('.000Z', ',5+00:00'),
      iso.toLowerCase(),
      ` ${iso}\n`,
      shifted(0, ''),
      shifted(0, '').replace('T', ' '),
      shifted(0, '+0000'),
      shifted(2, '+0200'),
      shifted(2, '+02'),
      shifted(-5, '-05:00'),
      shifted(0, ' UTC'),
      shifted(0, ' +0000 UTC').replace('T', ' '),
      shifted(1, ' +0100'),
      new Date(at).toUTCString(),
      new Date(at).toUTCString().replace('GMT', '+0000'),
      new Date(at).toUTCString().replace(/^\w+, (\d+) (\w+) /, 'Sunday, $1-$2-'),
    ];
    const one = client();
    const alike = async (members, expected, slackMs) => {
      await behave(answer({ access_token: 'a', ...members }));
      const answered = await one.getToken({ forceRefresh: true });
      const stored = OAuth2Client.tokenFrom({ access_token: 'a', ...members });
      for (const { expiresAt } of [answered, stored]) {
        ok(Math.abs(expiresAt - expected) <= slackMs, `${JSON.stringify(members)}: ${expiresAt - expected} ms`);
      }
    };
    for (const moment of moments) await alike({ expires_at: moment }, at, 1_000);
    const minute = Date.UTC(new Date(at).getUTCFullYear(), new Date(at).getUTCMonth(), new Date(at).getUTCDate(), new Date(at).getUTCHours(), new Date(at).getUTCMinutes());
    await alike({ expires_at: iso.replace(/:\d\d\.000/, '') }, minute, 1_000);
    for (const name of ['expires_on', 'expiresAt', 'expiresOn', 'expires', 'expiry', 'expiry_date', 'expiration', 'expireTime', '.expires']) {
      await alike({ [name]: at }, at, 1_000);
      await alike({ [name]: iso }, at, 1_000);
      await alike({ expires_in: 60, expires_at: null, [name]: '' }, Date.now() + 60_000, 3_000);
    }
    for (const life of [{ expiresIn: 60 }, { expiresIn: '60' }, { expires: 60 }, { expires: '60' }]) await alike(life, Date.now() + 60_000, 3_000);
  },

  'a stored token is read as libraries keep it': async ({ OAuth2Client }) => {
    const at = Math.floor(Date.now() / 1000) * 1000 + hour;
    const iso = new Date(at).toISOString();
    const before = Math.floor(at / 1000) - 3600 - 600;
    const rows = [
      [{ access_token: 'a', refresh_token: 'r', expiry_date: at }, at],
      [{ accessToken: 'a', expiresOn: new Date(at), extExpiresOn: new Date(at + hour) }, at],
      [{ access_token: 'a', token_type: 'Bearer', expiry: iso.replace('Z', '123456Z') }, at],
      [{ access_token: 'a', expires: at / 1000, resource_owner_id: '7' }, at],
      [{ access_token: 'a', expires_in: 3600, created_at: before }, at - 600_000],
      [{ accessToken: 'a', expiresIn: '3600', issuedAt: before }, at - 600_000],
      [{ access_token: 'a', expires_in: 3600, createdAt: before * 1000 }, at - 600_000],
      [{ access_token: 'a', expires_in: 3600, issued_at: String(before * 1000) }, at - 600_000],
      [{ access_token: 'a', expires_in: 3600, issued_at: at + 24 * hour }, Date.now() + hour],
      [{ access_token: 'a', expiry: '0001-01-01T00:00:00Z', expires_in: 60 }, Date.now() + 60_000],
    ];
    for (const [object, expected] of rows) {
      const { expiresAt } = OAuth2Client.tokenFrom(object);
      ok(Math.abs(expiresAt - expected) <= 2_000, `${JSON.stringify(object)}: ${expiresAt - expected} ms`);
    }
    const numeric = OAuth2Client.tokenFrom({ access_token: 123, refresh_token: 456 });
    equal([numeric.accessToken, numeric.refreshToken], ['123', '456']);
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
    for (const behaviour of [{ status: 500 }, { cut: true }]) {
      await behave(behaviour);
      await rejects(stored.refresh());
    }
    equal((await tokenRequests()).length, 3, 'requests: it may be spent');
    await behave({ ...answer({}, 503), times: 1 });
    await rejects(stored.refresh());
    equal((await tokenRequests()).length, 5, 'requests: the server says that it did nothing');
  },

  'may be what a client begins with': async ({ client, tokenRequests, OAuth2Client }) => {
    const wire = { scope: 'read', tenant: 'blue', access_token: 'given', refresh_token: 'r-0', id_token: 'i' };
    const stored = { ...wire, expires_at: new Date(Date.now() + hour).toISOString() };
    for (const token of [stored, OAuth2Client.tokenFrom(stored), JSON.parse(JSON.stringify(OAuth2Client.tokenFrom(stored)))]) {
      let given;
      const refresh = ({ credentials }) => ((given = credentials), { access_token: 'new', expires_in: 60 });
      const one = client({ grant: 'token', token, refreshToken: 'r-0', hooks: { refresh } });
      const first = await one.getToken();
      equal(first, OAuth2Client.tokenFrom(stored), 'the token');
      const second = await first.refresh();
      equal(given, stored, 'credentials');
      equal([second.accessToken, second.refreshToken, second.raw.tenant], ['new', 'r-0', 'blue']);
      ok((await one.getToken()) === second, 'it is the client’s token');
    }
    equal(await tokenRequests(), []);
  },

  'is renewed at once if it is over': async ({ client, behave, tokenRequests, OAuth2Client }) => {
    await behave(answer(issued(1)));
    const accessToken = 'given';
    for (const token of [
      { access_token: accessToken, refresh_token: 'r-0', expires_at: 1 },
      { access_token: accessToken, refresh_token: 'r-0', expires_in: 0 },
      OAuth2Client.tokenFrom({ accessToken, refreshToken: 'r-0', expiresAt: 1, raw: { mapped: true } }),
    ]) {
      let given;
      const refresh = ({ credentials }, next) => ((given = credentials), next());
      const one = client({ grant: 'token', token, hooks: { refresh } });
      equal((await one.getToken()).accessToken, 'token-1');
      equal([given.access_token, given.refresh_token], ['given', 'r-0']);
    }
    equal((await sent(tokenRequests)).map((form) => form.refresh_token), ['r-0', 'r-0', 'r-0']);
  },

  'that was given as a text is a hook’s to renew too': async ({ client }) => {
    let given;
    const refresh = ({ credentials }) => ((given = credentials), { access_token: 'new' });
    const one = client({ grant: 'token', token: 'given', refreshToken: 'r-0', hooks: { refresh } });
    equal((await one.getToken({ forceRefresh: true })).accessToken, 'new');
    equal(given, { access_token: 'given', refresh_token: 'r-0' });
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
