//! The figures of the table: what a store makes of a fleet.

use std::rc::Rc;

use super::plan::{HOUR_MS, MINUTE_MS, Plan, SECOND_MS, ServerFault, StoreKind, Window};
use super::server::Issued;
use super::world::{START_MS, World};

/// Grants after a pause this long, as a share of a token's life, belong to the next generation.
const GENERATION_GAP: f64 = 0.25;

/// The first herd is over by then.
const HERD_MS: u64 = MINUTE_MS;

#[derive(Clone, Debug)]
pub struct Figures {
    pub store: StoreKind,
    pub seed: u64,
    pub isolates_born: u64,
    pub requests: u64,
    pub grants: usize,
    /// How often the fleet as a whole needed another token, the first left out.
    pub generations: usize,
    pub grants_per_generation: f64,
    pub grants_per_hour: f64,
    /// The share of a token's life after which the fleet moved on to the next, on average.
    pub refresh_point: f64,
    pub steady_requests: u64,
    pub steady_waits: u64,
    pub herd_grants: usize,
    pub herd_grants_worst_location: usize,
    pub failures: u64,
    /// Of ten minutes without a token server: from minute 25 to 35, and from minute 45 to 55, when
    /// the fleet refreshes.
    pub outage_failures: [u64; 2],
    pub outage_requests: [u64; 2],
    pub store_peak_per_second: u64,
    /// Of the Cache API, at the busiest location.
    pub cache_peak_per_second: u64,
    pub busiest_request: u64,
    pub violations: Vec<String>,
}

impl Figures {
    /// Runs the worlds that it takes; `progress` hears how far they are.
    pub fn of(plan: &Plan, mut progress: impl FnMut(u64, &World)) -> Self {
        let world = World::new(plan.clone());
        world.run(&mut progress);
        let outages = [25, 45].map(|minute| outage(plan, minute));
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
        let (generations, refresh_point) = generations(&issued, life_ms);
        let ledger = &world.ledger;
        Self {
            store: plan.store.kind,
            seed: plan.seed,
            isolates_born: ledger.isolates.get(),
            requests: ledger.requests.get(),
            grants: issued.len(),
            generations,
            grants_per_generation: steady.len() as f64 / generations as f64,
            grants_per_hour: issued.len() as f64 * HOUR_MS as f64 / plan.duration_ms as f64,
            refresh_point,
            steady_requests: ledger.steady_requests.get(),
            steady_waits: ledger.steady_waits.get(),
            herd_grants: herd.len(),
            herd_grants_worst_location: (0..plan.locations)
                .map(|location| herd.iter().filter(|it| it.location == location).count())
                .max()
                .unwrap_or(0),
            failures: ledger.failures.get(),
            outage_failures: outages
                .clone()
                .map(|world| world.ledger.steady_failures.get()),
            outage_requests: outages.map(|world| world.ledger.steady_requests.get()),
            store_peak_per_second: world.shelf.rate.peak.get(),
            cache_peak_per_second: world.location_cache.peak_rate.get(),
            busiest_request: world.shelf.busiest_request.get(),
            violations: ledger.violations.borrow().clone(),
        }
    }

    pub const HEADER: &'static str = "\
store | seed | grants | generations | grants per generation | per hour | refreshed at | waited (of steady requests) | herd | worst location | failed in outage, mid-life | at refresh | store peak/s | a location's cache peak/s | operations of the busiest request
---|---|---|---|---|---|---|---|---|---|---|---|---|---|---";

    pub fn row(&self) -> String {
        format!(
            "{} | {} | {} | {} | {:.3} | {:.1} | {:.0} % | {} of {} ({:.4} %) | {} | {} | {} of {} | {} of {} | {} | {} | {}",
            self.store.name(),
            self.seed,
            self.grants,
            self.generations,
            self.grants_per_generation,
            self.grants_per_hour,
            100.0 * self.refresh_point,
            self.steady_waits,
            self.steady_requests,
            100.0 * self.steady_waits as f64 / self.steady_requests as f64,
            self.herd_grants,
            self.herd_grants_worst_location,
            self.outage_failures[0],
            self.outage_requests[0],
            self.outage_failures[1],
            self.outage_requests[1],
            self.store_peak_per_second,
            self.cache_peak_per_second,
            self.busiest_request,
        )
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "store": self.store.name(),
            "seed": self.seed,
            "isolatesBorn": self.isolates_born,
            "requests": self.requests,
            "grants": self.grants,
            "generations": self.generations,
            "grantsPerGeneration": self.grants_per_generation,
            "grantsPerHour": self.grants_per_hour,
            "refreshPoint": self.refresh_point,
            "steadyRequests": self.steady_requests,
            "steadyWaits": self.steady_waits,
            "herdGrants": self.herd_grants,
            "herdGrantsWorstLocation": self.herd_grants_worst_location,
            "failures": self.failures,
            "outageFailures": self.outage_failures,
            "outageRequests": self.outage_requests,
            "storePeakPerSecond": self.store_peak_per_second,
            "cachePeakPerSecond": self.cache_peak_per_second,
            "busiestRequest": self.busiest_request,
            "violations": self.violations,
        })
    }
}

/// The same fleet for an hour, in which the token server cannot be reached for ten minutes.
fn outage(plan: &Plan, minute: u64) -> Rc<World> {
    let mut plan = plan.clone();
    plan.duration_ms = HOUR_MS;
    plan.server.windows.push(Window {
        from_ms: minute * MINUTE_MS,
        to_ms: (minute + 10) * MINUTE_MS,
        fault: ServerFault::Unreachable,
    });
    let world = World::new(plan);
    world.run(|_, _| {});
    world
}

/// How many times the fleet moved on to another token, and after which share of the life.
fn generations(issued: &[Issued], life_ms: f64) -> (usize, f64) {
    let mut starts = Vec::new();
    let mut last_ms = None;
    for issued in issued {
        if last_ms.is_none_or(|last_ms| (issued.at_ms - last_ms) as f64 > GENERATION_GAP * life_ms)
        {
            starts.push(issued.at_ms);
        }
        last_ms = Some(issued.at_ms);
    }
    let moves = starts.len().saturating_sub(1);
    match (starts.first(), starts.last()) {
        (Some(first), Some(last)) if moves > 0 => {
            (moves, (last - first) as f64 / moves as f64 / life_ms)
        }
        _ => (1, 0.0),
    }
}
