// What people reported of other clients, in the words of the servers that they met: the doctor names it.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { codesOf, examined, loadDoctor, SECRET, TOKEN } from './planted.mjs';

const doctor = await loadDoctor('doctor-reports');
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = privateKey.export({ type: 'pkcs8', format: 'pem' });

const ENTRA = 'https://login.microsoftonline.com/tenant/oauth2/v2.0/token';
const AUTH0 = 'https://tenant.eu.auth0.com/oauth/token';
const KEYCLOAK = 'https://id.example.com/realms/shop/protocol/openid-connect/token';
const SALESFORCE = 'https://login.salesforce.com/services/oauth2/token';
const OKTA = 'https://integrator.okta.com/oauth2/default/v1/token';
const GOOGLE = 'https://oauth2.googleapis.com/token';
const ZOOM = 'https://zoom.us/oauth/token';

const refusal = (status, error, error_description) => [status, { error, error_description }];
const granted = [200, { access_token: TOKEN, token_type: 'Bearer', expires_in: 3600 }];
const inBody = (otherwise) => (params) => (params.client_secret === SECRET ? granted : otherwise);
const account = { grant: 'jwt_bearer', privateKey: { key }, assertion: { issuer: 'me@project.iam.gserviceaccount.com' } };
const signed = { clientAuth: 'private_key_jwt', privateKey: { key } };
const scoped = { scopes: 'api://shop/.default' };
const audience = { endpointParams: { audience: 'https://api.example.com' } };

