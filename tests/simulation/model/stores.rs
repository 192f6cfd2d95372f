//! The stores that the isolates share, as their documentation describes them.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::pending;
use std::rc::Rc;

use edge_oauth2::store::{Acquired, Lease, StoreError, TokenStore};

use super::plan::{MINUTE_MS, SECOND_MS, StoreFault, StorePlan, fault_at};
use super::queue::Queue;
use super::rate::Rate;
use super::scheduler::Request;
use super::store_kind::{LeaseKind, StoreKind};
use super::world::{Isolate, START_MS, World};

/// For how long a location of a KV namespace answers from its own copy, misses included.
const REPLICA_MS: u64 = MINUTE_MS;

#[derive(Clone)]
pub struct Record {
    pub text: String,
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
    pub rate: Rate,
    pub queue: Queue,
    /// The most operations that one request made, the location's cache included: platforms allow
    /// a request only so many.
    pub busiest_request: Cell<u64>,
}

/// The store as one request sees it.
pub struct SimStore {
    pub world: Rc<World>,
    pub isolate: Rc<Isolate>,
    request: Rc<Request>,
    operations: Cell<u64>,
}

impl SimStore {
    pub fn new(world: &Rc<World>, isolate: &Rc<Isolate>, request: &Rc<Request>) -> Self {
        Self {
            world: Rc::clone(world),
            isolate: Rc::clone(isolate),
            request: Rc::clone(request),
            operations: Cell::new(0),
        }
    }

    pub fn plan(&self) -> &StorePlan {
        &self.world.plan.store
    }

    fn fault(&self) -> Option<StoreFault> {
        fault_at(&self.plan().windows, self.world.now_ms() - START_MS)
    }

    /// The way there, `step` at the store, and the way back.
    pub async fn travel<T>(
        &self,
        is_far: bool,
        step: impl FnOnce(&Shelf, u64) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.begin();
        self.world.shelf.rate.count(self.world.now_ms());
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
        if let Some(most) = plan.most_per_second {
            let queue_ms = self.world.shelf.queue.join(self.world.now_ms(), most);
            self.leg(queue_ms).await;
        }
        let result = step(&self.world.shelf, self.world.now_ms());
        self.leg(latency_ms - latency_ms / 2).await;
        result
    }

    /// The request is in the middle of something, and has made one more operation.
    pub fn begin(&self) {
        self.world.make_mischief(&self.isolate, &self.request, 20);
        self.operations.set(self.operations.get() + 1);
        let busiest = &self.world.shelf.busiest_request;
        busiest.set(busiest.get().max(self.operations.get()));
    }

    pub async fn leg(&self, ms: u64) {
        self.sleep(ms).await;
        if self.world.rng.chance(self.plan().loss) {
            pending().await
        }
    }

    /// What the request had to keep can be seen by others.
    pub fn stored(&self, now_ms: u64) {
        self.world.server.families.stored(&self.request, now_ms);
    }

    pub async fn sleep(&self, ms: u64) {
        self.world.scheduler.sleep(&self.request, ms).await;
    }

    pub fn clock_ms(&self) -> u64 {
        self.isolate.clock_ms(&self.world)
    }

    fn is_kv(&self) -> bool {
        self.plan().kind == StoreKind::Kv
    }

    fn is_claimed(&self) -> bool {
        !self.is_kv() && self.plan().kind.lease() == LeaseKind::Claim
    }

