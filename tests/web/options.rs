//! Options as JavaScript has them.

use edge_oauth2::protocol::jwt::Algorithm;
use edge_oauth2::web::client_options;
use edge_oauth2::{ClientAuth, ClientOptions, Error, ErrorCode, Grant, Json};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::evaluate;

#[wasm_bindgen_test]
fn options_are_read_by_the_names_of_the_npm_package() {
    let options = client_options(&evaluate(
        "({ issuer: 'https://auth.example.com', allowInsecureRequests: true, authorizationUrl: 'a', revocationUrl: 'b', refreshUrl: 'c', clientId: 'me', clientSecret: 'secret', clientAuth: 'body', credentialEncoding: 'loose', clientIdParam: 'd', clientSecretParam: 'e', privateKey: { alg: 'ES256', kid: 'k', audience: 'x', x5t: 't' }, clientAssertion: { lifetimeSeconds: 5, claims: { a: [1] } }, clientAssertionType: 'f', grant: 'password', username: 'u', password: 'p', scopes: ' one\\ntwo ', scopeSeparator: ',', resource: ['g', 'h'], endpointParams: new Map([['n', 1.5], ['a', { deep: true }]]), refreshParams: {}, headers: [['x-a', '1']], bodyFormat: 'json', tokenMapping: { accessToken: ['data', 0, 'token'], scope: 's.t' }, noRefreshToken: true, skipPkce: true, identity: 'i', expirySkewSeconds: 1, defaultLifetimeSeconds: 2, timeoutMs: 3, errorCacheSeconds: 4, refreshAhead: false, seal: false, sealKey: 'j', previousSealKeys: ['k'], previousClientSecret: 'l', storeTimeoutMs: 5, storePrefix: 'm' })",
    ))
    .unwrap();
    assert_eq!(options.issuer.as_deref(), Some("https://auth.example.com"));
    assert!(options.allow_insecure_requests && options.no_refresh_token && options.skip_pkce);
    assert_eq!(options.client_auth, ClientAuth::Post);
    assert_eq!(
        options.client_secret.unwrap().given().unwrap().expose(),
        "secret"
    );
    let key = options.private_key.unwrap();
    assert_eq!(
        (key.algorithm, key.audience),
        (Algorithm::Es256, vec!["x".to_owned()])
    );
    assert_eq!(key.header, [("x5t".to_owned(), Json::from("t"))]);
    assert!(matches!(options.grant, Grant::Password { .. }));
    assert_eq!(options.scopes, ["one", "two"]);
    assert_eq!(options.resource, ["g", "h"]);
    let deep = Json::parse(r#"{"deep":true}"#).unwrap().to_parameter();
    assert_eq!(
        options.endpoint_params,
        [
            ("n".to_owned(), Json::Number(1.5).to_parameter()),
            ("a".to_owned(), deep)
        ]
    );
    assert_eq!(options.refresh_params, Some(Vec::new()));
    assert_eq!(options.headers, [("x-a".to_owned(), "1".to_owned())]);
    assert_eq!(
        options.token_mapping,
        [("accessToken", "data.0.token"), ("scope", "s.t")].map(|(a, b)| (a.into(), b.into()))
    );
    let numbers = [
        options.expiry_skew_seconds,
        options.default_lifetime_seconds,
        options.timeout_ms,
        options.error_cache_seconds,
        options.store_timeout_ms,
    ];
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    assert_eq!((options.refresh_ahead, options.seal), (None, false));
    assert_eq!(options.previous_seal_keys.first().unwrap().expose(), "k");
    let none = client_options(&evaluate("({ issuer: undefined })")).unwrap();
    assert_eq!(none.refresh_ahead, ClientOptions::default().refresh_ahead);
}

/// Every bad option has a marker in it that no error may repeat.
#[wasm_bindgen_test]
fn bad_options_are_named_and_never_shown() {
    for (options, option, says) in [
        ("'MARKER'", "options", "must be an object"),
        ("['MARKER']", "options", "must be an object"),
        (
            "{ tokenURL: 'MARKER' }",
            "options",
            "has tokenURL, which is no option; there are tokenUrl, ",
        ),
        (
            "{ clientSecret: () => 'MARKER' }",
            "clientSecret",
            "must be a string",
        ),
        (
            "{ clientId: ['MARKER, expected MARKER'] }",
            "clientId",
            "must be a string",
        ),
        (
            "{ timeoutMs: 'MARKER, expected MARKER' }",
            "timeoutMs",
            "must be a whole number",
        ),
        ("{ timeoutMs: -1 }", "timeoutMs", "must be a whole number"),
        ("{ timeoutMs: 1.5 }", "timeoutMs", "must be a whole number"),
        ("{ seal: 'MARKER' }", "seal", "must be true or false"),
        (
            "{ previousSealKeys: 'MARKER' }",
            "previousSealKeys",
            "must be an array",
        ),
        (
            "{ clientSecret: 'MARKER\\ud800' }",
            "clientSecret",
            "must be well-formed",
        ),
        (
            "{ endpointParams: { a: ['MARKER\\ud800'] } }",
            "endpointParams",
            "must be well-formed",
        ),
        ("{ clientAuth: 'MARKER' }", "clientAuth", "must be 'auto', "),
        (
            "{ scopes: { MARKER: 1 } }",
            "scopes",
            "must be a string or an array of strings",
        ),
        (
            "{ headers: 'MARKER' }",
            "headers",
            "must be an object or a list of pairs",
        ),
        (
            "{ headers: { a: { b: 'MARKER' } } }",
            "headers",
            "must have strings, numbers",
        ),
        (
            "{ bodyFormat: 'json', endpointParams: { a: () => 'MARKER' } }",
            "endpointParams",
            "must be made of what JSON can say",
        ),
        (
            "{ refreshAhead: 'MARKER' }",
            "refreshAhead",
            "must be a share",
        ),
        (
            "{ grant: 'password', username: 'MARKER' }",
            "password",
            "is required for this grant",
        ),
        (
            "{ assertion: 'MARKER' }",
            "assertion",
            "is not used by this grant",
        ),
        (
            "{ grant: 'jwt_bearer', assertion: { lifetimeSeconds: 'MARKER' } }",
            "assertion",
            "has lifetimeSeconds, which must be a whole number",
        ),
        (
            "{ grant: 'jwt_bearer', assertion: { claims: 'MARKER' } }",
            "assertion",
            "has claims that must be an object",
        ),
        (
            "{ grant: 'token', token: { accessToken: 1 } }",
            "token",
            "has accessToken, which must be a string",
        ),
        (
            "{ privateKey: { alg: 'ES256', key: 'MARKER' } }",
            "privateKey",
            "must not have the key",
        ),
        (
            "{ privateKey: { kid: 'MARKER' } }",
            "privateKey",
            "must have an alg",
        ),
        (
            "{ store: new Map([['MARKER', 1]]) }",
            "store",
            "is not read here; give it to WebHost::with_store",
        ),
    ] {
        let source = ["(", options, ")"].concat();
        let error: Error = client_options(&evaluate(&source)).expect_err(options);
        let told = error.to_string();
        assert_eq!(
            (error.code(), error.option()),
            (ErrorCode::InvalidOption, Some(option)),
            "{told}"
        );
        assert!(
            told.starts_with(&[option, " ", says].concat()),
            "{options}: {told}"
        );
        assert!(!told.contains("MARKER"), "{options}: {told}");
    }
}

#[wasm_bindgen_test]
fn what_is_given_and_undefined_is_not_left_out() {
    let server = "tokenUrl: 'https://auth.example.com/token'";
    for (options, name) in [
        ("clientId: 'me', clientSecret: undefined", "clientSecret"),
        ("clientId: undefined, clientSecret: 's'", "clientId"),
        (
            "clientId: 'me', clientSecret: 's', grant: 'refresh_token', refreshToken: undefined",
            "refreshToken",
        ),
    ] {
        let written = format!("({{ {server}, {options} }})");
        let error = client_options(&evaluate(&written)).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidOption);
        let message = error.to_string();
        let told = format!("{name} is given, but undefined");
        assert!(message.starts_with(&told), "{message}");
    }
    let public =
        format!("({{ {server}, clientId: 'me', clientAuth: 'none', clientSecret: undefined }})");
    assert!(client_options(&evaluate(&public)).is_ok());
    let left_out = client_options(&evaluate(&format!("({{ {server} }})"))).unwrap();
    assert!(left_out.client_secret.is_none());
}
