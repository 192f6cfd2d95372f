// What is planted at a real authorization server (oidc-provider), which says as little as the standards ask of it.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { startAuthorizationServer } from './authorization-server.mjs';
import { browse, startLoginServer } from './login-server.mjs';
import { run } from './package.mjs';
import { codesOf, examined, loadDoctor, SECRET } from './planted.mjs';
import { startProtectedApi } from './protected-api.mjs';

const doctor = await loadDoctor('doctor-provider');

function keys() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'ES256' };
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }), jwk };
}
const [registered, unknown] = [keys(), keys()];
const signing = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [registered.jwk] } };
const clients = [
  { client_id: 'me', client_secret: SECRET },
  { client_id: 'reader', client_secret: SECRET, scope: 'read' },
  { client_id: 'web', client_secret: SECRET, grant_types: ['authorization_code'], redirect_uris: ['https://app.example/'], response_types: ['code'] },
  { client_id: 'signer', ...signing },
  { client_id: 'of RFC 10070', ...signing },
  { client_id: 'of RFC 7523', ...signing },
];
const server = await startAuthorizationServer({
  clients,
  insists: { 'of RFC 10070': 'issuer', 'of RFC 7523': 'tokenUrl' },
  resources: { 'https://api.example.com': 'jwt' },
});
const api = await startProtectedApi(server);
const [, , web] = clients;
const users = await startLoginServer({ clients: [{ ...web, grant_types: ['authorization_code', 'refresh_token'] }] });
after(async () => {
  for (const one of [users, api, server]) await one.close();
});

const own = { tokenUrl: server.tokenUrl, clientId: 'me', clientSecret: SECRET, baseUrl: `${api.url}/doctor` };
const { clientSecret, ...withoutSecret } = own;
const privateKey = { key: registered.key, kid: 'key-1' };
const signed = (clientId, more) => ({ ...withoutSecret, clientId, clientAuth: 'private_key_jwt', privateKey, ...more });
const { tokenUrl, ...withoutUrl } = own;
const { tokenUrl: ofSigned, ...signedWithoutUrl } = signed('signer');

/** By what is planted: the options, and what is found. */
const plants = {
  'a wrong secret': [{ ...own, clientSecret: `${SECRET}, once` }, ['wrong_secret']],
  'an unknown client': [{ ...own, clientId: 'nobody' }, ['unknown_client']],
  'a secret in quotes': [{ ...own, clientSecret: `'${SECRET}'` }, ['padded_credential']],
  'no secret at all': [{ ...withoutSecret, clientAuth: 'none' }, ['secret_wanted']],
  'a scope that only others may have': [{ ...own, clientId: 'reader', scopes: 'read write' }, ['invalid_scope']],
  'a scope that the server does not know': [{ ...own, scopes: 'read fly' }, ['scopes_dropped']],
  'an unknown API': [{ ...own, resource: 'https://other.example.com' }, ['wrong_audience']],
  'a grant that the client may not use': [{ ...own, clientId: 'web' }, ['grant_not_allowed']],
  'a grant that the server does not have': [{ ...own, grant: 'urn:example:none' }, ['grant_not_supported']],
  'JSON': [{ ...own, bodyFormat: 'json' }, ['wants_form']],
  'the authorization endpoint as tokenUrl': [{ ...own, tokenUrl: `${server.url}/auth` }, ['wrong_token_url']],
  'the issuer as tokenUrl': [{ ...own, tokenUrl: server.url }, ['wrong_token_url']],
  'a slash after tokenUrl': [{ ...own, tokenUrl: `${tokenUrl}/nowhere/` }, ['wrong_token_url']],
  'a slash after the issuer': [{ ...withoutUrl, issuer: `${server.url}/` }, ['issuer_mismatch']],
  "the URL of the issuer's document": [{ ...withoutUrl, issuer: `${server.url}/.well-known/openid-configuration` }, ['invalid_option']],
  'an issuer that is none': [{ ...withoutUrl, issuer: `${server.url}/realms/mine` }, ['no_metadata']],
  'a kid that is not registered': [signed('signer', { privateKey: { key: registered.key, kid: 'key-2' } }), ['wrong_kid']],
  'a key that is not registered': [signed('signer', { privateKey: { key: unknown.key, kid: 'key-1' } }), ['key_not_registered']],
  'an assertion for another audience': [
    signed('signer', { clientAssertion: { audience: 'https://other.example.com' } }),
    ['wrong_assertion_audience'],
  ],
  'an assertion for the token endpoint, where the issuer is wanted': [signed('of RFC 10070'), ['wrong_assertion_audience']],
  'an assertion for the issuer, where the token endpoint is wanted': [
    signed('of RFC 7523', { issuer: server.url }),
    ['wrong_assertion_audience'],
  ],
  'the path of an API that is not there': [own, ['api_refuses_token'], '/refuse'],
};

