//! What a Worker brings along, read; the Workers themselves are in tests/runtimes.

#![cfg(all(target_arch = "wasm32", target_os = "unknown", feature = "worker"))]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use edge_oauth2::worker::{BoundStore, options_from_env};
use js_sys::{Function, JSON};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

fn env(json: &str) -> JsValue {
    JSON::parse(json).unwrap()
}

#[wasm_bindgen_test]
fn options_are_read_from_variables() {
    let options = options_from_env(
        &env(r#"{
            "A_TOKEN_URL": "https://auth.example/token", "A_CLIENT_ID": "me", "A_CLIENT_SECRET": "123",
            "A_SCOPES": "one two", "A_ENDPOINT_PARAMS": { "audience": "x" }, "A_HEADERS": "{\"x-a\":\"1\"}",
            "A_TIMEOUT_MS": "5", "A_SEAL": "false", "A_ERROR_CACHE_SECONDS": 7, "A_ISSUER": "",
            "TOKEN_URL": "another", "ISSUER": "another", "A_UNRELATED": "x"
        }"#),
        "A_",
    )
    .unwrap();
    assert_eq!(options.token_url, "https://auth.example/token");
    let secret = options.client_secret.unwrap();
    assert_eq!(secret.given().unwrap().expose(), "123");
    assert_eq!(options.scopes, ["one", "two"]);
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(options.endpoint_params, [pair("audience", "x")]);
    assert_eq!(options.headers, [pair("x-a", "1")]);
    assert_eq!((options.timeout_ms, options.error_cache_seconds), (5, 7));
    assert!(!options.seal);
    assert_eq!(options.issuer, None);
}

#[wasm_bindgen_test]
fn a_bad_variable_is_named_and_never_shown() {
    let error = options_from_env(&env(r#"{ "A_ENDPOINT_PARAMS": "MARKER" }"#), "A_").unwrap_err();
    assert_eq!(error.option(), Some("endpointParams"));
    let said = error.to_string();
    assert!(
        said.contains("JSON in the variable A_ENDPOINT_PARAMS") && !said.contains("MARKER"),
        "{said}"
    );
}

#[wasm_bindgen_test]
fn only_what_keeps_records_is_a_store() {
    let env = Function::new_no_args(
        "return { KV: { get() {}, put() {}, delete() {}, getWithMetadata() {} }, OBJECTS: { idFromName() {}, get() {} },
            STUB: new Proxy({}, { get: () => () => {} }), OTHER: {} }",
    );
    let env = env.call0(&JsValue::UNDEFINED).unwrap();
    assert!(matches!(BoundStore::of(&env, "KV"), Ok(BoundStore::Kv(_))));
    let objects = BoundStore::of(&env, "OBJECTS");
    assert!(matches!(objects, Ok(BoundStore::Coordinator(_))));
    for name in ["OTHER", "STUB", "MISSING"] {
        let error = BoundStore::of(&env, name).unwrap_err();
        assert_eq!(error.option(), Some("store"), "{name}");
    }
}
