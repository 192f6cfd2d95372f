//! What one instance was refused, or has learnt of the server, is known to all that share a store.

use std::rc::Rc;

use edge_oauth2::host::HookError;
use edge_oauth2::protocol::http::HttpRequest;
use edge_oauth2::{ClientAuth, ClientOptions, Credential, ErrorClass, ErrorCode, Grant, Secret};

use crate::support::check_rows;
use crate::support::host::{Reply, World};
use crate::support::options;
use crate::support::same;
use crate::support::store::Shelf;
use crate::{HOUR_MS, SECOND_MS, ask, count, rejection, run, shared_by};

/// Stores by what they promise: whether there is a lease, and until when all see a write.
const STORES: [(&str, (bool, u32)); 3] = [
    ("no lease", (false, 0)),
    ("a lease of the location's, as with KV", (true, 60_000)),
    ("a lease", (true, 0)),
];

fn on(
    (has_lease, propagation_ms): (bool, u32),
    script: impl Fn(usize, &HttpRequest) -> Reply + 'static,
) -> (World, Rc<Shelf>) {
    let (world, shelf) = shared_by(script);
    shelf.has_lease.set(has_lease);
    shelf.propagation_ms.set(propagation_ms);
    (world, shelf)
}

fn exact(script: impl Fn(usize, &HttpRequest) -> Reply + 'static) -> (World, Rc<Shelf>) {
    on((true, 0), script)
}

fn limited(wish: &str) -> Reply {
    Reply::status(0, 429).with(&[("Retry-After", wish)])
}

fn issued(n: usize) -> Reply {
    let body = format!(
        r#"{{"access_token":"token-{n}","expires_in":3600,"refresh_token":"refresh-{n}"}}"#
    );
    Reply::now(200, body)
}

fn refreshing() -> ClientOptions {
    ClientOptions {
        grant: Grant::RefreshToken {
            refresh_token: "refresh-first".into(),
        },
        ..options()
    }
}

fn plain(options: ClientOptions) -> ClientOptions {
    ClientOptions {
        seal: false,
        ..options
    }
}

fn force(world: &World, options: &ClientOptions) {
    let result = run(world, options, |source| async move {
        source.refreshed().await.map(drop)
    });
    world.isolate.run_for(100);
    drop(result);
}

fn invalidate(world: &World, options: &ClientOptions) {
    run(
        world,
        options,
        |source| async move { source.invalidate().await },
    );
}

/// `request` of a thousand instances, of which none has heard anything before.
fn thousand(world: &World, options: &ClientOptions) -> Result<(), String> {
    for _ in 0..1_000 {
        let error = ask(&world.neighbour(), options).err().ok_or("a token")?;
        same(error.retryable(), false)?;
    }
    Ok(())
}

#[test]
fn a_thousand_instances_ask_once_a_server_that_does_not_know_the_client() {
    check_rows(STORES, |store| {
        let (world, _) = on(store, |_, _| rejection(401, "invalid_client"));
        for n in 1..=4 {
            // It takes a hundred seconds.
            thousand(&world, &options())?;
            same(world.sent(), (n * 100usize).div_ceil(30))?;
        }
        Ok(())
    });
}

/// The words are the server's, as if this instance had asked itself.
#[test]
fn what_is_told_is_what_was_said() {
    let said = r#"{"error":"invalid_scope","error_description":"no such scope","error_uri":"https://auth.example.com/help"}"#;
    check_rows(STORES, |store| {
        let (world, _) = on(store, move |_, _| Reply::now(400, said));
        let first = ask(&world, &options()).err().ok_or("a token")?;
        let second = ask(&world.neighbour(), &options()).err().ok_or("a token")?;
        same(second, first)?;
        same(world.sent(), 1)
    });
}

/// Where one instance at a time asks it is in the record that is read anyway.
#[test]
fn it_costs_no_look_into_the_store() {
    let (world, shelf) = exact(|_, _| rejection(401, "invalid_client"));
    ask(&world, &options()).unwrap_err();
    shelf.log.borrow_mut().clear();
    ask(&world.neighbour(), &options()).unwrap_err();
    let log: Vec<_> = shelf.log.borrow().iter().map(|(what, ..)| *what).collect();
    assert_eq!(log, ["get"]);

    // On the way to a token: one look, the lease, and another, since somebody may have been quicker.
    let (world, shelf) = exact(|_, _| Reply::token(0, "token"));
    ask(&world, &options()).unwrap();
    let log: Vec<_> = shelf.log.borrow().iter().map(|(what, ..)| *what).collect();
    assert_eq!(log, ["get", "acquire", "get", "put", "release"]);
}

