//! What one instance was refused, or has learnt of the server, is known to all that share a store.

use std::rc::Rc;

use edge_oauth2::host::HookError;
use edge_oauth2::protocol::http::HttpRequest;
use edge_oauth2::{ClientAuth, ClientOptions, Credential, ErrorCode, Secret};

use crate::support::check_rows;
use crate::support::host::{Reply, World};
use crate::support::options;
use crate::support::same;
use crate::support::store::Shelf;
use crate::{SECOND_MS, ask, rejection, run, shared_by};

/// Stores by what they promise: whether there is a lease, and until when all see a write.
pub const STORES: [(&str, (bool, u32)); 3] = [
    ("no lease", (false, 0)),
    ("a lease of the location's, as with KV", (true, 60_000)),
    ("a lease", (true, 0)),
];

pub fn on(
    (has_lease, propagation_ms): (bool, u32),
    script: impl Fn(usize, &HttpRequest) -> Reply + 'static,
) -> (World, Rc<Shelf>) {
    let (world, shelf) = shared_by(script);
    shelf.has_lease.set(has_lease);
    shelf.propagation_ms.set(propagation_ms);
    (world, shelf)
}

pub fn exact(script: impl Fn(usize, &HttpRequest) -> Reply + 'static) -> (World, Rc<Shelf>) {
    on((true, 0), script)
}

pub fn limited(wish: &str) -> Reply {
    Reply::status(0, 429).with(&[("Retry-After", wish)])
}

pub fn force(world: &World, options: &ClientOptions) {
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
pub fn thousand(world: &World, options: &ClientOptions) -> Result<(), String> {
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
