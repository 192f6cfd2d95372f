//! Whatever happens in whatever order: no answer is older than was promised.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::support::host::{Reply, World};
use super::support::store::{Mood, Shelf};
use super::*;

const TOKENS: [&str; 3] = ["a", "b", "c"];

#[derive(Clone, Copy, Debug)]
enum Step {
    /// Which token, in which isolate, and what age will do.
    Ask(usize, usize, Option<u32>),
    /// One that is gone before it has an answer.
    Vanish(usize, usize),
    Wait(u64),
    /// The server's mind about a token changes.
    Turn(usize),
    Forget(usize, usize),
    Store(Mood),
    Server(Mood),
}

fn mood() -> impl Strategy<Value = Mood> {
    prop::sample::select(vec![
        Mood::Well,
        Mood::Slow(300),
        Mood::Failing,
        Mood::Silent,
    ])
}

fn step() -> impl Strategy<Value = Step> {
    let token = || 0..TOKENS.len();
    let age = prop::sample::select(vec![None, None, Some(0), Some(10)]);
    prop_oneof![
        6 => (token(), 0..2usize, age).prop_map(|(token, api, age)| Step::Ask(token, api, age)),
        1 => (token(), 0..2usize).prop_map(|(token, api)| Step::Vanish(token, api)),
        3 => (0..50_000u64).prop_map(Step::Wait),
        2 => token().prop_map(Step::Turn),
        1 => (token(), 0..2usize).prop_map(|(token, api)| Step::Forget(token, api)),
        1 => mood().prop_map(Step::Store),
        1 => mood().prop_map(Step::Server),
    ]
}

/// What the server thinks of a token, and what it thought before, until when.
#[derive(Default)]
struct Mind {
    is_active: bool,
    before: Vec<(bool, u64)>,
}

impl Mind {
    fn turn(&mut self, now_ms: u64) {
        self.before.push((self.is_active, now_ms));
        self.is_active = !self.is_active;
    }

    /// Whether the server would have said so at that time or later.
    fn was(&self, is_active: bool, since_ms: u64) -> bool {
        let mut before = self.before.iter();
        self.is_active == is_active
            || before.any(|(was, until_ms)| *was == is_active && *until_ms >= since_ms)
    }
}

#[derive(Default)]
struct Server {
    minds: RefCell<BTreeMap<String, Mind>>,
    mood: Cell<Option<Mood>>,
}

impl Server {
    fn reply(&self, token: &str) -> Reply {
        let is_active = self
            .minds
            .borrow()
            .get(token)
            .is_some_and(|it| it.is_active);
        let body = format!(r#"{{"active":{is_active},"exp":{}}}"#, exp(token));
        match self.mood.get() {
            Some(Mood::Failing) => Reply::status(0, 503),
            Some(Mood::Silent) => Reply::Never,
            Some(Mood::Slow(ms)) => Reply::After(ms, Ok(support::response(200, body))),
            _ => Reply::now(200, body),
        }
    }
}

/// The first is over soon.
fn exp(token: &str) -> u64 {
    match token {
        "a" => NOW + 100,
        _ => NOW + 100_000,
    }
}

fn keep_promises(steps: &[Step], stale_if_error_seconds: u32) -> Result<(), TestCaseError> {
    let server = Rc::<Server>::default();
    let asked = Rc::clone(&server);
    let mut world =
        World::new(move |_, request| asked.reply(&parameter(request, "token").unwrap_or_default()));
    let shelf = Rc::<Shelf>::default();
    world.shelf = Some(Rc::clone(&shelf));
    let patient = IntrospectorOptions {
        stale_if_error_seconds,
        ..options()
    };
    let api = Api::new(patient, world);
    let apis = [api.neighbour(), api];
    let now_ms = || apis[0].world.isolate.now_ms();
    for token in TOKENS {
        server
            .minds
            .borrow_mut()
            .insert(token.into(), Mind::default());
    }
    for step in steps {
        match *step {
            Step::Ask(token, api, max_age_seconds) => {
                let (token, began_ms) = (TOKENS[token], now_ms());
                let answer = apis[api].ask_with(token, &[], max_age_seconds);
                let Ok(answer) = answer else { continue };
                let is_active = answer.introspection.active;
                let age_seconds = match is_active {
                    true => max_age_seconds.unwrap_or(60) + stale_if_error_seconds,
                    false => 5,
                };
                let since_ms = began_ms.saturating_sub(u64::from(age_seconds) * SECOND_MS);
                let is_over = now_ms() >= exp(token) * SECOND_MS;
                let minds = server.minds.borrow();
                let was_so = minds[token].was(is_active, since_ms);
                prop_assert!(
                    was_so || !is_active && is_over,
                    "{token} is {is_active} no longer"
                );
                prop_assert!(
                    !is_active || began_ms < exp(token) * SECOND_MS,
                    "{token} is over"
                );
            }
            Step::Vanish(token, api) => {
                let (request, _) = call(&apis[api], TOKENS[token]);
                apis[api].wait_ms(20);
                apis[api].world.isolate.kill(request);
            }
            Step::Wait(ms) => apis[0].wait_ms(ms),
            Step::Turn(token) => {
                let mut minds = server.minds.borrow_mut();
                minds.get_mut(TOKENS[token]).expect("a mind").turn(now_ms());
            }
            Step::Forget(token, api) => {
                let token = TOKENS[token];
                apis[api].forget(token);
                let is_known = apis[api].cached(token).is_some();
                prop_assert!(!is_known, "{token} was not forgotten");
            }
            Step::Store(mood) => shelf.mood.set(mood),
            Step::Server(mood) => server.mood.set(Some(mood)),
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn no_answer_is_older_than_was_promised(steps in prop::collection::vec(step(), 0..60)) {
        keep_promises(&steps, 0)?;
    }

    #[test]
    fn no_stale_answer_is_older_than_was_promised(steps in prop::collection::vec(step(), 0..60)) {
        keep_promises(&steps, 30)?;
    }
}
