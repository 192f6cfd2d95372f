//! The stores that the isolates share, as their documentation describes them.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::pending;
use std::rc::Rc;

use edge_oauth2::store::{Acquired, Lease, StoreError, TokenStore};

use super::plan::{MINUTE_MS, SECOND_MS, StoreFault, StoreKind, StorePlan, fault_at};
use super::scheduler::Request;
use super::world::{Isolate, START_MS, World};

/// For how long a location of a KV namespace answers from its own copy, misses included.
const REPLICA_MS: u64 = MINUTE_MS;

#[derive(Clone)]
struct Record {
    text: String,
    until_ms: u64,
    /// The tenure in which it was written; 0 if in none.
    fence: u64,
}

/// What a location of a KV namespace has read, and how long it goes on answering with it.
struct Replica {
    record: Option<Record>,
    until_ms: u64,
}

/// The store behind all the isolates.
#[derive(Default)]
pub struct Shelf {
    records: RefCell<HashMap<String, Record>>,
    replicas: RefCell<HashMap<(usize, String), Replica>>,
    /// When a key was last put (KV takes one write a second).
    put_at_ms: RefCell<HashMap<String, u64>>,
    /// Fence and end of the tenure over a key.
    tenures: RefCell<HashMap<String, (u64, u64)>>,
    fences: Cell<u64>,
    /// Everything ever put, for the one who tampers.
    past: RefCell<Vec<String>>,
    /// Operations in the current second, and the most there were in one.
    rate: Cell<(u64, u64)>,
    pub peak_rate: Cell<u64>,
    pub operations: Cell<u64>,
}

/// The store as one request sees it.
pub struct SimStore {
    world: Rc<World>,
    isolate: Rc<Isolate>,
    request: Rc<Request>,
}

impl SimStore {
    pub fn new(world: &Rc<World>, isolate: &Rc<Isolate>, request: &Rc<Request>) -> Self {
        Self {
            world: Rc::clone(world),
            isolate: Rc::clone(isolate),
            request: Rc::clone(request),
        }
    }

    fn plan(&self) -> &StorePlan {
        &self.world.plan.store
    }

    fn fault(&self) -> Option<StoreFault> {
        fault_at(&self.plan().windows, self.world.now_ms() - START_MS)
    }

    /// The way there, `step` at the store, and the way back.
    async fn travel<T>(
        &self,
        is_far: bool,
        step: impl FnOnce(&Shelf, u64) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.world.make_mischief(&self.isolate, &self.request, 20);
        self.world.shelf.count(self.world.now_ms());
        let plan = self.plan();
        let mut latency_ms = self.world.rng.between(if is_far {
            plan.far_latency_ms
        } else {
            plan.latency_ms
        });
        match self.fault() {
            Some(StoreFault::Slow) => latency_ms = self.world.rng.between((200, 20_000)),
            Some(StoreFault::Failing) => return Err(StoreError("the store is down".to_owned())),
            Some(StoreFault::Silent) => pending().await,
            Some(StoreFault::Tampered) | None => {}
        }
        self.leg(latency_ms / 2).await;
        let result = step(&self.world.shelf, self.world.now_ms());
        self.leg(latency_ms - latency_ms / 2).await;
        result
    }

    async fn leg(&self, ms: u64) {
        self.world.scheduler.sleep(&self.request, ms).await;
        if self.world.rng.chance(self.plan().loss) {
            pending().await
        }
    }

    fn is_kv(&self) -> bool {
        self.plan().kind == StoreKind::Kv
    }

    /// What somebody who can write into the store makes of a text.
    fn tampered(&self, text: String) -> Option<String> {
        let rng = &self.world.rng;
        match rng.below(4) {
            0 => None,
            1 => Some(String::new()),
            2 => {
                let mut bytes = text.into_bytes();
                let position = rng.below(bytes.len());
                bytes[position] ^= 1 << rng.below(7);
                Some(String::from_utf8_lossy(&bytes).into_owned())
            }
            // A true record: an old one, or another identity's.
            _ => {
                let past = self.world.shelf.past.borrow();
                Some(past[rng.below(past.len())].clone())
            }
        }
    }
}

impl Shelf {
    fn count(&self, now_ms: u64) {
        self.operations.set(self.operations.get() + 1);
        let second = now_ms / SECOND_MS;
        let (counted, rate) = self.rate.get();
        let rate = if counted == second { rate + 1 } else { 1 };
        self.rate.set((second, rate));
        self.peak_rate.set(self.peak_rate.get().max(rate));
    }

    fn read(&self, key: &str, now_ms: u64) -> Option<Record> {
        let records = self.records.borrow();
        records
            .get(key)
            .filter(|record| now_ms < record.until_ms)
            .cloned()
    }

    fn has_replica(&self, location: usize, key: &str, now_ms: u64) -> bool {
        let replicas = self.replicas.borrow();
        replicas
            .get(&(location, key.to_owned()))
            .is_some_and(|replica| now_ms < replica.until_ms)
    }

