// Compiled, not run: what tests are written with.
import { OAuth2Client } from 'edge-oauth2';
import { Clock, FakeAuthorizationServer, resetMemory, type RecordedTokenRequest } from 'edge-oauth2/testing';

const server = new FakeAuthorizationServer({ tokenUrl: new URL('https://auth.example.com/token'), lifetimeSeconds: 60, clientId: undefined });
const api = new OAuth2Client({ ...server.options, scopes: 'read' });
globalThis.fetch = server.fetch;
server.api.respond(({ accessToken, url }) => new Response(`${accessToken} ${url}`));
server.api.respond(async () => new Response());
server.refuseOnce();
server.refuse({ error: 'invalid_scope', status: 400 });
server.rateLimit(30);
const asked: readonly RecordedTokenRequest[] = server.requests;
const scope: unknown = asked[0]?.params.scope;
const back: string = server.authorize(new URL('https://auth.example.com/authorize'));
new Clock().advance(1000);
await resetMemory();
await api.callback(back, { redirectUri: 'https://app.example.com/', state: String(scope), codeVerifier: 'v' });

// @ts-expect-error: misspelt
new FakeAuthorizationServer({ lifetime: 60 });
// @ts-expect-error: it is no number
new Clock().advance('1');
// @ts-expect-error: recorded, and not to be changed
server.requests.push({});
