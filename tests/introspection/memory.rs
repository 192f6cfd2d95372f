//! What callers present does not fill the memory.

use super::support::host::Reply;
use super::*;

fn figure(api: &Api, name: &str) -> usize {
    let shown = format!("{:?}", api.memory);
    let (_, rest) = shown.split_once(&format!("{name}: ")).expect("a figure");
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().expect("a number")
}

/// Asks about many tokens in one request.
fn flood(api: &Api, from: usize, count: usize) {
    api.block_on(|introspector| async move {
        for n in from..from + count {
            let answer = introspector
                .introspect(&format!("random-{n}"), &Vec::new(), None)
                .await;
            answer.expect("an answer");
        }
    });
}

#[test]
fn bad_tokens_evict_no_good_one() {
    let few = IntrospectorOptions {
        cache_entries: 50,
        ..options()
    };
    let api = Api::new(
        few,
        World::new(|_, request| match parameter(request, "token").as_deref() {
            Some("good") => Reply::now(200, ACTIVE),
            _ => Reply::now(200, INACTIVE),
        }),
    );
    assert!(api.is_active("good"));
    flood(&api, 0, 1_000);
    assert!(api.cached("good").is_some());
    assert_eq!(figure(&api, "introspected_tokens"), 51);
    let bytes = figure(&api, "bytes");
    flood(&api, 1_000, 1_000);
    assert_eq!(figure(&api, "introspected_tokens"), 51);
    assert_eq!(figure(&api, "bytes"), bytes);
    assert_eq!(figure(&api, "flights"), 0);
}

#[test]
fn the_least_recently_used_gives_way() {
    let two = IntrospectorOptions {
        cache_entries: 2,
        ..options()
    };
    let api = Api::new(two, World::new(|_, _| Reply::now(200, ACTIVE)));
    api.is_active("a");
    api.is_active("b");
    assert!(api.cached("a").is_some());
    api.is_active("c");
    assert!(api.cached("a").is_some());
    assert!(api.cached("b").is_none());
}

#[test]
fn a_token_is_remembered_with_a_few_parameters_only() {
    let api = Api::plain(|_, _| Reply::now(200, ACTIVE));
    let ask = |tenant: usize| {
        let tenant = tenant.to_string();
        api.ask_with("token", &[("tenant", &tenant)], None)
            .expect("an answer");
    };
    (0..100).for_each(ask);
    let bytes = figure(&api, "bytes");
    (100..200).for_each(ask);
    assert_eq!(figure(&api, "introspected_tokens"), 1);
    assert_eq!(figure(&api, "bytes"), bytes);
    ask(199);
    assert_eq!(api.sent(), 200);
    ask(0);
    assert_eq!(api.sent(), 201);
}

#[test]
fn large_answers_are_bounded_by_their_bytes() {
    let api = Api::plain(|n, _| {
        let blob = "x".repeat(200_000);
        Reply::now(
            200,
            format!(r#"{{"active":true,"sub":"{n}","blob":"{blob}"}}"#),
        )
    });
    flood(&api, 0, 100);
    assert!(figure(&api, "bytes") <= 32 * 1024 * 1024);
    assert!(figure(&api, "introspected_tokens") < 100);
}

#[test]
fn an_answer_that_is_larger_than_all_room_is_used_and_not_kept() {
    let api = Api::plain(|_, _| {
        let blob = "[],".repeat(300_000);
        Reply::now(200, format!(r#"{{"active":true,"blob":[{blob}0]}}"#))
    });
    assert!(api.is_active("token"));
    assert!(api.cached("token").is_none());
    assert_eq!(figure(&api, "bytes"), 0);
}

/// Whoever knows the key of the digests can make two tokens with the same.
#[test]
fn without_randomness_nothing_is_remembered() {
    let api = Api::plain(|_, _| Reply::now(200, ACTIVE));
    api.world.is_random.set(false);
    assert!(api.is_active("token") && api.is_active("token"));
    assert_eq!(api.sent(), 2);
    assert!(api.cached("token").is_none());
    assert_eq!(figure(&api, "introspected_tokens"), 0);
    // As in a Worker before its first request.
    api.world.is_random.set(true);
    assert!(api.is_active("token") && api.is_active("token"));
    assert_eq!(api.sent(), 3);
}

/// Leaders that vanish leave their flights behind.
#[test]
fn flights_that_nobody_ends_are_bounded() {
    let api = Api::plain(|_, _| Reply::Never);
    let (request, introspector) = api.introspector();
    let introspector = Rc::new(introspector);
    for n in 0..10_050 {
        let introspector = Rc::clone(&introspector);
        let asks = async move {
            let token = format!("random-{n}");
            let _ = introspector.introspect(&token, &Vec::new(), None).await;
        };
        // Begun, and left.
        let mut asks = Box::pin(asks);
        let waker = std::task::Waker::noop();
        let _ = asks
            .as_mut()
            .poll(&mut std::task::Context::from_waker(waker));
    }
    api.world.isolate.kill(request);
    assert_eq!(figure(&api, "flights"), 10_000);
}
