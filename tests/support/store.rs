//! A store in virtual time that does what it is told: answer, be slow, fail, keep silent.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::pending;
use std::rc::Rc;

use edge_oauth2::store::{Acquired, Lease, StoreError, TokenStore};

use super::isolate::{Isolate, Request};

/// How the store behaves at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Well,
    /// Does what it is asked, this much later.
    Slow(u64),
    Failing,
    Silent,
    /// Nothing can be read; all else goes well.
    Blind,
    /// A lease is asked for in vain; all else goes well.
    Leaseless,
}

/// What all requests see of the store.
pub struct Shelf {
    pub records: RefCell<BTreeMap<String, String>>,
    /// Operation, time to live or 0, and when.
    pub log: RefCell<Vec<(&'static str, u64, u64)>>,
    pub mood: Cell<Mood>,
    /// What it says when it fails.
    pub words: RefCell<String>,
    pub propagation_ms: Cell<u32>,
    pub min_ttl_seconds: Cell<u64>,
    pub has_lease: Cell<bool>,
    /// The tenure of every put.
    pub fences: RefCell<Vec<Option<String>>>,
    /// Number of the tenure, and when it ends.
    pub tenure: Cell<(u64, u64)>,
}

impl Default for Shelf {
    fn default() -> Self {
        Self {
            records: RefCell::default(),
            log: RefCell::default(),
            mood: Cell::new(Mood::Well),
            words: RefCell::new("the store is down".into()),
            propagation_ms: Cell::new(0),
            min_ttl_seconds: Cell::new(1),
            has_lease: Cell::new(false),
            fences: RefCell::default(),
            tenure: Cell::new((0, 0)),
        }
    }
}

impl Shelf {
    /// How often `operation` was asked for.
    pub fn count(&self, operation: &str) -> usize {
        let log = self.log.borrow();
        log.iter().filter(|(name, ..)| *name == operation).count()
    }

    /// The only record that is not of a refusal.
    pub fn record(&self) -> String {
        let records = self.records.borrow();
        let records = records.iter().filter(|(key, _)| !key.ends_with(":rest"));
        let records: Vec<_> = records.map(|(_, record)| record.clone()).collect();
        let [record] = records.try_into().expect("one");
        record
    }

    pub fn replace_record(&self, text: &str) {
        for record in self.records.borrow_mut().values_mut() {
            text.clone_into(record);
        }
    }
}

/// The store as one request sees it.
pub struct TestStore {
    pub shelf: Rc<Shelf>,
    pub isolate: Isolate,
    pub request: Request,
}

impl TestStore {
    async fn begin(&self, operation: &'static str, ttl: u64) -> Result<(), StoreError> {
        let at_ms = self.isolate.now_ms();
        self.shelf.log.borrow_mut().push((operation, ttl, at_ms));
        match self.shelf.mood.get() {
            Mood::Blind if operation == "get" => {
                return Err(StoreError("nothing can be read".into()));
            }
            Mood::Leaseless if operation == "acquire" => pending().await,
            Mood::Well | Mood::Blind | Mood::Leaseless => {}
            Mood::Slow(ms) => self.isolate.sleep(self.request, ms).await,
            Mood::Failing => return Err(StoreError(self.shelf.words.borrow().clone())),
            Mood::Silent => pending().await,
        }
        Ok(())
    }
}

impl TokenStore for TestStore {
    async fn get(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.begin("get", 0).await?;
        Ok(self.shelf.records.borrow().get(key).cloned())
    }

    async fn put(
        &self,
        key: &str,
        value: &str,
        ttl_seconds: u64,
        fence: Option<&str>,
    ) -> Result<(), StoreError> {
        self.begin("put", ttl_seconds).await?;
        let mut fences = self.shelf.fences.borrow_mut();
        fences.push(fence.map(str::to_owned));
        let mut records = self.shelf.records.borrow_mut();
        records.insert(key.to_owned(), value.to_owned());
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.begin("delete", 0).await?;
        self.shelf.records.borrow_mut().remove(key);
        Ok(())
    }

    fn propagation_ms(&self) -> u32 {
        self.shelf.propagation_ms.get()
    }

    fn min_ttl_seconds(&self) -> u64 {
        self.shelf.min_ttl_seconds.get()
    }

    fn lease(&self) -> Option<&impl Lease> {
        self.shelf.has_lease.get().then_some(self)
    }
}

impl Lease for TestStore {
    async fn acquire(&self, _: &str, ttl_ms: u32) -> Result<Acquired, StoreError> {
        self.begin("acquire", ttl_ms.into()).await?;
        let now_ms = self.isolate.now_ms();
        let (tenure, until_ms) = self.shelf.tenure.get();
        if now_ms < until_ms {
            return Ok(Acquired::HeldByOther {
                retry_after_ms: (until_ms - now_ms) as u32,
            });
        }
        self.shelf
            .tenure
            .set((tenure + 1, now_ms + u64::from(ttl_ms)));
        Ok(Acquired::Held {
            fence: (tenure + 1).to_string(),
        })
    }

    async fn release(&self, _: &str, fence: &str) -> Result<(), StoreError> {
        self.begin("release", 0).await?;
        let (tenure, _) = self.shelf.tenure.get();
        if fence == tenure.to_string() {
            self.shelf.tenure.set((tenure, 0));
        }
        Ok(())
    }
}
