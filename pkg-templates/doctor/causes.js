// What can be wrong with a token, by codes: the part, the option, what is said of it, and what to change. `{name}` is a value.

const CERTIFICATE = {
  message: 'the server wants a certificate of the client (mutual TLS)',
  advice: "give as fetch what has the certificate: on Cloudflare an mTLS binding, in Node undici's fetch with a dispatcher of cert and key",
  option: 'fetch',
};

const SET_CLOCK = 'set it by NTP (a virtual machine, WSL or a container may have stood still); if it is right, tell who runs the server';

export const CAUSES = {
  // The options.
  undefined_option: { part: 'configuration', message: '{problem}', advice: 'set what {option} is read from, where this runs, by the same name' },
  invalid_option: { part: 'configuration', message: '{problem}', advice: 'correct {option}: docs/options.md has what it takes' },
  function_failed: { part: 'configuration', message: '{problem}', advice: 'see what it throws: the error of getToken() has it as its cause' },
  origin_not_allowed: { part: 'configuration', message: '{problem}', advice: 'correct allowedOrigins or baseUrl', option: 'allowedOrigins' },
  invalid_path: { part: 'configuration', message: 'the path is no URL', advice: 'give one below baseUrl, such as /hello, or a whole URL' },

  // The issuer.
  issuer_mismatch: {
    part: 'discovery',
    message: 'the server calls itself by another name than issuer does, {difference}',
    advice: '{advice}',
    option: 'issuer',
  },
  no_metadata: {
    part: 'discovery',
    message: '{host} has no metadata of that issuer',
    advice: 'look whether a realm, a tenant or a path such as /oauth2/default is missing in issuer; or give tokenUrl in its place',
    option: 'issuer',
  },
  metadata_incomplete: {
    part: 'discovery',
    message: "the issuer's metadata has no token_endpoint that can be used",
    advice: 'give tokenUrl beside issuer',
    option: 'issuer',
  },

  // Who asks.
  wrong_client_authentication: {
    message: 'the server wants id and secret {wanted}, and they were sent {sent}',
    advice: "clientAuth: '{style}'",
    option: 'clientAuth',
  },
  secrets_not_taken: {
    message: 'the server lets clients in by {styles}, and not by a secret',
    advice: "clientAuth: 'private_key_jwt', with privateKey",
    option: 'clientAuth',
  },
  secret_wanted: {
    message: 'the server wants the client to prove who it is, and no secret was sent',
    advice: "give clientSecret, and leave clientAuth: 'none' out; or register the client as a public one",
    option: 'clientAuth',
  },
  wrong_credential_encoding: {
    message: 'clientId or clientSecret have characters that this server reads otherwise from the header than they were written',
    advice: "clientAuth: 'header', credentialEncoding: '{encoding}'",
    option: 'credentialEncoding',
  },
  padded_credential: {
    message: '{option} has white space or quotes around it, which are taken for a part of it',
    advice: 'take them off where {option} is set; echo adds a line break, printf %s adds none',
  },
  placeholder_credential: { message: '{option} is a placeholder that nobody has filled in', advice: 'set what it is read from, where this runs' },
  secret_expired: {
    message: 'the client secret has expired',
    advice: 'make a new one where the client is registered, and set clientSecret to it',
    option: 'clientSecret',
  },
  wrong_secret: {
    message: 'the server knows the client, and this is not its secret',
    advice: 'copy the secret once more from where the client is registered (its value, not its id), or make a new one{also}',
    option: 'clientSecret',
  },
  unknown_client: {
    message: 'the server knows no client of this clientId',
    advice: 'compare clientId with what is registered, and whether the token server is of the same tenant and environment{also}',
    option: 'clientId',
  },
  wrong_credentials: {
    message: 'the server does not know the client, or not with this secret',
    advice: 'compare clientId and clientSecret with what is registered, and whether the server is of the same tenant and environment{also}',
    option: 'clientSecret',
  },
  wrong_environment: { message: '{difference}', advice: '{advice}' },
  wrong_assertion_audience: {
    message: 'the server wants the assertion for another audience, or of another type',
    advice: "clientAssertion: { audience: '{audience}', typ: '{typ}' }",
    option: 'clientAssertion',
  },
  wrong_kid: {
    message: "the server knows the key, but not by the kid '{kid}'",
    advice: 'privateKey: { kid } as it is registered with the server, or none',
    option: 'privateKey',
  },
  key_not_registered: {
    message: 'the server takes nothing that is signed with this key: it knows another one for the client, none, or no such client',
    advice: 'compare clientId, and register the public key of privateKey for it (JWKS, certificate), with the same kid and alg',
    option: 'privateKey',
  },
  client_certificate_wanted: CERTIFICATE,
  dpop_wanted: {
    message: 'the server binds tokens to a key (DPoP), which this package does not do',
    advice: 'turn the demand for DPoP off where the client is registered',
  },

  // The clock.
  clock_ahead: { part: 'clock', message: "this host's clock is {seconds} s ahead of the server's{consequence}", advice: SET_CLOCK },
  clock_behind: { part: 'clock', message: "this host's clock is {seconds} s behind the server's{consequence}", advice: SET_CLOCK },
  assertion_out_of_time: {
    part: 'clock',
    message: 'the server takes the assertion for too old, too young, or for one that lives too long',
    advice: "compare this host's clock with the server's; lifetimeSeconds of the assertion is how long it lives",
  },

  // The URL.
  token_url_redirects: { message: 'tokenUrl redirects, and credentials are not sent on: {why}', advice: '{advice}', option: 'tokenUrl' },
  token_url_answers_page: { message: 'tokenUrl answers with a page for people, and not with a token', advice: '{advice}', option: 'tokenUrl' },
  wrong_token_url: { message: 'there is no token endpoint at tokenUrl: {why}', advice: '{advice}', option: 'tokenUrl' },
  blocked_by_firewall: {
    message: 'a firewall before the token server answered in its place',
    advice: 'have who runs it let requests from here through (addresses, User-Agent)',
  },
  answer_too_long: { message: 'the answer is longer than 1 MiB', advice: "is tokenUrl the token endpoint's URL?", option: 'tokenUrl' },
  empty_answer: {
    message: 'the token URL answers with a success and nothing else',
    advice: "is tokenUrl the token endpoint's URL? Health checks and answers to preflights look like that",
    option: 'tokenUrl',
  },
  not_json: { message: 'the answer is neither JSON nor a form with a token', advice: "is tokenUrl the token endpoint's URL?", option: 'tokenUrl' },
  token_named_otherwise: { message: 'the answer has no access_token; it has {names}', advice: '{advice}', option: 'tokenMapping' },

  // What is asked for.
  wants_json: { message: 'the server reads requests in JSON only', advice: "bodyFormat: 'json'", option: 'bodyFormat' },
  wants_form: { message: 'the server reads requests as forms only', advice: "bodyFormat: 'form'", option: 'bodyFormat' },
  missing_scope: {
    message: 'the server wants to be told scopes',
    advice: "scopes: those of the API; for Entra ID 'api://APP/.default', or the API's URL with /.default",
    option: 'scopes',
  },
  invalid_scope: {
    message: 'the server refuses the scopes {scopes}{alone}',
    advice: 'scopes: those that this client may ask for there; white space tells them apart, scopeSeparator what the server wants between them',
    option: 'scopes',
  },
  missing_audience: { message: 'the server wants to be told which API the token is for', advice: '{advice}', option: 'endpointParams' },
  wrong_audience: {
    message: 'the server knows no API called {audience}, or this client may not use it',
    advice: "compare it with the API's identifier at the server, letter by letter and with the slash at its end; let the client use it there",
  },
  grant_not_allowed: {
    message: 'the client may not use the grant {grant}',
    advice: 'allow it where the client is registered (client credentials, service account, machine to machine), or choose another grant',
    option: 'grant',
  },
  grant_not_supported: {
    message: 'the server has no grant {grant} at that URL',
    advice: "grant: one that the server has ('account_credentials' of Zoom); is tokenUrl the token endpoint's URL?",
    option: 'grant',
  },
  wrong_user_credentials: {
    message: 'the server refuses username or password; they were tried once',
    advice: 'compare them, and whether the user may log in without a second factor{also}',
    option: 'password',
  },
  consent_required: {
    message: 'the user, or an administrator, has not agreed yet that this client acts for them',
    advice: 'have them agree once, at the authorization endpoint or where the client is registered',
  },
  assertion_refused: {
    message: 'the server does not take the assertion of the grant',
    advice: 'compare its issuer, subject, audience and key with what the server knows{also}',
    option: 'assertion',
  },
  token_refused: { message: '{problem}', advice: '{advice}' },
  rate_limited: {
    message: '{host} refuses more requests for now',
    advice: 'wait{wait}; a store lets all instances share one token',
    option: 'store',
  },
  server_failed: { message: '{host} failed at the request', advice: 'ask again later; tell who runs the server what it said' },

  // The token.
  token_over: {
    message: 'the token that was given is over, and there is nothing to renew it with',
    advice: 'give one that is good, and its refreshToken if it has one',
    option: 'token',
  },
  unsupported_token_type: {
    message: 'the token is of type {type}, which is not sent as a bearer token',
    advice: 'say in apply how it is sent: ({ headers }, { accessToken }) => headers.set(…)',
    option: 'apply',
  },
  lifetime_unsaid: {
    severity: 'warning',
    message: 'the server does not say how long the token lives; 3600 s are assumed',
    advice: 'defaultLifetimeSeconds: {seconds}',
    option: 'defaultLifetimeSeconds',
  },
  lifetime_too_short: {
    severity: 'warning',
    message: 'the token lives {seconds} s, so that nearly every request asks for another',
    advice: 'have tokens live longer, where the client or the API is registered',
  },
  lifetime_in_milliseconds: {
    severity: 'warning',
    message: 'expires_in is {value}, which looks like milliseconds: the token is over long before it is renewed',
    advice: "have the server mended, or correct the answer in hooks.tokenRequest; until then the API's refusal renews the token",
    option: 'hooks',
  },
  scopes_dropped: {
    severity: 'warning',
    message: 'the server has left out scopes that were asked for: {missing}; it granted {granted}',
    advice: 'allow them where the client is registered, or leave them out of scopes',
    option: 'scopes',
  },

  // Connections, whichever part they belong to.
  not_tls: { message: '{host} does not speak TLS', advice: 'correct the port, if it is one for http:; or the server wants a client certificate' },
  bad_certificate: {
    message: 'the certificate of {host} is not good: it has ended, is for another name, or is signed by nobody known here',
    advice: 'have it mended; of an authority of your own tell the runtime: NODE_EXTRA_CA_CERTS in Node and Bun, --cert in Deno',
  },
  host_not_found: {
    message: 'no host called {host} is known here',
    advice: 'compare the name letter by letter; one of a private network is known within that network only',
  },
  connection_refused: {
    message: 'nothing listens at {host}',
    advice: 'compare host and port, and see whether the server runs; within a container localhost is the container itself',
  },
  bad_encoding: {
    message: '{host} does not compress its answer as its Content-Encoding says',
    advice: 'have the server, or the proxy before it, mended',
  },
  unreachable: {
    message: 'no connection to {host} came about, or it broke off',
    advice: 'may this place reach that host? Firewall, private network, proxy (in Node NODE_USE_ENV_PROXY=1), client certificate',
  },
  timeout: {
    message: '{host} did not answer within {ms} ms',
    advice: 'may this place reach that host, and how long does it take? timeoutMs is how long to wait',
  },
  proxy_refuses: {
    message: 'a proxy on the way to {host} wants to know who asks (407)',
    advice: 'give it credentials where it is set (HTTPS_PROXY=http://user:password@proxy), or go around it with NO_PROXY',
  },
  gateway_failed: {
    message: 'a gateway answered {status}: it does not reach the server behind {host}',
    advice: 'ask again later; if the server is up, see whether the gateway knows the way to it',
  },
};
