//! The figures of the table: what a store makes of a fleet.

use super::limits::Limits;
use super::plan::{HOUR_MS, MINUTE_MS, Plan, SECOND_MS};
use super::server::Issued;
use super::store_kind::StoreKind;
use super::waits::Spread;
use super::world::{START_MS, World};

/// Grants after a pause this long, as a share of a token's life, belong to the next generation.
const GENERATION_GAP: f64 = 0.25;

/// A fleet that moves on to the next sooner does not do it together, so that generations cannot be told apart.
const TOGETHER: f64 = 2.0 / 3.0;

/// The first herd is over by then.
const HERD_MS: u64 = MINUTE_MS;

#[derive(Clone, Debug)]
pub struct Figures {
    pub store: StoreKind,
    pub seed: u64,
    pub isolates: usize,
    pub locations: usize,
    pub hours: f64,
    pub life_seconds: u64,
    pub isolates_born: u64,
    pub requests: u64,
    pub grants: usize,
    /// How often the fleet as a whole needed another token, the first left out.
    pub generations: usize,
    pub grants_per_generation: f64,
    /// Without those of the cold start.
    pub grants_per_hour: f64,
    /// Of the steady time.
    pub grants_per_place_and_life: f64,
    /// The share of a token's life after which the fleet moved on to the next, on average.
    pub refresh_point: f64,
    pub steady_requests: u64,
    pub steady_waits: u64,
    /// For whatever they waited.
    pub steady: Spread,
    pub cold: Spread,
    pub herd_grants: usize,
    pub herd_grants_worst_location: usize,
    pub failures: u64,
    pub store_peak_per_second: u64,
    /// Of the Cache API, at the busiest location.
    pub cache_peak_per_second: u64,
    pub busiest_request: u64,
    pub limits: Limits,
    pub violations: Vec<String>,
}

impl Figures {
    /// Runs the world that it takes; `progress` hears how far it is.
    pub fn of(plan: &Plan, progress: impl FnMut(u64, &World)) -> Self {
        let world = World::new(plan.clone());
        world.run(progress);
        let issued = world.server.issued.borrow();
        let steady: Vec<Issued> = issued
            .iter()
            .filter(|issued| issued.at_ms - START_MS >= plan.steady_from_ms)
            .copied()
            .collect();
        let herd: Vec<Issued> = issued
            .iter()
            .filter(|issued| issued.at_ms - START_MS < HERD_MS)
            .copied()
            .collect();
        let life_ms = (plan.server.life_seconds.0 * SECOND_MS) as f64;
        // A short world has none, and no grants in it.
        let steady_ms = plan.duration_ms.saturating_sub(plan.steady_from_ms).max(1);
        let starts = generations(&issued, life_ms);
        let generations = starts.len().saturating_sub(1).max(1);
        let span_ms: u64 = starts.last().unwrap_or(&0) - starts.first().unwrap_or(&0);
        let refresh_point = span_ms as f64 / generations as f64 / life_ms;
        let ledger = &world.ledger;
        Self {
            store: plan.store.kind,
            seed: plan.seed,
            isolates: plan.isolates,
            locations: plan.locations,
            hours: plan.duration_ms as f64 / HOUR_MS as f64,
            life_seconds: plan.server.life_seconds.0,
            isolates_born: ledger.isolates.get(),
            requests: ledger.requests.get(),
            grants: issued.len(),
            generations,
            grants_per_generation: steady.len() as f64 / generations as f64,
            grants_per_place_and_life: steady.len() as f64 * life_ms
                / (plan.locations as f64 * steady_ms as f64),
            grants_per_hour: match starts.get(1) {
                // What is left of the last token's life is not looked at.
                Some(second_ms) if refresh_point > TOGETHER => {
                    let renewals = issued.iter().filter(|it| it.at_ms >= *second_ms);
                    per_hour(renewals.count(), span_ms)
                }
                _ => per_hour(steady.len(), steady_ms),
            },
            refresh_point,
            steady_requests: ledger.steady_requests.get(),
            steady_waits: ledger.steady_waits.get(),
            steady: ledger.steady.spread(),
            cold: ledger.cold.spread(),
            herd_grants: herd.len(),
            herd_grants_worst_location: (0..plan.locations)
                .map(|location| herd.iter().filter(|it| it.location == location).count())
                .max()
                .unwrap_or(0),
            failures: ledger.failures.get(),
            store_peak_per_second: world.shelf.rate.peak.get(),
            cache_peak_per_second: world.location_cache.peak_rate.get(),
            busiest_request: world.shelf.busiest_request.get(),
            limits: Limits::of(plan),
            violations: ledger.violations.borrow().clone(),
        }
    }

    pub const HEADER: &'static str = "\
store | seed | grants | generations | grants per generation | per hour | per place and life | refreshed at | waited (of steady requests) | herd | worst location | store peak/s | a location's cache peak/s | operations of the busiest request
---|---|---|---|---|---|---|---|---|---|---|---|---|---";

    pub fn row(&self) -> String {
        format!(
            "{} | {} | {} | {} | {:.3} | {:.1} | {:.2} | {:.0} % | {} of {} ({:.4} %) | {} | {} | {} | {} | {}",
            self.store.name(),
            self.seed,
            self.grants,
            self.generations,
            self.grants_per_generation,
            self.grants_per_hour,
            self.grants_per_place_and_life,
            100.0 * self.refresh_point,
            self.steady_waits,
            self.steady_requests,
            100.0 * self.steady_waits as f64 / self.steady_requests as f64,
            self.herd_grants,
            self.herd_grants_worst_location,
            self.store_peak_per_second,
            self.cache_peak_per_second,
            self.busiest_request,
        )
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "store": self.store.name(),
            "seed": self.seed,
            "isolates": self.isolates,
            "locations": self.locations,
            "hours": self.hours,
            "lifeSeconds": self.life_seconds,
            "isolatesBorn": self.isolates_born,
            "requests": self.requests,
            "grants": self.grants,
            "generations": self.generations,
            "grantsPerGeneration": self.grants_per_generation,
            "grantsPerHour": self.grants_per_hour,
            "grantsPerPlaceAndLife": self.grants_per_place_and_life,
            "refreshPoint": self.refresh_point,
            "steadyRequests": self.steady_requests,
            "steadyWaits": self.steady_waits,
            "steady": self.steady.json(),
            "cold": self.cold.json(),
            "herdGrants": self.herd_grants,
            "herdGrantsWorstLocation": self.herd_grants_worst_location,
            "failures": self.failures,
            "storePeakPerSecond": self.store_peak_per_second,
            "cachePeakPerSecond": self.cache_peak_per_second,
            "busiestRequest": self.busiest_request,
            "limits": self.limits.json(),
            "violations": self.violations,
        })
    }
}

fn per_hour(grants: usize, span_ms: u64) -> f64 {
    grants as f64 * HOUR_MS as f64 / span_ms as f64
}

/// When the fleet moved on to another token, the first included.
fn generations(issued: &[Issued], life_ms: f64) -> Vec<u64> {
    let mut starts = Vec::new();
    let mut last_ms = None;
    for issued in issued {
        if last_ms.is_none_or(|last_ms| (issued.at_ms - last_ms) as f64 > GENERATION_GAP * life_ms)
        {
            starts.push(issued.at_ms);
        }
        last_ms = Some(issued.at_ms);
    }
    starts
}