/** By who reported it: the token URL, what it answers, what is found, what else was configured, and what the advice has. */
const reports = {
  'microsoft-365-agents-toolkit#8621: the id of a secret in the place of its value': [
    ENTRA,
    refusal(
      401,
      'invalid_client',
      'AADSTS7000215: Invalid client secret provided. Ensure the secret being sent is the client secret value, not the client secret ID',
    ),
    'wrong_secret',
    scoped,
    /its value, not its id/,
  ],
  'azure-docs#33356: a secret that has expired': [
    ENTRA,
    refusal(401, 'invalid_client', "AADSTS7000222: The provided client secret keys for app 'me' are expired."),
    'secret_expired',
    scoped,
  ],
  'Entra ID: an application that the tenant does not have': [
    ENTRA,
    refusal(400, 'unauthorized_client', "AADSTS700016: Application with identifier 'me' was not found in the directory 'tenant'."),
    'unknown_client',
    scoped,
  ],
  'Entra ID: a tenant that is not there': [
    ENTRA,
    refusal(400, 'invalid_request', "AADSTS90002: Tenant 'tenant' not found. Check to make sure you have the correct tenant ID"),
    'wrong_token_url',
    scoped,
    /tenant/,
  ],
  'Entra ID: no scope': [
    ENTRA,
    refusal(400, 'invalid_request', "AADSTS900144: The request body must contain the following parameter: 'scope'."),
    'missing_scope',
    {},
    /\.default/,
  ],
  'Entra ID: a scope that is none': [
    ENTRA,
    refusal(400, 'invalid_scope', "AADSTS70011: The provided value for the input parameter 'scope' is not valid."),
    'invalid_scope',
    { scopes: 'User.Read' },
  ],
  'Entra ID: an API that the tenant does not have': [
    ENTRA,
    refusal(400, 'invalid_resource', 'AADSTS500011: The resource principal named api://shop was not found in the tenant named Contoso.'),
    'wrong_audience',
    scoped,
  ],
  'Entra ID: an assertion out of time': [
    ENTRA,
    refusal(401, 'invalid_client', 'AADSTS700024: Client assertion is not within its valid time range.'),
    'assertion_out_of_time',
    { ...signed, ...scoped, clientSecret: undefined },
  ],
  'aws-samples/ask-around-me#2: an audience that Auth0 does not know': [
    AUTH0,
    refusal(403, 'access_denied', 'Service not found: https://api.example.com'),
    'wrong_audience',
    audience,
  ],
  'terraform-provider-auth0#951: an API that is not enabled': [
    AUTH0,
    refusal(403, 'access_denied', 'Service not enabled within domain: https://api.example.com'),
    'wrong_audience',
    audience,
  ],
  'Auth0: an API that the client was not granted': [
    AUTH0,
    refusal(403, 'access_denied', 'Client is not authorized to access "https://api.example.com". You need to create a "client-grant"'),
    'wrong_audience',
    audience,
  ],
  'RESO-WebAPI-Client-dotNet#24: no audience': [
    AUTH0,
    refusal(403, 'access_denied', 'No audience parameter was provided, and no default audience has been configured'),
    'missing_audience',
  ],
  'Auth0: a wrong secret': [AUTH0, refusal(401, 'access_denied', 'Unauthorized'), 'wrong_credentials'],
  'Auth0: a grant that the application does not have': [
    AUTH0,
    refusal(403, 'unauthorized_client', "Grant type 'client_credentials' not allowed for the client."),
    'grant_not_allowed',
    audience,
  ],
  'keycloak#16923: wrong credentials by the name of another error': [
    KEYCLOAK,
    refusal(401, 'unauthorized_client', 'Invalid client or Invalid client credentials'),
    'wrong_credentials',
  ],
  'WaziCloud#173: credentials in a place where Keycloak does not look': [
    KEYCLOAK,
    inBody(refusal(400, 'unauthorized_client', 'UNKNOWN_CLIENT: Client was not identified by any client authenticator')),
    'wrong_client_authentication',
  ],
  'Keycloak: a client without a service account': [
    KEYCLOAK,
    refusal(401, 'unauthorized_client', 'Client not enabled to retrieve service account'),
    'grant_not_allowed',
  ],
  'keycloak#8966: a second ahead': [
    KEYCLOAK,
    refusal(400, 'invalid_client', 'Client authentication with signed JWT failed: Token is not active'),
    'assertion_out_of_time',
    { ...signed, clientSecret: undefined },
  ],
  'piomin/sample-spring-security-microservices#1: the path that Keycloak 17 has left out': [
    'https://id.example.com/auth/realms/shop/protocol/openid-connect/token',
    [404, { error: 'RESTEASY003210: Could not find resource for full path' }],
    'wrong_token_url',
    {},
    /^tokenUrl: 'https:\/\/id\.example\.com\/realms\/shop/,
  ],
  'pub-sub-api-node-client#58: client credentials at the host for all': [
    SALESFORCE,
    refusal(400, 'invalid_grant', 'request not supported on this domain'),
    'wrong_environment',
    {},
    /my\.salesforce\.com/,
  ],
  'aiosfstream#12: a client of the sandbox': [
    SALESFORCE,
    refusal(400, 'invalid_client_id', 'client identifier invalid'),
    'unknown_client',
    {},
    /test\.salesforce\.com/,
  ],
  'omniphx/forrest#364: a user of the other environment': [
    'https://test.salesforce.com/services/oauth2/token',
    refusal(400, 'invalid_grant', 'authentication failure'),
    'wrong_user_credentials',
    { grant: 'password', username: 'ada', password: 'MARKER password' },
    /login\.salesforce\.com/,
  ],
  'n8n#31948: a rate limit by the name of another error': [
    SALESFORCE,
    refusal(400, 'invalid_grant', 'login rate exceeded'),
    'rate_limited',
  ],
  'jsforce#706: a grant that a host does not have': [
    'https://shop.lightning.force.com/services/oauth2/token',
    refusal(400, 'unsupported_grant_type', 'grant type not supported'),
    'grant_not_supported',
  ],
  'okta-sdk-dotnet#697: DPoP': [
    OKTA,
    refusal(400, 'invalid_dpop_proof', 'The DPoP proof JWT header is missing.'),
    'dpop_wanted',
    { scopes: 'okta.groups.read' },
  ],
  'Okta: a wrong secret': [
    OKTA,
    refusal(401, 'invalid_client', 'The client secret supplied for a confidential client is invalid.'),
    'wrong_secret',
  ],
  'Okta: an unknown client': [
    OKTA,
    [401, { errorCode: 'invalid_client', errorSummary: "Invalid value for 'client_id' parameter.", errorLink: 'invalid_client' }],
    'unknown_client',
  ],
  'Checkout-Python-SDK#19: credentials of the other environment': [
    'https://api-m.paypal.com/v1/oauth2/token',
    refusal(401, 'invalid_client', 'Client Authentication failed'),
    'wrong_credentials',
    {},
    /api-m\.sandbox\.paypal\.com/,
  ],
  'Square: an id of the sandbox': [
    'https://connect.squareup.com/oauth2/token',
    [401, { error: 'invalid_client' }],
    'wrong_environment',
    { clientId: 'sandbox-sq0idb-me' },
    /connect\.squareupsandbox\.com/,
  ],
  'server-to-server-oauth-token#3: the grant of Zoom': [
    ZOOM,
    [400, { reason: 'unsupported grant type', error: 'unsupported_grant_type' }],
    'grant_not_supported',
    {},
    /account_credentials/,
  ],
  'Zoom: id or secret': [ZOOM, [400, { reason: 'Invalid client_id or client_secret', error: 'invalid_client' }], 'wrong_credentials'],
  'google-cloud-python#3100: a clock that drifts in Docker': [
    GOOGLE,
    refusal(
      400,
      'invalid_grant',
      'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values',
    ),
    'assertion_out_of_time',
    account,
  ],
  'Google: the key of another account': [GOOGLE, refusal(400, 'invalid_grant', 'Invalid JWT Signature.'), 'assertion_refused', account],
  'Google: an account that is gone': [
    GOOGLE,
    refusal(400, 'invalid_grant', 'Invalid grant: account not found'),
    'assertion_refused',
    account,
  ],
  'Google: no delegation': [
    GOOGLE,
    refusal(
      401,
      'unauthorized_client',
      'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.',
    ),
    'grant_not_allowed',
    account,
  ],
  'DocuSign: a user who has not agreed yet': [
    'https://account-d.docusign.com/oauth/token',
    [400, { error: 'consent_required' }],
    'consent_required',
    account,
  ],
  'Salesforce: a user who has not agreed yet': [
    SALESFORCE,
    refusal(400, 'invalid_grant', "user hasn't approved this consumer"),
    'consent_required',
    account,
  ],
  'apiserver-athenaFlex#383: an unknown client, in members of its own': [
    'https://fhir.example.com/token',
    [400, { status: 'error', statusmessage: 'invalid_client', description: 'Invalid client_id: me - Contact FHIR Server Administrator' }],
    'unknown_client',
  ],
  'a server that does not find the client, and says so by its status': [
    'https://auth.example.com/token',
    refusal(404, 'invalid_client', 'Client not found'),
    'unknown_client',
  ],
  'hydra#2140: words that say everything and nothing': [
    'https://hydra.example.com/oauth2/token',
    refusal(
      401,
      'invalid_client',
      'Client authentication failed (e.g., unknown client, no client authentication included, or unsupported authentication method)',
    ),
    'wrong_credentials',
  ],
  'atproto#4474: forty milliseconds ahead': [
    'https://pds.example.com/oauth/token',
    refusal(
      400,
      'invalid_client',
      'Validation of "client_assertion" failed: "iat" claim timestamp check failed (it should be in the past)',
    ),
    'assertion_out_of_time',
    { ...signed, clientSecret: undefined },
  ],
  'altinn-studio#19603: an assertion of the future': [
    'https://maskinporten.example/token',
    refusal(400, 'invalid_grant', 'Invalid assertion. Issue time is in the future.'),
    'assertion_out_of_time',
    account,
  ],
  'n8n#27089: a page that is called JSON': [
    'https://auth.example.com/token',
    [200, '<!DOCTYPE html><html><head><title>Log in</title>'],
    'token_url_answers_page',
  ],
  'LinkedIn: credentials in a place where it does not look': [
    'https://www.linkedin.com/oauth/v2/accessToken',
    inBody(refusal(400, 'invalid_request', 'A required parameter "client_id" is missing')),
    'wrong_client_authentication',
  ],
  'Apigee: an unknown client': [
    'https://org-test.apigee.net/oauth/token',
    [401, { ErrorCode: 'invalid_client', Error: 'ClientId is Invalid' }],
    'unknown_client',
  ],
};

