//! The token server cannot be reached for a while: who fails, and since when.

use super::limits;
use super::plan::{MINUTE_MS, Plan, SECOND_MS, ServerFault, Window};
use super::rng::Rng;
use super::store_kind::StoreKind;
use super::timeline::Minute;
use super::world::{START_MS, World};

/// How long the world goes on afterwards.
const AFTERMATH_MINUTES: u64 = 5;

pub struct Outage {
    pub store: StoreKind,
    pub seed: u64,
    pub isolates: usize,
    pub isolate_life_ms: (u64, u64),
    pub life_seconds: u64,
    pub minutes: u64,
    /// How old the fleet's newest token was when it began.
    pub token_age_seconds: u64,
    /// From its beginning to the end of the aftermath.
    pub timeline: Vec<Minute>,
    /// After the beginning.
    pub first_failure_seconds: Option<u64>,
    /// After the end.
    pub last_failure_seconds: Option<u64>,
    pub violations: Vec<String>,
}

impl Outage {
    /// Runs the world that it takes. In the token's second life or in its third, as the seed wills, the server goes.
    pub fn of(plan: &Plan, minutes: u64) -> Self {
        let life_seconds = plan.server.life_seconds.0;
        let life_minutes = life_seconds.div_ceil(60);
        let from_minute = life_minutes + Rng::new(plan.seed).between((1, life_minutes));
        let (from_ms, to_ms) = (from_minute * MINUTE_MS, (from_minute + minutes) * MINUTE_MS);
        let mut plan = plan.clone();
        plan.duration_ms = to_ms + AFTERMATH_MINUTES * MINUTE_MS;
        plan.server.windows.push(Window {
            from_ms,
            to_ms,
            fault: ServerFault::Unreachable,
        });
        let world = World::new(plan);
        world.run(|_, _| {});
        let ledger = &world.ledger;
        let issued = world.server.issued.borrow();
        let before = issued
            .iter()
            .rfind(|issued| issued.at_ms - START_MS < from_ms);
        let failed_after = |passed_ms: Option<u64>, moment_ms: u64| {
            passed_ms.map(|passed_ms| passed_ms.saturating_sub(moment_ms) / SECOND_MS)
        };
        Self {
            store: world.plan.store.kind,
            seed: world.plan.seed,
            isolates: world.plan.isolates,
            isolate_life_ms: world.plan.isolate_life_ms,
            life_seconds,
            minutes,
            token_age_seconds: before
                .map_or(0, |issued| (START_MS + from_ms - issued.at_ms) / SECOND_MS),
            timeline: ledger
                .timeline
                .between(from_minute, from_minute + minutes + AFTERMATH_MINUTES),
            first_failure_seconds: failed_after(ledger.first_failure_ms.get(), from_ms),
            last_failure_seconds: failed_after(ledger.last_failure_ms.get(), to_ms),
            violations: ledger.violations.borrow().clone(),
        }
    }

    /// While it lasts.
    pub fn during(&self) -> Minute {
        let minutes = self.timeline.iter().take(self.minutes as usize);
        minutes.fold(Minute::default(), |sum, minute| Minute {
            served: sum.served + minute.served,
            failed: sum.failed + minute.failed,
            asked: sum.asked + minute.asked,
        })
    }

    pub const HEADER: &'static str = "\
store | seed | the token's age, s | requests | failed | first after, s | token requests an hour | fails after its end for, s
---|---|---|---|---|---|---|---";

    pub fn row(&self) -> String {
        let during = self.during();
        let seconds = |of: Option<u64>| of.map_or("–".to_owned(), |it| it.to_string());
        format!(
            "{} | {} | {} | {} | {} ({:.2} %) | {} | {} | {}",
            self.store.name(),
            self.seed,
            self.token_age_seconds,
            during.answered(),
            during.failed,
            100.0 * during.failed as f64 / during.answered() as f64,
            seconds(self.first_failure_seconds),
            during.asked * 60 / self.minutes,
            seconds(self.last_failure_seconds),
        )
    }

    pub fn json(&self) -> serde_json::Value {
        let each = |of: fn(&Minute) -> u64| self.timeline.iter().map(of).collect::<Vec<_>>();
        let survivors = |minute| limits::survivors(self.isolate_life_ms, minute as f64 * 60.0);
        serde_json::json!({
            "store": self.store.name(),
            "seed": self.seed,
            "isolates": self.isolates,
            "lifeSeconds": self.life_seconds,
            "outageMinutes": self.minutes,
            "tokenAgeSeconds": self.token_age_seconds,
            "requests": each(Minute::answered),
            "failed": each(|minute| minute.failed),
            "asked": each(|minute| minute.asked),
            "firstFailureSeconds": self.first_failure_seconds,
            "lastFailureSeconds": self.last_failure_seconds,
            "limits": {
                "shortestReserveSeconds": limits::shortest_reserve_seconds(self.life_seconds),
                "survivors": (0..=self.minutes).map(survivors).collect::<Vec<_>>(),
            },
            "violations": self.violations,
        })
    }
}