    /// What the store answers with, when this is what it has.
    pub fn as_served(&self, record: Option<Record>) -> Option<String> {
        let text = record?.text;
        match self.fault() {
            Some(StoreFault::Tampered) => self.tampered(text),
            _ => Some(text),
        }
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
    pub fn read(&self, key: &str, now_ms: u64) -> Option<Record> {
        let records = self.records.borrow();
        records
            .get(key)
            .filter(|record| now_ms < record.until_ms)
            .cloned()
    }

    pub fn write(&self, key: &str, text: &str, until_ms: u64, fence: u64) {
        let record = Record {
            text: text.to_owned(),
            until_ms,
            fence,
        };
        self.records.borrow_mut().insert(key.to_owned(), record);
        self.past.borrow_mut().push(text.to_owned());
    }

    /// No record, which somebody could put back.
    pub fn claim(&self, key: &str, text: &str, until_ms: u64) {
        let claim = Record {
            text: text.to_owned(),
            until_ms,
            fence: 0,
        };
        self.records.borrow_mut().insert(key.to_owned(), claim);
    }

    pub fn forget(&self, key: &str) {
        self.records.borrow_mut().remove(key);
    }

    fn last_fence(&self, key: &str) -> u64 {
        let tenures = self.tenures.borrow();
        tenures.get(key).map_or(0, |(fence, _)| *fence)
    }

    /// A KV namespace takes one write a second of a key.
    pub fn take_write(&self, key: &str, now_ms: u64) -> Result<(), StoreError> {
        let mut put_at_ms = self.put_at_ms.borrow_mut();
        let last_ms = put_at_ms.get(key).copied();
        if last_ms.is_some_and(|at_ms| now_ms - at_ms < SECOND_MS) {
            return Err(StoreError("429 Too Many Requests".to_owned()));
        }
        put_at_ms.insert(key.to_owned(), now_ms);
        Ok(())
    }

    pub fn has_replica(&self, location: usize, key: &str, now_ms: u64) -> bool {
        let replicas = self.replicas.borrow();
        replicas
            .get(&(location, key.to_owned()))
            .is_some_and(|replica| now_ms < replica.until_ms)
    }

    pub fn read_at(&self, location: usize, key: &str, now_ms: u64) -> Option<Record> {
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
    pub fn replicate(&self, location: usize, key: &str, now_ms: u64) {
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
        if self.is_kv() {
            return self.kv_get(key).await;
        }
        if self.is_claimed() {
            return self.claimed_get(key).await;
        }
        let step = |shelf: &Shelf, now_ms| Ok(shelf.read(key, now_ms));
        let record = self.travel(false, step).await?;
        Ok(self.as_served(record))
    }

    async fn put(
        &self,
        key: &str,
        value: &str,
        ttl_seconds: u64,
        fence: Option<&str>,
    ) -> Result<(), StoreError> {
        if self.is_kv() {
            return self.kv_put(key, value, ttl_seconds).await;
        }
        if self.is_claimed() {
            return self.claimed_put(key, value, ttl_seconds).await;
        }
        let fence = fence.and_then(|fence| fence.parse().ok());
        self.travel(true, |shelf, now_ms| {
            // Who has no lease writes in the name of whoever had it last.
            let fence = fence.unwrap_or_else(|| shelf.last_fence(key));
            if shelf.read(key, now_ms).is_none_or(|it| it.fence <= fence) {
                shelf.write(key, value, now_ms + ttl_seconds * SECOND_MS, fence);
                self.stored(now_ms);
            }
            Ok(())
        })
        .await
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        if self.is_kv() {
            return self.kv_delete(key).await;
        }
        if self.is_claimed() {
            return self.claimed_delete(key).await;
        }
        self.travel(true, |shelf, _| {
            shelf.forget(key);
            Ok(())
        })
        .await
    }

    fn propagation_ms(&self) -> u32 {
        if self.is_kv() { REPLICA_MS as u32 } else { 0 }
    }

    fn lease(&self) -> Option<&impl Lease> {
        self.plan().kind.has_lease().then_some(self)
    }
}

impl Lease for SimStore {
    async fn acquire(&self, key: &str, ttl_ms: u32) -> Result<Acquired, StoreError> {
        if self.is_kv() {
            return Ok(self.kv_acquire(key, ttl_ms).await);
        }
        if self.is_claimed() {
            return self.claimed_acquire(key, ttl_ms).await;
        }
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
        if self.is_kv() {
            self.kv_release(key, fence).await;
            return Ok(());
        }
        if self.is_claimed() {
            return self.claimed_release(key, fence).await;
        }
        self.travel(false, |shelf, _| {
            let mut tenures = shelf.tenures.borrow_mut();
            if tenures
                .get(key)
                .is_some_and(|(holder, _)| holder.to_string() == fence)
            {
                tenures.entry(key.to_owned()).and_modify(|it| it.1 = 0);
            }
            Ok(())
        })
        .await
    }
}
