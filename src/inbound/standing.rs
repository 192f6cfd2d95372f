//! What is remembered of those who were asked.

use std::cell::RefCell;

use crate::cache::span::Span;
use crate::cache::store_health::StoreHealth;
use crate::error::Error;

/// What is known of one introspector or verifier, and of its store.
#[derive(Default)]
pub(super) struct Standing {
    pub(super) store: StoreHealth,
    /// What nobody is to ask again for a time, and why.
    refusal: RefCell<Option<(Error, Span)>>,
}

impl Standing {
    /// The error that is still answered from memory.
    pub(super) fn remembered(&self, now_ms: u64) -> Option<Error> {
        let refusal = self.refusal.borrow();
        let (error, span) = refusal.as_ref()?;
        span.is_on(now_ms).then(|| error.clone())
    }

    /// Answers `error` from memory for that time.
    pub(super) fn remember(&self, error: Error, span: Span) {
        *self.refusal.borrow_mut() = Some((error, span));
    }
}
