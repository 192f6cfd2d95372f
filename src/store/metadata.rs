//! What issuers say about themselves, in the store.

use super::place::Place;
use super::{BACKGROUND_TIMEOUT_MS, SharedRecord};
use crate::cache::issuer::METADATA_LIFE_MS;
use crate::cache::span::Span;
use crate::host::Host;
use crate::host::store::TokenStore;
use crate::protocol::metadata::Metadata;
use crate::race::apart;

impl<H: Host> SharedRecord<'_, H> {
    /// What another instance found out about `issuer`.
    ///
    /// Where a secret is sent is read from the store only if nobody else can have written it there: whoever has the
    /// seal key of now. Those of before may be in other hands, which is why there is another.
    pub(crate) async fn metadata(&self, issuer: &str) -> Option<Metadata> {
        let place = self.metadata_place(issuer).await?;
        let text = self.get(&place.key).await??;
        let text = self.opened(&place, text).await?;
        let now_ms = self.host.now_ms();
        let metadata = Metadata::decode(&text, issuer, now_ms)?;
        let life = Span::new(metadata.received_at_ms, METADATA_LIFE_MS);
        life.is_on(now_ms).then_some(metadata)
    }

    /// Tells the other instances.
    pub(crate) async fn put_metadata(&self, metadata: &Metadata) {
        let Some(place) = self.metadata_place(&metadata.issuer).await else {
            return;
        };
        if let Some(text) = self.closed(&place, metadata.encode()).await {
            let ttl_seconds = METADATA_LIFE_MS / 1000;
            let put = apart(self.store.put(&place.key, &text, ttl_seconds, None));
            self.ask("put", BACKGROUND_TIMEOUT_MS, put).await;
        }
    }

    /// `None` without sealing, and where the way there has no name that other instances know.
    async fn metadata_place(&self, issuer: &str) -> Option<Place> {
        let config = self.client.config();
        let secret = config.current_seal_key()?;
        if config.transport.is_some() && config.identity.is_none() {
            return None;
        }
        let transport = config.transport.as_deref().unwrap_or_default();
        let name = ["metadata\0", issuer, "\0", transport].concat();
        Place::of(self.host, config, Some(secret), name.as_bytes()).await
    }
}
