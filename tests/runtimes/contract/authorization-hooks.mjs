// Functions of the user's where a user authorizes: they spend the code, and derive what is kept of the user.
import { equal, ok } from '../assert.mjs';

const verifier = 'v'.repeat(43);

/** A user comes back to a client with these hooks. */
async function authorized(scene, hooks) {
  const { redirectUri, tokenEndpoint } = scene;
  const client = scene.client({
    grant: 'authorization_code',
    authorizationUrl: `${tokenEndpoint}/authorize`,
    identity: 'ada',
    hooks,
  });
  const { state, codeVerifier } = await client.authorizationUrl({ redirectUri, codeVerifier: verifier });
  const callback = `${redirectUri}?${new URLSearchParams({ code: 'MARKER-code', state })}`;
  return { client, token: await client.callback(callback, { redirectUri, state, codeVerifier }) };
}

export const authorizationHooks = {
  'tokenRequest spends the code instead of the client': async (scene) => {
    const given = [];
    const { client, token } = await authorized(scene, {
      tokenRequest: ({ grant, params }) => {
        given.push([grant, params]);
        return { access_token: 'first', refresh_token: 'r', expires_in: 3600, tenant: 'blue' };
      },
      credentials: ({ tokenResponse }) => ({ user: `ada by ${tokenResponse.access_token}` }),
      refresh: ({ credentials, refreshToken }) => {
        given.push([credentials.tenant, refreshToken]);
        return { access_token: 'second', expires_in: 3600 };
      },
    });
    equal([token.accessToken, token.raw.tenant, token.raw.user], ['first', 'blue', 'ada by first']);
    ok((await client.getToken()) === token, 'kept for this user');
    const renewed = await client.getToken({ forceRefresh: true });
    equal([renewed.accessToken, renewed.refreshToken, renewed.raw.tenant, renewed.raw.user], ['second', 'r', 'blue', 'ada by second']);
    const params = {
      grant_type: 'authorization_code',
      code: 'MARKER-code',
      redirect_uri: scene.redirectUri,
      code_verifier: verifier,
    };
    equal(given, [['authorization_code', params], ['blue', 'r']]);
    equal(await scene.tokenRequests(), [], 'token requests');
  },

  'next() spends it as without a hook': async (scene) => {
    await scene.behave({ status: 200, body: '{"access_token":"a","expires_in":60}' });
    const { token } = await authorized(scene, { tokenRequest: async (_, next) => ({ ...(await next()), by: 'me' }) });
    equal([token.accessToken, token.raw.by], ['a', 'me']);
    const [{ body }, ...more] = await scene.tokenRequests();
    const { grant_type, code, code_verifier } = Object.fromEntries(new URLSearchParams(body));
    equal([grant_type, code, code_verifier, more.length], ['authorization_code', 'MARKER-code', verifier, 0]);
  },
};