    fn read_at(&self, location: usize, key: &str, now_ms: u64) -> Option<Record> {
        if !self.has_replica(location, key, now_ms) {
            self.replicate(location, key, now_ms);
        }
        let replicas = self.replicas.borrow();
        let replica = replicas.get(&(location, key.to_owned()))?;
        replica
            .record
            .clone()
            .filter(|record| now_ms < record.until_ms)
    }

    /// The location sees what is there now, and goes on seeing it.
    fn replicate(&self, location: usize, key: &str, now_ms: u64) {
        let replica = Replica {
            record: self.read(key, now_ms),
            until_ms: now_ms + REPLICA_MS,
        };
        self.replicas
            .borrow_mut()
            .insert((location, key.to_owned()), replica);
    }
}

impl TokenStore for SimStore {
    async fn get(&self, key: &str) -> Result<Option<String>, StoreError> {
        let location = self.isolate.location;
        let is_kv = self.is_kv();
        let now_ms = self.world.now_ms();
        let is_far = is_kv && !self.world.shelf.has_replica(location, key, now_ms);
        let record = self
            .travel(is_far, |shelf, now_ms| {
                Ok(if is_kv {
                    shelf.read_at(location, key, now_ms)
                } else {
                    shelf.read(key, now_ms)
                })
            })
            .await?;
        let text = record.map(|record| record.text);
        Ok(match (self.fault(), text) {
            (Some(StoreFault::Tampered), Some(text)) => self.tampered(text),
            (_, text) => text,
        })
    }

    async fn put(
        &self,
        key: &str,
        value: &str,
        ttl_seconds: u64,
        fence: Option<&str>,
    ) -> Result<(), StoreError> {
        let location = self.isolate.location;
        let is_kv = self.is_kv();
        self.travel(true, |shelf, now_ms| {
            if is_kv {
                if ttl_seconds < 60 {
                    return Err(StoreError("expiration_ttl must be at least 60".to_owned()));
                }
                let mut put_at_ms = shelf.put_at_ms.borrow_mut();
                let last_ms = put_at_ms.get(key).copied();
                if last_ms.is_some_and(|at_ms| now_ms - at_ms < SECOND_MS) {
                    return Err(StoreError("429 Too Many Requests".to_owned()));
                }
                put_at_ms.insert(key.to_owned(), now_ms);
            }
            let fence = fence.and_then(|fence| fence.parse().ok()).unwrap_or(0);
            if shelf.read(key, now_ms).is_some_and(|it| it.fence > fence) {
                return Ok(());
            }
            let record = Record {
                text: value.to_owned(),
                until_ms: now_ms + ttl_seconds * SECOND_MS,
                fence,
            };
            shelf.records.borrow_mut().insert(key.to_owned(), record);
            if !self.plan().windows.is_empty() {
                shelf.past.borrow_mut().push(value.to_owned());
            }
            if is_kv {
                shelf.replicate(location, key, now_ms);
            }
            Ok(())
        })
        .await
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        let location = self.isolate.location;
        let is_kv = self.is_kv();
        self.travel(true, |shelf, now_ms| {
            shelf.records.borrow_mut().remove(key);
            if is_kv {
                shelf.replicate(location, key, now_ms);
            }
            Ok(())
        })
        .await
    }

    fn propagation_ms(&self) -> u32 {
        if self.is_kv() { REPLICA_MS as u32 } else { 0 }
    }

    fn min_ttl_seconds(&self) -> u64 {
        if self.is_kv() { 60 } else { 1 }
    }

    fn lease(&self) -> Option<&impl Lease> {
        self.plan().kind.has_lease().then_some(self)
    }
}

impl Lease for SimStore {
    async fn acquire(&self, key: &str, ttl_ms: u32) -> Result<Acquired, StoreError> {
        self.travel(false, |shelf, now_ms| {
            let mut tenures = shelf.tenures.borrow_mut();
            if let Some((_, until_ms)) = tenures.get(key)
                && now_ms < *until_ms
            {
                return Ok(Acquired::HeldByOther {
                    retry_after_ms: (until_ms - now_ms) as u32,
                });
            }
            shelf.fences.set(shelf.fences.get() + 1);
            let fence = shelf.fences.get();
            tenures.insert(key.to_owned(), (fence, now_ms + u64::from(ttl_ms)));
            Ok(Acquired::Held {
                fence: fence.to_string(),
            })
        })
        .await
    }

    async fn release(&self, key: &str, fence: &str) -> Result<(), StoreError> {
        self.travel(false, |shelf, _| {
            let mut tenures = shelf.tenures.borrow_mut();
            if tenures
                .get(key)
                .is_some_and(|(holder, _)| holder.to_string() == fence)
            {
                tenures.remove(key);
            }
            Ok(())
        })
        .await
    }
}
