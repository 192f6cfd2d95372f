//! What the isolates of one location, a data centre of Cloudflare's, share beside KV: the Cache API, as
//! `location-cache.js` uses it, entry by entry the same.
//!
//! It is a help, never a condition: where it fails, hangs or keeps nothing, all is as without it.

use js_sys::{Date, encode_uri_component, global};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, CacheStorage, Headers, Response, ResponseInit};

use crate::host::Timer;
use crate::host::store::{Acquired, Lease, StoreError, TokenStore};
use crate::json::Json;
use crate::race::{First, race};
use crate::web::crypto::crypto;
use crate::web::reason::member;
use crate::web::{ObjectStore, Timers};

/// A cache of its own: nothing that the Worker fetches for others can read or write it, as it could the default one.
const CACHE: &str = "edge-oauth2";

/// No host has this name, so that there is nothing else under these URLs.
const ORIGIN: &str = "https://edge-oauth2.invalid/";

/// How long a claim must have stood to count, beyond the time that it took to make.
const SETTLE_MS: u32 = 50;

/// How long the cache is waited for while somebody waits for a token.
const PATIENCE_MS: u32 = 100;

/// The same in the background.
const BACKGROUND_MS: u32 = 1_000;

/// How much the clocks of isolates may differ that are right.
const CLOCKS_DIFFER_MS: f64 = 5_000.0;

/// A KV namespace with what the location adds to it: a lease, and a record that is seen at once.
#[derive(Clone, Debug)]
pub struct Nearby {
    kv: ObjectStore,
}

impl Nearby {
    /// Over `kv`.
    pub fn new(kv: ObjectStore) -> Self {
        Self { kv }
    }
}

impl TokenStore for Nearby {
    /// What was put here within KV's propagation time comes first. It may hide what another location has put since, but
    /// no longer than KV might.
    async fn get(&self, key: &str) -> Result<Option<String>, StoreError> {
        let record = attempt(Entry::record(key).read(), PATIENCE_MS).await;
        match record.flatten().and_then(|content| content.text("value")) {
            Some(value) => Ok(Some(value)),
            None => self.kv.get(key).await,
        }
    }

    async fn put(
        &self,
        key: &str,
        value: &str,
        ttl_seconds: u64,
        fence: Option<&str>,
    ) -> Result<(), StoreError> {
        let ttl_ms = ttl_seconds.saturating_mul(1000);
        let ttl_ms = ttl_ms.min(self.kv.propagation_ms().into()) as u32;
        let entry = Entry::record(key);
        // Before KV, which is slow, and refuses more than one write per second.
        attempt(entry.write("value", value, ttl_ms), BACKGROUND_MS).await;
        match ttl_seconds < self.kv.min_ttl_seconds() {
            true => Ok(()),
            false => self.kv.put(key, value, ttl_seconds, fence).await,
        }
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        attempt(Entry::record(key).remove(), PATIENCE_MS).await;
        self.kv.delete(key).await
    }

    fn propagation_ms(&self) -> u32 {
        self.kv.propagation_ms()
    }

    /// What KV keeps nothing for so short is kept here.
    fn min_ttl_seconds(&self) -> u64 {
        1
    }

    fn lease(&self) -> Option<&impl Lease> {
        Some(self)
    }
}

impl Lease for Nearby {
    async fn acquire(&self, key: &str, ttl_ms: u32) -> Result<Acquired, StoreError> {
        let fence = crypto().map(|crypto| crypto.random_uuid());
        let fence = fence.ok_or_else(|| StoreError("there is no crypto".to_owned()))?;
        // Less than the answer is waited for: a cache that hangs must not count as a store that fails.
        let patience_ms = ttl_ms.div_euclid(4);
        let claim = attempt(Entry::claim(key).take(&fence, ttl_ms), patience_ms).await;
        Ok(match claim.flatten() {
            Some(other) => Acquired::HeldByOther {
                retry_after_ms: other.left_ms() as u32,
            },
            None => Acquired::Held { fence },
        })
    }

    async fn release(&self, key: &str, fence: &str) -> Result<(), StoreError> {
        let entry = Entry::claim(key);
        let release = async {
            match entry.read().await? {
                Some(claim) if claim.text("id").as_deref() == Some(fence) => entry.remove().await,
                _ => Ok(()),
            }
        };
        attempt(release, BACKGROUND_MS).await;
        Ok(())
    }
}

