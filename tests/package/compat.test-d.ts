// Compiled, not run: the types of the compat entries.
import { ClientOAuth2Provider, InboundOAuth2Provider, INFER_REFRESH_CONFIG, ListenerOAuth2Handler, OutboundOAuth2Provider } from 'edge-oauth2/compat/ballerina';
import type { GrantConfig } from 'edge-oauth2/compat/ballerina';
import { oauth2Connection } from 'edge-oauth2/compat/integration-app';
import type { Auth, Credentials } from 'edge-oauth2/compat/integration-app';
import { connection as lowdefy } from 'edge-oauth2/compat/lowdefy';
import type { AxiosError } from 'edge-oauth2/compat/lowdefy';
import {
  AccessToken,
  AuthorizationCode,
  ClientCredentials,
  ResourceOwnerPassword,
} from 'edge-oauth2/compat/simple-oauth2';
import type { ModuleOptions, ResponseError, Token, WreckHttpOptions } from 'edge-oauth2/compat/simple-oauth2';
import { connection as workato } from 'edge-oauth2/compat/workato';
import type { ConnectorDefinition, RequestError, Settings } from 'edge-oauth2/compat/workato';

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

const store = new Map<string, string>();
const one = { tokenUrl: 'https://auth.example.com/token', clientId: 'id', clientSecret: 'secret' };

export async function useLowdefy(): Promise<number> {
  const api = lowdefy(
    { baseURL: 'https://api.example.com/v1/', auth: { ...one, endpointParams: { audience: 'x', deep: [1] } }, timeout: 5000 },
    { store, allowedOrigins: ['https://other.example.com'] },
  );
  const { id } = await api.request<{ id: number }>({ url: '/hello', method: 'post', params: { a: [1] }, data: { b: 2 } });
  await api.request().catch((error: AxiosError) => error.response?.status);
  // @ts-expect-error the secret is missing
  lowdefy({ auth: { tokenUrl: 'https://auth.example.com', clientId: 'id' } });
  // @ts-expect-error misspelt, as the original's schema does
  lowdefy({ auth: { ...one, tokenURL: 'https://auth.example.com' } });
  // @ts-expect-error the grant belongs to the connection
  await api.request({ url: '/', auth: one });
  // @ts-expect-error stands for the parameters
  lowdefy({ auth: one }, { identity: 'x' });
  return id;
}

export async function useBallerina(): Promise<boolean> {
  const user = { tokenUrl: one.tokenUrl, username: 'ada', password: 'lovelace' };
  const configs: GrantConfig[] = [
    { ...one, scopes: ['a', 'b'], clockSkew: 5, credentialBearer: 'POST_BODY_BEARER' },
    { ...user, refreshConfig: INFER_REFRESH_CONFIG },
    { ...user, ...one, refreshConfig: { refreshUrl: one.tokenUrl, scopes: 'a' } },
    { tokenUrl: one.tokenUrl, assertion: 'a.b.c' },
    { refreshUrl: one.tokenUrl, refreshToken: 'r', clientId: 'id', clientSecret: 'secret' },
    { accessToken: 'a', refreshConfig: { refreshUrl: one.tokenUrl, refreshToken: 'r', clientId: 'id', clientSecret: 'secret' } },
  ];
  const [provider] = configs.map((config) => new OutboundOAuth2Provider(config, { store, baseUrl: 'https://api.example.com' }));
  const token: string | undefined = await provider?.generateToken();
  const response: Response | undefined = await provider?.fetch('/hello', { method: 'POST' });
  // @ts-expect-error misspelt
  new ClientOAuth2Provider({ ...one, scope: 'a' });
  // @ts-expect-error whose?
  new ClientOAuth2Provider({ tokenUrl: one.tokenUrl, username: 'ada' });
  const inbound = new InboundOAuth2Provider({ url: 'https://auth.example.com', cacheConfig: { capacity: 10 }, clientConfig: { auth: one } });
  const { active, exp, tenant } = await inbound.authorize('token', { audience: 'x' });
  const seconds: number | undefined = exp;
  const unknown: unknown = tenant;
  const handler = new ListenerOAuth2Handler({ url: 'https://auth.example.com', scopeKey: 'groups' });
  const caller = await handler.authorize(new Request('https://api.example.com/'), ['read', 'write']);
  const answer: Response | string | undefined = caller instanceof Response ? caller : caller.clientId;
  await handler.authorize(new Headers());
  await handler.authorize('Bearer x', 'read');
  // @ts-expect-error the header, or what has it
  await handler.authorize(7);
  return answer !== undefined && active && (await inbound.authenticate('token')) && [token, response, seconds, unknown].length > 0;
}