#[test]
fn it_does_not_outlive_its_time() {
    check_rows(STORES, |store| {
        let (world, _) = on(store, |n, _| match n {
            0 => rejection(401, "invalid_client"),
            _ => Reply::token(0, "token"),
        });
        let error = ask(&world, &options()).err().map(|it| it.code());
        same(error, Some(ErrorCode::TokenRequestRejected))?;
        world.isolate.run_for(29 * SECOND_MS);
        // However late it is heard of.
        let late = world.neighbour();
        same(ask(&late, &options()).is_err(), true)?;
        world.isolate.run_for(SECOND_MS);
        same(ask(&late, &options()).as_deref(), Ok("token"))
    });
}

#[test]
fn who_remembers_nothing_heeds_nothing() {
    let (world, shelf) = exact(|_, _| rejection(401, "invalid_client"));
    let forgetful = ClientOptions {
        error_cache_seconds: 0,
        ..options()
    };
    for n in 1..=3 {
        ask(&world.neighbour(), &forgetful).unwrap_err();
        assert_eq!(world.sent(), n);
    }
    assert_eq!(shelf.count("put"), 0);
}

/// A refusal does not take the token out of the record that it is put into.
#[test]
fn a_valid_token_stays_in_the_record() {
    check_rows(STORES, |store| {
        let (world, _) = on(store, |n, _| match n {
            0 => Reply::token(0, "token"),
            _ => limited("3600"),
        });
        same(ask(&world, &options()).as_deref(), Ok("token"))?;
        force(&world, &options());
        same(world.sent(), 2)?;
        same(ask(&world.neighbour(), &options()).as_deref(), Ok("token"))?;
        // Whose successor nobody asks for meanwhile.
        world.isolate.run_for(3_450 * SECOND_MS);
        let neighbour = world.neighbour();
        same(ask(&neighbour, &options()).as_deref(), Ok("token"))?;
        world.isolate.run_for(5 * SECOND_MS);
        same(world.sent(), 2)
    });
}

/// One was refused while another was served, and the other's token is the newer.
#[test]
fn a_newer_token_beats_an_older_refusal() {
    check_rows(STORES, |store| {
        let (world, _) = on(store, |n, _| match n {
            0 => limited("86400"),
            n => Reply::token(0, &format!("token-{n}")),
        });
        same(ask(&world, &options()).is_err(), true)?;
        world.isolate.run_for(SECOND_MS);
        force(&world.neighbour(), &options());
        same(
            ask(&world.neighbour(), &options()).as_deref(),
            Ok("token-1"),
        )?;
        // And so it is when that is over: the server does give tokens.
        world.isolate.run_for(3_595 * SECOND_MS);
        same(
            ask(&world.neighbour(), &options()).as_deref(),
            Ok("token-2"),
        )
    });
}

#[test]
fn invalidate_forgets_it_for_the_fleet() {
    check_rows(STORES, |store| {
        let (world, shelf) = on(store, |n, _| match n {
            0 => limited("3600"),
            _ => Reply::token(0, "token"),
        });
        same(ask(&world, &options()).is_err(), true)?;
        // By an instance that has asked for nothing yet.
        invalidate(&world.neighbour(), &options());
        same(shelf.records.borrow().len(), 0)?;
        same(ask(&world.neighbour(), &options()).as_deref(), Ok("token"))
    });
}

/// Who has invalidated asks again itself, though the record was read on the way.
#[test]
fn invalidate_forgets_what_it_read_itself() {
    let (world, _) = exact(|n, _| match n {
        0 => rejection(401, "invalid_client"),
        _ => Reply::token(0, "token"),
    });
    ask(&world, &options()).unwrap_err();
    let neighbour = world.neighbour();
    invalidate(&neighbour, &options());
    assert_eq!(ask(&neighbour, &options()).as_deref(), Ok("token"));
}

