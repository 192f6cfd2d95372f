// Compiled, not run: the types of the compat entries.
import {
  AccessToken,
  AuthorizationCode,
  ClientCredentials,
  ResourceOwnerPassword,
} from 'edge-oauth2/compat/simple-oauth2';
import type { ModuleOptions, ResponseError, Token, WreckHttpOptions } from 'edge-oauth2/compat/simple-oauth2';

const auth = { tokenHost: 'https://auth.example.com' };
const client = { id: 'id', secret: 'secret' };
const everything: ModuleOptions = {
  client: { ...client, idParamName: 'client_id', secretParamName: 'app_secret' },
  auth: {
    ...auth,
    tokenPath: '/t',
    refreshPath: '/f',
    revokePath: '/r',
    authorizeHost: 'https://login',
    authorizePath: '/a',
  },
  http: {
    headers: { 'x-tenant': 'one' },
    timeout: 5000,
    maxBytes: 10_000,
    json: 'strict',
    redirects: false,
    agent: {},
  },
  options: { scopeSeparator: ',', credentialsEncodingMode: 'loose', bodyFormat: 'json', authorizationMethod: 'body' },
};

// @ts-expect-error a host is needed
new ClientCredentials({ client, auth: {} });
// @ts-expect-error misspelt
new ClientCredentials({ client, auth, options: { bodyformat: 'json' } });
// @ts-expect-error of one call only
new ClientCredentials({ client, auth, http: { baseUrl: 'https://elsewhere' } });
// @ts-expect-error only the grants make it
new AccessToken({}, {});

export async function use(http: WreckHttpOptions): Promise<boolean> {
  const clientCredentials = new ClientCredentials(everything);
  let token: AccessToken = await clientCredentials.getToken();
  token = await clientCredentials.getToken({ scope: ['a', 'b'], audience: 'https://api' }, { timeout: 10_000 });
  token = clientCredentials.createToken(JSON.parse(JSON.stringify(token)));

  const password = new ResourceOwnerPassword({ client, auth });
  token = await password.getToken({ username: 'ada', password: 'lovelace', scope: 'a' }, http);
  // @ts-expect-error whose?
  await password.getToken({ username: 'ada' });

  const code = new AuthorizationCode({ client: { ...client, idParamName: 'app_id' }, auth });
  const url: string = code.authorizeURL({
    redirect_uri: 'https://app',
    scope: ['a'],
    state: 's',
    code_challenge: 'c',
    app_id: 'x',
  });
  token = await code.getToken({ code: url, redirect_uri: 'https://app', code_verifier: 'v' });

  const members: Readonly<Token> = token.toJSON();
  // @ts-expect-error frozen
  token.token['access_token'] = members;
  token = await token.refresh({ scope: 'a' }, http);
  await token.revoke('access_token', http);
  // @ts-expect-error there is no such token
  await token.revoke('id_token');
  await token.revokeAll().catch((error: ResponseError) => [error.output.statusCode, error.data?.payload.error]);
  return token.expired(300);
}
