// The entry against real authorization servers: what its documentation shows, for every grant; and what must never
// happen to a secret.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { startAuthorizationServer } from '../runtimes/authorization-server.mjs';
import { listen } from '../runtimes/http.mjs';
import { browse, startLoginServer } from '../runtimes/login-server.mjs';
import { rejection, started } from './harness.mjs';
import { startNodeOAuth2Server } from './node-oauth2-server.mjs';
import { installPackage } from './package.mjs';
import { startRecorder } from './recorder.mjs';

const { load } = await installPackage('compat-simple-oauth2');
const { AccessToken, AuthorizationCode, ClientCredentials, ResourceOwnerPassword } = await load(
  'edge-oauth2/compat/simple-oauth2',
);

describe('the examples of ClientCredentials', async () => {
  const client = { id: 'my client', secret: 'MARKER secret:%+&=/"~-._*' };
  const poster = { id: 'poster', secret: 'MARKER body+secret &=%' };
  const server = await started(
    startAuthorizationServer({
      clients: [
        { client_id: client.id, client_secret: client.secret },
        { client_id: poster.id, client_secret: poster.secret, token_endpoint_auth_method: 'client_secret_post' },
      ],
    }),
  );
  const auth = { tokenHost: server.url, tokenPath: '/token', revokePath: '/token/revocation' };
  const {
    token: { access_token: unused },
  } = await new ClientCredentials({ client, auth }).getToken();

  test('a token', async () => {
    const accessToken = await new ClientCredentials({ client, auth }).getToken();
    assert.ok(accessToken instanceof AccessToken);
    assert.equal(await server.isActive(accessToken.token.access_token), true);
    assert.notEqual(accessToken.token.access_token, unused);
    const seconds = (accessToken.token.expires_at - Date.now()) / 1000;
    assert.ok(seconds > 3590 && seconds <= 3600, `${seconds}`);
    assert.deepEqual([accessToken.expired(), accessToken.expired(3601)], [false, true]);
  });

  test('a token with scopes', async () => {
    const accessToken = await new ClientCredentials({ client, auth }).getToken({ scope: ['read', 'write'] });
    assert.equal(accessToken.token.scope, 'read write');
  });

  test('a token with HTTP options', async () => {
    const accessToken = await new ClientCredentials({ client, auth }).getToken(
      { scope: 'read' },
      { timeout: 10_000, headers: { 'User-Agent': 'MyApp/1.0' } },
    );
    assert.equal(accessToken.token.scope, 'read');
  });

  test('a token that was stored', async () => {
    const oauth = new ClientCredentials({ client, auth });
    const stored = JSON.stringify(await oauth.getToken({ lifetime: 100 }));
    const accessToken = oauth.createToken(JSON.parse(stored));
    assert.deepEqual([accessToken.expired(), accessToken.expired(101)], [false, true]);
    assert.equal(JSON.stringify(accessToken), stored);
    assert.equal(await server.isActive(accessToken.token.access_token), true);
  });

  test('a class that keeps its token', async () => {
    class ApiClient {
      constructor(config) {
        this.oauth = new ClientCredentials(config);
        this.cachedToken = null;
      }
      async getValidToken() {
        if (this.cachedToken && !this.cachedToken.expired(300)) return this.cachedToken;
        this.cachedToken = await this.oauth.getToken({ scope: 'read', lifetime: this.lifetime ?? 3600 });
        return this.cachedToken;
      }
    }
    const api = new ApiClient({ client, auth });
    const before = server.grants;
    const first = await api.getValidToken();
    assert.equal(await api.getValidToken(), first);
    assert.equal(server.grants, before + 1);

    const shortLived = Object.assign(new ApiClient({ client, auth }), { lifetime: 299 });
    assert.notEqual(await shortLived.getValidToken(), await shortLived.getValidToken());
    assert.equal(server.grants, before + 3);
  });

  test('every call is a request', async () => {
    const oauth = new ClientCredentials({ client, auth });
    const before = server.grants;
    const [one, other] = await Promise.all([oauth.getToken(), oauth.getToken()]);
    assert.equal(server.grants, before + 2);
    assert.notEqual(one.token.access_token, other.token.access_token);
  });

  test('credentials in a JSON body', async () => {
    // No server at hand reads JSON, so this one makes it a form.
    const front = await started(
      listen(async (request, response) => {
        const chunks = await request.toArray();
        assert.equal(request.headers['content-type'], 'application/json');
        const body = new URLSearchParams(JSON.parse(Buffer.concat(chunks)));
        const answer = await fetch(server.tokenUrl, { method: 'POST', body });
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
      }),
    );
    const accessToken = await new ClientCredentials({
      client: poster,
      auth: { tokenHost: front.url },
      options: { bodyFormat: 'json', authorizationMethod: 'body' },
    }).getToken({ scope: 'read' });
    assert.equal(await server.isActive(accessToken.token.access_token), true);
  });

  test('credentials in a form', async () => {
    const options = { authorizationMethod: 'body' };
    const accessToken = await new ClientCredentials({ client: poster, auth, options }).getToken();
    assert.equal(await server.isActive(accessToken.token.access_token), true);
  });

  test('a token that is revoked', async () => {
    const accessToken = await new ClientCredentials({ client, auth }).getToken();
    // This server answers as RFC 7009 says, with nothing. The original takes that for an error.
    await accessToken.revoke('access_token');
    assert.equal(await server.isActive(accessToken.token.access_token), false);
  });

  test('the wrong secret', async () => {
    const error = await rejection(
      new ClientCredentials({ client: { ...client, secret: 'MARKER wrong' }, auth }).getToken(),
    );
    assert.equal(error.message, 'Response Error: 401 Unauthorized');
    assert.equal(error.data.payload.error, 'invalid_client');
    assert.equal(error.output.statusCode, 401);
    assert.ok(!inspect(error, { depth: Infinity }).includes('MARKER'));
  });
});

