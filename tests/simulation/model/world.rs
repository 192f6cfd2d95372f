//! The fleet: isolates are born, asked for tokens, frozen and evicted.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::f64::consts::TAU;
use std::rc::Rc;

use edge_oauth2::cache::client_state::ClientState;
use edge_oauth2::{
    Cached, ClientAuth, ClientConfig, ClientOptions, Error, Event, Grant, Memory, TokenSource,
};

use super::host::SimHost;
use super::ledger::{Answer, Ledger, add};
use super::location_cache::LocationCache;
use super::plan::{HOUR_MS, MINUTE_MS, Plan, SECOND_MS};
use super::rng::Rng;
use super::rotation::Families;
use super::scheduler::{Life, Request, Scheduler};
use super::server::Server;
use super::store_kind::StoreKind;
use super::stores::Shelf;

pub const START_MS: u64 = 1_800_000_000_000;

/// By how much traffic rises and falls over the day.
const DIURNAL: f64 = 0.8;

pub struct World {
    pub plan: Plan,
    pub rng: Rng,
    pub scheduler: Rc<Scheduler<Happening>>,
    pub server: Server,
    pub shelf: Shelf,
    pub location_cache: LocationCache,
    pub ledger: Ledger,
    configs: Vec<ClientConfig>,
    places: RefCell<Vec<Option<Rc<Isolate>>>>,
    /// When the last token was issued, by identity and realm.
    last_grants_ms: RefCell<HashMap<(usize, usize), u64>>,
    /// Tokens that were issued although the realm had one that was not due.
    needless_grants: Cell<u64>,
    is_over: Cell<bool>,
}

pub enum Happening {
    Birth { place: usize },
    Request(Rc<Isolate>),
    Eviction(Rc<Isolate>),
    Freeze(Rc<Isolate>),
    Thaw(Rc<Isolate>),
    Abandonment(Rc<Isolate>, Rc<Request>),
}

pub struct Isolate {
    number: u64,
    place: usize,
    pub location: usize,
    born_ms: u64,
    clients: Vec<Rc<ClientState<()>>>,
    life: Rc<Life>,
    clock_offset_ms: i64,
    waiting: RefCell<Vec<Waiting>>,
    /// When it last had to do with a grant.
    saw_grant_ms: Cell<u64>,
    grants: Cell<u64>,
    excuses: Cell<u64>,
}

struct Waiting {
    request: Rc<Request>,
    /// It does something else first.
    is_busy: Cell<bool>,
    since_ms: u64,
    frozen_ms: u64,
}

impl Isolate {
    pub fn clock_ms(&self, world: &World) -> u64 {
        world.now_ms().saturating_add_signed(self.clock_offset_ms)
    }

    pub fn is_gone(&self) -> bool {
        self.life.is_gone()
    }

    pub fn is_frozen(&self) -> bool {
        self.life.is_frozen()
    }

    /// How long it was frozen so far.
    pub fn frozen_ms(&self) -> u64 {
        self.life.frozen_ms.get()
    }

    pub fn sees_grant(&self, now_ms: u64) {
        self.saw_grant_ms.set(now_ms);
    }
}

impl World {
    pub fn new(plan: Plan) -> Rc<Self> {
        let configs = (0..plan.identities)
            .map(|identity| config(&plan, identity))
            .collect();
        Rc::new(Self {
            rng: Rng::new(plan.seed ^ 0x5eed),
            scheduler: Rc::new(Scheduler::new(START_MS, plan.seed)),
            server: Server::default(),
            shelf: Shelf::default(),
            location_cache: LocationCache::default(),
            ledger: Ledger::default(),
            configs,
            places: RefCell::new(vec![None; plan.isolates]),
            last_grants_ms: RefCell::default(),
            needless_grants: Cell::new(0),
            is_over: Cell::new(false),
            plan,
        })
    }

    pub fn now_ms(&self) -> u64 {
        self.scheduler.now_ms()
    }

