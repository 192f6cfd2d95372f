// What takes the secret's place: an assertion that is signed here (RFC 7523 §2.2, RFC 10070), or one that is ready.
import { equal, ok, rejects, throws } from '../assert.mjs';

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const form = ({ body }) => Object.fromEntries(new URLSearchParams(body));
const decoded = (part) => JSON.parse(atob(part.replaceAll('-', '+').replaceAll('_', '/')));

/** The options of a client that signs by its key, or by its secret. */
function signing({ id: clientId, key, secret }, { alg } = {}) {
  return key
    ? { clientId, clientAuth: 'private_key_jwt', clientSecret: undefined, privateKey: { key, alg, kid: 'key-1' } }
    : { clientId, clientAuth: 'client_secret_jwt', clientSecret: secret };
}

const refused = { code: 'token_request_rejected', error: 'invalid_client', status: 401 };

/** What one assertion says that is sent with these options: header and claims. */
async function said(scene, options) {
  await scene.behave({ status: 200, body: '{"access_token":"a"}' });
  await scene.client(options).getToken();
  const [header, claims] = form((await scene.tokenRequests()).at(-1)).client_assertion.split('.');
  return [decoded(header), decoded(claims)];
}

export const clientAssertions = {
  'a server that insists on RFC 10070 takes them where the issuer is known': async (scene) => {
    const { clients, issuer } = scene;
    for (const client of [clients.newSigner, clients.newHmac]) {
      const known = { ...signing(client), tokenUrl: undefined, issuer };
      ok((await scene.client(known).getToken()).accessToken, 'a token');
      // Beside the token endpoint it is known as well, and not asked for anything.
      ok((await scene.client({ ...known, tokenUrl: scene.issuersTokenUrl }).getToken()).accessToken, 'a token');
      const older = [{ typ: 'JWT' }, { audience: scene.issuersTokenUrl, typ: 'client-authentication+jwt' }, { audience: [issuer, 'urn:x'] }];
      for (const clientAssertion of older) await rejects(scene.client({ ...known, clientAssertion }).getToken(), refused);
      // With the token endpoint only, nobody can know; it can be said.
      const unknown = { ...signing(client), tokenUrl: scene.issuersTokenUrl };
      await rejects(scene.client(unknown).getToken({ forceRefresh: true }), refused);
      const clientAssertion = { audience: issuer, typ: 'client-authentication+jwt' };
      ok((await scene.client({ ...unknown, clientAssertion }).getToken()).accessToken, 'a token');
    }
  },

  'a server that is older, and wants the token endpoint, takes them as well': async (scene) => {
    const { clients, issuer, issuersTokenUrl } = scene;
    for (const client of [clients.oldSigner, clients.oldHmac]) {
      const options = signing(client, { alg: 'PS256' });
      ok((await scene.client({ ...options, tokenUrl: issuersTokenUrl }).getToken()).accessToken, 'a token');
      const known = { ...options, tokenUrl: undefined, issuer };
      await rejects(scene.client(known).getToken(), refused);
      ok((await scene.client({ ...known, clientAssertion: { audience: issuersTokenUrl } }).getToken()).accessToken, 'a token');
      if (!options.privateKey) continue;
      const privateKey = { ...options.privateKey, audience: issuersTokenUrl };
      ok((await scene.client({ ...known, privateKey }).getToken()).accessToken, 'a token');
    }
  },

  'says what it is told to, and which certificate the key belongs to': async (scene) => {
    const { key } = scene.clients.oldSigner;
    const privateKey = { key, alg: 'PS256', x5t: 'FB'.repeat(20), 'x5t#S256': 'ff'.repeat(32), x5c: ['MIIB'] };
    const clientAssertion = { audience: ['a', 'b'], claims: { tenant: 1 }, lifetimeSeconds: 300 };
    const [header, claims] = await said(scene, { ...signing({ id: 'c', key }), privateKey, clientAssertion });
    equal(header, { alg: 'PS256', typ: 'JWT', x5t: '-_v7-_v7-_v7-_v7-_v7-_v7-_s', 'x5t#S256': `${'_'.repeat(42)}8`, x5c: ['MIIB'] });
    equal([claims.iss, claims.sub, claims.aud, claims.tenant, claims.exp - claims.iat], ['c', 'c', ['a', 'b'], 1, 300]);
  },

  'one that is ready is asked for once per grant': async (scene) => {
    let asked = 0;
    const clientAssertion = async () => `header.claims.${(asked += 1)}`;
    const options = { clientAssertion, clientSecret: undefined, clientId: 'c' };
    await scene.behave({ status: 200, body: '{"access_token":"a"}' });
    const client = scene.client(options);
    await Promise.all([client.getToken(), client.getToken()]);
    await client.getToken();
    await client.getToken({ forceRefresh: true });
    const requests = await scene.tokenRequests();
    const expected = (number) => ({
      grant_type: 'client_credentials',
      client_id: 'c',
      client_assertion_type: JWT_BEARER,
      client_assertion: `header.claims.${number}`,
    });
    equal([asked, requests.map(form)], [2, [expected(1), expected(2)]]);
    equal(requests.map(({ headers }) => headers.authorization), [undefined, undefined]);
    // Another function may bring another's: nothing is shared with it.
    await scene.client({ ...options, clientAssertion: () => 'a.b.c' }).getToken();
    equal((await scene.tokenRequests()).length, 3);
  },

  'one that is given may be of any kind, and all that says who asks': async (scene) => {
    await scene.behave({ status: 200, body: '{"access_token":"a"}' });
    const clientAssertionType = 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer';
    await scene.client({ clientAssertion: 'PHNhbWw+', clientAssertionType, clientSecret: undefined, clientId: undefined }).getToken();
    const [request] = await scene.tokenRequests();
    equal(form(request), { grant_type: 'client_credentials', client_assertion_type: clientAssertionType, client_assertion: 'PHNhbWw+' });
  },

  'one that cannot be had is an error with its cause': async (scene) => {
    const cause = new Error('MARKER');
    const clientAssertion = () => Promise.reject(cause);
    const error = await rejects(scene.client({ clientAssertion, clientSecret: undefined }).getToken(), { code: 'hook_failed' });
    ok(error.cause === cause && error.message === 'clientAssertion failed', error.message);
    equal(await scene.tokenRequests(), []);
    for (const clientAssertion of [() => undefined, () => '', async () => ({ token: 'x' }), () => 'a\nb']) {
      await rejects(scene.client({ clientAssertion, clientSecret: undefined }).getToken(), {});
    }
    equal(await scene.tokenRequests(), []);
  },

  'with a store, one that is asked for needs a name and a seal key': async ({ OAuth2Client, options }) => {
    const make = (more) => () => new OAuth2Client(options({ clientAssertion: () => 'x', clientSecret: undefined, store: new Map(), ...more }));
    for (const [more, option] of [[{ sealKey: 'k' }, 'identity'], [{ identity: 'tenant' }, 'sealKey']]) {
      const error = await throws(make(more), { code: 'invalid_option' });
      ok(error.message.startsWith(`${option} `), error.message);
    }
    make({ sealKey: 'k', identity: 'tenant' })();
  },

  'a secret that is too short to sign is refused, with what to do': async (scene) => {
    const short = { ...signing(scene.clients.newHmac), clientSecret: 's' };
    const said = /^clientSecret has fewer than 32 bytes, which HS256 needs \(RFC 7518 §3\.2\): .+/;
    const error = await throws(() => scene.client(short), { code: 'invalid_option' });
    ok(said.test(error.message), error.message);
    const asked = await rejects(scene.client({ ...short, clientSecret: () => 's' }).getToken(), { code: 'invalid_option' });
    ok(said.test(asked.message), asked.message);
    equal(await scene.tokenRequests(), []);
  },

  'client_id may be in the body beside the header, and is the own one': async (scene) => {
    const { header } = scene.clients;
    await scene.behave({ status: 200, body: '{"access_token":"a"}' });
    await scene.client({ endpointParams: { client_id: header.id } }).getToken();
    const [{ headers, body }] = await scene.tokenRequests();
    equal(new URLSearchParams(body).getAll('client_id'), [header.id]);
    ok(headers.authorization.startsWith('Basic ') && !body.includes('client_secret'), body);
    for (const options of [{ endpointParams: { client_id: 'other' } }, { endpointParams: { client_id: header.id }, clientAuth: 'body' }]) {
      await throws(() => scene.client(options), { code: 'invalid_option' });
    }
  },
};