describe('a user', async () => {
  const client = { id: 'app', secret: 'app-secret' };
  const redirect_uri = 'https://app.example.com/callback?from=login';
  const users = [{ username: 'ada', password: 'MARKER pass word&+%=ä' }];
  const login = await started(
    startLoginServer({
      clients: [{ client_id: client.id, client_secret: client.secret, redirect_uris: [redirect_uri] }],
    }),
  );
  const node = await started(startNodeOAuth2Server({ clients: [{ ...client, redirectUris: [redirect_uri] }], users }));
  const servers = {
    'oidc-provider': {
      auth: { tokenHost: login.url, tokenPath: '/token', revokePath: '/token/revocation', authorizePath: '/auth' },
      scope: ['openid', 'profile'],
      isActive: login.isActive,
    },
    'node-oauth2-server': {
      auth: { tokenHost: node.url },
      scope: ['read', 'write'],
      isActive: async (accessToken) => (await node.introspect(accessToken))?.username === 'ada',
    },
  };

  for (const [name, { auth, scope, isActive }] of Object.entries(servers)) {
    test(`who logs in at ${name}`, async () => {
      const oauth = new AuthorizationCode({ client, auth });
      const verifier = randomBytes(32).toString('base64url');
      const url = oauth.authorizeURL({
        redirect_uri,
        scope,
        state: 'a state',
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      });
      const { searchParams } = await browse(url, 'https://app.example.com/');
      assert.deepEqual([searchParams.get('state'), searchParams.get('from')], ['a state', 'login']);

      const code = { code: searchParams.get('code'), redirect_uri };
      const token = await oauth.getToken({ ...code, code_verifier: verifier });
      assert.equal(token.token.scope, scope.join(' '));
      assert.equal(await isActive(token.token.access_token), true);

      const refreshed = await token.refresh();
      assert.notEqual(refreshed.token.access_token, token.token.access_token);
      assert.notEqual(refreshed.token.refresh_token, token.token.refresh_token);
      assert.equal(await isActive(refreshed.token.access_token), true);

      await refreshed.revokeAll();
      assert.equal(await isActive(refreshed.token.access_token), false);
      assert.equal((await rejection(refreshed.refresh())).data.payload.error, 'invalid_grant');
      const again = await rejection(oauth.getToken({ ...code, code_verifier: verifier }));
      assert.equal(again.data.payload.error, 'invalid_grant');
    });
  }

  test('who gives a password', async () => {
    const oauth = new ResourceOwnerPassword({ client, auth: { tokenHost: node.url } });
    const token = await oauth.getToken({ ...users[0], scope: ['read', 'write'] });
    assert.deepEqual(await node.introspect(token.token.access_token), { username: 'ada', scope: 'read write' });

    const refreshed = await token.refresh({ scope: 'read' });
    assert.deepEqual(await node.introspect(refreshed.token.access_token), { username: 'ada', scope: 'read' });
    assert.equal((await rejection(token.refresh())).data.payload.error, 'invalid_grant');

    const wrong = await rejection(oauth.getToken({ username: 'ada', password: 'MARKER wrong' }));
    assert.equal(wrong.data.payload.error, 'invalid_grant');
    assert.ok(!inspect(wrong, { depth: Infinity }).includes('MARKER'));
  });
});

