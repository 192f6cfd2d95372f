// What a single call asks for in another way.
import { equal, ok, rejects } from '../assert.mjs';

const bodies = async (tokenRequests) => (await tokenRequests()).map(({ body }) => new URLSearchParams(body));
const plainly = (params) => [...params].map((pair) => pair.join('='));

export const perCall = {
  'a call asks for a token of its own, which is kept': async ({ client, grants, tokenRequests }) => {
    const one = client({ scopes: 'read' });
    const own = await one.getToken();
    const first = await one.getToken({ scopes: 'write' });
    ok(first.accessToken !== own.accessToken, 'another token');
    equal([own.scope, first.scope], ['read', 'write']);
    ok((await one.getToken({ scopes: ['write'] })) === first, 'the same, from memory');
    ok((await one.getToken()) === own, 'the client’s is untouched');
    equal(await one.authorizationHeader({ scopes: 'write' }), `Bearer ${first.accessToken}`);
    equal(await grants(), 2, 'grants');
    equal((await bodies(tokenRequests)).map((body) => body.get('scope')), ['read', 'write']);
  },

  'it is that of a client with these options': async ({ client, grants }) => {
    const derived = await client().getToken({ scopes: 'write', endpointParams: { audience: 'x' } });
    const other = await client({ scopes: 'write', endpointParams: { audience: 'x' } }).getToken();
    equal(other.accessToken, derived.accessToken);
    const red = await client({ headers: { 'X-Tenant': 'blue' } }).getToken({ headers: { 'x-tenant': 'red' } });
    equal((await client({ headers: { 'X-TENANT': 'red' } }).getToken()).accessToken, red.accessToken);
    equal(await grants(), 2, 'grants');
  },

  'parameters and headers are replaced by name, all else as a whole': async ({ client, behave, tokenRequests }) => {
    await behave({ status: 200, body: '{"access_token":"a-token"}' });
    const one = client({
      scopes: ['read', 'write'],
      resource: ['https://a.example', 'https://b.example'],
      endpointParams: { audience: ['x', 'y'], none: 'n', kept: 1 },
      headers: { 'X-Tenant': 'blue', 'x-kept': 'k' },
    });
    await one.getToken({
      scopes: 'read',
      resource: 'https://c.example',
      endpointParams: { audience: 'z', more: true },
      headers: { 'x-tenant': 'red' },
    });
    await one.getToken({ scopes: [], resource: [] });
    const [{ headers }] = await tokenRequests();
    equal([headers['x-tenant'], headers['x-kept']], ['red', 'k']);
    const [changed, none] = await bodies(tokenRequests);
    equal(plainly(changed).sort(), [
      'audience=z',
      'grant_type=client_credentials',
      'kept=1',
      'more=true',
      'none=n',
      'resource=https://c.example',
      'scope=read',
    ]);
    equal([none.has('scope'), none.has('resource'), none.getAll('audience')], [false, false, ['x', 'y']]);
  },

  'patience is the call’s, the token the client’s': async ({ client, behave, grants }) => {
    await behave({ delayMs: 600 });
    const one = client();
    const start = Date.now();
    await rejects(one.getToken({ timeoutMs: 200 }), { code: 'timeout' });
    const took = Date.now() - start;
    ok(took >= 150 && took < 550, `rejected after ${took} ms`);
    const token = await one.getToken();
    equal((await one.getToken({ timeoutMs: 200 })).accessToken, token.accessToken);
    // The first call asked twice: half of its time was over.
    ok((await grants()) <= 3, 'grants');
  },

  'forceRefresh renews that token': async ({ client, grants }) => {
    const one = client();
    const own = await one.getToken();
    const first = await one.getToken({ scopes: 'write' });
    const second = await one.getToken({ scopes: 'write', forceRefresh: true });
    ok(second.accessToken !== first.accessToken, 'another token');
    const third = await second.refresh();
    ok((await one.getToken({ scopes: 'write' })) === third, 'the token renews where it belongs');
    ok((await one.getToken()) === own, 'the client’s is untouched');
    equal(await grants(), 4, 'grants');
  },

  'it is counted with the client': async ({ client }) => {
    const heard = [];
    const one = client({ onEvent: ({ type }) => heard.push(type) });
    await one.getToken({ scopes: 'read' });
    await one.getToken({ scopes: 'read' });
    const { grant, l1_hit: hits } = one.stats();
    equal([grant, hits], [1, 1]);
    equal(heard, ['grant', 'l1_hit']);
  },

  'hooks hear what the call asks for': async ({ client }) => {
    const given = [];
    const tokenRequest = ({ scopes, params }) => (given.push([scopes, params.scope]), { access_token: 'a' });
    const one = client({ scopes: 'read', hooks: { tokenRequest } });
    await one.getToken({ scopes: ['read', 'write'] });
    equal(given, [[['read', 'write'], 'read write']]);
  },

  'more ways than are remembered still work': async ({ client, grants }) => {
    const one = client();
    const ask = async (audience) => (await one.getToken({ endpointParams: { audience } })).accessToken;
    const first = await ask('first');
    for (let other = 0; other < 150; other += 1) {
      // Refused, so that no server has to be asked 150 times.
      await rejects(one.getToken({ endpointParams: { audience: String(other) }, signal: AbortSignal.abort() }));
    }
    equal(await ask('first'), first);
    equal(await grants(), 1, 'grants');
  },
};
