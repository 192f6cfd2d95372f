//! Rules that the JavaScript face has to know as well, since it cannot ask wasm: tests/runtimes/rules.test.mjs holds it
//! to the same table.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use edge_oauth2::protocol::client_authentication::{ClientAuth, ClientCredentials};
use edge_oauth2::protocol::endpoint::Endpoint;
use edge_oauth2::protocol::http::HttpResponse;
use edge_oauth2::protocol::token_request::{BodyFormat, TokenRequest};
use edge_oauth2::protocol::token_response::{TokenMapping, TokenResponseContext, read};
use edge_oauth2::{ClientOptions, Grant, Token};
use serde_json::{Value, json};

const NOW_SECONDS: u64 = 1_795_000_000;
const DEFAULT_SECONDS: u64 = 77;

fn rules() -> Value {
    serde_json::from_str(include_str!("rules.json")).unwrap()
}

/// Runs `check` with what a token request is made of.
fn with_request<T>(check: impl FnOnce(TokenRequest<'_>) -> T) -> T {
    let endpoint = Endpoint::parse("https://auth.example.com/token").unwrap();
    let client = ClientCredentials::new("id", None);
    check(TokenRequest {
        endpoint: &endpoint,
        grant: &Grant::ClientCredentials.parameters(),
        client: &client,
        client_auth: ClientAuth::None,
        client_assertion: None,
        scope: "",
        resource: &[],
        parameters: &Vec::new(),
        headers: &[],
        body_format: BodyFormat::Form,
    })
}

/// The token that comes with `members`.
fn token(members: &Value) -> Token {
    let mut all = json!({ "access_token": "a" });
    let members = members.as_object().unwrap().clone();
    all.as_object_mut().unwrap().extend(members);
    let response = HttpResponse {
        status: 200,
        headers: Vec::new(),
        body: all.to_string().into_bytes(),
    };
    let mapping = TokenMapping::default();
    with_request(|request| {
        let context = TokenResponseContext {
            request,
            mapping: &mapping,
            now_ms: NOW_SECONDS * 1000,
            default_lifetime_seconds: DEFAULT_SECONDS,
        };
        read(&response, context).unwrap().0
    })
}

#[test]
fn points_in_time() {
    for row in rules()["times"].as_array().unwrap() {
        let unsaid = NOW_SECONDS + DEFAULT_SECONDS;
        let expected = row[1].as_u64().unwrap_or(unsaid);
        let ends = token(&json!({ "expires_at": row[0] })).expires_at_ms / 1000;
        assert_eq!(ends, expected, "{row}");
    }
}

#[test]
fn members_that_say_until_when() {
    for name in rules()["expiryMembers"].as_array().unwrap() {
        let name = name.as_str().unwrap();
        let ends = token(&json!({ name: NOW_SECONDS + 60 })).expires_at_ms;
        assert_eq!(ends, (NOW_SECONDS + 60) * 1000, "{name}");
    }
}

#[test]
fn other_words_for_bearer() {
    for (written, is_bearer) in rules()["bearer"].as_object().unwrap() {
        let token = token(&json!({ "token_type": written }));
        assert_eq!(token.token_type == "Bearer", *is_bearer, "{written}");
    }
}

#[test]
fn hosts_of_plain_http() {
    for (host, is_accepted) in rules()["plainHttpHosts"].as_object().unwrap() {
        let url = format!("http://{host}:8080/");
        assert_eq!(Endpoint::parse(&url).is_ok(), *is_accepted, "{host}");
    }
}

#[test]
fn numbers() {
    let rules = rules();
    let defaults = ClientOptions::default();
    assert_eq!(rules["defaults"]["timeoutMs"], defaults.timeout_ms);
    assert_eq!(
        rules["defaults"]["storeTimeoutMs"],
        defaults.store_timeout_ms
    );
    let life_ms = token(&json!({ "expires_in": 1e12 })).expires_at_ms - NOW_SECONDS * 1000;
    assert_eq!(rules["longestLifeSeconds"], life_ms / 1000);
    let most = with_request(|request| request.to_http().max_response_bytes);
    assert_eq!(rules["maxResponseBytes"], most);
}
