//! The lease, under which one instance at a time asks the server.

use super::{BACKGROUND_TIMEOUT_MS, SharedRecord};
use crate::event::Event;
use crate::host::Host;
use crate::host::store::{Acquired, Lease, TokenStore};
use crate::race::apart;

/// How long the answer about a lease is waited for at most, and never longer than a quarter of the
/// caller's time: a grant comes after it.
const LEASE_TIMEOUT_MS: u32 = 1_500;

impl<H: Host> SharedRecord<'_, H> {
    pub(crate) fn has_lease(&self) -> bool {
        self.store.lease().is_some()
    }

    /// Asks for the lease; `None` if the store has none, or does not answer.
    pub(crate) async fn acquire(&self, ttl_ms: u32) -> Option<Acquired> {
        let lease = self.store.lease()?;
        let timeout_ms = LEASE_TIMEOUT_MS.min(self.client.config().timeout_ms / 4);
        let answer = apart(lease.acquire(&self.place.key, ttl_ms));
        let acquired = self.ask("acquire", timeout_ms, answer).await?;
        if let Acquired::HeldByOther { retry_after_ms } = acquired {
            self.host.event(Event::LeaseWait { retry_after_ms });
        }
        Some(acquired)
    }

    /// Gives the lease back.
    pub(crate) async fn release(&self, fence: &str) {
        if let Some(lease) = self.store.lease() {
            let release = apart(lease.release(&self.place.key, fence));
            self.ask("release", BACKGROUND_TIMEOUT_MS, release).await;
        }
    }
}
