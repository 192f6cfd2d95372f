//! What is counted, and what must never happen.

use std::cell::{Cell, RefCell};

use edge_oauth2::{Error, ErrorCode};

use super::plan::{MINUTE_MS, Plan, SECOND_MS, ServerFault};
use super::timeline::Timeline;
use super::waits::Waits;
use super::world::START_MS;

/// A terminal error is answered from memory for this long.
const REMEMBERED_MS: u64 = 30 * SECOND_MS;

#[derive(Default)]
pub struct Ledger {
    /// What must not have happened.
    pub violations: RefCell<Vec<String>>,
    /// A digest of everything that happened, in its order.
    pub trace: Cell<u64>,
    pub requests: Cell<u64>,
    pub steady_requests: Cell<u64>,
    /// Steady requests that were not answered at once because of a grant, their own or another's.
    pub steady_waits: Cell<u64>,
    /// Of the requests that did not get their token at once: of the cold start, and of the steady time.
    pub cold: Waits,
    pub steady: Waits,
    pub failures: Cell<u64>,
    /// When requests that failed began, from the world's beginning.
    pub first_failure_ms: Cell<Option<u64>>,
    pub last_failure_ms: Cell<Option<u64>>,
    pub timeline: Timeline,
    pub isolates: Cell<u64>,
    /// Accidents that may cost the fleet a grant.
    pub excuses: Cell<u64>,
}

/// How a request that had to wait came out.
pub struct Answer<'a> {
    pub began_ms: u64,
    pub now_ms: u64,
    /// For how much of that time its isolate was frozen.
    pub frozen_ms: u64,
    /// Whether its isolate waited for the server meanwhile, or for an instance that did.
    pub saw_grant: bool,
    pub error: Option<&'a Error>,
    /// Whether the server may know no refresh token of the identity, for no fault of the code.
    pub may_be_unauthorized: bool,
    /// Whether the isolate has a token that it could have handed out.
    pub has_token: bool,
}

pub fn add(counter: &Cell<u64>, count: u64) {
    counter.set(counter.get() + count);
}

impl Ledger {
    pub fn note(&self, now_ms: u64, what: u64) {
        let trace = self.trace.get() ^ now_ms.rotate_left(32) ^ what;
        self.trace
            .set(trace.wrapping_mul(0x0000_0100_0000_01b3).rotate_left(5));
    }

    pub fn violated(&self, now_ms: u64, what: String) {
        let mut violations = self.violations.borrow_mut();
        if violations.len() < 10 {
            violations.push(format!("at {} ms: {what}", now_ms - START_MS));
        }
    }

    pub fn requested(&self, plan: &Plan, now_ms: u64) {
        add(&self.requests, 1);
        if is_steady(plan, now_ms) {
            add(&self.steady_requests, 1);
        }
    }

    pub fn answered(&self, plan: &Plan, answer: &Answer) {
        let Answer { now_ms, .. } = *answer;
        let waited_ms = now_ms - answer.began_ms;
        let is_steady = is_steady(plan, answer.began_ms);
        if is_steady && waited_ms > 0 && answer.saw_grant {
            add(&self.steady_waits, 1);
        }
        let limit_ms = u64::from(plan.timeout_ms) + answer.frozen_ms;
        if waited_ms > limit_ms {
            self.violated(now_ms, format!("waited {waited_ms} of {limit_ms} ms"));
        }
        let Some(error) = answer.error else {
            if waited_ms > 0 {
                let waits = if is_steady { &self.steady } else { &self.cold };
                waits.count(waited_ms);
            }
            return self.served(answer.began_ms);
        };
        self.failed(answer.began_ms - START_MS);
        if answer.has_token {
            self.violated(now_ms, format!("failed although there is a token: {error}"));
        }
        let is_unauthorized = error.code() == ErrorCode::ReauthorizationRequired;
        if is_unauthorized && answer.may_be_unauthorized {
            return;
        }
        if is_unauthorized || answer.frozen_ms == 0 && must_succeed(plan) {
            self.violated(
                now_ms,
                format!("failed for no fault of the server: {error}"),
            );
        }
        if error.code() == ErrorCode::TokenRequestRejected && !was_rejecting(plan, now_ms) {
            self.violated(now_ms, format!("still rejected: {error}"));
        }
    }

    /// A request that began then got its token.
    pub fn served(&self, began_ms: u64) {
        self.timeline
            .note(began_ms - START_MS, |minute| minute.served += 1);
    }

    fn failed(&self, passed_ms: u64) {
        add(&self.failures, 1);
        self.timeline.note(passed_ms, |minute| minute.failed += 1);
        let first_ms = self.first_failure_ms.get().unwrap_or(passed_ms);
        self.first_failure_ms.set(Some(first_ms.min(passed_ms)));
        let last_ms = self.last_failure_ms.get().unwrap_or(passed_ms);
        self.last_failure_ms.set(Some(last_ms.max(passed_ms)));
    }
}

fn is_steady(plan: &Plan, now_ms: u64) -> bool {
    now_ms - START_MS >= plan.steady_from_ms
}

/// Whether no request may fail, whatever the store does. A death takes a few seconds to be noticed:
/// with a slow server, or little time, that may be too much.
fn must_succeed(plan: &Plan) -> bool {
    let mischief = &plan.mischief;
    let deaths = mischief.freeze + mischief.evict + mischief.abandon;
    // Refresh tokens need a store that shows at once which is the newest, and a lease whose holder
    // died is left alone until it ends.
    let may_spend =
        !plan.rotating || plan.store_is_well() && plan.store.kind.is_seen_by_all() && deaths == 0.0;
    plan.server_is_well()
        && may_spend
        && (plan.is_calm() || plan.timeout_ms >= 4_000)
        && (plan.server.slow == 0.0 || plan.timeout_ms >= 10_000 && deaths == 0.0)
}

/// Whether the server rejected the client not long ago.
fn was_rejecting(plan: &Plan, now_ms: u64) -> bool {
    let passed_ms = now_ms - START_MS;
    plan.server.windows.iter().any(|window| {
        // One who was frozen hears of it later.
        let until_ms = window.to_ms + REMEMBERED_MS + 3 * MINUTE_MS;
        matches!(window.fault, ServerFault::Rejecting)
            && (window.from_ms..until_ms).contains(&passed_ms)
    })
}
