//! What is known of an authorization, here or by what others put: the newest token, and that it is lost.

use super::TokenState;
use crate::host::View;
use crate::token::Token;

impl<V: View> TokenState<V> {
    /// Notes that there is `token`, of use or not.
    pub(crate) fn see(&self, token: &Token) {
        let newest_ms = self.newest_ms.get();
        self.newest_ms.set(newest_ms.max(token.received_at_ms));
    }

    /// Whether a token is known that is newer than a refusal at `at_ms`, or a refresh token than the one that was
    /// refused, of this `rotation`.
    pub(crate) fn knows_better(&self, at_ms: u64, rotation: Option<u32>) -> bool {
        let is_newer = |dead| self.rotation().is_some_and(|newest| newest > dead);
        self.newest_ms.get() > at_ms || rotation.is_some_and(is_newer)
    }

    /// Notes that the authorization is lost with the refresh token of that `rotation`; `false` if that was known.
    pub(crate) fn lose(&self, rotation: u32) -> bool {
        self.lost.replace(Some(rotation)).is_none()
    }

    /// The rotation of the last refresh token, if the authorization is lost.
    pub(crate) fn lost(&self) -> Option<u32> {
        self.lost.get()
    }
}