/// A token that others have put stays, when what was refused is forgotten.
#[test]
fn invalidate_leaves_a_neighbours_token_in_the_record() {
    let (world, _) = exact(|n, _| match n {
        2 => limited("3600"),
        n => Reply::token(0, &format!("token-{n}")),
    });
    ask(&world, &options()).unwrap();
    let neighbour = world.neighbour();
    force(&neighbour, &options());
    force(&neighbour, &options());
    assert_eq!(world.sent(), 3);
    // It has an older one.
    invalidate(&world, &options());
    assert_eq!(
        ask(&world.neighbour(), &options()).as_deref(),
        Ok("token-1")
    );
    assert_eq!(world.sent(), 3);
}

/// Neither the new secret nor the one it takes over from is stuck on what the other was refused.
#[test]
fn another_secret_is_asked_with_at_once() {
    check_rows(STORES, |store| {
        let (world, _) = on(store, |_, request| {
            match String::from_utf8_lossy(&request.body).contains("client_secret=right") {
                true => Reply::token(0, "token"),
                false => rejection(401, "invalid_client"),
            }
        });
        let of = |secret: &str| ClientOptions {
            client_secret: Some(secret.into()),
            client_auth: ClientAuth::Post,
            ..options()
        };
        same(ask(&world, &of("wrong")).is_err(), true)?;
        let mended = ClientOptions {
            previous_client_secret: Some("wrong".into()),
            ..of("right")
        };
        same(ask(&world, &mended).as_deref(), Ok("token"))?;
        same(world.sent(), 2)
    });
}

/// A secret that is asked for has no name of its own in the store.
#[test]
fn a_secret_that_is_asked_for_and_mended_waits_for_the_end() {
    let (world, _) = exact(|n, _| match n {
        0 => rejection(401, "invalid_client"),
        _ => Reply::token(0, "token"),
    });
    *world.credential.borrow_mut() = Ok::<Secret, HookError>("a secret".into());
    let asking = ClientOptions {
        client_secret: Some(Credential::Asked),
        identity: Some("tenant".into()),
        seal_key: Some("a seal key of so many characters".into()),
        ..options()
    };
    ask(&world, &asking).unwrap_err();
    ask(&world.neighbour(), &asking).unwrap_err();
    world.isolate.run_for(30 * SECOND_MS);
    assert_eq!(ask(&world.neighbour(), &asking).as_deref(), Ok("token"));
}

/// Whoever writes into a store that is not sealed stops nobody for longer than the server could.
#[test]
fn no_record_stops_the_fleet_for_longer_than_its_time() {
    let now = crate::support::isolate::START_MS;
    let rows = [
        ("a rest of its own", (now, "1e12", "token_request_rejected")),
        (
            "from the future",
            (now + HOUR_MS, "30000", "token_request_rejected"),
        ),
        ("a code of no answer's", (now, "30000", "invalid_option")),
        ("no number", (now, "\"long\"", "token_request_rejected")),
    ];
    check_rows(STORES, |store| {
        check_rows(rows, |(at, rest, code)| {
            let (world, shelf) = on(store, |n, _| match n {
                0 => rejection(401, "invalid_client"),
                _ => Reply::token(0, "token"),
            });
            let options = plain(options());
            same(ask(&world, &options).is_err(), true)?;
            let (key, _) = shelf.records.borrow_mut().pop_first().ok_or("a record")?;
            let forged = format!(
                r#"{{"v":1,"key":"{key}","refusal":{{"at":{at},"rest":{rest},"code":"{code}","message":"no","status":401}}}}"#
            );
            shelf.records.borrow_mut().insert(key, forged);
            world.isolate.run_for(30 * SECOND_MS);
            same(ask(&world.neighbour(), &options).as_deref(), Ok("token"))
        });
        Ok(())
    });
}

