//! Options and tokens by serde.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use edge_oauth2::{ClientAuth, ClientOptions, Grant, Json, Token};

fn options(json: &str) -> Result<ClientOptions, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

#[test]
fn options_have_the_names_of_the_npm_package() {
    let options = options(
        r#"{ "tokenUrl": "https://auth.example/token", "clientId": "me", "clientSecret": "secret", "clientAuth": "body",
            "scopes": "one two", "resource": ["a", "b"], "endpointParams": { "audience": ["x", "y"], "n": 1.5 },
            "headers": [["x-a", "1"]], "tokenMapping": { "accessToken": ["data", "token"] }, "timeoutMs": 5,
            "refreshAhead": false, "privateKey": { "alg": "ES256", "kid": "k" }, "issuer": null }"#,
    )
    .unwrap();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(options.client_auth, ClientAuth::Post);
    assert_eq!(options.scopes, ["one", "two"]);
    assert_eq!(options.resource, ["a", "b"]);
    let params = [
        pair("audience", "x"),
        pair("audience", "y"),
        pair("n", "1.5"),
    ];
    assert_eq!(options.endpoint_params, params);
    assert_eq!(options.headers, [pair("x-a", "1")]);
    assert_eq!(options.token_mapping, [pair("accessToken", "data.token")]);
    assert_eq!((options.timeout_ms, options.refresh_ahead), (5, None));
    assert_eq!(options.private_key.unwrap().key_id.as_deref(), Some("k"));
}

#[test]
fn what_is_wrong_is_named_and_never_shown() {
    for (json, says) in [
        (r#"["MARKER"]"#, "options must be an object"),
        (
            r#"{ "tokenURL": "MARKER" }"#,
            "options has tokenURL, which is no option; there are tokenUrl, ",
        ),
        (
            r#"{ "clientSecret": ["MARKER"] }"#,
            "clientSecret must be a string",
        ),
        (
            r#"{ "timeoutMs": "MARKER, expected MARKER" }"#,
            "timeoutMs must be a whole number",
        ),
        (r#"{ "timeoutMs": -1 }"#, "timeoutMs must be a whole number"),
        (r#"{ "seal": "MARKER" }"#, "seal must be true or false"),
        (
            r#"{ "endpointParams": { "a": { "b": "MARKER" } } }"#,
            "endpointParams must have strings",
        ),
        (
            r#"{ "grant": "token", "token": { "accessToken": 1 } }"#,
            "token has accessToken, which must be a string",
        ),
    ] {
        let told = options(json).expect_err(json);
        assert!(told.starts_with(says), "{json}: {told}");
        assert!(!told.contains("MARKER"), "{json}: {told}");
    }
}

#[test]
fn a_token_is_kept_as_the_npm_package_keeps_it() {
    let kept = r#"{"accessToken":"a","tokenType":"Bearer","expiresAt":1700000000000,"scope":"s","refreshToken":"r","raw":{"access_token":"a","x":1}}"#;
    let token: Token = serde_json::from_str(kept).unwrap();
    assert_eq!(token.access_token.expose(), "a");
    assert_eq!(token.expires_at_ms, 1_700_000_000_000);
    assert_eq!(token.raw.get("x"), Some(&Json::Number(1.0)));
    assert_eq!(serde_json::to_string(&token).unwrap(), kept);
    let options = options(&format!(r#"{{ "grant": "token", "token": {kept} }}"#)).unwrap();
    let Grant::Token { refresh_token, .. } = options.grant else {
        panic!("another grant");
    };
    assert_eq!(refresh_token.unwrap().expose(), "r");
}