    /// Runs to the end; `progress` hears of every simulated hour.
    pub fn run(self: &Rc<Self>, mut progress: impl FnMut(u64, &Self)) {
        for place in 0..self.plan.isolates {
            let ms = self.rng.between((0, SECOND_MS));
            self.scheduler.happen_in(ms, Happening::Birth { place });
        }
        let end_ms = START_MS + self.plan.duration_ms;
        let mut hour = 0;
        while let Some(happening) = self.scheduler.next(end_ms) {
            self.happens(happening);
            let passed_hours = (self.now_ms() - START_MS) / HOUR_MS;
            if passed_hours > hour {
                hour = passed_hours;
                progress(hour, self);
            }
        }
        self.wind_up(end_ms);
        self.scheduler.clear();
        self.places.borrow_mut().clear();
    }

    /// No more requests come and nothing befalls anybody: everything must be answered.
    fn wind_up(self: &Rc<Self>, end_ms: u64) {
        self.is_over.set(true);
        let isolates: Vec<_> = self.places.borrow().iter().flatten().cloned().collect();
        for isolate in &isolates {
            self.scheduler.thaw(&isolate.life);
        }
        let until_ms = end_ms + u64::from(self.plan.timeout_ms) + MINUTE_MS;
        while self.scheduler.next(until_ms).is_some() {}
        for isolate in &isolates {
            self.check_waiting(isolate, until_ms);
            self.check_grants(isolate);
        }
        self.check_lease();
    }

    fn happens(self: &Rc<Self>, happening: Happening) {
        match happening {
            Happening::Birth { place } => self.birth(place),
            Happening::Request(isolate) if isolate.life.is_gone() => {}
            Happening::Request(isolate) => {
                // The platform sends no request to an isolate that does not run.
                if !isolate.life.is_frozen() {
                    self.request(&isolate);
                }
                let gap_ms = self.plan.request_gap_ms / self.traffic();
                self.scheduler
                    .happen_in(self.rng.gap(gap_ms), Happening::Request(isolate));
            }
            Happening::Eviction(isolate) => self.eviction(&isolate),
            Happening::Freeze(isolate) => {
                self.accident(&isolate);
                self.scheduler.freeze(&isolate.life);
                let ms = self.rng.between((10, 2 * MINUTE_MS));
                let next = if self.rng.chance(0.3) {
                    Happening::Eviction(isolate)
                } else {
                    Happening::Thaw(isolate)
                };
                self.scheduler.happen_in(ms, next);
            }
            Happening::Thaw(isolate) => self.scheduler.thaw(&isolate.life),
            Happening::Abandonment(isolate, request) => {
                self.accident(&isolate);
                request.is_gone.set(true);
            }
        }
    }

    /// The share of the average that the traffic has at this time of the day.
    fn traffic(&self) -> f64 {
        let day = (self.now_ms() - START_MS) as f64 / (24 * HOUR_MS) as f64;
        1.0 + DIURNAL * (TAU * (day + self.plan.daytime)).sin()
    }

    fn birth(self: &Rc<Self>, place: usize) {
        add(&self.ledger.isolates, 1);
        let memory = Rc::<Memory<()>>::default();
        let client =
            |config: &ClientConfig| ClientState::new(config.clone(), Rc::clone(&memory)).into();
        let offset_ms = self.plan.mischief.clock_offset_ms;
        let isolate = Rc::new(Isolate {
            number: self.ledger.isolates.get(),
            place,
            location: place % self.plan.locations,
            born_ms: self.now_ms(),
            clients: self.configs.iter().map(client).collect(),
            life: Rc::default(),
            clock_offset_ms: self.rng.between((0, 2 * offset_ms)) as i64 - offset_ms as i64,
            waiting: RefCell::default(),
            saw_grant_ms: Cell::new(0),
            grants: Cell::new(0),
            excuses: Cell::new(0),
        });
        self.places.borrow_mut()[place] = Some(Rc::clone(&isolate));
        let life_ms = self.rng.between(self.plan.isolate_life_ms);
        self.scheduler
            .happen_in(life_ms, Happening::Eviction(Rc::clone(&isolate)));
        self.scheduler.happen_in(0, Happening::Request(isolate));
    }

