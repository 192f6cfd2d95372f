//! What no store can beat, and what none can be worse than: by arithmetic, from the plan alone.

use super::plan::{Plan, Range, SECOND_MS};
use super::store_kind::StoreKind;

const HOUR_SECONDS: f64 = 3_600.0;

/// What is kept back of a token's life, so that none ends on its way.
const KEPT_BACK_SECONDS: f64 = 10.0;

/// A token is renewed after this share of what is left of its life.
const REFRESH_POINT: f64 = 0.75;

/// How old a token is when an instance alone renews it. Short lives keep back a quarter.
pub fn due_seconds(life_seconds: u64) -> f64 {
    let life = life_seconds as f64;
    (life - KEPT_BACK_SECONDS.min(life / 4.0)) * REFRESH_POINT
}

/// For how long the fleet has tokens at least when the server goes: that of a token which is just due.
pub fn shortest_reserve_seconds(life_seconds: u64) -> f64 {
    let life = life_seconds as f64;
    life - KEPT_BACK_SECONDS.min(life / 4.0) - due_seconds(life_seconds)
}

#[derive(Clone, Debug)]
pub struct Limits {
    /// A token cannot be used for longer than it lives.
    pub one_per_life: f64,
    /// A place that shares nothing with others renews when one instance alone would.
    pub one_per_place: f64,
    /// Every isolate obtains a token when it starts, and renews it while it lives.
    pub one_per_isolate: f64,
    /// Nothing is kept.
    pub one_per_request: f64,
    /// How long answers of the token server take, and of the store.
    pub grant_ms: Range,
    pub store_ms: Range,
}

impl Limits {
    /// Grants are counted by the hour.
    pub fn of(plan: &Plan) -> Self {
        let isolates = plan.isolates as f64;
        let life_seconds = plan.server.life_seconds.0;
        let each_due = HOUR_SECONDS / due_seconds(life_seconds);
        let (shortest, longest) = in_seconds(plan.isolate_life_ms);
        let births = isolates * HOUR_SECONDS / ((shortest + longest) / 2.0);
        Self {
            one_per_life: HOUR_SECONDS / life_seconds as f64,
            one_per_place: isolates.min(plan.locations as f64) * each_due,
            one_per_isolate: births
                * (1.0 + renewals(plan.isolate_life_ms, due_seconds(life_seconds))),
            one_per_request: isolates * HOUR_SECONDS * SECOND_MS as f64 / plan.request_gap_ms,
            grant_ms: plan.server.latency_ms,
            store_ms: match plan.store.kind {
                // A location's cache is asked first.
                StoreKind::Kv => {
                    let (least_ms, most_ms) = plan.store.cache.leg_ms;
                    (2 * least_ms, 2 * most_ms + plan.store.far_latency_ms.1)
                }
                _ => plan.store.latency_ms,
            },
        }
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "onePerLife": self.one_per_life,
            "onePerPlace": self.one_per_place,
            "onePerIsolate": self.one_per_isolate,
            "onePerRequest": self.one_per_request,
            "grantMs": self.grant_ms,
            "storeMs": self.store_ms,
        })
    }
}

/// How often an isolate renews its token on average, of lives that are all as likely.
fn renewals(life_ms: Range, due_seconds: f64) -> f64 {
    let (shortest, longest) = in_seconds(life_ms);
    (1..)
        .map(|renewal| f64::from(renewal) * due_seconds)
        .take_while(|age| *age < longest)
        .map(|age| ((longest - age) / (longest - shortest)).min(1.0))
        .sum()
}

/// The share of isolates that run at a moment and will run for `seconds` more: what is left of a fleet without a store
/// when the token server is gone. (Of lives from a to b, a moment falls into the longer ones more often.)
pub fn survivors(life_ms: Range, seconds: f64) -> f64 {
    let (shortest, longest) = in_seconds(life_ms);
    let mean = (shortest + longest) / 2.0;
    // The integral of the share of lives that are longer, from `seconds` on.
    let certain = (shortest - seconds).max(0.0);
    let rest = (longest - seconds.clamp(shortest, longest)).powi(2);
    (certain + rest / (2.0 * (longest - shortest))) / mean
}

fn in_seconds((shortest, longest): Range) -> (f64, f64) {
    let seconds = |ms| ms as f64 / SECOND_MS as f64;
    (seconds(shortest), seconds(longest))
}
