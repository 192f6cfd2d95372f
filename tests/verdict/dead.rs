//! Refresh tokens that the server knows no more, in whatever words it says so.

use edge_oauth2::{ClientOptions, ErrorCode, Grant, Json, Secret};

use crate::support::check_rows;
use crate::support::host::{Reply, World};
use crate::support::options;
use crate::support::same;
use crate::support::store::Shelf;
use crate::{HOUR_MS, SECOND_MS, ask, count, is_refresh, rejection, run, shared_by};

fn password() -> ClientOptions {
    ClientOptions {
        grant: Grant::Password {
            username: "user".into(),
            password: "password".into(),
        },
        ..options()
    }
}

pub fn refreshing() -> ClientOptions {
    ClientOptions {
        grant: Grant::RefreshToken {
            refresh_token: "refresh-first".into(),
        },
        ..options()
    }
}

pub fn issued(n: usize) -> Reply {
    let body = format!(
        r#"{{"access_token":"token-{n}","expires_in":3600,"refresh_token":"refresh-{n}"}}"#
    );
    Reply::now(200, body)
}

fn last_ttl(shelf: &Shelf) -> u64 {
    let log = shelf.log.borrow();
    let put = log.iter().rev().find(|(operation, ..)| *operation == "put");
    put.unwrap().1
}

/// Nobody replaced it, so that nobody takes it for stolen.
#[test]
fn the_only_refresh_token_there_ever_was_is_tried_again() {
    let world = World::new(|n, _| match n {
        0 => rejection(400, "invalid_request"),
        n => issued(n),
    });
    ask(&world, &refreshing()).unwrap_err();
    ask(&world, &refreshing()).unwrap_err();
    assert_eq!(world.sent(), 1);
    world.isolate.run_for(31 * SECOND_MS);
    assert_eq!(ask(&world, &refreshing()).as_deref(), Ok("token-1"));
}

