//! Keys that instances share.

use std::rc::Rc;

use edge_oauth2::{ErrorCode, Event};

use super::issuer::{Signer, encode, set, signer};
use super::support::host::{Reply, World};
use super::support::store::{Mood, Shelf};
use super::{Api, SECOND_MS};

fn shared(answer: impl Fn(usize) -> Reply + 'static) -> (Api, Rc<Shelf>) {
    let mut world = World::new(move |n, _| answer(n));
    let shelf = Rc::<Shelf>::default();
    world.shelf = Some(Rc::clone(&shelf));
    (Api::of(world), shelf)
}

fn well() -> (Api, Rc<Shelf>) {
    shared(|_| Reply::now(200, set(&[&signer("1")])))
}

#[test]
fn a_fleet_asks_once() {
    let (api, shelf) = well();
    api.verify(&signer("1").token()).unwrap();
    api.neighbour().verify(&signer("1").token()).unwrap();
    assert_eq!(api.sent(), 1);
    assert!(shelf.record().contains(r#""kty":"EC""#));
    let log = shelf.log.borrow();
    assert!(
        log.iter()
            .any(|(name, ttl, _)| (*name, *ttl) == ("put", 600))
    );
}

#[test]
fn keys_of_others_are_as_old_as_they_are() {
    let (api, _) = well();
    api.verify(&signer("1").token()).unwrap();
    api.wait(400);
    let other = api.neighbour();
    other.verify(&signer("1").token()).unwrap();
    assert_eq!(api.sent(), 1);
    api.wait(100);
    other.verify(&signer("1").token()).unwrap();
    assert_eq!(api.sent(), 2);
    // What was there is of no use any more.
    api.wait(700);
    api.neighbour().verify(&signer("1").token()).unwrap();
    assert_eq!(api.sent(), 3);
}

#[test]
fn a_new_key_is_asked_of_the_issuer() {
    let (api, _) = shared(|n| match n {
        0 => Reply::now(200, set(&[&signer("1")])),
        _ => Reply::now(200, set(&[&signer("1"), &signer("2")])),
    });
    api.verify(&signer("1").token()).unwrap();
    api.wait(2);
    api.verify(&signer("2").token()).unwrap();
    assert_eq!(api.sent(), 2);
    api.wait(2);
    api.neighbour().verify(&signer("2").token()).unwrap();
    assert_eq!(api.sent(), 2);
}

#[test]
fn a_new_key_is_asked_of_the_issuer_although_a_neighbour_was_there_before() {
    let (api, _) = shared(|n| match n {
        0 | 1 => Reply::now(200, set(&[&signer("1")])),
        _ => Reply::now(200, set(&[&signer("1"), &signer("2")])),
    });
    api.verify(&signer("1").token()).unwrap();
    api.wait(100);
    // It has reason to ask, and puts what is newer than ours into the store.
    let other = api.neighbour();
    other.verify(&signer("1").token()).unwrap();
    assert_eq!(other.reason(&signer("2").token()), Some("unknown_key"));
    assert_eq!(api.sent(), 2);
    api.wait(100);
    api.verify(&signer("2").token()).unwrap();
    assert_eq!(api.sent(), 3);
}

#[test]
fn sealed_keys_are_believed_of_those_only_who_have_the_seal_key() {
    let (api, shelf) = well();
    let api = api.with(|options| options.seal_key = Some("seal".into()));
    api.verify(&signer("1").token()).unwrap();
    api.neighbour().verify(&signer("1").token()).unwrap();
    assert_eq!(api.sent(), 1);
    assert!(!shelf.record().contains("kty"));
    let forged = format!(
        r#"{{"v":1,"asked_at":{},"keys":[{}]}}"#,
        api.world.isolate.now_ms(),
        signer("attacker").jwk()
    );
    for record in [forged.as_str(), "", "AAAA"] {
        shelf.replace_record(record);
        let other = api.neighbour();
        assert!(other.verify(&signer("attacker").token()).is_err());
        assert!(other.verify(&signer("1").token()).is_ok());
        other.wait(2);
    }
    let events = api.world.events.borrow();
    assert!(events.contains(&Event::StoreUnreadable));
}

#[test]
fn what_an_unsealed_store_says_is_nothing_to_who_has_a_seal_key() {
    let (api, shelf) = well();
    api.verify(&signer("1").token()).unwrap();
    let forged = shelf
        .record()
        .replace(&encode(signer("1").key), &encode(signer("attacker").key));
    shelf.replace_record(&forged);
    let lax = api.neighbour();
    let attack = Signer {
        key_id: Some("1"),
        ..signer("attacker")
    };
    lax.verify(&attack.token()).expect("as is documented");
    let strict = lax.with(|options| options.seal_key = Some("seal".into()));
    assert!(!strict.cached(&attack.token()));
    assert_eq!(strict.reason(&attack.token()), Some("signature"));
    assert_eq!(strict.reason(&signer("1").token()), None);
}

#[test]
fn what_is_no_record_is_a_miss() {
    let records = [
        "",
        "null",
        "{}",
        r#"{"keys":[]}"#,
        r#"{"v":0,"asked_at":1800000000000,"keys":[{"kty":"EC"}]}"#,
        r#"{"v":1,"asked_at":"now","keys":[]}"#,
        r#"{"v":1,"asked_at":1800000000000,"keys":[]}"#,
    ];
    for record in records {
        let (api, shelf) = well();
        api.verify(&signer("1").token()).unwrap();
        shelf.replace_record(record);
        api.neighbour().verify(&signer("1").token()).unwrap();
        assert_eq!(api.sent(), 2, "{record}");
    }
}

#[test]
fn a_record_from_the_future_is_of_now() {
    let (api, shelf) = well();
    api.verify(&signer("1").token()).unwrap();
    let ahead = shelf
        .record()
        .replace(r#""asked_at":18"#, r#""asked_at":98"#);
    shelf.replace_record(&ahead);
    let other = api.neighbour();
    other.verify(&signer("1").token()).unwrap();
    assert_eq!(api.sent(), 1);
    api.wait(601);
    shelf.mood.set(Mood::Failing);
    other.verify(&signer("1").token()).unwrap();
    assert_eq!(api.sent(), 2, "they are asked for again");
}

#[test]
fn whatever_the_store_does_costs_at_most_its_deadline() {
    for mood in [Mood::Failing, Mood::Silent, Mood::Slow(60_000), Mood::Blind] {
        let (api, shelf) = well();
        shelf.mood.set(mood);
        let begun_ms = api.world.isolate.now_ms();
        api.verify(&signer("1").token()).unwrap();
        let passed_ms = api.world.isolate.now_ms() - begun_ms;
        assert!(passed_ms <= 251, "{mood:?}: {passed_ms}");
        let events = api.world.events.borrow();
        let is_told = |event: &Event| {
            matches!(
                event,
                Event::StoreError {
                    operation: "get",
                    ..
                }
            )
        };
        assert!(events.iter().any(is_told), "{mood:?}");
    }
}

#[test]
fn a_store_says_nothing_while_the_server_is_down() {
    let (api, _) = shared(|_| Reply::broken(0));
    let error = api.verify(&signer("1").token()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::TokenUnverifiable);
    assert!(error.retry_after_ms().is_none_or(|ms| ms <= 30 * SECOND_MS));
}