describe('a request', async () => {
  const recorder = await started(startRecorder());
  const options = () => ({
    client: { id: 'me', secret: 'my secret' },
    auth: { tokenHost: recorder.url },
    http: { headers: { 'x-tenant': 'one' } },
  });

  for (const [title, answer] of Object.entries({
    'headers are': () => {},
    'body is': (response) => response.writeHead(200, { 'content-type': 'application/json' }).write('{'),
  })) {
    test(`is given up when its ${title} late`, async () => {
      const closed = new Promise((resolve) => {
        recorder.reply = (response) => {
          response.on('close', resolve);
          answer(response);
        };
      });
      await rejection(new ClientCredentials(options()).getToken({}, { timeout: 50 }));
      await closed;
    });
  }

  test('is made of the options as they were', async () => {
    const given = options();
    const oauth = new ClientCredentials(given);
    given.client.id = 'other';
    given.auth.tokenPath = '/other';
    given.http.headers['x-tenant'] = 'other';
    recorder.reply = { body: '{"access_token": "a"}' };
    await oauth.getToken();
    const [{ url, headers }] = recorder.requests;
    assert.deepEqual([url, headers['x-tenant']], ['/oauth/token', 'one']);
    assert.equal(atob(headers.authorization.replace('Basic ', '')), 'me:my+secret');
  });

  test('that HTTP/2 answers, which has no reason phrases', async (t) => {
    const type = { 'content-type': 'application/json' };
    t.mock.method(globalThis, 'fetch', async () => new Response('{}', { status: 403, headers: type }));
    const { message, data } = await rejection(new ClientCredentials(options()).getToken());
    assert.deepEqual([message, data.res.statusMessage], ['Response Error: 403 Forbidden', 'Forbidden']);
  });
});

describe('secrets', async () => {
  const recorder = await started(startRecorder());
  const other = await started(startRecorder());
  const client = { id: 'MARKER-id', secret: 'MARKER-secret' };
  const auth = { tokenHost: recorder.url };
  const refreshable = () => new ClientCredentials({ client, auth }).createToken({ refresh_token: 'MARKER-refresh' });
  const failures = {
    'an error of the server': [{ status: 400, body: '{"error": "x"}' }],
    'an answer that is no JSON': [{ status: 200, headers: { 'content-type': 'text/html' } }],
    'an answer too long': [{ body: '{"a": "MARKER-access"}' }, { maxBytes: 5 }],
    'no answer': [() => {}, { timeout: 20 }],
    'a broken connection': [(response) => response.destroy()],
    'a redirect': [{ status: 307, headers: { location: other.url } }, { redirects: 1 }],
    'a header that is none': [{}, { headers: { 'x-key': 'MARKER\nheader' } }],
    'an address with credentials': [
      (response) => response.destroy(),
      { baseUrl: recorder.url.replace('//', '//MARKER:MARKER@') },
    ],
  };
  for (const [title, [reply, http]] of Object.entries(failures)) {
    test(`are not in the error about ${title}`, async () => {
      recorder.reply = reply;
      const error = await rejection(refreshable().refresh({ password: 'MARKER-password' }, http));
      assert.ok(!inspect(error, { depth: Infinity, showHidden: true }).includes('MARKER'), inspect(error));
    });
  }

  test('are not in the message about JSON that is broken', async () => {
    recorder.reply = { body: '{"access_token": MARKER-access}' };
    const error = await rejection(refreshable().refresh());
    assert.ok(!`${error.stack} ${JSON.stringify(error.output)}`.includes('MARKER'));
  });

  test('are not in what an object shows', () => {
    const shown = [ClientCredentials, ResourceOwnerPassword, AuthorizationCode].map(
      (Grant) => new Grant({ client, auth }),
    );
    assert.ok(!inspect([...shown, shown[0].createToken({})], { depth: Infinity, showHidden: true }).includes('MARKER'));
  });

  for (const status of [301, 302, 303, 307, 308]) {
    for (const redirects of [undefined, false, 0, 5, true]) {
      test(`do not go where a ${status} leads, redirects: ${redirects}`, async () => {
        other.reply = { body: '{"access_token": "a"}' };
        recorder.reply = { status, headers: { location: `${other.url}/token` } };
        const error = await rejection(refreshable().refresh({}, { redirects }));
        assert.ok([406, 502].includes(error.output.statusCode));
        assert.deepEqual([recorder.requests.length, other.requests.length], [1, 0]);
      });
    }
  }
});