fn words() -> [(&'static str, Reply); 9] {
    [
        ("invalid_grant", rejection(400, "invalid_grant")),
        ("400 invalid_request", rejection(400, "invalid_request")),
        (
            "403 unauthorized_client",
            rejection(403, "unauthorized_client"),
        ),
        ("401 invalid_token", rejection(401, "invalid_token")),
        ("200 bad_refresh_token", rejection(200, "bad_refresh_token")),
        ("400 without anything", Reply::now(400, "")),
        ("401 without anything", Reply::now(401, "")),
        (
            "400 with other words",
            Reply::now(400, r#"{"message":"Invalid refresh token"}"#),
        ),
        (
            "200 with other words",
            Reply::now(200, r#"{"errcode":40030,"errmsg":"invalid refresh_token"}"#),
        ),
    ]
}

#[test]
fn the_password_grant_is_made_again() {
    check_rows(words(), |dead| {
        let world = World::new(move |n, request| match is_refresh(request) {
            true => dead.clone(),
            false => issued(n),
        });
        same(ask(&world, &password()).as_deref(), Ok("token-0"))?;
        world.isolate.run_for(HOUR_MS);
        same(ask(&world, &password()).as_deref(), Ok("token-2"))?;
        same(count(&world, "authorization_lost"), 0)
    });
}

#[test]
fn without_another_way_the_user_is_asked_once_and_the_server_no_more() {
    check_rows(words(), |dead| {
        let (world, shelf) = shared_by(move |n, _| match n {
            0 => issued(n),
            _ => dead.clone(),
        });
        same(ask(&world, &refreshing()).as_deref(), Ok("token-0"))?;
        world.isolate.run_for(HOUR_MS);
        for _ in 0..10 {
            let error = ask(&world, &refreshing()).err().ok_or("a token")?;
            same(error.code(), ErrorCode::ReauthorizationRequired)?;
            same(error.retryable(), false)?;
            world.isolate.run_for(20 * SECOND_MS);
        }
        same(world.sent(), 2)?;
        same(count(&world, "authorization_lost"), 1)?;
        // What is left says so to the others for a day, and not for half a year.
        same(last_ttl(&shelf), 24 * 60 * 60)?;
        let error = ask(&world.neighbour(), &refreshing()).err();
        let code = error.as_ref().map(edge_oauth2::Error::code);
        same(code, Some(ErrorCode::ReauthorizationRequired))?;
        same(world.sent(), 2)
    });
}

/// The access token is good for others to the end of its life.
#[test]
fn a_record_loses_the_refresh_token_only() {
    let (world, shelf) = shared_by(|n, _| match n {
        0 => issued(n),
        _ => rejection(400, "invalid_grant"),
    });
    let plain = ClientOptions {
        seal: false,
        ..refreshing()
    };
    ask(&world, &plain).unwrap();
    world.isolate.run_for(3_000 * SECOND_MS);
    assert_eq!(ask(&world, &plain).as_deref(), Ok("token-0"));
    world.isolate.run_for(5 * SECOND_MS);
    assert_eq!(world.sent(), 2);
    let record = Json::parse(&shelf.record()).unwrap();
    assert!(record.get("refresh_token").is_none());
    assert_eq!(ask(&world.neighbour(), &plain).as_deref(), Ok("token-0"));
}

/// What was put lately may not be seen yet, and would be lost.
#[test]
fn where_writes_are_seen_late_the_record_is_left_alone_for_a_time() {
    let (world, shelf) = shared_by(|n, _| match n {
        0 => issued(n),
        _ => rejection(400, "invalid_grant"),
    });
    shelf.propagation_ms.set(60_000);
    ask(&world, &refreshing()).unwrap();
    world.isolate.run_for(HOUR_MS);
    let record = shelf.record();
    ask(&world, &refreshing()).unwrap_err();
    assert_eq!(shelf.record(), record);
    world.isolate.run_for(121 * SECOND_MS);
    ask(&world, &refreshing()).unwrap_err();
    assert_ne!(shelf.record(), record);
    assert_eq!(last_ttl(&shelf), 24 * 60 * 60);
}

#[test]
fn what_speaks_of_something_else_kills_no_refresh_token() {
    check_rows(
        [
            ("the client", rejection(401, "invalid_client")),
            ("the scope", rejection(400, "invalid_scope")),
            ("health", Reply::status(0, 500)),
            ("a firewall", Reply::now(403, "<html>")),
            (
                "a rate",
                Reply::status(0, 429).with(&[("retry-after", "20")]),
            ),
            ("too long", Reply::too_long(400)),
        ],
        |reply| {
            let world = World::new(move |n, _| match n {
                0 | 2 => issued(n),
                _ => reply.clone(),
            });
            ask(&world, &refreshing()).map_err(|error| error.to_string())?;
            world.isolate.run_for(HOUR_MS);
            let error = ask(&world, &refreshing()).err().ok_or("a token")?;
            same(error.code() == ErrorCode::ReauthorizationRequired, false)?;
            world.isolate.run_for(31 * SECOND_MS);
            same(ask(&world, &refreshing()).as_deref(), Ok("token-2"))?;
            let sent = world.network.sent.borrow();
            let body = String::from_utf8_lossy(&sent[2].body).into_owned();
            same(body.contains("refresh_token=refresh-0"), true)
        },
    );
}

#[test]
fn whoever_invalidates_has_it_tried_again() {
    let world = World::new(|n, _| match n {
        0 => rejection(400, "invalid_grant"),
        _ => issued(n),
    });
    ask(&world, &refreshing()).unwrap_err();
    run(&world, &refreshing(), |source| async move {
        source.invalidate().await
    });
    assert_eq!(ask(&world, &refreshing()).as_deref(), Ok("token-1"));
}

#[test]
fn forgetting_the_authorization_begins_with_the_grant() {
    let (world, shelf) = shared_by(|n, _| issued(n));
    ask(&world, &password()).unwrap();
    run(&world, &password(), |source| async move {
        source.invalidate().await
    });
    assert_eq!(ask(&world, &password()).as_deref(), Ok("token-1"));
    run(&world, &password(), |source| async move {
        source.forget_authorization().await
    });
    assert_eq!(shelf.records.borrow().len(), 0);
    assert_eq!(ask(&world, &password()).as_deref(), Ok("token-2"));
    let sent = world.network.sent.borrow();
    assert_eq!([is_refresh(&sent[1]), is_refresh(&sent[2])], [true, false]);
}

#[test]
fn forgetting_the_authorization_begins_with_the_refresh_token_that_was_given() {
    let (world, _) = shared_by(|n, _| issued(n));
    ask(&world, &refreshing()).unwrap();
    run(&world, &refreshing(), |source| async move {
        source.forget_authorization().await
    });
    assert_eq!(ask(&world, &refreshing()).as_deref(), Ok("token-1"));
    let spent =
        |n: usize| String::from_utf8_lossy(&world.network.sent.borrow()[n].body).into_owned();
    assert!(spent(1).contains("refresh-first"), "{}", spent(1));
}

#[test]
fn an_authorization_that_is_renewed_is_none_that_is_lost() {
    let (world, _) = shared_by(|n, _| match n {
        1 => rejection(400, "invalid_grant"),
        n => issued(n),
    });
    ask(&world, &refreshing()).unwrap();
    world.isolate.run_for(HOUR_MS);
    ask(&world, &refreshing()).unwrap_err();
    let held = edge_oauth2::HeldToken {
        access_token: None,
        refresh_token: Some(Secret::from("refresh-of-another")),
        raw: None,
        is_own: false,
    };
    let renewed = run(&world, &refreshing(), |source| async move {
        source
            .renewed(&held, &Vec::new())
            .await
            .map(|it| it.is_kept)
    });
    assert_eq!(renewed, Ok(false));
}