/// A place in the cache.
struct Entry {
    url: String,
}

impl Entry {
    fn record(key: &str) -> Self {
        Self::of("record/", key)
    }

    fn claim(key: &str) -> Self {
        Self::of("claim/", key)
    }

    fn of(kind: &str, key: &str) -> Self {
        let key = String::from(encode_uri_component(key));
        Self {
            url: [ORIGIN, kind, &key].concat(),
        }
    }

    /// What is here, unless it is over: a cache rule of the zone's may keep it for longer than it was told to.
    async fn read(&self) -> Result<Option<Content>, JsValue> {
        let found = JsFuture::from(cache().await?.match_with_str(&self.url)).await?;
        let Ok(found) = found.dyn_into::<Response>() else {
            return Ok(None);
        };
        let text = JsFuture::from(found.text()?).await?.as_string();
        let content = text.as_deref().and_then(Json::parse).map(Content);
        Ok(content.filter(Content::is_alive))
    }

    async fn write(&self, name: &str, value: &str, ttl_ms: u32) -> Result<(), JsValue> {
        let ttl = f64::from(ttl_ms);
        let content = Json::object([
            (name, Some(Json::from(value))),
            ("endsAt", Some(Json::Number(Date::now() + ttl))),
            ("ttlMs", Some(Json::Number(ttl))),
        ]);
        let headers = Headers::new()?;
        let seconds = ttl_ms.div_ceil(1000).to_string();
        headers.set("cache-control", &["max-age=", &seconds].concat())?;
        let init = ResponseInit::new();
        init.set_headers(&headers);
        let response = Response::new_with_opt_str_and_init(Some(&content.to_text()), &init)?;
        let put = cache().await?.put_with_str(&self.url, &response);
        JsFuture::from(put).await.map(drop)
    }

    async fn remove(&self) -> Result<(), JsValue> {
        let delete = cache().await?.delete_with_str(&self.url);
        JsFuture::from(delete).await.map(drop)
    }

    /// Claims this for `id`, or brings the claim of another. Of several that begin together the last to write has it.
    async fn take(&self, id: &str, ttl_ms: u32) -> Result<Option<Content>, JsValue> {
        let begun_at = Date::now();
        let earlier = self.read().await?;
        if earlier.is_some() {
            return Ok(earlier);
        }
        self.write("id", id, ttl_ms).await?;
        // The others take about as long as we did from their look to their claim.
        let took_ms = (Date::now() - begun_at) as u32;
        Timers.sleep(SETTLE_MS.saturating_add(took_ms)).await;
        let last = self.read().await?;
        Ok(last.filter(|claim| claim.text("id").as_deref() != Some(id)))
    }
}

/// What is in a place.
struct Content(Json);

impl Content {
    fn text(&self, name: &str) -> Option<String> {
        self.0.get(name)?.as_str().map(str::to_owned)
    }

    fn number(&self, name: &str) -> f64 {
        self.0.get(name).and_then(Json::as_f64).unwrap_or_default()
    }

    fn left_ms(&self) -> f64 {
        self.number("endsAt") - Date::now()
    }

    /// What lasts longer than it was to, but for what clocks differ by, is from one that was wrong.
    fn is_alive(&self) -> bool {
        let left_ms = self.left_ms();
        left_ms > 0.0 && left_ms <= self.number("ttlMs") + CLOCKS_DIFFER_MS
    }
}

/// Never kept: it belongs to the request that it is used in.
async fn cache() -> Result<Cache, JsValue> {
    let caches = member(&global(), "caches").ok_or(JsValue::UNDEFINED)?;
    let opened = caches.unchecked_into::<CacheStorage>().open(CACHE);
    Ok(JsFuture::from(opened).await?.unchecked_into())
}

/// What `work` brings within that time; nothing if it fails.
async fn attempt<T>(work: impl Future<Output = Result<T, JsValue>>, patience_ms: u32) -> Option<T> {
    match race(work, Timers.sleep(patience_ms)).await {
        First::Left(done) => done.ok(),
        First::Right(()) => None,
    }
}