export async function useWorkato(settings: Settings): Promise<Settings> {
  const connector: ConnectorDefinition = {
    title: 'My connector',
    connection: {
      fields: [{ name: 'client_id', optional: false, hint: 'Ask your administrator' }],
      authorization: {
        type: 'oauth2',
        client_id: (connection) => connection['client_id'],
        authorization_url: () => 'https://auth.example.com/authorize',
        async acquire(connection, code, redirectUri) {
          const tokens = await this.post('https://auth.example.com/token').payload({ code, redirectUri }).request_format_www_form_urlencoded();
          return [tokens, connection['owner'], { tenant: 1 }];
        },
        refresh: async function (_connection, refreshToken) {
          return await this.post('/token', { refresh_token: refreshToken });
        },
        refresh_on: [401, 'expired', /expired/],
        detect_on: /error/,
        apply(_connection, accessToken) {
          if (this.current_verb === 'GET') this.headers({ Authorization: `Bearer ${accessToken}` }).params({ key: 1 });
          // @ts-expect-error a request that is being sent sends no other
          this.get('/');
        },
      },
      base_uri: (connection) => `https://${connection['domain']}`,
    },
    test() {
      return this.get('/me');
    },
  };
  const connection = workato(connector, settings, { store, identity: 'my-connector 1' });
  await connection.get('/things', { page: 1 }).headers({ Accept: 'application/json' });
  await connection.get('/').catch((error: RequestError) => error.code).finally(() => {});
  await connection.test().catch((error: RequestError) => [error.code, error.response]);
  workato({ authorization: { type: 'multi', selected: () => 'a', options: { a: { type: 'api_key' } } } });
  // @ts-expect-error there is no such type
  workato({ authorization: { type: 'oauth' } });
  // @ts-expect-error misspelt
  workato({ authorization: { type: 'custom_auth', refresh_onn: [401] } });
  const { url, state } = await connection.authorizationUrl({ redirectUri: 'https://app' });
  return await connection.callback(url, { redirectUri: 'https://app', state });
}

export async function useIntegrationApp(credentials: Credentials): Promise<Credentials> {
  const auth: Auth = {
    type: 'oauth2',
    getOAuthConfig: {
      clientId: { $var: 'connectorParameters.clientId' },
      clientSecret: { $var: 'connectorParameters.clientSecret' },
      authorizeUri: { $concat: ['https://', { $var: 'connectionParameters.domain' }, '/authorize'] },
      tokenUri: 'https://auth.example.com/token',
      scopes: ['read', 'write'],
      clientAuthLocation: 'body',
      noRefreshToken: false,
      extra: { prompt: 'consent' },
    },
    makeApiClient: ({ credentials }) => ({ baseUri: credentials['instance'], headers: { 'X-User': credentials['userId'] } }),
    getTokenData: async ({ codeVerifier, queryParameters, redirectUri }) => ({ access_token: `${codeVerifier}${queryParameters['code']}${redirectUri}` }),
    getCredentialsFromTokenResponse: ({ tokenResponse }) => ({ userId: tokenResponse['id'] }),
    refreshCredentials: async ({ credentials }) => ({ access_token: credentials.access_token, expires_at: undefined }),
    test: async ({ apiClient }) => (await apiClient.get('/me')).ok,
  };
  const connection = oauth2Connection({ auth, credentials, connectorParameters: { clientId: 'id' }, store, identity: 'my-connector 1' });
  // @ts-expect-error misspelt
  oauth2Connection({ auth: { ...auth, refreshCredential: () => ({}) } });
  // @ts-expect-error where?
  oauth2Connection({ auth: { getOAuthConfig: { clientId: 'id', tokenUri: 'x', clientAuthLocation: 'header' } } });
  // @ts-expect-error the access token is missing
  oauth2Connection({ auth, credentials: { refresh_token: 'r' } });
  const response: Response = await connection.fetch('/me');
  const { url, ...kept } = await connection.authorizationUrl({ redirectUri: 'https://app' });
  await connection.callback(response.ok ? url : new URL(url), { redirectUri: 'https://app', ...kept });
  return await connection.credentials();
}
