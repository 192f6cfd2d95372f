//! Tokens that are renewed for whoever holds them.

use std::cell::RefCell;

use edge_oauth2::protocol::form::{self, Parameters};
use edge_oauth2::{ClientOptions, ErrorCode, Grant, HeldToken, Renewed, Token};

use super::*;

type Answer = Rc<RefCell<Option<(Result<Renewed<()>, edge_oauth2::Error>, u64)>>>;

/// Answers the n-th request after `delay_ms` of it with `token-n` and `refresh-n`, from 1.
fn numbered(delay_ms: impl Fn(&Parameters) -> u64 + 'static) -> (World, Rc<Shelf>) {
    shared_by(move |n, request| {
        let form = form::decode(std::str::from_utf8(&request.body).unwrap());
        let number = n + 1;
        let body = format!(
            r#"{{"access_token":"token-{number}","expires_in":3600,"refresh_token":"refresh-{number}"}}"#
        );
        Reply::After(delay_ms(&form), Ok(support::response(200, body)))
    })
}

fn has(form: &Parameters, name: &str) -> bool {
    form.iter().any(|(it, _)| it == name)
}

/// The refresh tokens that were spent.
fn spent(world: &World) -> Vec<String> {
    let sent = world.network.sent.borrow();
    sent.iter()
        .filter_map(|request| {
            let form = form::decode(std::str::from_utf8(&request.body).unwrap());
            form.into_iter()
                .find_map(|(name, value)| (name == "refresh_token").then_some(value))
        })
        .collect()
}

fn standing() -> ClientOptions {
    ClientOptions {
        grant: Grant::RefreshToken {
            refresh_token: "refresh-0".into(),
        },
        ..options()
    }
}

fn held(access_token: &str, refresh_token: &str, is_own: bool) -> HeldToken {
    HeldToken {
        access_token: Some(access_token.into()),
        refresh_token: Some(refresh_token.into()),
        raw: None,
        is_own,
    }
}

fn audience() -> Parameters {
    vec![("audience".into(), "one".into())]
}

fn ask_as(world: &World, options: ClientOptions) -> Token {
    let token = world.token(config(options)).expect("a token");
    world.isolate.run_for(100);
    token
}

fn begin(world: &World, options: ClientOptions, held: HeldToken, with: Parameters) -> Answer {
    let (request, source) = world.source(config(options));
    world
        .isolate
        .call(request, async move { source.renewed(&held, &with).await })
}

/// The text of the access token, and whether it is the configuration's.
fn outcome(answer: &Answer) -> (String, bool) {
    let answer = answer.borrow();
    let (result, _) = answer.as_ref().expect("an answer");
    let renewed = result.as_ref().expect("a token");
    let text = renewed.cached.token.access_token.expose().to_owned();
    (text, renewed.is_kept)
}

fn renew(
    world: &World,
    options: ClientOptions,
    held: HeldToken,
    with: Parameters,
) -> (String, bool) {
    let answer = begin(world, options, held, with);
    world.isolate.run_for(5 * SECOND_MS);
    outcome(&answer)
}

fn kept(number: usize) -> (String, bool) {
    (token(number), true)
}

fn access_token(world: &World, options: ClientOptions) -> String {
    ask_as(world, options).access_token.expose().to_owned()
}

#[test]
fn one_of_its_own_that_was_renewed_is_not_renewed_again() {
    let (world, _) = numbered(|_| 50);
    ask_as(&world, standing());
    let first = || held("token-1", "refresh-1", true);
    assert_eq!(renew(&world, standing(), first(), Vec::new()), kept(2));
    assert_eq!(renew(&world, standing(), first(), Vec::new()), kept(2));
    // With parameters it is the newest that is renewed.
    assert_eq!(renew(&world, standing(), first(), audience()), kept(3));
    assert_eq!(access_token(&world, standing()), "token-3");
    assert_eq!(spent(&world), ["refresh-0", "refresh-1", "refresh-2"]);
}

#[test]
fn parameters_are_sent_whoever_else_renews_at_the_time() {
    for has_lease in [false, true] {
        let (world, shelf) = numbered(|_| 200);
        shelf.has_lease.set(has_lease);
        ask_as(&world, standing());
        let first = || held("token-1", "refresh-1", true);
        let plain = begin(&world, standing(), first(), Vec::new());
        world.isolate.run_for(50);
        let special = begin(&world, standing(), first(), audience());
        world.isolate.run_for(5 * SECOND_MS);
        assert_eq!([outcome(&plain), outcome(&special)], [kept(2), kept(3)]);
        assert_eq!(spent(&world), ["refresh-0", "refresh-1", "refresh-2"]);
        let sent = world.network.sent.borrow();
        let last = String::from_utf8(sent.last().unwrap().body.clone()).unwrap();
        assert!(last.contains("audience=one"), "{last}");
    }
}

