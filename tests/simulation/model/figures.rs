//! The figures of the table: what a store makes of a fleet.

use std::rc::Rc;

use super::plan::{HOUR_MS, MINUTE_MS, Plan, SECOND_MS, ServerFault, Window};
use super::server::Issued;
use super::store_kind::StoreKind;
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
    /// Of the steady time.
    pub grants_per_place_and_life: f64,
    /// The share of a token's life after which the fleet moved on to the next, on average.
    pub refresh_point: f64,
    pub steady_requests: u64,
    pub steady_waits: u64,
    pub herd_grants: usize,
    pub herd_grants_worst_location: usize,
    pub failures: u64,
    /// Of ten minutes without a token server: from minute 25 to 35, and from minute 45 to 55, when
    /// the fleet refreshes.
    pub outages: Vec<Outage>,
    pub store_peak_per_second: u64,
    /// Of the Cache API, at the busiest location.
    pub cache_peak_per_second: u64,
    pub busiest_request: u64,
    pub violations: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Outage {
    pub failures: u64,
    pub requests: u64,
}

impl Figures {
    /// Runs the worlds that it takes; `progress` hears how far they are.
    pub fn of(plan: &Plan, mut progress: impl FnMut(u64, &World)) -> Self {
        let world = World::new(plan.clone());
        world.run(&mut progress);
        // Tokens that live for less do not last through one of ten minutes.
        let lasts = plan.server.life_seconds.0 * SECOND_MS >= HOUR_MS;
        let minutes: &[u64] = if lasts { &[25, 45] } else { &[] };
        let outages: Vec<_> = minutes
            .iter()
            .map(|minute| outage(plan, *minute))
            .map(|world| Outage {
                failures: world.ledger.steady_failures.get(),
                requests: world.ledger.steady_requests.get(),
            })
            .collect();
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
            grants_per_place_and_life: steady.len() as f64 * life_ms
                / (plan.locations as f64 * (plan.duration_ms - plan.steady_from_ms) as f64),
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
            outages,
            store_peak_per_second: world.shelf.rate.peak.get(),
            cache_peak_per_second: world.location_cache.peak_rate.get(),
            busiest_request: world.shelf.busiest_request.get(),
            violations: ledger.violations.borrow().clone(),
        }
    }

    pub const HEADER: &'static str = "\
store | seed | grants | generations | grants per generation | per hour | per place and life | refreshed at | waited (of steady requests) | herd | worst location | failed in outage, mid-life | at refresh | store peak/s | a location's cache peak/s | operations of the busiest request
---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---";

    pub fn row(&self) -> String {
        format!(
            "{} | {} | {} | {} | {:.3} | {:.1} | {:.2} | {:.0} % | {} of {} ({:.4} %) | {} | {} | {} | {} | {} | {} | {}",
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
            self.outage(0),
            self.outage(1),
            self.store_peak_per_second,
            self.cache_peak_per_second,
            self.busiest_request,
        )
    }

    fn outage(&self, number: usize) -> String {
        match self.outages.get(number) {
            Some(outage) => format!("{} of {}", outage.failures, outage.requests),
            None => "–".to_owned(),
        }
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
            "grantsPerPlaceAndLife": self.grants_per_place_and_life,
            "refreshPoint": self.refresh_point,
            "steadyRequests": self.steady_requests,
            "steadyWaits": self.steady_waits,
            "herdGrants": self.herd_grants,
            "herdGrantsWorstLocation": self.herd_grants_worst_location,
            "failures": self.failures,
            "outageFailures": self.outages.iter().map(|it| it.failures).collect::<Vec<_>>(),
            "outageRequests": self.outages.iter().map(|it| it.requests).collect::<Vec<_>>(),
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
