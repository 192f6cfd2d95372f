// What goes wrong between a client, its token server and its API, as a test plants it.
import {
  answer,
  api,
  challenge,
  dateIn,
  elsewhere,
  granted,
  isInBody,
  isLoose,
  isStrict,
  jwt,
  metadata,
  only,
  page,
  refused,
  REFUSED,
  says,
  SECRET,
  TOKEN,
} from './planted.mjs';

/** By what is planted: what the server `answers`, the options that are `changed`, what is found, and the `advice` of the first. */
export const faults = {
  'the secret in the header, where the server wants the body': {
    answers: only(isInBody),
    found: ['wrong_client_authentication'],
    advice: /^clientAuth: 'body'$/,
  },
  'the secret in the body, where the server wants the header': {
    answers: only(isStrict),
    changed: () => ({ clientAuth: 'body' }),
    found: ['wrong_client_authentication'],
    advice: /^clientAuth: 'header'$/,
  },
  'a server that does not decode what is in the header': {
    answers: only(isLoose),
    found: ['wrong_credential_encoding'],
    advice: /credentialEncoding: 'loose'/,
  },
  'a server that decodes what is in the header': {
    answers: only(isStrict),
    changed: () => ({ credentialEncoding: 'loose' }),
    found: ['wrong_credential_encoding'],
    advice: /credentialEncoding: 'strict'/,
  },
  'a server that only misses what it was not sent': {
    answers: { '/token': (request) => (isInBody(request) ? granted() : refused('invalid_request', "The request body must contain: 'client_id'")) },
    found: ['wrong_client_authentication'],
  },
  'a secret in quotes': {
    answers: only(isStrict),
    changed: () => ({ clientSecret: `"${SECRET}"` }),
    found: ['padded_credential'],
    advice: /where clientSecret is set/,
  },
  'an id with a space after it, at a server that wants the body': {
    answers: only(({ params }) => params.client_id === 'me' && params.client_secret === SECRET),
    changed: () => ({ clientId: 'me ' }),
    found: ['padded_credential', 'wrong_client_authentication'],
  },
  'a secret with a line break after it': { changed: () => ({ clientSecret: `${SECRET}\n` }), found: ['padded_credential'] },
  'a secret that nobody has filled in': {
    answers: says(REFUSED),
    changed: () => ({ clientSecret: '${CLIENT_SECRET}' }),
    found: ['placeholder_credential'],
  },
  'a secret that is the text undefined': {
    answers: says(REFUSED),
    changed: () => ({ clientSecret: 'undefined' }),
    found: ['placeholder_credential'],
  },
  'a secret that is not set': { changed: () => ({ clientSecret: undefined }), found: ['undefined_option'] },
  'an option that is misspelt': { changed: () => ({ clientSecrett: SECRET }), found: ['invalid_option'] },
  'credentials that are wrong, at a server that says no more': { answers: says(REFUSED), found: ['wrong_credentials'] },
  'credentials that are wrong, at a server that answers with a page': { answers: says(page(401, 'Access Denied')), found: ['wrong_credentials'] },
  'credentials that are wrong, in words of another standard': {
    answers: says(refused('unauthorized_client', 'Invalid client or Invalid client credentials', 401)),
    found: ['wrong_credentials'],
  },
  "another environment's id": {
    answers: { '/sandbox/token': () => REFUSED },
    changed: ({ url }) => ({ tokenUrl: `${url}/sandbox/token`, clientId: 'shop-production' }),
    found: ['wrong_environment'],
  },
  'a missing audience, which the server names': {
    answers: { '/token': ({ params }) => (params.audience ? granted() : refused('invalid_request', 'The audience parameter is required')) },
    found: ['missing_audience'],
    advice: /endpointParams: \{ audience: … \}/,
  },
  'a wrong audience': {
    answers: says(refused('access_denied', 'Service not found: https://api.example.com', 403)),
    changed: () => ({ endpointParams: { audience: 'https://api.example.com' } }),
    found: ['wrong_audience'],
  },
  'a wrong resource': {
    answers: says(refused('invalid_target')),
    changed: () => ({ resource: 'https://api.example.com' }),
    found: ['wrong_audience'],
  },
  'a scope that the client may not ask for': {
    answers: { '/token': ({ params }) => (params.scope ? refused('invalid_scope') : granted()) },
    changed: () => ({ scopes: 'read fly' }),
    found: ['invalid_scope'],
  },
  'a scope that is missing': {
    answers: says(refused('invalid_request', "The request body must contain the following parameter: 'scope'.")),
    found: ['missing_scope'],
  },
  'scopes that are left out': {
    answers: says(granted({ scope: 'read' })),
    changed: () => ({ scopes: ['read', 'write'] }),
    found: ['scopes_dropped'],
  },
  'a token URL that redirects to another path': {
    answers: { '/token': () => ({ status: 308, headers: { location: 'token/v2?x=MARKER' } }), '/token/v2': () => granted() },
    changed: ({ url }) => ({ tokenUrl: `${url}/token` }),
    found: ['token_url_redirects'],
    advice: /^tokenUrl: 'http:.*\/token\/v2'/,
  },
  'a token URL of http:, which leads to https:': {
    changed: () => ({
      tokenUrl: 'http://auth.example.com/token',
      allowInsecureRequests: true,
      fetch: async (url) => {
        if (String(url).startsWith('http:')) return new Response('', { status: 301, headers: { location: 'https://auth.example.com/token' } });
        return Response.json({ access_token: TOKEN, expires_in: 60 });
      },
    }),
    found: ['token_url_redirects'],
    advice: /^tokenUrl: 'https:\/\/auth\.example\.com\/token'/,
  },
  'a token URL that redirects to a login': {
    answers: says({ status: 302, headers: { location: 'https://sso.example.com/login' } }),
    found: ['token_url_redirects'],
  },
  'a token URL that answers with a page': { answers: says(page(200, 'Welcome')), found: ['token_url_answers_page'] },
  'a firewall before the token URL': { answers: says(page(403, 'Attention Required! | Cloudflare')), found: ['blocked_by_firewall'] },
  'a firewall that says that it is only a moment': { answers: says(page(503, 'Just a moment...')), found: ['blocked_by_firewall'] },
  "a gateway of a firewall's maker": { answers: says(page(502, 'auth.example.com | 502: Bad gateway | Cloudflare')), found: ['gateway_failed'] },
  'a token URL that is none': { changed: ({ url }) => ({ tokenUrl: `${url}/tokens` }), found: ['wrong_token_url'] },
  'a token URL that takes no POST': { answers: says({ status: 405 }), found: ['wrong_token_url'] },
  'an issuer without metadata': { changed: ({ url }) => ({ tokenUrl: undefined, issuer: url }), found: ['no_metadata'] },
  'an issuer whose metadata names another': {
    answers: metadata({ issuer: 'https://auth.example.com/v2', token_endpoint: 'https://auth.example.com/token' }),
    changed: ({ url }) => ({ tokenUrl: undefined, issuer: url }),
    found: ['issuer_mismatch'],
    advice: /^issuer: 'https:\/\/auth\.example\.com\/v2'$/,
  },
  'a grant that the client may not use': {
    answers: says(refused('unauthorized_client', 'Grant type not allowed for the client.')),
    found: ['grant_not_allowed'],
  },
  'a grant that the server does not have': { answers: says(refused('unsupported_grant_type')), found: ['grant_not_supported'] },
  'a server that reads JSON only': {
    answers: { '/token': ({ isJson }) => (isJson ? granted() : answer(415, { message: 'Unsupported Media Type' })) },
    found: ['wants_json'],
    advice: /^bodyFormat: 'json'$/,
  },
  'a server that misses what it cannot read': {
    answers: { '/token': ({ isJson }) => (isJson ? granted() : refused('invalid_request', 'Missing parameter: grant_type')) },
    found: ['wants_json'],
  },
  'a server that reads forms only': {
    answers: { '/token': ({ isJson }) => (isJson ? refused('invalid_request', 'missing grant_type') : granted()) },
    changed: () => ({ bodyFormat: 'json' }),
    found: ['wants_form'],
  },
  'a token whose life is not said': { answers: says(granted({ expires_in: undefined })), found: ['lifetime_unsaid'] },
  'a token that is over at once': { answers: says(granted({ expires_in: 1 })), found: ['lifetime_too_short'] },
  'a life in milliseconds': { answers: says(granted({ expires_in: 3_600_000 })), found: ['lifetime_in_milliseconds'] },
  'a life in milliseconds, which the token itself contradicts': {
    answers: says(granted({ access_token: jwt({ iat: 1e9, exp: 1e9 + 86_400 }), expires_in: 86_400_000 })),
    found: ['lifetime_in_milliseconds'],
  },
  'a token that is no bearer token': { answers: says(granted({ token_type: 'mac' })), found: ['unsupported_token_type'] },
  'an answer that calls the token otherwise': {
    answers: says(answer(200, { data: { token: TOKEN } })),
    found: ['token_named_otherwise'],
    advice: /^tokenMapping: \{ accessToken: 'data\.token' \}$/,
  },
  'an answer that is empty': { answers: says({ status: 200 }), found: ['empty_answer'] },
  'an answer that is no JSON': { answers: says({ status: 200, body: 'OK' }), found: ['not_json'] },
  'an answer that is too long': { answers: says(answer(200, { padding: 'x'.repeat(1 << 21) })), found: ['answer_too_long'] },
  'an answer that is not compressed as it says': { answers: says(answer(200, {}, { 'content-encoding': 'gzip' })), found: ['bad_encoding'] },
  'a rate limit': { answers: says(answer(429, { error: 'slow_down' }, { 'retry-after': '7' })), found: ['rate_limited'], advice: /wait 7 s/ },
  // Of a 407 that no proxy sent Node's own fetch says nothing at all.
  'a proxy that wants to know who asks': { changed: () => ({ fetch: async () => new Response('', { status: 407 }) }), found: ['proxy_refuses'] },
  'a proxy that says so by a page': {
    changed: () => ({ fetch: async () => new Response('<html><title>ERROR: Cache Access Denied</title>', { status: 407 }) }),
    found: ['proxy_refuses'],
  },
  'a proxy that does not open the way': {
    changed: () => ({ fetch: () => Promise.reject(new TypeError('fetch failed', { cause: new Error('Proxy response (407) !== 200') })) }),
    found: ['proxy_refuses'],
  },
  'a gateway that does not reach the server': { answers: says(page(502, 'Bad Gateway')), found: ['gateway_failed'] },
  'a server that fails': { answers: says(answer(500, { error: 'server_error' })), found: ['server_failed'] },
  'a server that wants a certificate': { answers: says(page(400, '400 No required SSL certificate was sent')), found: ['client_certificate_wanted'] },
  'a server that lets clients in by certificates only': {
    answers: {
      ...says(REFUSED),
      ...metadata({ token_endpoint: 'https://auth.example.com/token', token_endpoint_auth_methods_supported: ['tls_client_auth'] }),
    },
    found: ['client_certificate_wanted'],
  },
  'a server that takes no secrets': {
    answers: {
      ...says(REFUSED),
      ...metadata({ token_endpoint: 'https://auth.example.com/token', token_endpoint_auth_methods_supported: ['private_key_jwt'] }),
    },
    found: ['secrets_not_taken'],
    message: /by private_key_jwt/,
  },
  'a server that wants DPoP': { answers: says(refused('invalid_dpop_proof', 'The DPoP proof JWT header is missing.')), found: ['dpop_wanted'] },
  'a clock that is ahead': {
    answers: says(granted({}, { date: dateIn(-300_000) })),
    found: ['clock_ahead'],
  },
  'a clock that is behind': {
    answers: says(granted({}, { date: dateIn(300_000) })),
    found: ['clock_behind'],
  },
  'a given token that is over': {
    changed: () => ({ grant: 'token', token: { accessToken: TOKEN, expiresAt: 1 } }),
    found: ['token_over'],
  },
  'a token request of one\'s own, which is refused': {
    changed: () => ({ hooks: { tokenRequest: async () => ({ error: 'access_denied' }) } }),
    found: ['token_refused'],
  },
  'a function that throws': {
    changed: () => ({
      clientSecret: () => {
        throw new Error(SECRET);
      },
    }),
    found: ['function_failed'],
  },
  'an API that refuses the token, which is for another': {
    answers: {
      ...says(granted({ access_token: jwt({ iss: 'https://auth.example.com', aud: 'https://other.example.com', scope: 'read' }) })),
      ...api(answer(401, {}, challenge('Bearer error="invalid_token", error_description="audience is invalid"'))),
    },
    found: ['api_refuses_token'],
    message: /aud https:\/\/other\.example\.com, iss https:\/\/auth\.example\.com, scope read/,
  },
  'an API that wants a scope': {
    answers: api(answer(403, {}, challenge('Bearer error="insufficient_scope", scope="orders:write"'))),
    found: ['insufficient_scope'],
    message: /orders:write/,
  },
  'an API that forbids': { answers: api(answer(403, { message: 'Forbidden' })), found: ['api_forbids'] },
  'an API that takes no bearer tokens': { answers: api(answer(401, {}, challenge('Basic realm="api"'))), found: ['api_wants_another_scheme'] },
  'an API that repeats the token': { answers: api(answer(401, { message: `bad token ${TOKEN}` })), found: ['api_refuses_token'] },
  'a path that the API does not have': { answers: { '/api/hello': undefined }, found: ['api_not_found'] },
  "a path that Amazon's gateway does not know": { answers: api(answer(403, { message: 'Missing Authentication Token' })), found: ['api_not_found'] },
  'a path to another origin': { checks: { path: 'https://elsewhere.example/' }, found: ['origin_not_allowed'] },
  'a path that the API does not have, with the token in it': {
    changed: () => ({ apply: ({ url }, { accessToken }) => void (url.pathname += `/${accessToken}`) }),
    found: ['api_not_found'],
  },
  'a base URL that leads to a login': {
    answers: { ...api({ status: 302, headers: { location: '/0/login' } }) },
    changed: ({ url }) => ({ baseUrl: `${url}/api` }),
    found: ['api_answers_login_page'],
  },
  'a base URL that leads to another host': {
    answers: { '/api/hello': ({ headers }) => ({ status: 302, headers: { location: `${elsewhere(headers)}/1/api/hello` } }) },
    found: ['api_redirects'],
  },
  'an API that fails': { answers: api(answer(500, {})), found: ['api_failed'] },
  'an API behind a gateway that does not reach it': { answers: api({ status: 503 }), found: ['gateway_failed'] },
  'an API that has had enough': { answers: api({ status: 429 }), found: ['api_rate_limited'] },
};