#[test]
fn a_record_of_the_version_before_is_a_miss() {
    let (world, shelf) = shared_by(|n, _| match n {
        0 => limited("3600"),
        _ => Reply::token(0, "token"),
    });
    let options = plain(options());
    ask(&world, &options).unwrap_err();
    let (key, _) = shelf.records.borrow_mut().pop_first().unwrap();
    let at = world.isolate.now_ms();
    let before =
        format!(r#"{{"v":1,"key":"{key}","at":{at},"rest":3600000,"message":"no","status":429}}"#);
    shelf.records.borrow_mut().insert(key, before);
    assert_eq!(ask(&world.neighbour(), &options).as_deref(), Ok("token"));
}

#[test]
fn no_secret_is_in_the_record_and_its_words_are_bounded() {
    check_rows(STORES, |store| {
        let (world, shelf) = on(store, |_, request| {
            let body = String::from_utf8_lossy(&request.body).replace('&', " ");
            let long = "long ".repeat(1_000);
            let said = format!(
                r#"{{"error":"invalid_client","error_description":"got {body} and {long}"}}"#
            );
            Reply::now(401, said)
        });
        let options = ClientOptions {
            client_secret: Some("a-very-secret-secret".into()),
            client_auth: ClientAuth::Post,
            endpoint_params: vec![("pin".into(), "pin-of-the-user".into())],
            ..plain(options())
        };
        same(ask(&world, &options).is_err(), true)?;
        let records = shelf.records.borrow();
        let record = records.values().next().ok_or("no record")?;
        same(record.contains("got grant_type"), true)?;
        same(record.contains("a-very-secret-secret"), false)?;
        same(record.contains("pin-of-the-user"), false)?;
        same(record.len() < 4_000, true)
    });
}

/// Seen nearby at least; where nobody sees it before it is over it is not put.
#[test]
fn what_is_over_before_others_see_it_is_put_for_those_nearby_only() {
    let (world, shelf) = on((true, 60_000), |_, _| limited("30"));
    ask(&world, &options()).unwrap_err();
    let ttl = |shelf: &Shelf| {
        let log = shelf.log.borrow();
        let put = log.iter().find(|(what, ..)| *what == "put");
        put.map(|(_, ttl, _)| *ttl)
    };
    assert_eq!(ttl(&shelf), Some(30));

    let (world, shelf) = on((true, 60_000), |_, _| limited("30"));
    shelf.min_ttl_seconds.set(60);
    ask(&world, &options()).unwrap_err();
    assert_eq!(ttl(&shelf), None);

    let (world, shelf) = on((false, 60_000), |_, _| limited("30"));
    ask(&world, &options()).unwrap_err();
    assert_eq!(ttl(&shelf), None);
    assert_eq!(count(&world, "store_error"), 0);
}

#[test]
fn a_thousand_instances_try_once_a_refresh_token_that_is_dead() {
    check_rows(STORES, |store| {
        let (world, _) = on(store, |_, _| rejection(400, "invalid_grant"));
        thousand(&world, &refreshing())?;
        same(world.sent(), 4)?;
        same(count(&world, "authorization_lost"), 1)?;
        // Another is another matter.
        let other = ClientOptions {
            grant: Grant::RefreshToken {
                refresh_token: "refresh-of-later".into(),
            },
            ..options()
        };
        same(ask(&world, &other).is_err(), true)?;
        same(world.sent(), 5)
    });
}

/// As in the field: an account that had a fresh token was taken for lost, since somebody came late with a spent one.
#[test]
fn a_refresh_token_that_was_spent_by_another_is_no_lost_authorization_of_the_others() {
    let (world, shelf) = on((true, 60_000), |n, request| {
        let is_spent = String::from_utf8_lossy(&request.body).contains("refresh_token=refresh-0");
        match is_spent && n > 1 {
            true => rejection(400, "invalid_grant"),
            // So short a life that it ends while the others still hear of the loss.
            false => Reply::now(
                200,
                format!(
                    r#"{{"access_token":"token-{n}","expires_in":40,"refresh_token":"refresh-{n}"}}"#
                ),
            ),
        }
    });
    let late = world.neighbour();
    ask(&world, &refreshing()).unwrap();
    ask(&late, &refreshing()).unwrap();
    let before = shelf.records.borrow().clone();
    force(&world, &refreshing());
    world.isolate.run_for(2 * SECOND_MS);
    // It does not see what the other has put, and tells all that nothing is left.
    let newest = shelf.records.replace(before);
    force(&late, &refreshing());
    assert_eq!(count(&world, "authorization_lost"), 1);
    assert_eq!(shelf.records.borrow().len(), 2);
    shelf.records.borrow_mut().extend(newest);
    world.isolate.run_for(27 * SECOND_MS);
    for instance in [&world, &world.neighbour(), &late] {
        assert_eq!(ask(instance, &refreshing()).as_deref(), Ok("token-3"));
    }
}

/// Servers have been known to refuse what they accept a moment later.
#[test]
fn a_server_that_was_mistaken_once_costs_no_refresh_token() {
    check_rows(STORES, |store| {
        let (world, _) = on(store, |n, _| match n {
            1 => rejection(401, "invalid_client"),
            n => issued(n),
        });
        same(ask(&world, &refreshing()).as_deref(), Ok("token-0"))?;
        world.isolate.run_for(HOUR_MS);
        same(ask(&world, &refreshing()).is_err(), true)?;
        world.isolate.run_for(30 * SECOND_MS);
        let neighbour = world.neighbour();
        same(ask(&neighbour, &refreshing()).as_deref(), Ok("token-2"))
    });
}

#[test]
fn an_authorization_is_told_to_be_lost_once_and_once_to_be_back() {
    check_rows(STORES, |store| {
        let (world, _) = on(store, |n, _| match n {
            0..=2 => rejection(400, "invalid_grant"),
            n => issued(n),
        });
        for _ in 0..3 {
            same(ask(&world, &refreshing()).is_err(), true)?;
            world.isolate.run_for(30 * SECOND_MS);
        }
        same(count(&world, "authorization_lost"), 1)?;
        same(count(&world, "authorization_restored"), 0)?;
        same(ask(&world, &refreshing()).as_deref(), Ok("token-3"))?;
        same(ask(&world.neighbour(), &refreshing()).is_ok(), true)?;
        force(&world, &refreshing());
        same(count(&world, "authorization_restored"), 1)
    });
}

/// By an instance that had no part in the loss.
#[test]
fn whoever_brings_a_token_tells_that_the_authorization_is_back() {
    let (world, _) = exact(|n, _| match n {
        0 => rejection(400, "invalid_grant"),
        n => issued(n),
    });
    ask(&world, &refreshing()).unwrap_err();
    world.isolate.run_for(31 * SECOND_MS);
    assert_eq!(
        ask(&world.neighbour(), &refreshing()).as_deref(),
        Ok("token-1")
    );
    let events = (
        count(&world, "authorization_lost"),
        count(&world, "authorization_restored"),
    );
    assert_eq!(events, (1, 1));
}

#[test]
fn a_grant_that_is_refused_as_lost_and_given_again_is_back() {
    let (world, _) = exact(|n, _| match n {
        0 => rejection(400, "locked"),
        _ => Reply::token(0, "token"),
    });
    *world.classify.borrow_mut() = Some(Rc::new(|_| Ok(Some(ErrorClass::Reauthorize))));
    ask(&world, &options()).unwrap_err();
    world.isolate.run_for(30 * SECOND_MS);
    assert_eq!(ask(&world, &options()).as_deref(), Ok("token"));
    assert_eq!(count(&world, "authorization_restored"), 1);
}

/// The style of authentication that was found out.
mod style {
    use super::*;

    fn auto() -> ClientOptions {
        ClientOptions {
            client_auth: ClientAuth::Auto,
            ..options()
        }
    }

    fn is_in_body(request: &HttpRequest) -> bool {
        String::from_utf8_lossy(&request.body).contains("client_secret=")
    }

    fn body_only(n: usize, request: &HttpRequest) -> Reply {
        match is_in_body(request) {
            true => Reply::token(0, &format!("token-{n}")),
            false => rejection(401, "invalid_client"),
        }
    }

    #[test]
    fn is_found_out_once() {
        check_rows(STORES, |store| {
            let (world, _) = on(store, body_only);
            same(ask(&world, &auto()).as_deref(), Ok("token-1"))?;
            let neighbour = world.neighbour();
            same(ask(&neighbour, &auto()).as_deref(), Ok("token-1"))?;
            force(&neighbour, &auto());
            same(world.sent(), 3)?;
            same(ask(&neighbour, &auto()).as_deref(), Ok("token-2"))
        });
    }

    #[test]
    fn is_found_out_anew_where_it_is_not_right_any_more() {
        let (world, _) = exact(|n, request| match (n, is_in_body(request)) {
            (0 | 1, _) => body_only(n, request),
            (_, true) => rejection(401, "invalid_client"),
            _ => Reply::token(0, &format!("token-{n}")),
        });
        ask(&world, &auto()).unwrap();
        let neighbour = world.neighbour();
        ask(&neighbour, &auto()).unwrap();
        force(&neighbour, &auto());
        assert_eq!(ask(&neighbour, &auto()).as_deref(), Ok("token-3"));
    }
}