    fn eviction(&self, isolate: &Rc<Isolate>) {
        if isolate.life.is_gone() {
            return;
        }
        // What it was about to put into the store is lost.
        if self.now_ms() - isolate.saw_grant_ms.get() < 2 * SECOND_MS {
            self.accident(isolate);
        }
        self.check_waiting(isolate, self.now_ms());
        self.check_grants(isolate);
        self.scheduler.end(&isolate.life);
        let place = isolate.place;
        self.scheduler.happen_in(0, Happening::Birth { place });
    }

    fn request(self: &Rc<Self>, isolate: &Rc<Isolate>) {
        let identity = self.rng.below(self.plan.identities);
        let client = &isolate.clients[identity];
        self.ledger.requested(&self.plan, self.now_ms());
        let wants_more = self.rng.chance(self.plan.mischief.refuse);
        if !wants_more && let Some(cached) = client.hit(isolate.clock_ms(self)) {
            self.ledger.served(self.now_ms());
            return self.handed_out(isolate, identity, &cached);
        }
        let request = self.scheduler.request(&isolate.life);
        let host = SimHost::new(self, isolate, &request);
        let source = TokenSource::of_client(Rc::new(host), Rc::clone(client));
        isolate.waiting.borrow_mut().push(Waiting {
            request: Rc::clone(&request),
            is_busy: Cell::new(wants_more),
            since_ms: self.now_ms(),
            frozen_ms: isolate.life.frozen_ms.get(),
        });
        let world = Rc::clone(self);
        let isolate = Rc::clone(isolate);
        let name = Rc::clone(&request);
        self.scheduler.spawn(&request, async move {
            let result = if wants_more {
                world.demand(&isolate, &name, identity, &source).await
            } else {
                source.token().await
            };
            world.answered(&isolate, &name, identity, result);
        });
    }

    /// The API refused the token, or the caller does not want it.
    async fn demand(
        &self,
        isolate: &Isolate,
        request: &Rc<Request>,
        identity: usize,
        source: &TokenSource<SimHost>,
    ) -> Result<Rc<Cached<()>>, Error> {
        self.accident(isolate);
        let client = &isolate.clients[identity];
        match (self.rng.below(4), client.hit(isolate.clock_ms(self))) {
            (0, Some(cached)) => {
                let refused = cached.token.access_token.expose();
                client.refuse(refused, isolate.clock_ms(self));
            }
            (1, _) => source.invalidate().await,
            // These may fail; there may be a token all the same.
            (2, _) => drop(source.warm().await),
            _ => drop(source.refreshed().await),
        }
        self.starts_to_wait(isolate, request);
        source.token().await
    }

    /// From here on the request has a deadline.
    fn starts_to_wait(&self, isolate: &Isolate, request: &Rc<Request>) {
        let mut waiting = isolate.waiting.borrow_mut();
        let its = waiting
            .iter_mut()
            .find(|waiting| Rc::ptr_eq(&waiting.request, request));
        let its = its.expect("it waits");
        its.since_ms = self.now_ms();
        its.is_busy.set(false);
    }

