// Everything a test talks to, started together: the authorization server, a token endpoint in front
// of it that can misbehave, two protected APIs (two origins), and an issuer that does as it is told.
import { generateKeyPairSync } from 'node:crypto';
import { startLoginServer } from './login-server.mjs';
import { JWT_BEARER, startAuthorizationServer } from './authorization-server.mjs';
import { startProtectedApi } from './protected-api.mjs';
import { startScriptedIssuer } from './scripted-issuer.mjs';
import { startTokenEndpoint } from './token-endpoint.mjs';

/** Ids and secrets with every character that encodings disagree about. */
const clients = {
  header: { id: 'header client:+%/', secret: 'MARKER secret:%+&=/"~-._*' },
  body: { id: 'body client&=', secret: 'MARKER body+secret &=%' },
  none: { id: 'public client' },
  hmac: { id: 'hmac client', secret: 'MARKER secret of more than 32 bytes, as HS256 wants' },
  web: { id: 'web client', secret: 'MARKER web secret' },
  app: { id: 'app' },
  signer: { id: 'signing client', ...keys('ec', { namedCurve: 'P-256' }, 'ES256') },
  newSigner: { id: 'client of RFC 10070', ...keys('ec', { namedCurve: 'P-256' }, 'ES256') },
  newHmac: { id: 'client of RFC 10070 with a secret', secret: 'MARKER secret of more than 32 bytes, as HS256 wants' },
  oldSigner: { id: 'client of RFC 7523', ...keys('rsa', { modulusLength: 2048 }, 'PS256') },
  oldHmac: { id: 'client of RFC 7523 with a secret', secret: 'MARKER secret of more than 32 bytes, as HS256 wants' },
  bearer: { id: 'bearer client', ...keys('rsa', { modulusLength: 2048 }, 'RS256') },
};

/** Where users come back to. Nobody listens there: the browser stops before. */
const redirectUri = 'https://app.example/callback';

function keys(type, options, alg) {
  const { privateKey, publicKey } = generateKeyPairSync(type, options);
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    jwk: { ...publicKey.export({ format: 'jwk' }), kid: 'key-1', alg },
  };
}

export async function startServers() {
  const { newSigner, newHmac, oldSigner, oldHmac } = clients;
  const authorizationServer = await startAuthorizationServer({
    insists: { [newSigner.id]: 'issuer', [newHmac.id]: 'issuer', [oldSigner.id]: 'tokenUrl', [oldHmac.id]: 'tokenUrl' },
    clients: [
      ...[newSigner, oldSigner].map(({ id, jwk }) => ({
        client_id: id,
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [jwk] },
      })),
      ...[newHmac, oldHmac].map(({ id, secret }) => ({
        client_id: id,
        client_secret: secret,
        token_endpoint_auth_method: 'client_secret_jwt',
      })),
      { client_id: clients.header.id, client_secret: clients.header.secret },
      {
        client_id: clients.body.id,
        client_secret: clients.body.secret,
        token_endpoint_auth_method: 'client_secret_post',
      },
      { client_id: clients.none.id, token_endpoint_auth_method: 'none' },
      {
        client_id: clients.hmac.id,
        client_secret: clients.hmac.secret,
        token_endpoint_auth_method: 'client_secret_jwt',
      },
      {
        client_id: clients.signer.id,
        token_endpoint_auth_method: 'private_key_jwt',
        grant_types: ['client_credentials', JWT_BEARER],
        jwks: { keys: [clients.signer.jwk] },
      },
      {
        client_id: clients.bearer.id,
        token_endpoint_auth_method: 'none',
        grant_types: [JWT_BEARER],
        jwks: { keys: [clients.bearer.jwk] },
      },
    ],
  });
  const loginServer = await startLoginServer({
    clients: [
      { client_id: clients.web.id, client_secret: clients.web.secret, redirect_uris: [redirectUri], response_types: ['code'] },
      {
        client_id: clients.app.id,
        redirect_uris: [redirectUri],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
    ],
  });
  const tokenEndpoint = await startTokenEndpoint(authorizationServer.tokenUrl);
  const api = await startProtectedApi(authorizationServer);
  const otherApi = await startProtectedApi(authorizationServer);
  const scriptedIssuer = await startScriptedIssuer();
  return {
    /** What a scene is made from; plain data, so that it can be sent into a Worker. */
    addresses: {
      tokenEndpoint: tokenEndpoint.url,
      issuer: authorizationServer.url,
      issuersTokenUrl: authorizationServer.tokenUrl,
      loginServer: loginServer.url,
      redirectUri,
      revocation: `${authorizationServer.tokenUrl}/revocation`,
      api: api.url,
      otherApi: otherApi.url,
      scriptedIssuer: scriptedIssuer.url,
      clients,
    },
    async close() {
      for (const one of [scriptedIssuer, otherApi, api, tokenEndpoint, loginServer, authorizationServer]) await one.close();
    },
  };
}
