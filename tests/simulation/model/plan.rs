//! What a world is like. A small one is drawn from its seed; the large ones of the table are given.

use super::rng::Rng;
use super::store_kind::StoreKind;

pub const SECOND_MS: u64 = 1_000;
pub const MINUTE_MS: u64 = 60 * SECOND_MS;
pub const HOUR_MS: u64 = 60 * MINUTE_MS;

/// From one number to another, both included.
pub type Range = (u64, u64);

/// Something is wrong for a while. Times are counted from the world's beginning.
#[derive(Clone, Copy, Debug)]
pub struct Window<F> {
    pub from_ms: u64,
    pub to_ms: u64,
    pub fault: F,
}

#[derive(Clone, Copy, Debug)]
pub enum ServerFault {
    Unreachable,
    Silent,
    Status(u16),
    /// 429 with `Retry-After`, as a date if so.
    RateLimited {
        seconds: u64,
        as_date: bool,
    },
    /// 401 `invalid_client`
    Rejecting,
    /// 400 `invalid_grant`, whichever refresh token is spent.
    Revoked,
}

#[derive(Clone, Copy, Debug)]
pub enum StoreFault {
    Slow,
    Failing,
    Silent,
    Tampered,
}

#[derive(Clone, Debug)]
pub struct ServerPlan {
    pub latency_ms: Range,
    /// How many answers take `slow_ms` instead.
    pub slow: f64,
    pub slow_ms: Range,
    /// How many answers are a 500.
    pub failing: f64,
    pub life_seconds: Range,
    /// The server says when tokens end, on its own clock, instead of how long they live.
    pub says_when: bool,
    pub clock_offset_ms: i64,
    pub windows: Vec<Window<ServerFault>>,
}

impl ServerPlan {
    /// Whether a time comes in which no refresh token is any good.
    pub fn revokes(&self) -> bool {
        let is_revoked = |window: &Window<_>| matches!(window.fault, ServerFault::Revoked);
        self.windows.iter().any(is_revoked)
    }
}

#[derive(Clone, Debug)]
pub struct StorePlan {
    pub kind: StoreKind,
    /// Of an answer from nearby: a location's own replica, or the only place there is.
    pub latency_ms: Range,
    /// Of an answer from afar.
    pub far_latency_ms: Range,
    /// Of the locations that a KV namespace is read from.
    pub cache: CachePlan,
    /// What goes beyond stands in line.
    pub most_per_second: Option<u64>,
    /// How many messages are lost, on either way.
    pub loss: f64,
    pub windows: Vec<Window<StoreFault>>,
}

#[derive(Clone, Debug)]
pub struct CachePlan {
    /// On some domains it keeps nothing.
    pub works: bool,
    /// Of the way there, and of the way back.
    pub leg_ms: Range,
    /// How many operations fail.
    pub failing: f64,
}

/// What befalls isolates and requests that are in the middle of something, each as a probability
/// per step of theirs.
#[derive(Clone, Debug, Default)]
pub struct Mischief {
    pub freeze: f64,
    pub evict: f64,
    pub abandon: f64,
    /// How many requests find that the API refuses their token, or ask for a new one.
    pub refuse: f64,
    pub clock_offset_ms: u64,
}

#[derive(Clone, Debug)]
pub struct Plan {
    pub seed: u64,
    pub isolates: usize,
    pub locations: usize,
    pub identities: usize,
    pub duration_ms: u64,
    pub isolate_life_ms: Range,
    /// Between two requests to an isolate, on the average of the day.
    pub request_gap_ms: f64,
    /// Where in the day the world begins, in [0, 1).
    pub daytime: f64,
    /// The traffic before is the deployment's, and counts as cold.
    pub steady_from_ms: u64,
    pub timeout_ms: u32,
    /// The identities are known by refresh tokens, and the server takes each only once.
    pub rotating: bool,
    pub server: ServerPlan,
    pub store: StorePlan,
    pub mischief: Mischief,
}

impl Plan {
    /// The world of the table: nothing is wrong, and it is large.
    pub fn fleet(kind: StoreKind, isolates: usize, hours: f64, seed: u64) -> Self {
        let (latency_ms, far_latency_ms) = kind.latencies_ms();
        Self {
            seed,
            isolates,
            locations: 30,
            identities: 1,
            duration_ms: (hours * HOUR_MS as f64) as u64,
            isolate_life_ms: (MINUTE_MS, 30 * MINUTE_MS),
            request_gap_ms: 10_000.0,
            daytime: 0.0,
            steady_from_ms: 5 * MINUTE_MS,
            timeout_ms: 10_000,
            rotating: false,
            server: ServerPlan {
                latency_ms: (50, 500),
                slow: 0.0,
                slow_ms: (1_000, 4_000),
                failing: 0.0,
                life_seconds: (3_600, 3_600),
                says_when: false,
                clock_offset_ms: 0,
                windows: Vec::new(),
            },
            store: StorePlan {
                kind,
                latency_ms,
                far_latency_ms,
                cache: CachePlan {
                    works: true,
                    leg_ms: (1, 10),
                    failing: 0.0,
                },
                most_per_second: kind.most_per_second(),
                loss: 0.0,
                windows: Vec::new(),
            },
            mischief: Mischief::default(),
        }
    }

