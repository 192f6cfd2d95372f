//! A token, from the server to JavaScript.

use edge_oauth2::web::{client_options, token_to_js};
use edge_oauth2::{Event, Grant, Json};
use js_sys::{JSON, Map, Object, Reflect};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{instance, options_of, parse, server, until};

#[wasm_bindgen_test]
async fn a_token_comes_from_the_server_and_for_the_next_instance_from_the_store() {
    let server = server().await;
    let (options, store) = (options_of(&server), Map::new());
    let (first, _) = instance(&options, &store);
    let token = first.token().await.unwrap().token.clone();
    assert_eq!(token.access_token.expose(), "token-1");
    assert_eq!(
        token.scope.as_deref(),
        Some("read write a b 1"),
        "what the server was asked"
    );
    until(|| store.size() == 1).await;

    let record = store.values().next().unwrap().value().as_string().unwrap();
    assert!(!record.contains("token-1"), "sealed: {record}");

    let (second, heard) = instance(&options, &store);
    let found = second.token().await.unwrap().token.clone();
    assert_eq!(found.access_token.expose(), "token-1");
    assert_eq!(server.granted(), 1);
    let is_hit = |event: &Event| matches!(event, Event::StoreHit { .. });
    assert!(heard.borrow().iter().any(is_hit), "{heard:?}");
    server.stop();
}

#[wasm_bindgen_test]
async fn a_token_is_written_as_the_npm_package_writes_it_and_read_again() {
    let server = server().await;
    let (source, _) = instance(&options_of(&server), &Map::new());
    let token = source.token().await.unwrap().token.clone();
    server.stop();
    let written = token_to_js(&token);
    let text = String::from(JSON::stringify(&written).unwrap());
    let expected = format!(
        r#"{{"accessToken":"token-1","tokenType":"Bearer","expiresAt":{},"scope":"read write a b 1","raw":{{"access_token":"token-1","token_type":"bearer","expires_in":3600,"scope":"read write a b 1","__proto__":{{"x":1}}}}}}"#,
        token.expires_at_ms
    );
    assert_eq!(text, expected);

    let options = Object::from_entries(&parse(
        r#"[["tokenUrl","https://auth.example.com/token"],["clientId","me"],["grant","token"],["refreshToken","r"]]"#,
    ))
    .unwrap();
    Reflect::set(&options, &"token".into(), &parse(&text)).unwrap();
    let Grant::Token {
        access_token,
        expires_at_ms,
        refresh_token,
        response,
    } = client_options(&options).unwrap().grant
    else {
        panic!("another grant");
    };
    assert_eq!(access_token.expose(), "token-1");
    assert_eq!(expires_at_ms, Some(token.expires_at_ms));
    assert_eq!(refresh_token.unwrap().expose(), "r");
    assert_eq!(
        response.unwrap().get("scope"),
        Some(&Json::from("read write a b 1"))
    );
}
