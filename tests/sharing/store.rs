//! The store.

use edge_oauth2::{ClientOptions, Grant};

use super::*;
use crate::support::isolate::START_MS;
use crate::support::store::Mood;

#[test]
fn one_instance_asks_and_the_others_read() {
    let (world, shelf) = shared();
    assert_eq!(ask(&world), "token-0");
    for _ in 0..5 {
        assert_eq!(ask(&world.neighbour()), "token-0");
    }
    assert_eq!((world.sent(), shelf.count("put")), (1, 1));
}

#[test]
fn a_stale_instance_reads_before_it_asks() {
    let (world, _) = shared();
    let neighbour = world.neighbour();
    ask(&world);
    ask(&neighbour);
    world.isolate.run_for(3_000 * SECOND_MS);
    assert_eq!(ask(&world), "token-0");
    assert_eq!(ask(&neighbour), "token-0");
    assert_eq!((ask(&world), ask(&neighbour)), (token(1), token(1)));
    assert_eq!(world.sent(), 2);
}

#[test]
fn a_silent_store_costs_its_deadline() {
    let (world, shelf) = shared();
    shelf.mood.set(Mood::Silent);
    assert_eq!(world.access_token().as_deref(), Ok("token-0"));
    assert_eq!(world.isolate.now_ms() - START_MS, 250 + 50);
    assert_eq!(count(&world, "store_error"), 1);
}

#[test]
fn a_store_that_keeps_failing_is_rested() {
    let (world, shelf) = shared();
    shelf.mood.set(Mood::Failing);
    ask(&world);
    world.isolate.run_for(SECOND_MS);
    refresh(&world);
    let operations = shelf.log.borrow().len();
    assert_eq!(operations, 3, "get, put, put");
    refresh(&world);
    assert_eq!(shelf.log.borrow().len(), operations);
    world.isolate.run_for(10 * SECOND_MS);
    shelf.mood.set(Mood::Well);
    refresh(&world);
    assert_eq!(shelf.log.borrow().len(), operations + 1);
    assert_eq!(ask(&world.neighbour()), "token-3");
}

#[test]
fn what_lives_shorter_than_the_store_keeps_is_not_put() {
    for (life, puts) in [(30, 0), (59, 0), (60, 1), (61, 1)] {
        let (world, shelf) = shared_by(move |n, _| living(n, life));
        shelf.min_ttl_seconds.set(60);
        ask(&world);
        assert_eq!(shelf.count("put"), puts, "{life} s");
        let log = shelf.log.borrow();
        let ttl = log.iter().find(|(name, ..)| *name == "put");
        assert!(ttl.is_none_or(|(_, ttl, _)| *ttl == life as u64));
    }
}

/// As KV wants it. A store that shows a write at once takes the next one at once.
#[test]
fn an_instance_puts_at_most_once_a_second_where_writes_take_their_time() {
    let (world, shelf) = shared_by(|n, _| Reply::token(0, &token(n)));
    shelf.propagation_ms.set(60_000);
    for _ in 0..4 {
        refresh(&world);
    }
    world.isolate.run_for(10 * SECOND_MS);
    let log = shelf.log.borrow();
    let puts: Vec<u64> = log
        .iter()
        .filter(|(name, ..)| *name == "put")
        .map(|(.., at_ms)| *at_ms)
        .collect();
    assert!(puts.len() >= 2);
    assert!(puts.windows(2).all(|pair| pair[1] - pair[0] >= SECOND_MS));
}

/// What waits for its turn to be put is not put any more.
#[test]
fn what_is_dropped_before_it_is_put_stays_dropped() {
    let (world, shelf) = shared_by(|n, _| Reply::token(0, &token(n)));
    shelf.propagation_ms.set(60_000);
    refresh(&world);
    refresh(&world);
    assert_eq!(shelf.count("put"), 1);
    invalidate(&world);
    world.isolate.run_for(10 * SECOND_MS);
    assert_eq!(shelf.count("put"), 1);
    // The one before was not dropped.
    assert_eq!(ask(&world.neighbour()), "token-0");
}

#[test]
fn of_what_is_dropped_before_it_is_put_the_refresh_token_is_kept_unless_that_is_forgotten_too() {
    for forgets in [false, true] {
        let (world, shelf) = shared_by(|n, _| {
            let body = format!(
                r#"{{"access_token":"token-{n}","expires_in":3600,"refresh_token":"refresh-{n}"}}"#
            );
            Reply::now(200, body)
        });
        let options = || ClientOptions {
            grant: Grant::Password {
                username: "user".into(),
                password: "a password".into(),
            },
            ..options()
        };
        shelf.propagation_ms.set(60_000);
        for _ in 0..2 {
            let (request, source) = world.source(config(options()));
            let refreshed = async move { source.refreshed().await.is_ok() };
            assert!(world.isolate.block_on(request, refreshed));
        }
        let (request, source) = world.source(config(options()));
        world.isolate.block_on(request, async move {
            match forgets {
                true => source.forget_authorization().await,
                false => source.invalidate().await,
            }
        });
        world.isolate.run_for(10 * SECOND_MS);
        assert_eq!(shelf.records.borrow().is_empty(), forgets);
        let (request, source) = world.neighbour().source(config(options()));
        let asked = async move { source.token().await.map(drop) };
        world.isolate.block_on(request, asked).expect("a token");
        let sent = world.network.sent.borrow();
        let last = String::from_utf8(sent.last().expect("one").body.clone()).unwrap();
        assert_eq!(last.contains("refresh_token=refresh-1"), !forgets, "{last}");
    }
}

