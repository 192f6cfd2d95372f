//! What the adapter makes of a KV namespace and the location's cache. The cache shows a record to the
//! isolates nearby at once, and holds the claim by which one of them at a time asks the server. It
//! may fail or keep nothing: then there is the namespace, and everybody's claim is good.

use edge_oauth2::store::{Acquired, StoreError};

use super::claims::{Claim, SETTLE_MS, claim_key};
use super::location_cache::LocationCache;
use super::plan::{MINUTE_MS, SECOND_MS};
use super::stores::SimStore;

/// For how long the location's cache keeps a record at most: the namespace has shown it by then.
const KEPT_MS: u64 = MINUTE_MS;

/// The shortest life that a namespace gives a record.
const MIN_TTL_SECONDS: u64 = 60;

impl SimStore {
    pub async fn kv_get(&self, key: &str) -> Result<Option<String>, StoreError> {
        if let Some(text) = self.find_in_cache(key).await {
            return Ok(Some(text));
        }
        let location = self.isolate.location;
        let is_far = !self
            .world
            .shelf
            .has_replica(location, key, self.world.now_ms());
        let text = self
            .travel(is_far, |shelf, now_ms| {
                Ok(shelf.read_at(location, key, now_ms))
            })
            .await?;
        Ok(self.as_served(text))
    }

    /// A write that the namespace refuses is seen nearby all the same.
    pub async fn kv_put(&self, key: &str, text: &str, ttl_seconds: u64) -> Result<(), StoreError> {
        let kept_ms = KEPT_MS.min(ttl_seconds * SECOND_MS);
        let location = self.isolate.location;
        self.ask_cache(|cache, now_ms| {
            cache.keep(location, key, text.to_owned(), now_ms + kept_ms);
            self.stored(now_ms);
        })
        .await;
        if ttl_seconds < MIN_TTL_SECONDS {
            return Ok(());
        }
        self.travel(true, |shelf, now_ms| {
            shelf.take_write(key, now_ms)?;
            shelf.write(key, text, now_ms + ttl_seconds * SECOND_MS, 0);
            shelf.replicate(location, key, now_ms);
            self.stored(now_ms);
            Ok(())
        })
        .await
    }

    pub async fn kv_delete(&self, key: &str) -> Result<(), StoreError> {
        self.forget_in_cache(key).await;
        let location = self.isolate.location;
        self.travel(true, |shelf, now_ms| {
            shelf.forget(key);
            shelf.replicate(location, key, now_ms);
            Ok(())
        })
        .await
    }

    pub async fn kv_acquire(&self, key: &str, ttl_ms: u32) -> Acquired {
        let claim_key = claim_key(key);
        if let Some(refusal) = self.refusal(&claim_key, None).await {
            return refusal;
        }
        let id = self.world.rng.next().to_string();
        let claim = Claim {
            id: id.clone(),
            until_ms: self.clock_ms() + u64::from(ttl_ms),
        };
        let location = self.isolate.location;
        self.ask_cache(|cache, now_ms| {
            let until_ms = now_ms + u64::from(ttl_ms);
            cache.keep(location, &claim_key, claim.text(), until_ms);
        })
        .await;
        self.sleep(SETTLE_MS).await;
        let refusal = self.refusal(&claim_key, Some(&id)).await;
        refusal.unwrap_or(Acquired::Held { fence: id })
    }

    pub async fn kv_release(&self, key: &str, fence: &str) {
        let claim_key = claim_key(key);
        let found = self.find_in_cache(&claim_key).await;
        if found.is_some_and(|text| Claim::parse(&text).id == fence) {
            self.forget_in_cache(&claim_key).await;
        }
    }

    /// What stands against a claim of ours: another's that is not over.
    async fn refusal(&self, claim_key: &str, own_id: Option<&str>) -> Option<Acquired> {
        let found = self.find_in_cache(claim_key).await?;
        let claim = Claim::parse(&found);
        if own_id == Some(&claim.id) {
            return None;
        }
        claim.refusal(self.clock_ms())
    }

    async fn find_in_cache(&self, key: &str) -> Option<String> {
        let location = self.isolate.location;
        self.ask_cache(|cache, now_ms| cache.find(location, key, now_ms))
            .await
            .flatten()
    }

    async fn forget_in_cache(&self, key: &str) {
        let location = self.isolate.location;
        self.ask_cache(|cache, _| cache.forget(location, key)).await;
    }

    /// The way to the location's cache, `step` there, and the way back. `None` when it failed, which
    /// the adapter keeps to itself.
    async fn ask_cache<T>(&self, step: impl FnOnce(&LocationCache, u64) -> T) -> Option<T> {
        let world = &self.world;
        let plan = &self.plan().cache;
        self.begin();
        world
            .location_cache
            .count(self.isolate.location, world.now_ms());
        self.leg(world.rng.between(plan.leg_ms)).await;
        let fails = world.rng.chance(plan.failing);
        if fails {
            world.accident(&self.isolate);
        }
        let is_asked = plan.works && !fails;
        let result = is_asked.then(|| step(&world.location_cache, world.now_ms()));
        self.leg(world.rng.between(plan.leg_ms)).await;
        result
    }
}
