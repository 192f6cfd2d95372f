// How each grant comes to its first token and to the next, and how the client proves who it is.
import { equal, ok, rejects, throws } from '../assert.mjs';

const answer = (body, status = 200) => ({ status, body: JSON.stringify(body) });
const issued = (number, more) => answer({ access_token: `token-${number}`, expires_in: 3600, ...more });
const refusal = (error) => answer({ error }, error === 'invalid_client' ? 401 : 400);
const form = ({ body }) => Object.fromEntries(new URLSearchParams(body));

/** The forms of all requests, the client's credentials left out. */
async function forms({ tokenRequests }) {
  return (await tokenRequests()).map((request) => {
    const { client_id, client_secret, ...own } = form(request);
    return own;
  });
}

/** Asks twice, for a new token the second time; the answers are given in this order. */
async function askTwice(scene, options, answers) {
  const client = scene.client(options);
  const tokens = [];
  for (const [index, given] of answers.entries()) {
    await scene.behave(given);
    tokens.push((await client.getToken({ forceRefresh: index > 0 })).accessToken);
  }
  return tokens;
}

/** The options of a client that has a key and no secret. */
function bearing({ clients: { bearer } }, assertion) {
  const privateKey = { key: bearer.key, kid: 'key-1' };
  return { grant: 'jwt_bearer', clientId: bearer.id, clientSecret: undefined, privateKey, assertion };
}

