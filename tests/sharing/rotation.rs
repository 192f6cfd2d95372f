//! Refresh tokens that are good for one use: whoever spends one must hand on the next.

use std::cell::{Cell, RefCell};

use edge_oauth2::protocol::form;
use edge_oauth2::{Cached, ClientOptions, ErrorCode, Grant, Token};

use super::*;
use crate::support::host::TestHost;
use crate::support::isolate::START_MS;
use crate::support::store::Mood;

/// A server that rotates: `refresh-0` is good at first, each answer brings the next, and one that was
/// spent is good no more. `token-1` is what `refresh-0` brings.
#[derive(Default)]
struct Line {
    good: Cell<usize>,
    /// What was asked for, in its order.
    spent: RefCell<Vec<String>>,
    /// Answers that are given instead, the last first. They spend nothing.
    mishaps: RefCell<Vec<Reply>>,
}

impl Line {
    fn answer(&self, request: &HttpRequest) -> Reply {
        if let Some(mishap) = self.mishaps.borrow_mut().pop() {
            return mishap;
        }
        let form = form::decode(std::str::from_utf8(&request.body).unwrap());
        let value = |name| form.iter().find(|(it, _)| it == name).unwrap().1.clone();
        assert_eq!(value("grant_type"), "refresh_token");
        let spent = value("refresh_token");
        self.spent.borrow_mut().push(spent.clone());
        if spent != format!("refresh-{}", self.good.get()) {
            return Reply::After(
                50,
                Ok(support::response(400, r#"{"error":"invalid_grant"}"#)),
            );
        }
        self.good.set(self.good.get() + 1);
        let number = self.good.get();
        let body = format!(
            r#"{{"access_token":"token-{number}","expires_in":3600,"refresh_token":"refresh-{number}"}}"#
        );
        Reply::After(50, Ok(support::response(200, body)))
    }

    fn spent(&self) -> Vec<String> {
        self.spent.borrow().clone()
    }
}

fn rotating() -> (World, Rc<Shelf>, Rc<Line>) {
    let line = Rc::<Line>::default();
    let server = Rc::clone(&line);
    let (world, shelf) = shared_by(move |_, request| server.answer(request));
    (world, shelf, line)
}

fn standing() -> ClientOptions {
    ClientOptions {
        grant: Grant::RefreshToken {
            refresh_token: "refresh-0".into(),
        },
        ..options()
    }
}

/// Whoever writes to the store may put an old record back. An isolate that knows better takes nothing of it.
#[test]
fn an_older_record_is_not_taken_by_who_knows_a_newer_one() {
    for has_lease in [true, false] {
        let (world, shelf, line) = rotating();
        shelf.has_lease.set(has_lease);
        assert_eq!(ask(&world), "token-1");
        let old = shelf.record();
        world.isolate.run_for(HOUR_MS / 2);
        let refreshed = |world: &World| {
            let (request, source) = world.source(config(standing()));
            let cached = world
                .isolate
                .block_on(request, async move { source.refreshed().await });
            world.isolate.run_for(100);
            cached.map(|cached| cached.token.access_token.expose().to_owned())
        };
        assert_eq!(refreshed(&world).unwrap(), "token-2");
        shelf.replace_record(&old);
        // The API refuses what this isolate has: it looks into the store.
        let (_, source) = world.source(config(standing()));
        assert!(
            source
                .client_state()
                .refuse("token-2", world.isolate.clock_ms())
        );
        assert_eq!(
            ask(&world),
            "token-3",
            "the access token of before is as old"
        );
        assert_eq!(line.spent(), ["refresh-0", "refresh-1", "refresh-2"]);
        shelf.replace_record(&old);
        world.isolate.run_for(2 * HOUR_MS);
        assert_eq!(ask(&world), "token-4");
        assert_eq!(line.spent().last().map(String::as_str), Some("refresh-3"));
    }
}

fn try_ask(world: &World) -> Result<String, edge_oauth2::Error> {
    let token = world.token(config(standing()));
    world.isolate.run_for(2 * SECOND_MS);
    token.map(|token| token.access_token.expose().to_owned())
}

fn ask(world: &World) -> String {
    try_ask(world).expect("a token")
}

type Answer = Rc<RefCell<Option<(Result<Rc<Cached<()>>, edge_oauth2::Error>, u64)>>>;

/// Begins to ask, without waiting for the answer.
fn begin(world: &World) -> (usize, Answer) {
    begin_with(world, standing())
}

fn begin_with(world: &World, options: ClientOptions) -> (usize, Answer) {
    let (request, source): (_, TokenSource<TestHost>) = world.source(config(options));
    let answer = world
        .isolate
        .call(request, async move { source.token().await });
    (request, answer)
}

fn access_token(answer: &Answer) -> String {
    let answer = answer.borrow();
    let (result, _) = answer.as_ref().expect("an answer");
    let token: &Token = &result.as_ref().expect("a token").token;
    token.access_token.expose().to_owned()
}

#[test]
fn the_newest_refresh_token_is_spent_next() {
    let (world, _, line) = rotating();
    assert_eq!(ask(&world), "token-1");
    world.isolate.run_for(2 * HOUR_MS);
    assert_eq!(ask(&world), "token-2");
    assert_eq!(line.spent(), ["refresh-0", "refresh-1"]);
}

#[test]
fn a_server_that_sends_no_new_one_accepts_the_old_one() {
    let asked = Rc::<RefCell<Vec<String>>>::default();
    let log = Rc::clone(&asked);
    let (world, _) = shared_by(move |n, request| {
        let body = String::from_utf8(request.body.clone()).unwrap();
        log.borrow_mut().push(body);
        living(n, 3600)
    });
    for _ in 0..2 {
        let token = world.token(config(standing())).expect("a token");
        assert_eq!(token.refresh_token.unwrap().expose(), "refresh-0");
        world.isolate.run_for(2 * HOUR_MS);
    }
    assert!(asked.borrow()[1].contains("refresh_token=refresh-0"));
}

#[test]
fn a_new_instance_finds_it_in_the_store_long_after_the_access_token_is_over() {
    let (world, _, line) = rotating();
    assert_eq!(ask(&world), "token-1");
    world.isolate.run_for(100 * 24 * HOUR_MS);
    assert_eq!(ask(&world.neighbour()), "token-2");
    assert_eq!(line.spent(), ["refresh-0", "refresh-1"]);
}

#[test]
fn the_store_is_told_to_keep_it_longer_than_servers_do() {
    let (world, shelf, _) = rotating();
    ask(&world);
    let (operation, ttl_seconds, _) = *shelf.log.borrow().last().unwrap();
    assert_eq!(operation, "put");
    assert!(ttl_seconds > 183 * 24 * 3600);
}

#[test]
fn with_a_lease_a_herd_spends_each_once() {
    let (world, shelf, line) = rotating();
    shelf.has_lease.set(true);
    shelf.mood.set(Mood::Slow(20));
    for round in 1..=3 {
        let herd: Vec<_> = (0..20).map(|_| begin(&world.neighbour())).collect();
        world.isolate.run_for(10 * SECOND_MS);
        for (_, answer) in &herd {
            assert_eq!(access_token(answer), format!("token-{round}"));
        }
        world.isolate.run_for(2 * HOUR_MS);
    }
    assert_eq!(line.spent(), ["refresh-0", "refresh-1", "refresh-2"]);
}

#[test]
fn with_a_lease_nobody_spends_while_a_holder_may_still_be_answered() {
    let (world, shelf, line) = rotating();
    shelf.has_lease.set(true);
    line.mishaps.borrow_mut().push(Reply::Never);
    let (holder, _) = begin(&world.neighbour());
    world.isolate.run_for(100);
    world.isolate.kill(holder);
    // It may have been answered until its lease ended; nobody else asks before.
    let begun_at_ms = world.isolate.now_ms();
    let (_, answer) = begin(&world.neighbour());
    world.isolate.run_for(10 * SECOND_MS);
    assert_eq!(access_token(&answer), "token-1");
    let (_, answered_at_ms) = *answer.borrow().as_ref().unwrap();
    assert!(answered_at_ms - begun_at_ms > 7_000);
    assert!(answered_at_ms - begun_at_ms < 9_500);
}

/// The lease ends after 7.5 s, the caller's time after 10 s.
#[test]
fn a_holder_gives_up_before_its_lease_ends() {
    let (world, shelf, line) = rotating();
    shelf.has_lease.set(true);
    line.mishaps.borrow_mut().push(Reply::Never);
    let (_, answer) = begin(&world);
    world.isolate.run_for(7 * SECOND_MS);
    let answer = answer.borrow();
    let (result, at_ms) = answer.as_ref().expect("an answer");
    let error = result.as_ref().expect_err("no token");
    assert_eq!(error.code(), ErrorCode::Timeout);
    assert!(at_ms - START_MS < 7_000, "{} ms", at_ms - START_MS);
    assert_eq!(world.network.aborted.get(), 1);
}

#[test]
fn with_a_lease_a_store_that_fails_costs_no_refresh_token_while_there_is_an_access_token() {
    let (world, shelf, line) = rotating();
    shelf.has_lease.set(true);
    ask(&world);
    shelf.mood.set(Mood::Failing);
    world.isolate.run_for(HOUR_MS - 300 * SECOND_MS);
    for _ in 0..20 {
        assert_eq!(ask(&world), "token-1");
    }
    assert_eq!(line.spent(), ["refresh-0"]);
    // With the access token the patience ends.
    world.isolate.run_for(HOUR_MS);
    assert_eq!(ask(&world), "token-2");
    assert_eq!(line.spent(), ["refresh-0", "refresh-1"]);
}

#[test]
fn without_a_lease_the_later_of_two_takes_what_the_earlier_got() {
    let (world, shelf, line) = rotating();
    shelf.mood.set(Mood::Slow(200));
    let (_, early) = begin(&world.neighbour());
    let (_, late) = begin(&world.neighbour());
    world.isolate.run_for(10 * SECOND_MS);
    assert_eq!(access_token(&early), "token-1");
    assert_eq!(access_token(&late), "token-1");
    assert_eq!(line.spent(), ["refresh-0", "refresh-0"]);
}

#[test]
fn without_a_lease_a_newer_refresh_token_in_the_store_is_tried_before_failing() {
    let (world, shelf, line) = rotating();
    assert_eq!(ask(&world), "token-1");
    let other = world.neighbour();
    world.isolate.run_for(2 * HOUR_MS);
    assert_eq!(ask(&other), "token-2");
    world.isolate.run_for(2 * HOUR_MS);
    // The store shows the record when it is too late.
    let record = shelf.records.take();
    let (_, answer) = begin(&world);
    world.isolate.run_for(20);
    shelf.records.replace(record);
    world.isolate.run_for(10 * SECOND_MS);
    assert_eq!(access_token(&answer), "token-3");
    assert_eq!(
        line.spent(),
        ["refresh-0", "refresh-1", "refresh-1", "refresh-2"]
    );
}

#[test]
fn a_refresh_token_that_nobody_has_renewed_needs_the_user() {
    let (world, _, line) = rotating();
    line.good.set(7);
    let error = try_ask(&world).expect_err("no token");
    assert_eq!(error.code(), ErrorCode::ReauthorizationRequired);
    assert_eq!(error.response().unwrap().error, "invalid_grant");
    assert_eq!(error.status(), Some(400));
    assert!(!error.retryable());
    assert!(error.to_string().contains("refresh token"), "{error}");
    // It is remembered.
    assert_eq!(try_ask(&world), Err(error));
    assert_eq!(line.spent().len(), 1);
}

#[test]
fn what_another_instance_got_meanwhile_ends_the_failure() {
    let (world, shelf, line) = rotating();
    let other = world.neighbour();
    assert_eq!(ask(&other), "token-1");
    // The store does not show it yet.
    let record = shelf.records.take();
    assert!(try_ask(&world).is_err());
    shelf.records.replace(record);
    assert_eq!(ask(&world), "token-1");
    assert_eq!(line.spent(), ["refresh-0", "refresh-0"]);
}

#[test]
fn one_that_may_be_spent_is_not_sent_again_by_itself() {
    for mishap in [Reply::status(0, 500), Reply::broken(0)] {
        let (world, _, line) = rotating();
        line.mishaps.borrow_mut().push(mishap);
        assert!(try_ask(&world).expect_err("no token").retryable());
        assert_eq!(world.sent(), 1);
    }
    for status in [429, 503] {
        let (world, _, line) = rotating();
        line.mishaps.borrow_mut().push(Reply::status(0, status));
        assert_eq!(ask(&world), "token-1");
        assert_eq!(world.sent(), 2);
    }
}

#[test]
fn it_outlives_a_refused_access_token() {
    let (world, _, line) = rotating();
    ask(&world);
    let (_, source) = world.source(config(standing()));
    assert!(
        source
            .client_state()
            .refuse("token-1", world.isolate.now_ms())
    );
    assert_eq!(ask(&world), "token-2");
    assert_eq!(line.spent(), ["refresh-0", "refresh-1"]);
}

#[test]
fn it_outlives_an_invalidated_access_token_in_the_store_too() {
    let (world, _, line) = rotating();
    ask(&world);
    let (request, source) = world.source(config(standing()));
    let invalidated = async move { source.invalidate().await };
    world.isolate.block_on(request, invalidated);
    assert_eq!(ask(&world.neighbour()), "token-2");
    assert_eq!(line.spent(), ["refresh-0", "refresh-1"]);
}

#[test]
fn a_put_that_fails_is_made_again() {
    let (world, shelf, line) = rotating();
    shelf.mood.set(Mood::Slow(20));
    let (_, answer) = begin(&world);
    // Just before the put.
    world.isolate.run_for(65);
    shelf.mood.set(Mood::Failing);
    world.isolate.run_for(500);
    assert_eq!(access_token(&answer), "token-1");
    shelf.mood.set(Mood::Well);
    world.isolate.run_for(2 * SECOND_MS);
    assert_eq!(ask(&world.neighbour()), "token-1");
    assert_eq!(line.spent(), ["refresh-0"]);
}

#[test]
fn nobody_spends_because_its_own_time_is_short() {
    let (world, shelf, line) = rotating();
    shelf.has_lease.set(true);
    line.mishaps.borrow_mut().push(Reply::Never);
    let (holder, _) = begin(&world.neighbour());
    world.isolate.run_for(100);
    world.isolate.kill(holder);
    let hasty = ClientOptions {
        timeout_ms: 4_000,
        ..standing()
    };
    let (_, answer) = begin_with(&world, hasty);
    world.isolate.run_for(6 * SECOND_MS);
    let answer = answer.borrow();
    let (result, _) = answer.as_ref().expect("an answer");
    assert_eq!(
        result.as_ref().expect_err("no token").code(),
        ErrorCode::Timeout
    );
    assert!(line.spent().is_empty());
}

/// Which refresh token is the newest cannot be known, though the lease is ours.
#[test]
fn a_holder_that_cannot_read_spends_nothing_while_there_is_an_access_token() {
    let (world, shelf, line) = rotating();
    shelf.has_lease.set(true);
    ask(&world);
    shelf.mood.set(Mood::Blind);
    world.isolate.run_for(HOUR_MS - 300 * SECOND_MS);
    assert_eq!(ask(&world), "token-1");
    world.isolate.run_for(5 * SECOND_MS);
    assert_eq!(line.spent(), ["refresh-0"]);
    assert_eq!(shelf.count("release"), shelf.count("acquire"));
}

#[test]
fn a_holder_that_cannot_read_tries_for_a_while() {
    let (world, shelf, line) = rotating();
    shelf.has_lease.set(true);
    ask(&world);
    world.isolate.run_for(2 * HOUR_MS);
    shelf.mood.set(Mood::Blind);
    let (_, answer) = begin(&world.neighbour());
    world.isolate.run_for(SECOND_MS);
    shelf.mood.set(Mood::Well);
    world.isolate.run_for(SECOND_MS);
    assert_eq!(access_token(&answer), "token-2");
    assert_eq!(line.spent(), ["refresh-0", "refresh-1"]);
}

#[test]
fn who_waits_for_the_lease_goes_on_waiting_when_the_store_cannot_be_read() {
    let (world, shelf, line) = rotating();
    shelf.has_lease.set(true);
    line.mishaps.borrow_mut().push(Reply::Never);
    begin(&world.neighbour());
    world.isolate.run_for(100);
    shelf.mood.set(Mood::Blind);
    begin(&world);
    world.isolate.run_for(5 * SECOND_MS);
    assert!(line.spent().is_empty());
}

#[test]
fn without_a_lease_the_later_of_two_gives_the_earlier_time_to_put() {
    let (world, shelf, line) = rotating();
    let (_, early) = begin(&world.neighbour());
    let (_, late) = begin(&world.neighbour());
    world.isolate.run_for(60);
    assert_eq!(access_token(&early), "token-1");
    // The put is seen a second later.
    let record = shelf.records.take();
    world.isolate.run_for(SECOND_MS);
    shelf.records.replace(record);
    world.isolate.run_for(2 * SECOND_MS);
    assert_eq!(access_token(&late), "token-1");
    assert_eq!(line.spent(), ["refresh-0", "refresh-0"]);
}

#[test]
fn a_store_that_shows_an_older_record_takes_no_newer_refresh_token_away() {
    let (world, shelf, line) = rotating();
    ask(&world);
    let old = shelf.record();
    world.isolate.run_for(2 * HOUR_MS);
    assert_eq!(ask(&world), "token-2");
    shelf.replace_record(&old);
    world.isolate.run_for(2 * HOUR_MS);
    assert_eq!(ask(&world), "token-3");
    assert_eq!(line.spent(), ["refresh-0", "refresh-1", "refresh-2"]);
}

/// Found by the simulation: the wait for the put's turn outlasted the lease.
#[test]
fn what_was_got_for_a_refresh_token_is_put_at_once() {
    let (world, shelf, _) = rotating();
    shelf.has_lease.set(true);
    for _ in 0..2 {
        let (request, source) = world.source(config(standing()));
        let refreshed = async move { source.refreshed().await.map(drop) };
        world.isolate.block_on(request, refreshed).expect("a token");
        world.isolate.run_for(10);
        assert_eq!(shelf.count("put"), shelf.count("release"));
    }
    assert_eq!(shelf.count("put"), 2);
}