/** The metadata of Keycloak's realm, as it is since version 17. */
const REALM = 'https://id.example.com/realms/shop';

function serverOf(answer) {
  return async (input, init = {}) => {
    const url = String(input);
    if (url === `${REALM}/.well-known/openid-configuration`) {
      return Response.json({ issuer: REALM, token_endpoint: `${REALM}/protocol/openid-connect/token` });
    }
    if (init.method !== 'POST') return new Response('', { status: 404 });
    const [status, said] = typeof answer === 'function' ? answer(Object.fromEntries(new URLSearchParams(init.body))) : answer;
    const body = typeof said === 'string' ? said : JSON.stringify(said);
    return new Response(body, { status, headers: { 'content-type': 'application/json' } });
  };
}

describe('the doctor names what was reported', () => {
  for (const [title, [tokenUrl, answer, code, changed = {}, advice]] of Object.entries(reports)) {
    test(title, async () => {
      const given = { tokenUrl, clientId: 'me', clientSecret: SECRET, ...changed, fetch: serverOf(answer) };
      const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
      const diagnosis = await examined(doctor, options, {});
      assert.deepEqual(codesOf(diagnosis), [code], JSON.stringify(diagnosis.findings, null, 2));
      if (advice) assert.match(diagnosis.findings[0].advice, advice);
    });
  }
});
