//! What a server has to hear from a fleet that it refuses: requests in an hour.

use super::plan::{HOUR_MS, Plan, ServerFault, Window};
use super::store_kind::StoreKind;
use super::world::World;

/// What the server answers, to all that it is asked.
pub const REFUSALS: [(&str, ServerFault); 3] = [
    ("invalid_client", ServerFault::Rejecting),
    ("a rate limit of a minute", RATE_LIMIT),
    ("a dead refresh token", ServerFault::Revoked),
];

const RATE_LIMIT: ServerFault = ServerFault::RateLimited {
    seconds: 60,
    as_date: false,
};

pub struct Refused {
    pub store: StoreKind,
    /// In the order of [`REFUSALS`].
    pub requests: [u64; 3],
    pub violations: Vec<String>,
}

impl Refused {
    /// Runs the worlds that it takes: those of `plan`, for an hour.
    pub fn of(plan: &Plan) -> Self {
        let mut violations = Vec::new();
        let requests = REFUSALS.map(|(_, fault)| {
            let mut plan = plan.clone();
            plan.duration_ms = HOUR_MS;
            plan.rotating = matches!(fault, ServerFault::Revoked);
            plan.server.windows.push(Window {
                from_ms: 0,
                to_ms: HOUR_MS,
                fault,
            });
            let world = World::new(plan);
            world.run(|_, _| {});
            violations.append(&mut world.ledger.violations.borrow_mut());
            world.server.requests.get()
        });
        Self {
            store: plan.store.kind,
            requests,
            violations,
        }
    }

    pub fn header() -> String {
        let names = REFUSALS.map(|(name, _)| name).join(" | ");
        format!("store | {names}\n---|---|---|---")
    }

    pub fn row(&self) -> String {
        let requests = self.requests.map(|it| it.to_string()).join(" | ");
        format!("{} | {requests}", self.store.name())
    }
}