describe('at oidc-provider the doctor finds', () => {
  for (const [title, [options, found, path = '/hello']] of Object.entries(plants)) {
    test(title, async () => {
      const diagnosis = await examined(doctor, options, { path });
      assert.deepEqual(codesOf(diagnosis), found, JSON.stringify(diagnosis.findings, null, 2));
    });
  }

  for (const [ms, code] of [[-600_000, 'clock_behind'], [600_000, 'clock_ahead']]) {
    test(`${code}, where assertions are signed`, async () => {
      const program = `import { doctor } from 'edge-oauth2/doctor';
        const { now } = Date;
        Date.now = () => now() + ${ms};
        console.log(JSON.stringify(await doctor(${JSON.stringify(signed('signer'))})));`;
      const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], { cwd: doctor.project });
      const { findings } = JSON.parse(stdout);
      assert.deepEqual(findings.map((found) => found.code), [code]);
      assert.match(findings[0].message, /is (59\d|60\d) s/);
      if (ms < 0) assert.deepEqual([findings[0].severity, /not valid there/.test(findings[0].message)], ['error', true]);
    });
  }
});

describe('at oidc-provider the doctor finds nothing wrong with', () => {
  const healthy = {
    'a secret in the header': own,
    'a secret in the body': { ...own, clientAuth: 'body' },
    'an issuer': { ...withoutUrl, issuer: server.url, scopes: 'read' },
    'a signed assertion': signed('signer'),
    'a signed assertion, by the issuer': { ...signedWithoutUrl, issuer: server.url },
    'a resource': { ...own, resource: 'https://api.example.com' },
  };
  for (const [title, options] of Object.entries(healthy)) {
    test(title, async () => {
      const path = options.resource ? undefined : '/hello';
      const diagnosis = await examined(doctor, options, { path });
      assert.deepEqual(diagnosis.findings, []);
      assert.ok(diagnosis.steps.every(({ outcome }) => outcome !== 'failed'));
    });
  }

  test('a refresh token, which is as good after it as before', async () => {
    const client = { issuer: users.url, clientId: 'web', clientSecret };
    const login = new doctor.OAuth2Client({ ...client, grant: 'authorization_code', scopes: 'openid' });
    const authorization = await login.authorizationUrl({ redirectUri: 'https://app.example/' });
    const { refreshToken } = await login.callback(await browse(authorization.url, 'https://app.example/'), authorization);
    const options = { ...client, grant: 'refresh_token', refreshToken };
    const diagnosis = await examined(doctor, options);
    assert.deepEqual(diagnosis.findings, []);
    assert.match(diagnosis.steps.find(({ name }) => name === 'token').note, /not spent/);
    assert.ok(!JSON.stringify(diagnosis).includes(refreshToken));
    assert.deepEqual(codesOf(await examined(doctor, { ...options, clientSecret: 'another MARKER' })), ['wrong_secret']);
    // The server lets nobody spend one twice.
    assert.ok(await users.isActive((await new doctor.OAuth2Client(options).getToken()).accessToken));
  });
});
