// Compiled, not run: `edge-oauth2/m2m` offers what it has, and nothing else.
import * as whole from 'edge-oauth2';
import { OAuth2Client, OAuth2Error, serverTiming } from 'edge-oauth2/m2m';
import type { Lease, OAuth2ClientOptions, OAuth2Event, Token, TokenStore } from 'edge-oauth2/m2m';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const is = <T extends true>(): T | undefined => undefined;

const required = { tokenUrl: 'https://auth.example.com/token', clientId: 'id', clientSecret: 'secret' };

const everything: OAuth2ClientOptions = {
  ...required,
  tokenUrl: new URL(required.tokenUrl),
  clientAuth: 'both',
  scopes: ['read', 'write'],
  endpointParams: { audience: 'https://api.example.com/' },
  store: new Map<string, string>() satisfies TokenStore,
  onEvent: (event: OAuth2Event) => void event.type,
  baseUrl: 'https://api.example.com/v1',
  apply: ({ headers }, token) => headers.set('x-token', token.accessToken),
  fetch,
};
const client: OAuth2Client = new OAuth2Client(everything);
new OAuth2Client({ ...required, grant: 'password', username: 'ada', password: 'a password' });
new OAuth2Client({ ...required, grant: 'token', token: 'a token', refreshToken: 'its refresh token' });
new OAuth2Client({ ...required, grant: 'jwt_bearer', assertion: async () => 'a.b.c' });
new OAuth2Client({ tokenUrl: required.tokenUrl, clientAssertion: () => 'a.b.c' });
new OAuth2Client({ ...required, bodyFormat: 'json', endpointParams: { nested: { deep: [1, null] } } });
// All of it is good for the whole client too.
const same: whole.OAuth2ClientOptions = everything;
const lease: Lease | undefined = undefined;

is<Equal<Parameters<typeof client.fetch>, Parameters<typeof fetch>>>();
is<Equal<Awaited<ReturnType<typeof client.getToken>>, Token>>();
is<Equal<typeof OAuth2Error, typeof whole.OAuth2Error>>();
const token = await client.getToken({ scopes: 'read', forceRefresh: true });
is<Equal<typeof token.accessToken, string>>();
token.expired(60);
JSON.stringify(token);
serverTiming([{ type: 'l1_hit' }]);
await client.warm();
await client.invalidate({ forgetRefreshToken: true });
void [same, lease, client.stats(), await client.test('/x'), await client.authorizationHeader()];

// @ts-expect-error: there is nobody to be asked for it
new OAuth2Client({ clientId: 'id', clientSecret: 'secret' });
// @ts-expect-error: discovery
new OAuth2Client({ ...required, issuer: 'https://auth.example.com' });
// @ts-expect-error: authorization
new OAuth2Client({ ...required, authorizationUrl: 'https://auth.example.com/authorize' });
// @ts-expect-error: authorization
new OAuth2Client({ ...required, skipPkce: true });
// @ts-expect-error: revocation
new OAuth2Client({ ...required, revocationUrl: 'https://auth.example.com/revoke' });
// @ts-expect-error: signing
new OAuth2Client({ ...required, privateKey: { key: 'PEM' } });
// @ts-expect-error: signing
new OAuth2Client({ ...required, clientAuth: 'client_secret_jwt' });
// @ts-expect-error: signing
new OAuth2Client({ ...required, clientAssertion: { issuer: 'robot' } });
// @ts-expect-error: signing
new OAuth2Client({ ...required, grant: 'jwt_bearer', assertion: { issuer: 'robot' } });
// @ts-expect-error: a token that somebody holds
new OAuth2Client({ ...required, grant: 'token', token: { access_token: 'a' } });
// @ts-expect-error: a token that somebody holds
OAuth2Client.tokenFrom({ access_token: 'a' });
// @ts-expect-error: a token that somebody holds
client.tokenFrom({ access_token: 'a' });
// @ts-expect-error: a token that somebody holds
await client.refresh();
// @ts-expect-error: a token that somebody holds
await token.refresh();
// @ts-expect-error: revocation
await client.revoke();
// @ts-expect-error: revocation
await client.revokeAll();
// @ts-expect-error: revocation
await token.revoke();
// @ts-expect-error: authorization
await client.authorizationUrl({ redirectUri: 'https://app.example.com/' });
// @ts-expect-error: authorization
await client.callback('https://app.example.com/?code=x', { redirectUri: 'https://app.example.com/', state: 's' });
// @ts-expect-error: misspelt
new OAuth2Client({ ...required, scope: 'read' });