export const grants = {
  'password: the refresh token renews it': async (scene) => {
    const options = { grant: 'password', username: 'jo hn', password: 'p+w', scopes: 'read' };
    const tokens = await askTwice(scene, options, [issued(1, { refresh_token: 'r' }), issued(2)]);
    equal(tokens, ['token-1', 'token-2']);
    equal(await forms(scene), [
      { grant_type: 'password', username: 'jo hn', password: 'p+w', scope: 'read' },
      { grant_type: 'refresh_token', refresh_token: 'r' },
    ]);
  },

  'password: without a refresh token it is sent again': async (scene) => {
    const options = { grant: 'password', username: 'john', password: 'pw', noRefreshToken: true };
    await askTwice(scene, options, [issued(1, { refresh_token: 'r' }), issued(2)]);
    equal((await forms(scene)).map(({ grant_type }) => grant_type), ['password', 'password']);
  },

  'refresh_token: a rotated one is spent next': async (scene) => {
    const options = { grant: 'refresh_token', refreshToken: 'r-0', clientSecret: undefined };
    await askTwice(scene, options, [issued(1, { refresh_token: 'r-1' }), issued(2)]);
    equal((await forms(scene)).map(({ refresh_token }) => refresh_token), ['r-0', 'r-1']);
    const [{ headers, body }] = await scene.tokenRequests();
    equal(headers.authorization, undefined);
    ok(body.includes('client_id='), 'a public client says who it is');
  },

  'refresh_token: one that is spent needs the user': async ({ client, behave }) => {
    await behave(refusal('invalid_grant'));
    const options = { grant: 'refresh_token', refreshToken: 'MARKER' };
    await rejects(client(options).getToken(), { code: 'reauthorization_required', error: 'invalid_grant', status: 400, retryable: false });
  },

  'refresh_token: one whose answer is lost is not sent a second time, not by the host either': async (scene) => {
    await scene.behave({ close: true });
    const next = (_, next) => next();
    for (const [index, hooks] of [undefined, { refresh: next }, { tokenRequest: next }].entries()) {
      const options = { grant: 'refresh_token', refreshToken: `MARKER-${index}`, hooks, identity: hooks && `${index}` };
      await rejects(scene.client(options).getToken(), { code: 'network', retryable: true });
    }
    equal((await forms(scene)).map(({ refresh_token }) => refresh_token), ['MARKER-0', 'MARKER-1', 'MARKER-2']);
  },

  'jwt_bearer: an assertion, given or asked for': async (scene) => {
    let asked = 0;
    const assertion = async () => `a.b.${(asked += 1)}`;
    for (const options of [{ assertion: 'a.b.c' }, { assertion }]) {
      await askTwice(scene, { grant: 'jwt_bearer', ...options }, [issued(1), issued(2)]);
    }
    const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
    const assertions = ['a.b.c', 'a.b.c', 'a.b.1', 'a.b.2'];
    equal(await forms(scene), assertions.map((assertion) => ({ grant_type, assertion })));
  },

  'jwt_bearer: an assertion that is signed here': async (scene) => {
    const { grants, tokenRequests } = scene;
    const ask = async (assertion, call) => {
      const audience = scene.issuer;
      return await scene.client(bearing(scene, { audience, ...assertion })).getToken(call);
    };
    const claims = { scope: 'read', roles: ['one', { deep: true }] };
    const token = await ask({ subject: 'jo hn', claims, lifetimeSeconds: 3600 });
    equal([token.scope, token.raw.subject], ['read', 'jo hn']);
    equal((await ask({ subject: 'jo hn', claims, lifetimeSeconds: 3600 })).accessToken, token.accessToken);
    // The server takes no assertion twice.
    await ask({ subject: 'jo hn', claims, lifetimeSeconds: 3600 }, { forceRefresh: true });
    equal(await grants(), 2);
    // Another user has another token.
    equal((await ask({ subject: 'jane', claims })).raw.subject, 'jane');
    equal((await ask({ subject: 'jane' })).scope, undefined);
    equal(await grants(), 4);
    const [first] = await tokenRequests();
    const [header, said] = form(first).assertion.split('.').slice(0, 2).map((part) => JSON.parse(atob(part.replaceAll('-', '+').replaceAll('_', '/'))));
    equal(header, { alg: 'RS256', typ: 'JWT', kid: 'key-1' });
    equal([said.exp - said.iat, said.roles], [3600, claims.roles]);
  },

  'jwt_bearer: what is not said is the client, to its token endpoint': async (scene) => {
    const options = { ...bearing(scene, {}), tokenUrl: scene.issuersTokenUrl };
    equal((await scene.client(options).getToken()).raw.subject, scene.clients.bearer.id);
  },

  'jwt_bearer: the same key may sign for the client too': async (scene) => {
    const { id: clientId, key } = scene.clients.signer;
    const privateKey = { key, kid: 'key-1', audience: scene.issuer };
    const options = { ...bearing(scene, { subject: 'jo hn' }), clientAuth: 'private_key_jwt', clientId, privateKey };
    equal((await scene.client(options).getToken()).raw.subject, 'jo hn');
  },

  'jwt_bearer: one that is signed for somebody else is refused': async (scene) => {
    for (const assertion of [{ audience: 'https://elsewhere.example' }, { audience: scene.issuer, issuer: 'MARKER' }]) {
      const client = scene.client(bearing(scene, { ...assertion, subject: 'MARKER' }));
      const error = await rejects(client.getToken(), { code: 'token_request_rejected', error: 'invalid_grant' });
      ok(!error.message.includes('MARKER'), error.message);
    }
  },

  'jwt_bearer: the issuer is enough to say who asks': async (scene) => {
    const issuer = 'robot@project.example';
    const options = { ...bearing(scene, { issuer }), clientId: undefined };
    await askTwice(scene, options, [issued(1, { refresh_token: 'r' }), issued(2)]);
    const requests = (await scene.tokenRequests()).map(form);
    equal(requests.map((request) => Object.keys(request)), [['grant_type', 'assertion'], ['grant_type', 'refresh_token']]);
  },

  'token: a given one is used until it is refused': async (scene) => {
    const client = scene.client({ grant: 'token', token: 'given', refreshToken: 'r' });
    equal((await client.getToken()).accessToken, 'given');
    equal(await scene.tokenRequests(), []);
    await scene.behave(issued(1));
    equal((await client.getToken({ forceRefresh: true })).accessToken, 'token-1');
    equal(await forms(scene), [{ grant_type: 'refresh_token', refresh_token: 'r' }]);
  },

  'any other grant has the parameters that are given': async (scene) => {
    const options = { grant: 'urn:example:grant', endpointParams: { subject: 'x' } };
    await askTwice(scene, options, [issued(1)]);
    equal(await forms(scene), [{ grant_type: 'urn:example:grant', subject: 'x' }]);
  },

  'a renewal has parameters of its own': async (scene) => {
    const options = {
      grant: 'password',
      username: 'john',
      password: 'pw',
      endpointParams: { audience: 'first' },
      refreshParams: {},
      refreshUrl: `${scene.tokenEndpoint}/token?refresh`,
    };
    await askTwice(scene, options, [issued(1, { refresh_token: 'r' }), issued(2)]);
    equal((await forms(scene)).map(({ audience }) => audience), ['first', undefined]);
    equal((await scene.tokenRequests()).map(({ url }) => new URL(url, scene.tokenEndpoint).search), ['', '?refresh']);
  },

  'a renewal may ask for fewer scopes': async (scene) => {
    const scopes = { scopes: 'read write', refreshParams: { scope: 'read' } };
    await askTwice(scene, { ...scopes, grant: 'password', username: 'john', password: 'pw' }, [issued(1, { refresh_token: 'r' }), issued(2)]);
    await askTwice(scene, { ...scopes, grant: 'refresh_token', refreshToken: 'r-0' }, [issued(3)]);
    equal((await forms(scene)).map(({ scope }) => scope), ['read write', 'read', 'read']);
    ok((await scene.tokenRequests()).every(({ body }) => body.split('scope=').length === 2), 'once each');
  },

  'the secret may be a function, asked once per grant': async (scene) => {
    const { body } = scene.clients;
    let asked = 0;
    const clientSecret = async () => ((asked += 1), body.secret);
    const client = scene.client({ clientAuth: 'body', clientId: body.id, clientSecret });
    await Promise.all([client.getToken(), client.getToken()]);
    await client.getToken({ forceRefresh: true });
    equal([asked, await scene.grants()], [2, 2]);
    // Another function may give another secret: nothing is shared with it.
    await scene.client({ clientAuth: 'body', clientId: body.id, clientSecret: () => body.secret }).getToken();
    equal(await scene.grants(), 3);
  },

  'a secret that cannot be had is an error with its cause': async ({ client }) => {
    const cause = new Error('MARKER');
    const clientSecret = () => {
      throw cause;
    };
    const error = await rejects(client({ clientSecret }).getToken(), { code: 'hook_failed' });
    ok(error.cause === cause && !error.message.includes('MARKER'), error.message);
  },

  'with a store, a function needs a name': async ({ OAuth2Client, options }) => {
    const make = (more) => () => new OAuth2Client(options({ clientSecret: () => 'x', store: new Map(), sealKey: 'k', ...more }));
    const error = await throws(make(), { code: 'invalid_option' });
    ok(error.message.startsWith('identity '), error.message);
    make({ identity: 'tenant' })();
  },

  'auto: header first, then body, remembered': async (scene) => {
    const client = scene.client({ clientAuth: 'auto' });
    await scene.behave({ ...refusal('invalid_client'), times: 1 });
    await client.getToken();
    await client.getToken({ forceRefresh: true });
    const styles = (await scene.tokenRequests()).map(({ headers }) => (headers.authorization ? 'header' : 'body'));
    equal(styles, ['header', 'body', 'body']);
  },

  'private_key_jwt': async ({ client, clients: { signer }, issuer, tokenRequests }) => {
    const privateKey = { key: signer.key.replaceAll('\n', '\\n'), kid: 'key-1', audience: issuer };
    const options = { clientAuth: 'private_key_jwt', clientId: signer.id, clientSecret: undefined, privateKey };
    await client(options).getToken();
    await client(options).getToken({ forceRefresh: true });
    const assertions = (await tokenRequests()).map((request) => form(request).client_assertion);
    ok(assertions[0] !== assertions[1], 'each has an id of its own');
  },

  'client_secret_jwt': async ({ client, clients: { hmac }, issuersTokenUrl }) => {
    const options = { clientAuth: 'client_secret_jwt', clientId: hmac.id, clientSecret: hmac.secret, tokenUrl: issuersTokenUrl };
    ok((await client(options).getToken()).accessToken.length > 20, 'a token');
  },

  'servers of their own mind': async (scene) => {
    await scene.behave(answer({ data: { token: 'nested', ttl: 60 } }));
    const token = await scene
      .client({
        bodyFormat: 'json',
        clientAuth: 'both',
        clientIdParam: 'appid',
        clientSecretParam: 'secret',
        clientId: 'a:b',
        clientSecret: 'c d',
        credentialEncoding: 'loose',
        scopes: ['x', 'y'],
        scopeSeparator: ',',
        resource: ['https://a.example/', 'https://b.example/'],
        tokenMapping: { accessToken: 'data.token', expiresIn: 'data.ttl' },
      })
      .getToken();
    equal(token.accessToken, 'nested');
    ok(Math.abs(token.expiresAt - Date.now() - 60_000) < 5_000, 'its life is found too');
    const [{ headers, body }] = await scene.tokenRequests();
    equal([headers['content-type'], headers.authorization], ['application/json', `Basic ${btoa('a:b:c d')}`]);
    equal(JSON.parse(body), {
      grant_type: 'client_credentials',
      scope: 'x,y',
      resource: ['https://a.example/', 'https://b.example/'],
      appid: 'a:b',
      secret: 'c d',
    });
  },
};