#[test]
fn a_refused_token_is_not_believed_from_the_store() {
    let (world, shelf) = shared();
    ask(&world);
    let old = shelf.record();
    let (_, source) = world.source(config(options()));
    assert!(
        source
            .client_state()
            .refuse("token-0", world.isolate.now_ms())
    );
    assert_eq!(ask(&world), "token-1");
    // The store goes on serving it for a while.
    shelf.replace_record(&old);
    assert!(
        !source
            .client_state()
            .refuse("token-1", world.isolate.now_ms())
    );
    world.isolate.run_for(20 * SECOND_MS);
    assert!(
        source
            .client_state()
            .refuse("token-1", world.isolate.now_ms())
    );
    assert_eq!(ask(&world), "token-2");
    assert_eq!(ask(&world.neighbour()), "token-2");
}

#[test]
fn invalidating_deletes_the_token_and_leaves_a_newer_one() {
    let (world, shelf) = shared();
    ask(&world);
    invalidate(&world);
    assert_eq!(shelf.count("delete"), 1);
    assert_eq!(ask(&world), "token-1");
    world.isolate.run_for(SECOND_MS);

    let neighbour = world.neighbour();
    assert_eq!(ask(&neighbour), "token-1");
    world.isolate.run_for(SECOND_MS);
    assert_eq!(refresh(&neighbour), "token-2");
    invalidate(&world);
    assert_eq!(shelf.count("delete"), 1, "the record is the neighbour's");
    assert_eq!(ask(&world), "token-2");
}

#[test]
fn an_instance_that_has_no_token_invalidates_the_stores() {
    let (world, shelf) = shared();
    ask(&world);
    let neighbour = world.neighbour();
    invalidate(&neighbour);
    assert_eq!(shelf.count("delete"), 1);
    assert_eq!(ask(&neighbour), "token-1");
}

/// A neighbour with nothing in memory, and a store that takes its time.
fn late_neighbour() -> (World, Rc<Shelf>) {
    let (world, shelf) = shared();
    ask(&world);
    world.isolate.run_for(SECOND_MS);
    shelf.mood.set(Mood::Slow(100));
    (world.neighbour(), shelf)
}

/// Whoever wants any token is on the way to the store's when another comes, who does not want that one.
#[test]
fn who_forces_a_refresh_takes_no_token_that_others_find_in_the_store() {
    let (world, _) = late_neighbour();
    let (request, source) = world.source(config(options()));
    let any = world
        .isolate
        .call(request, async move { source.token().await });
    world.isolate.run_for(20);
    assert_eq!(refresh(&world), "token-1");
    let (found, _) = any.take().expect("an answer");
    let found = found.expect("a token");
    assert_eq!(found.token.access_token.expose(), "token-0");
    assert_eq!(ask(&world), "token-1");
}

#[test]
fn what_a_flight_finds_in_the_store_meanwhile_is_invalidated_too() {
    for head_start_ms in [1, 50, 99] {
        let (world, shelf) = late_neighbour();
        let (request, source) = world.source(config(options()));
        let _any = world
            .isolate
            .call(request, async move { source.token().await });
        world.isolate.run_for(head_start_ms);
        invalidate(&world);
        assert_eq!(shelf.count("delete"), 1, "after {head_start_ms} ms");
        assert_eq!(ask(&world), "token-1", "after {head_start_ms} ms");
    }
}

#[test]
fn whatever_the_store_does_there_is_a_token() {
    for mood in [
        Mood::Failing,
        Mood::Silent,
        Mood::Slow(249),
        Mood::Slow(251),
    ] {
        for has_lease in [false, true] {
            let (world, shelf) = shared();
            shelf.mood.set(mood);
            shelf.has_lease.set(has_lease);
            for _ in 0..3 {
                ask(&world.neighbour());
            }
            invalidate(&world);
            ask(&world);
        }
    }
}

#[test]
fn names_in_the_store_say_nothing() {
    let (world, shelf) = shared();
    ask(&world);
    let records = shelf.records.borrow();
    let (key, _) = records.first_key_value().unwrap();
    let digest = key.strip_prefix("edge-oauth2:").unwrap();
    assert_eq!(digest.len(), 64);
    assert!(digest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    drop(records);
    let other = config(ClientOptions {
        store_prefix: "mine/".into(),
        ..options()
    });
    world.neighbour().token(other).unwrap();
    world.isolate.run_for(100);
    assert!(
        shelf
            .records
            .borrow()
            .keys()
            .any(|key| key.starts_with("mine/"))
    );
}
