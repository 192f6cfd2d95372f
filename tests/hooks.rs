//! Token requests that the host makes in its own way.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used
)]

mod support;

use std::cell::RefCell;
use std::rc::Rc;

use edge_oauth2::host::{HookError, TransportError};
use edge_oauth2::{ClientOptions, Error, ErrorCode, Grant, Json, Token};

use support::host::{Hooked, Reply, World};
use support::isolate::START_MS;
use support::store::Shelf;
use support::{config, options, response};

const HOUR_MS: u64 = 3_600_000;

fn hooked(grant: Grant) -> ClientOptions {
    ClientOptions {
        grant,
        identity: Some("hooked".into()),
        has_hooks: true,
        ..options()
    }
}

fn password() -> Grant {
    Grant::Password {
        username: "ada".into(),
        password: "a password".into(),
    }
}

fn given(refresh_token: &str, response: Option<&str>) -> Grant {
    Grant::Token {
        access_token: "given".into(),
        expires_at_ms: Some(START_MS + HOUR_MS),
        refresh_token: Some(refresh_token.into()),
        response: response.map(|text| Json::parse(text).unwrap()),
    }
}

/// Answers with `token-n` and `refresh-n`.
fn numbered(n: usize) -> Reply {
    let body = format!(
        r#"{{"access_token":"token-{n}","expires_in":3600,"refresh_token":"refresh-{n}","tenant":"blue"}}"#
    );
    Reply::now(200, body)
}

fn world() -> World {
    World::new(|n, _| numbered(n))
}

fn ask(world: &World, options: ClientOptions) -> Result<Token, Error> {
    let token = world.token(config(options));
    world.isolate.run_for(100);
    token
}

/// From now on `hook` is what becomes of a token request.
fn set(world: &World, hook: impl Fn() -> Hooked + 'static) {
    *world.hook.borrow_mut() = Some(Rc::new(move |_, _| hook()));
}

/// From now on the responses whose refresh tokens are spent are kept, as texts.
fn listen(world: &World) -> Rc<RefCell<Vec<Option<String>>>> {
    let heard = Rc::new(RefCell::new(Vec::new()));
    let hearing = Rc::clone(&heard);
    *world.hook.borrow_mut() = Some(Rc::new(move |_, renewed| {
        hearing.borrow_mut().push(renewed.map(Json::to_text));
        Hooked::Changed(|response| response)
    }));
    heard
}

#[test]
fn the_host_may_ask_somebody_else() {
    let world = world();
    set(&world, || {
        Hooked::Instead(Reply::token(10, "from-elsewhere"))
    });
    let token = ask(&world, hooked(Grant::ClientCredentials)).unwrap();
    assert_eq!(token.access_token.expose(), "from-elsewhere");
    assert_eq!(world.sent(), 0);
}

#[test]
fn the_host_may_change_what_comes_back() {
    let world = world();
    set(&world, || {
        Hooked::Changed(|response| {
            let text = String::from_utf8(response.body).unwrap();
            let body = text.replace("blue", "red").replace("3600", "60");
            support::response(200, body)
        })
    });
    let token = ask(&world, hooked(Grant::ClientCredentials)).unwrap();
    assert_eq!(token.raw.get("tenant").unwrap().as_str(), Some("red"));
    assert_eq!(token.expires_at_ms, START_MS + 60_000);
    assert_eq!(world.sent(), 1);
}

#[test]
fn a_renewal_is_told_what_came_with_the_refresh_token() {
    let mut world = world();
    world.shelf = Some(Rc::new(Shelf::default()));
    let heard = listen(&world);
    ask(&world, hooked(password())).unwrap();
    world.isolate.run_for(HOUR_MS);
    ask(&world, hooked(password())).unwrap();
    // Another instance knows it from the store.
    world.isolate.run_for(HOUR_MS);
    ask(&world.neighbour(), hooked(password())).unwrap();
    let came_with = |n| match numbered(n) {
        Reply::After(_, Ok(answer)) => Some(String::from_utf8(answer.body).unwrap()),
        _ => None,
    };
    assert_eq!(*heard.borrow(), [None, came_with(0), came_with(1)]);
}

#[test]
fn so_is_that_of_a_token_that_was_given() {
    let stored = r#"{"access_token":"given","token_type":"bearer","scope":"read","id_token":"i","tenant":"blue"}"#;
    let bare = r#"{"access_token":"given"}"#;
    for (response, expected) in [(Some(stored), stored), (None, bare)] {
        let world = world();
        let heard = listen(&world);
        let grant = || hooked(given("refresh", response));
        let token = ask(&world, grant()).unwrap();
        assert_eq!(token.raw.to_text(), expected);
        assert_eq!(token.authorization().as_deref(), Some("Bearer given"));
        let members = (token.scope.as_deref(), token.id_token.is_some());
        assert_eq!(members, (response.map(|_| "read"), response.is_some()));
        world.isolate.run_for(HOUR_MS);
        ask(&world, grant()).unwrap();
        assert_eq!(*heard.borrow(), [Some(expected.to_owned())]);
        // And to who was never handed the token itself.
        let late = world.neighbour();
        let heard = listen(&late);
        ask(&late, grant()).unwrap();
        assert_eq!(*heard.borrow(), [Some(expected.to_owned())]);
    }
}

#[test]
fn a_token_of_another_type_that_was_given_is_not_sent_as_bearer() {
    let dpop = r#"{"token_type":"DPoP"}"#;
    let token = ask(&world(), hooked(given("refresh", Some(dpop)))).unwrap();
    assert_eq!(token.authorization(), None);
}

#[test]
fn a_hook_that_fails_is_named_and_asked_again_by_the_next_caller() {
    let world = world();
    let failure = TransportError::Hook("hooks.refresh", HookError("reference 7".into()));
    set(&world, move || {
        Hooked::Instead(Reply::After(0, Err(failure.clone())))
    });
    let error = ask(&world, hooked(Grant::ClientCredentials)).unwrap_err();
    assert_eq!(error.code(), ErrorCode::HookFailed);
    assert_eq!(error.to_string(), "hooks.refresh failed");
    assert_eq!(error.hook(), Some("reference 7"));
    assert!(!error.retryable());
    set(&world, || Hooked::Instead(Reply::token(0, "after-all")));
    let token = ask(&world, hooked(Grant::ClientCredentials)).unwrap();
    assert_eq!(token.access_token.expose(), "after-all");
}

#[test]
fn a_hook_that_never_answers_meets_the_deadline() {
    let world = world();
    set(&world, || Hooked::Instead(Reply::Never));
    let error = ask(
        &world,
        ClientOptions {
            timeout_ms: 300,
            ..hooked(Grant::ClientCredentials)
        },
    )
    .unwrap_err();
    assert_eq!(error.code(), ErrorCode::Timeout);
    assert!(world.isolate.now_ms() <= START_MS + 400);
    assert_eq!(world.network.aborted.get(), 1);
}

#[test]
fn what_a_hook_brings_is_read_like_an_answer() {
    for (body, code) in [
        (
            r#"{"access_token":"two words"}"#,
            ErrorCode::InvalidResponse,
        ),
        ("nonsense", ErrorCode::InvalidResponse),
        (
            r#"{"error":"invalid_scope"}"#,
            ErrorCode::TokenRequestRejected,
        ),
    ] {
        let world = world();
        set(&world, move || {
            Hooked::Instead(Reply::After(0, Ok(response(200, body))))
        });
        let error = ask(&world, hooked(Grant::ClientCredentials)).unwrap_err();
        assert_eq!(error.code(), code, "{body}");
    }
}
