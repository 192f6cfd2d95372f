//! Answers that instances share.

use edge_oauth2::ErrorCode;

use super::support::host::{Reply, World};
use super::support::store::{Mood, Shelf};
use super::support::{check_rows, same};
use super::*;

fn shared_by(
    options: IntrospectorOptions,
    script: impl Fn(usize, &HttpRequest) -> Reply + 'static,
) -> (Api, Rc<Shelf>) {
    let shelf = Rc::<Shelf>::default();
    let mut world = World::new(script);
    world.shelf = Some(Rc::clone(&shelf));
    (Api::new(options, world), shelf)
}

fn shared() -> (Api, Rc<Shelf>) {
    shared_by(options(), |n, _| {
        Reply::now(200, format!(r#"{{"active":true,"sub":"user-{n}"}}"#))
    })
}

/// Asks, and lets what is in the background end.
fn ask(api: &Api, token: &'static str) -> String {
    let answer = api.ask(token).expect("an answer");
    api.wait_ms(100);
    answer.introspection.sub.clone().expect("whose")
}

#[test]
fn what_one_instance_was_told_all_know() {
    let (api, shelf) = shared();
    assert_eq!(ask(&api, "token"), "user-0");
    assert_eq!(ask(&api.neighbour(), "token"), "user-0");
    assert_eq!(api.sent(), 1);
    assert_eq!(
        shelf
            .log
            .borrow()
            .iter()
            .find(|it| it.0 == "put")
            .expect("a put")
            .1,
        60
    );
}

#[test]
fn an_answer_does_not_get_younger_on_the_way() {
    let (api, _) = shared();
    ask(&api, "token");
    api.wait_seconds(40);
    let neighbour = api.neighbour();
    assert_eq!(ask(&neighbour, "token"), "user-0");
    api.wait_seconds(20);
    assert_eq!(ask(&neighbour, "token"), "user-1");
}

#[test]
fn a_clock_that_is_ahead_lengthens_no_answer() {
    let (api, _) = shared();
    api.world.isolate.shift_clock(3_600_000);
    ask(&api, "token");
    api.world.isolate.shift_clock(-3_600_000);
    assert_eq!(ask(&api.neighbour(), "token"), "user-1");
    // A few seconds are nothing unusual.
    api.world.isolate.shift_clock(2_000);
    ask(&api, "another");
    api.world.isolate.shift_clock(-2_000);
    let neighbour = api.neighbour();
    assert_eq!(ask(&neighbour, "another"), "user-2");
    api.wait_seconds(60);
    assert_eq!(ask(&neighbour, "another"), "user-3");
}

#[test]
fn the_store_sees_neither_token_nor_answer() {
    let (api, shelf) = shared();
    ask(&api, "the-presented-token");
    let records = shelf.records.borrow();
    let (key, record) = records.iter().next().expect("a record");
    for secret in ["the-presented-token", "user-0", "active", "api-secret"] {
        assert!(
            !key.contains(secret) && !record.contains(secret),
            "{secret}"
        );
    }
    assert!(key.starts_with("edge-oauth2:"));
}

#[test]
fn what_was_tampered_with_is_a_miss() {
    let (api, shelf) = shared();
    ask(&api, "token");
    let record = shelf.record();
    let forged = format!(
        r#"{{"v":1,"params":[],"asked_at":{},"answer":{ACTIVE}}}"#,
        NOW * 1000
    );
    let rows = [
        ("nothing", String::new()),
        ("nonsense", "nonsense".to_owned()),
        ("not sealed", forged),
        (
            "cut",
            record
                .strip_suffix(|_: char| true)
                .expect("text")
                .to_owned(),
        ),
        ("changed", record.replace('A', "B")),
    ];
    check_rows(rows, |text| {
        shelf.replace_record(&text);
        let sent = api.sent();
        let answer = api.neighbour().ask("token").expect("an answer");
        same((answer.introspection.active, api.sent()), (true, sent + 1))
    });
}

/// Whoever writes the store could otherwise let anybody in by moving records.
#[test]
fn a_record_that_was_put_for_another_token_is_a_miss() {
    let (api, shelf) = shared_by(options(), |_, request| {
        let is_good = parameter(request, "token").as_deref() == Some("good");
        Reply::now(200, format!(r#"{{"active":{is_good}}}"#))
    });
    api.ask("good").expect("an answer");
    api.wait_ms(100);
    let record = shelf.record();
    // Where the bad token's would be.
    let elsewhere = Api::new(options(), api.world.neighbour());
    *shelf.records.borrow_mut() = Default::default();
    let bad_key = {
        let told = shared_by(options(), |_, _| Reply::now(200, ACTIVE));
        told.0.ask("bad").expect("an answer");
        told.0.wait_ms(100);
        told.1
            .records
            .borrow()
            .keys()
            .next()
            .expect("a key")
            .clone()
    };
    shelf.records.borrow_mut().insert(bad_key, record);
    assert!(!elsewhere.is_active("bad"));
    assert!(api.events().contains(&"store_unreadable"));
}

#[test]
fn an_introspector_with_another_secret_reads_nothing_of_it() {
    let (api, _) = shared();
    ask(&api, "token");
    let other = IntrospectorOptions {
        client: ClientOptions {
            seal_key: Some("another".into()),
            ..client()
        },
        ..options()
    };
    assert_eq!(
        ask(&Api::new(other, api.world.neighbour()), "token"),
        "user-1"
    );
}

#[test]
fn an_introspector_of_another_server_takes_nothing_of_it() {
    let (api, _) = shared();
    ask(&api, "token");
    let at = |url: &str| IntrospectorOptions {
        introspection_url: Some(url.into()),
        ..options()
    };
    let other = Api::new(at("https://other.example.com/i"), api.world.neighbour());
    assert_eq!(ask(&other, "token"), "user-1");
    assert_eq!(
        ask(
            &Api::new(at(INTROSPECTION_URL), api.world.neighbour()),
            "token"
        ),
        "user-0"
    );
}

#[test]
fn who_wants_the_newest_answer_does_not_look_into_the_store() {
    let (api, shelf) = shared();
    ask(&api, "token");
    let gets = shelf.count("get");
    let newest = api.ask_with("token", &[], Some(0)).expect("an answer");
    assert_eq!(newest.introspection.sub.as_deref(), Some("user-1"));
    assert_eq!(shelf.count("get"), gets);
    // It is there for all others.
    api.wait_ms(100);
    assert_eq!(ask(&api.neighbour(), "token"), "user-1");
}

#[test]
fn bad_tokens_do_not_fill_the_store() {
    let (api, shelf) = shared_by(options(), |_, _| Reply::now(200, INACTIVE));
    for token in ["a", "b", "c"] {
        assert!(!api.is_active(token));
    }
    api.wait_seconds(1);
    assert_eq!(shelf.count("put"), 0);
    assert_eq!(shelf.count("delete"), 0);
}

#[test]
fn what_is_over_soon_is_not_put() {
    let (api, shelf) = shared_by(options(), |_, _| {
        Reply::now(200, format!(r#"{{"active":true,"exp":{}}}"#, NOW + 1))
    });
    api.wait_ms(500);
    api.is_active("token");
    api.wait_seconds(1);
    assert_eq!(shelf.count("put"), 0);
}

#[test]
fn a_store_that_keeps_nothing_short_keeps_answers_for_as_long_as_it_must() {
    let (api, shelf) = shared_by(options(), |n, _| {
        Reply::now(
            200,
            format!(r#"{{"active":{},"exp":{}}}"#, n == 0, NOW + 20),
        )
    });
    shelf.min_ttl_seconds.set(60);
    assert!(api.is_active("token"));
    api.wait_ms(100);
    assert_eq!(shelf.log.borrow().last().expect("a put").1, 60);
    api.wait_seconds(10);
    assert!(api.neighbour().is_active("token"));
    api.wait_seconds(11);
    assert!(!api.neighbour().is_active("token"));
}

#[test]
fn a_token_that_turns_out_to_be_bad_is_taken_out() {
    let (api, shelf) = shared_by(options(), |n, _| {
        Reply::now(200, if n == 0 { ACTIVE } else { INACTIVE })
    });
    assert!(api.is_active("token"));
    api.wait_seconds(60);
    assert!(!api.is_active("token"));
    api.wait_seconds(1);
    assert!(shelf.records.borrow().is_empty());
}

#[test]
fn what_is_forgotten_is_taken_out() {
    let (api, shelf) = shared();
    ask(&api, "token");
    api.forget("token");
    assert!(shelf.records.borrow().is_empty());
    assert_eq!(ask(&api.neighbour(), "token"), "user-1");
}

#[test]
fn what_is_forgotten_while_it_is_put_does_not_stay() {
    let (api, shelf) = shared();
    shelf.mood.set(Mood::Slow(200));
    let (_, answer) = call(&api, "token");
    // Read, asked, and being put.
    api.wait_ms(300);
    assert!(answer.borrow().is_some());
    // It is taken out before it is there.
    shelf.mood.set(Mood::Well);
    let (request, introspector) = api.introspector();
    api.world
        .isolate
        .call(request, async move { introspector.forget("token").await });
    api.wait_seconds(2);
    assert!(shelf.records.borrow().is_empty());
    assert!(api.cached("token").is_none());
}

#[test]
fn answers_to_other_parameters_are_not_mixed_up() {
    let (api, _) = shared();
    let of = |api: &Api, tenant: &'static str| {
        let answer = api
            .ask_with("token", &[("tenant", tenant)], None)
            .expect("an answer");
        api.wait_ms(100);
        answer.introspection.sub.clone().expect("whose")
    };
    assert_eq!(of(&api, "a"), "user-0");
    assert_eq!(of(&api.neighbour(), "a"), "user-0");
    assert_eq!(of(&api.neighbour(), "b"), "user-1");
    assert_eq!(ask(&api.neighbour(), "token"), "user-2");
    // Whatever is there, it is forgotten with the token.
    api.forget("token");
    assert_eq!(of(&api.neighbour(), "b"), "user-3");
}

#[test]
fn a_store_that_is_down_costs_its_deadline_once_in_a_while() {
    let rows = [
        ("failing", Mood::Failing),
        ("silent", Mood::Silent),
        ("slow", Mood::Slow(60_000)),
    ];
    check_rows(rows, |mood| {
        let (api, shelf) = shared();
        shelf.mood.set(mood);
        let tokens = ["a", "b", "c", "d", "e", "f"];
        let began_ms = api.world.isolate.now_ms();
        let are_active = tokens.iter().all(|token| api.is_active(token));
        let waited_ms = api.world.isolate.now_ms() - began_ms;
        same(
            (
                are_active,
                waited_ms <= 800,
                api.events().contains(&"store_error"),
            ),
            (true, true, true),
        )
    });
}

#[test]
fn a_store_that_fails_repeats_no_token() {
    let (api, shelf) = shared();
    shelf.mood.set(Mood::Failing);
    "cannot keep the-presented-token of api-secret".clone_into(&mut shelf.words.borrow_mut());
    ask(&api, "the-presented-token");
    let events = format!("{:?}", api.world.events.borrow());
    assert!(
        events.contains("cannot keep [redacted] of [redacted]"),
        "{events}"
    );
}

#[test]
fn an_old_answer_of_another_instance_is_better_than_none() {
    let patient = IntrospectorOptions {
        stale_if_error_seconds: 120,
        ..options()
    };
    let (api, _) = shared_by(patient, |n, _| match n {
        0 => Reply::now(200, ACTIVE),
        _ => Reply::status(0, 503),
    });
    assert!(api.is_active("token"));
    api.wait_seconds(90);
    assert!(api.neighbour().is_active("token"));
    api.wait_seconds(90);
    assert_eq!(
        api.neighbour().ask("token").expect_err("an error").code(),
        ErrorCode::HttpStatus
    );
}

#[test]
fn a_newer_answer_in_the_store_is_taken_before_the_server_is_asked() {
    let (api, _) = shared();
    let neighbour = api.neighbour();
    ask(&api, "token");
    api.wait_seconds(30);
    ask(&neighbour, "token");
    neighbour
        .ask_with("token", &[], Some(0))
        .expect("an answer");
    api.wait_seconds(15);
    // Due here, but the other instance has had it renewed.
    ask(&api, "token");
    assert_eq!(ask(&api, "token"), "user-1");
    assert_eq!(api.sent(), 2);
}

#[test]
fn nothing_is_shared_without_a_key() {
    let nobody = IntrospectorOptions {
        client: ClientOptions::default(),
        ..options()
    };
    let (api, _) = shared_by(nobody, |_, _| Reply::now(200, ACTIVE));
    let error = api.ask("token").expect_err("an error");
    assert_eq!(error.option(), Some("sealKey"));
    assert_eq!(
        api.config.check_sealing().expect_err("an error").option(),
        Some("sealKey")
    );
    assert!(config(options()).check_sealing().is_ok());
}