    /// A small world in which anything may go wrong, or nothing.
    pub fn small(seed: u64) -> Self {
        let rng = Rng::new(seed);
        let kind = rng.pick(&StoreKind::DISTINCT);
        let hours = rng.pick(&[0.05, 0.2, 0.5, 2.0, 6.0]);
        let isolates = 2 + rng.below(39);
        let mut plan = Self::fleet(kind, isolates, hours, seed);
        plan.locations = 1 + rng.below(5);
        plan.identities = 1 + rng.below(3);
        plan.daytime = rng.unit();
        // So many requests in all, however long it lasts.
        let requests = rng.pick(&[200.0, 600.0, 2_000.0]);
        plan.request_gap_ms = plan.duration_ms as f64 * isolates as f64 / requests;
        plan.steady_from_ms = plan.duration_ms / 10;
        let life = rng.pick(&[20, 60, 100, 300, 900, 3_600, 86_400]);
        plan.server.life_seconds = (life, life);
        plan.store.cache.works = rng.chance(0.8);
        // Without a store nobody could know the newest.
        plan.rotating = kind != StoreKind::None && rng.chance(0.4);
        if rng.chance(0.6) {
            plan.trouble(&rng);
        }
        plan
    }

    fn trouble(&mut self, rng: &Rng) {
        let life = self.server.life_seconds.1;
        self.timeout_ms = rng.pick(&[1_000, 4_000, 10_000]);
        self.server.slow = rng.pick(&[0.0, 0.05, 0.5]);
        self.server.failing = rng.pick(&[0.0, 0.05, 0.5]);
        self.server.life_seconds = (rng.pick(&[life, life / 2]), life);
        self.store.loss = rng.pick(&[0.0, 0.02, 0.2]);
        self.store.cache.failing = rng.pick(&[0.0, 0.02, 0.2]);
        self.mischief = Mischief {
            freeze: rng.pick(&[0.0, 0.02, 0.1]),
            evict: rng.pick(&[0.0, 0.02, 0.1]),
            abandon: rng.pick(&[0.0, 0.02, 0.1]),
            refuse: rng.pick(&[0.0, 0.0, 0.01, 0.2]),
            clock_offset_ms: 0,
        };
        // Clocks differ by less than what is kept back of a token's life for that, all in all.
        let kept_back_ms = (self.server.life_seconds.0 * SECOND_MS / 4).min(10 * SECOND_MS);
        if rng.chance(0.3) {
            self.mischief.clock_offset_ms = kept_back_ms / 6;
        }
        if rng.chance(0.3) {
            self.server.says_when = true;
            self.server.clock_offset_ms = (kept_back_ms / 3) as i64 * rng.pick(&[-1, 1]);
        }
        for _ in 0..rng.below(3) {
            let fault = match rng.below(6) {
                0 => ServerFault::Unreachable,
                1 => ServerFault::Silent,
                2 => ServerFault::Status(rng.pick(&[408, 500, 502, 503])),
                3 => ServerFault::Rejecting,
                _ => ServerFault::RateLimited {
                    seconds: rng.pick(&[0, 1, 30, 600]),
                    as_date: rng.chance(0.5),
                },
            };
            self.server.windows.push(self.window(rng, fault));
        }
        for _ in 0..rng.below(3) {
            let fault = rng.pick(&[
                StoreFault::Slow,
                StoreFault::Failing,
                StoreFault::Silent,
                StoreFault::Tampered,
            ]);
            self.store.windows.push(self.window(rng, fault));
        }
    }

    fn window<F>(&self, rng: &Rng, fault: F) -> Window<F> {
        let from_ms = rng.between((0, self.duration_ms));
        let length_ms = rng.between((SECOND_MS, self.duration_ms / 4));
        Window {
            from_ms,
            to_ms: from_ms + length_ms,
            fault,
        }
    }

    /// Whether nothing stands between the fleet and its tokens but the usual latencies.
    pub fn is_calm(&self) -> bool {
        let mischief = &self.mischief;
        self.server_is_well()
            && self.server.slow == 0.0
            && self.store_is_well()
            && mischief.freeze + mischief.evict + mischief.abandon + mischief.refuse == 0.0
            && mischief.clock_offset_ms == 0
            && !self.server.says_when
    }

    /// Whether the store does all that it is asked to.
    pub fn store_is_well(&self) -> bool {
        let store = &self.store;
        store.loss == 0.0 && store.cache.failing == 0.0 && store.windows.is_empty()
    }

    /// Whether every token request is answered with a token, if it is a good one.
    pub fn server_is_well(&self) -> bool {
        self.server.failing == 0.0 && self.server.windows.is_empty()
    }
}

/// What is wrong at a moment.
pub fn fault_at<F: Copy>(windows: &[Window<F>], passed_ms: u64) -> Option<F> {
    windows
        .iter()
        .find(|window| (window.from_ms..window.to_ms).contains(&passed_ms))
        .map(|window| window.fault)
}
