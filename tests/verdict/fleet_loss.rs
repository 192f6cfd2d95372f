//! A refresh token that is dead is so for all, and is told of once.

use std::rc::Rc;

use edge_oauth2::{ClientOptions, ErrorClass, Grant};

use crate::dead::{issued, refreshing};
use crate::fleet::{STORES, exact, force, on, thousand};
use crate::support::check_rows;
use crate::support::host::Reply;
use crate::support::options;
use crate::support::same;
use crate::{HOUR_MS, SECOND_MS, ask, count, rejection};

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