#[test]
fn one_of_elsewhere_is_its_holders_affair() {
    let (world, shelf) = numbered(|_| 50);
    ask_as(&world, standing());
    let puts = shelf.count("put");
    for parameters in [Vec::new(), audience()] {
        let theirs = held("theirs", "their-refresh", false);
        let (text, is_kept) = renew(&world, standing(), theirs, parameters);
        assert!(text != "token-1" && !is_kept);
    }
    assert_eq!(access_token(&world, standing()), "token-1");
    assert_eq!(shelf.count("put"), puts);
    assert_eq!(spent(&world)[1..], ["their-refresh", "their-refresh"]);
}

#[test]
fn one_with_the_newest_refresh_token_in_the_store_is_not_of_elsewhere() {
    let (world, _) = numbered(|_| 50);
    ask_as(&world, standing());
    let stored = held("token-1", "refresh-1", false);
    let other = world.neighbour();
    assert_eq!(renew(&other, standing(), stored, Vec::new()), kept(2));
    assert_eq!(access_token(&world.neighbour(), standing()), "token-2");
}

#[test]
fn one_with_the_refresh_token_of_the_configuration_is_not_of_elsewhere() {
    let (world, _) = numbered(|_| 50);
    let given = held("old", "refresh-0", false);
    assert_eq!(renew(&world, standing(), given, Vec::new()), kept(1));
    assert_eq!(access_token(&world, standing()), "token-1");
}

#[test]
fn what_is_adopted_wins_over_what_is_on_its_way() {
    // The grant takes long; a refresh, which client credentials never make by themselves, does not.
    let (world, shelf) = numbered(|form| if has(form, "refresh_token") { 50 } else { 400 });
    shelf.has_lease.set(true);
    ask_as(&world, options());
    world.isolate.run_for(2 * HOUR_MS);
    let flight = {
        let (request, source) = world.source(config(options()));
        world
            .isolate
            .call(request, async move { source.token().await })
    };
    world.isolate.run_for(100);
    let first = held("token-1", "refresh-1", true);
    let adopted = begin(&world, options(), first, audience());
    world.isolate.run_for(5 * SECOND_MS);
    assert_eq!(outcome(&adopted), kept(3));
    assert!(flight.borrow().as_ref().unwrap().0.is_ok());
    assert_eq!(access_token(&world, options()), "token-3");
    // It is put last, and under a lease of its own.
    assert_eq!(access_token(&world.neighbour(), options()), "token-3");
    let fences = shelf.fences.borrow();
    assert!(fences.last().unwrap().is_some());
    assert_ne!(fences[fences.len() - 2], fences[fences.len() - 1]);
}

#[test]
fn what_is_adopted_is_there_although_the_store_is_not() {
    use crate::support::store::Mood;
    for mood in [Mood::Failing, Mood::Silent, Mood::Slow(300)] {
        let (world, shelf) = numbered(|_| 50);
        ask_as(&world, options());
        shelf.mood.set(mood);
        let first = held("token-1", "refresh-1", true);
        let answer = begin(&world, options(), first, audience());
        world.isolate.run_for(30 * SECOND_MS);
        assert_eq!(outcome(&answer), kept(2), "{mood:?}");
        assert_eq!(access_token(&world, options()), "token-2");
    }
}

#[test]
fn a_refresh_token_that_may_be_spent_is_not_sent_again() {
    let rows = [
        (Reply::status(10, 500), 1, ErrorCode::HttpStatus),
        (Reply::broken(10), 1, ErrorCode::Network),
        (Reply::Never, 1, ErrorCode::Timeout),
        (
            Reply::now(400, r#"{"error":"invalid_grant"}"#),
            1,
            ErrorCode::ReauthorizationRequired,
        ),
    ];
    for (reply, requests, code) in rows {
        let world = World::new(move |_, _| reply.clone());
        let theirs = held("theirs", "their-refresh", false);
        let answer = begin(&world, options(), theirs, Vec::new());
        world.isolate.run_for(30 * SECOND_MS);
        let answer = answer.borrow();
        let (result, _) = answer.as_ref().unwrap();
        assert_eq!(result.as_ref().expect_err("no token").code(), code);
        assert_eq!(world.sent(), requests, "{code}");
    }
    let world = World::new(|n, _| match n {
        0 => Reply::status(10, 429),
        1 => Reply::status(10, 503),
        _ => Reply::token(10, &token(n)),
    });
    let theirs = held("theirs", "their-refresh", false);
    assert_eq!(renew(&world, options(), theirs, Vec::new()).0, "token-2");
}
