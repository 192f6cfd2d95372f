//! What the adapters make of stores that show a write at once and have no atomic operation: a record and a claim, by
//! whom it is that asks the server. Of several claims that begin together the last to be written is good.

use edge_oauth2::store::{Acquired, StoreError};

use super::plan::SECOND_MS;
use super::stores::{Shelf, SimStore};

/// How long a claim must stand before it is good, beyond the time that it took to make: whoever did not see it has
/// written another by then.
pub const SETTLE_MS: u64 = 50;

/// A wish to ask the server, as it is kept.
pub struct Claim {
    pub id: String,
    pub until_ms: u64,
}

impl Claim {
    pub fn text(&self) -> String {
        format!("{} {}", self.id, self.until_ms)
    }

    pub fn parse(text: &str) -> Self {
        let (id, until_ms) = text.split_once(' ').expect("a claim");
        Self {
            id: id.to_owned(),
            until_ms: until_ms.parse().expect("a number"),
        }
    }

    /// What somebody else is told of it.
    pub fn refusal(&self, now_ms: u64) -> Option<Acquired> {
        let left_ms = self.until_ms.checked_sub(now_ms).filter(|left| *left > 0)?;
        Some(Acquired::HeldByOther {
            retry_after_ms: left_ms as u32,
        })
    }
}

pub fn claim_key(key: &str) -> String {
    format!("{key}/claim")
}

impl SimStore {
    /// What a key is called where it is kept.
    fn here(&self, key: &str) -> String {
        match self.plan().kind.is_local() {
            true => format!("{}/{key}", self.isolate.location),
            false => key.to_owned(),
        }
    }

    pub async fn claimed_get(&self, key: &str) -> Result<Option<String>, StoreError> {
        let key = self.here(key);
        let step = |shelf: &Shelf, now_ms| Ok(shelf.read(&key, now_ms));
        let record = self.travel(false, step).await?;
        Ok(self.as_served(record))
    }

    pub async fn claimed_put(
        &self,
        key: &str,
        text: &str,
        ttl_seconds: u64,
    ) -> Result<(), StoreError> {
        let key = self.here(key);
        self.travel(true, |shelf, now_ms| {
            shelf.write(&key, text, now_ms + ttl_seconds * SECOND_MS, 0);
            self.stored(now_ms);
            Ok(())
        })
        .await
    }

    pub async fn claimed_delete(&self, key: &str) -> Result<(), StoreError> {
        let key = self.here(key);
        self.travel(true, |shelf, _| {
            shelf.forget(&key);
            Ok(())
        })
        .await
    }

    pub async fn claimed_acquire(&self, key: &str, ttl_ms: u32) -> Result<Acquired, StoreError> {
        let begun_ms = self.world.now_ms();
        let claim_key = claim_key(&self.here(key));
        if let Some(claim) = self.claim(&claim_key).await?
            && let Some(refusal) = claim.refusal(self.clock_ms())
        {
            return Ok(refusal);
        }
        let id = self.world.rng.next().to_string();
        let claim = Claim {
            id: id.clone(),
            until_ms: self.clock_ms() + u64::from(ttl_ms),
        };
        self.travel(true, |shelf, now_ms| {
            shelf.claim(&claim_key, &claim.text(), now_ms + u64::from(ttl_ms));
            Ok(())
        })
        .await?;
        let took_ms = self.world.now_ms() - begun_ms;
        self.sleep(SETTLE_MS + took_ms).await;
        let last = self.claim(&claim_key).await?;
        let others = last.filter(|it| it.id != id);
        let refusal = others.and_then(|it| it.refusal(self.clock_ms()));
        Ok(refusal.unwrap_or(Acquired::Held { fence: id }))
    }

    pub async fn claimed_release(&self, key: &str, fence: &str) -> Result<(), StoreError> {
        let claim_key = claim_key(&self.here(key));
        let found = self.claim(&claim_key).await?;
        if found.is_some_and(|it| it.id == fence) {
            self.travel(true, |shelf, _| {
                shelf.forget(&claim_key);
                Ok(())
            })
            .await?;
        }
        Ok(())
    }

    async fn claim(&self, claim_key: &str) -> Result<Option<Claim>, StoreError> {
        let step = |shelf: &Shelf, now_ms| Ok(shelf.read(claim_key, now_ms));
        let found = self.travel(false, step).await?;
        Ok(found.map(|record| Claim::parse(&record.text)))
    }
}
