//! The host's own classification.

use std::cell::RefCell;
use std::rc::Rc;

use edge_oauth2::host::{HookError, Refusal};
use edge_oauth2::{ClientOptions, ErrorClass, ErrorCode, Grant};

use crate::support::host::{Reply, World};
use crate::support::options;
use crate::{HOUR_MS, SECOND_MS, ask, count, rejection};

fn classified(class: ErrorClass, reply: Reply) -> World {
    let world = World::new(move |n, _| match n {
        0 => reply.clone(),
        _ => Reply::token(0, "token"),
    });
    let classify = move |_: &Refusal<'_>| Ok(Some(class));
    *world.classify.borrow_mut() = Some(Rc::new(classify));
    world
}

#[test]
fn what_it_says_takes_the_place_of_the_rules() {
    let world = classified(ErrorClass::Retry, rejection(400, "invalid_grant"));
    assert_eq!(ask(&world, &options()).as_deref(), Ok("token"));

    let world = classified(ErrorClass::Terminal, Reply::status(0, 503));
    let error = ask(&world, &options()).unwrap_err();
    assert_eq!((error.retryable(), world.sent()), (false, 1));

    let limit = rejection(400, "x").with(&[("retry-after", "60")]);
    let world = classified(ErrorClass::RateLimited, limit);
    ask(&world, &options()).unwrap_err();
    world.isolate.run_for(59 * SECOND_MS);
    ask(&world, &options()).unwrap_err();
    world.isolate.run_for(SECOND_MS);
    assert_eq!(ask(&world, &options()).as_deref(), Ok("token"));

    let world = classified(ErrorClass::Reauthorize, rejection(400, "x"));
    let error = ask(&world, &options()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::ReauthorizationRequired);
    assert_eq!(count(&world, "authorization_lost"), 1);
}

#[test]
fn it_may_save_a_refresh_token() {
    let world = World::new(|n, _| match n {
        1 => rejection(400, "invalid_grant"),
        n => Reply::now(
            200,
            format!(r#"{{"access_token":"token-{n}","expires_in":3600,"refresh_token":"r-{n}"}}"#),
        ),
    });
    let retry: fn(&Refusal<'_>) -> Result<Option<ErrorClass>, HookError> = |refusal| {
        Ok(
            (refusal.is_refresh() && refusal.error == Some("invalid_grant"))
                .then_some(ErrorClass::Retry),
        )
    };
    *world.classify.borrow_mut() = Some(Rc::new(retry));
    let options = ClientOptions {
        grant: Grant::RefreshToken {
            refresh_token: "first".into(),
        },
        ..options()
    };
    ask(&world, &options).unwrap();
    world.isolate.run_for(HOUR_MS);
    assert_eq!(ask(&world, &options).as_deref(), Ok("token-2"));
}

#[test]
fn it_sees_what_may_be_seen() {
    let secret = "s3cret-and-long";
    let seen = Rc::new(RefCell::new(Vec::new()));
    let world = World::new(move |_, _| {
        let body = format!(r#"{{"error":"invalid_scope","error_description":"no {secret}"}}"#);
        Reply::now(400, body).with(&[("X-RateLimit-Reset", "7"), ("date", secret)])
    });
    let log = Rc::clone(&seen);
    let classify = move |refusal: &Refusal<'_>| {
        log.borrow_mut().push(format!("{refusal:?}"));
        Ok(None)
    };
    *world.classify.borrow_mut() = Some(Rc::new(classify));
    let options = ClientOptions {
        client_secret: Some(secret.into()),
        ..options()
    };
    let error = ask(&world, &options).unwrap_err();
    assert_eq!(error.code(), ErrorCode::TokenRequestRejected);
    assert_eq!(
        *seen.borrow(),
        [
            r#"Refusal { status: 400, error: Some("invalid_scope"), description: Some("no [redacted]"), grant_type: "client_credentials", headers: [("content-type", "application/json"), ("x-ratelimit-reset", "7"), ("date", "[redacted]")], class: Terminal }"#
        ]
    );
}

#[test]
fn one_that_fails_costs_nothing_but_itself() {
    let world = World::new(|_, _| rejection(400, "invalid_client"));
    *world.classify.borrow_mut() = Some(Rc::new(|_| Err(HookError("reference".into()))));
    let error = ask(&world, &options()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::TokenRequestRejected);
    assert_eq!(error.hook(), Some("reference"));
}