    fn answered(
        &self,
        isolate: &Isolate,
        request: &Rc<Request>,
        identity: usize,
        result: Result<Rc<Cached<()>>, Error>,
    ) {
        let waiting = {
            let mut waiting = isolate.waiting.borrow_mut();
            let position = waiting
                .iter()
                .position(|waiting| Rc::ptr_eq(&waiting.request, request));
            waiting.swap_remove(position.expect("answered once"))
        };
        let now_ms = self.now_ms();
        let frozen_ms = isolate.life.frozen_ms.get() - waiting.frozen_ms;
        self.ledger.note(now_ms, isolate.number);
        self.ledger.answered(
            &self.plan,
            &Answer {
                began_ms: waiting.since_ms,
                now_ms,
                frozen_ms,
                saw_grant: isolate.saw_grant_ms.get() >= waiting.since_ms,
                error: result.as_ref().err(),
                may_be_unauthorized: self.plan.rotating
                    && (!self.plan.store.kind.is_seen_by_all()
                        || self.plan.server.revokes()
                        || self.server.families.is_hurt(identity)),
                has_token: isolate.clients[identity]
                    .hit(isolate.clock_ms(self))
                    .is_some(),
            },
        );
        // Nothing helps against being frozen just after the token was handed out.
        if frozen_ms == 0
            && let Ok(cached) = result
        {
            self.handed_out(isolate, identity, &cached);
        }
    }

    fn handed_out(&self, isolate: &Isolate, identity: usize, cached: &Cached<()>) {
        let now_ms = self.now_ms();
        let access_token = cached.token.access_token.expose();
        let Some(issued) = self.server.find(access_token) else {
            return self
                .ledger
                .violated(now_ms, format!("{access_token} was never issued"));
        };
        if issued.identity != identity {
            self.ledger.violated(
                now_ms,
                format!("identity {identity} got a token of {}", issued.identity),
            );
        }
        if now_ms >= issued.until_ms {
            self.ledger.violated(
                now_ms,
                format!(
                    "isolate {} handed out {access_token}, expired {} ms ago",
                    isolate.number,
                    now_ms - issued.until_ms
                ),
            );
        }
    }

    /// Called when an isolate is in the middle of something; one in `rarity` times it counts.
    pub fn make_mischief(&self, isolate: &Rc<Isolate>, request: &Rc<Request>, rarity: usize) {
        if self.is_over.get() || self.rng.below(rarity) > 0 {
            return;
        }
        let mischief = &self.plan.mischief;
        let soon_ms = self.rng.between((0, 500));
        let isolate = Rc::clone(isolate);
        if self.rng.chance(mischief.freeze) {
            self.scheduler
                .happen_in(soon_ms, Happening::Freeze(isolate));
        } else if self.rng.chance(mischief.evict) {
            self.scheduler
                .happen_in(soon_ms, Happening::Eviction(isolate));
        } else if self.rng.chance(mischief.abandon) {
            let request = Rc::clone(request);
            self.scheduler
                .happen_in(soon_ms, Happening::Abandonment(isolate, request));
        }
    }

    pub fn hears(&self, isolate: &Isolate, event: &Event) {
        match event {
            Event::LeaseWait { .. } => isolate.sees_grant(self.now_ms()),
            Event::StoreError { .. } | Event::StoreUnreadable => self.accident(isolate),
            _ => {}
        }
        let name = event.name().bytes().fold(0, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        self.ledger.note(self.now_ms(), name ^ isolate.number);
    }

    pub fn accident(&self, isolate: &Isolate) {
        add(&isolate.excuses, 1);
        add(&self.ledger.excuses, 1);
    }

    /// The server issued a token.
    pub fn granted(&self, isolate: &Isolate, identity: usize) {
        add(&isolate.grants, 1);
        let now_ms = self.now_ms();
        let realm = self.realm(isolate);
        let mut last_grants_ms = self.last_grants_ms.borrow_mut();
        let last_ms = last_grants_ms.insert((identity, realm), now_ms);
        if last_ms.is_some_and(|last_ms| now_ms - last_ms < self.earliest_due_ms()) {
            add(&self.needless_grants, 1);
        }
    }

    /// The isolates that share a lease.
    fn realm(&self, isolate: &Isolate) -> usize {
        if self.plan.store.kind.is_asked_for_by_location() {
            isolate.location
        } else {
            0
        }
    }

    /// For how long a grant leaves nothing to ask for.
    fn earliest_due_ms(&self) -> u64 {
        let life_ms = self.plan.server.life_seconds.0 * SECOND_MS;
        // A life counts from the asking.
        let latency_ms = self.plan.server.latency_ms.1;
        if self.plan.store.kind == StoreKind::Kv {
            // The cache keeps the token for a minute, and the earliest of a fleet come very early.
            let early_ms = (life_ms / 15).min(50 * SECOND_MS);
            return early_ms.saturating_sub(latency_ms);
        }
        let kept_back_ms = (10 * SECOND_MS).min(life_ms / 4);
        // The clock is that of the isolate that asked.
        let due_ms = (life_ms - kept_back_ms) * 3 / 4;
        due_ms.saturating_sub(latency_ms + kept_back_ms / 2)
    }

    fn check_waiting(&self, isolate: &Isolate, now_ms: u64) {
        for waiting in isolate.waiting.borrow().iter() {
            let limit_ms = waiting.since_ms + u64::from(self.plan.timeout_ms);
            let was_frozen =
                isolate.life.is_frozen() || isolate.life.frozen_ms.get() > waiting.frozen_ms;
            if now_ms > limit_ms
                && !waiting.request.is_gone.get()
                && !waiting.is_busy.get()
                && !was_frozen
            {
                self.ledger.violated(
                    now_ms,
                    format!("never answered since {}", waiting.since_ms - START_MS),
                );
            }
        }
    }

    /// An isolate asks again when its token is due, or after an accident.
    fn check_grants(&self, isolate: &Isolate) {
        let alive_ms = self.now_ms() - isolate.born_ms;
        let due_ms = self.plan.server.life_seconds.0 * SECOND_MS * 2 / 5;
        let allowed = self.plan.identities as u64 * (2 + alive_ms / due_ms);
        let excuses = isolate.excuses.get();
        if isolate.grants.get() > allowed + 2 * excuses {
            self.ledger.violated(
                self.now_ms(),
                format!(
                    "isolate {} was granted {} tokens in {alive_ms} ms, of {allowed} and {excuses} accidents",
                    isolate.number,
                    isolate.grants.get(),
                ),
            );
        }
    }

    /// With a lease the fleet asks as one instance would, or a location does, accidents apart. Who
    /// has less time than the usual ten seconds does not wait until a holder that died is replaced.
    fn check_lease(&self) {
        if !self.plan.is_calm() && self.plan.timeout_ms < 10_000 {
            return;
        }
        let excuses = self.ledger.excuses.get();
        let needless = self.needless_grants.get();
        if self.has_reliable_lease() && needless > excuses {
            self.ledger.violated(
                self.now_ms(),
                format!("{needless} needless grants after {excuses} accidents"),
            );
        }
    }

    /// A location's claims hold where its cache does. Clocks must agree on when they end.
    fn has_reliable_lease(&self) -> bool {
        match self.plan.store.kind {
            StoreKind::Kv => self.plan.store.cache.works && self.plan.mischief.clock_offset_ms == 0,
            kind => kind.has_exact_lease(),
        }
    }
}

fn config(plan: &Plan, identity: usize) -> ClientConfig {
    ClientConfig::new(ClientOptions {
        token_url: "https://auth.example.com/token".into(),
        client_id: "client".into(),
        client_secret: Some("secret".into()),
        client_auth: ClientAuth::Post,
        endpoint_params: match plan.rotating {
            false => vec![("audience".into(), identity.to_string())],
            true => Vec::new(),
        },
        grant: match plan.rotating {
            false => Grant::ClientCredentials,
            true => Grant::RefreshToken {
                refresh_token: Families::first(identity).into(),
            },
        },
        timeout_ms: plan.timeout_ms,
        ..ClientOptions::default()
    })
    .expect("a valid configuration")
}
