//! What is remembered of one issuer.

use std::cell::RefCell;
use std::rc::Rc;

use super::single_flight::{Flight, Generation};
use super::span::Span;
use crate::error::Error;
use crate::protocol::metadata::Metadata;

/// How long metadata is believed.
pub(crate) const METADATA_LIFE_MS: u64 = 24 * 60 * 60 * 1000;

/// An issuer's metadata, together with the flight that brings it.
#[derive(Debug, Default)]
pub(crate) struct Issuer {
    metadata: RefCell<Option<Rc<Metadata>>>,
    flight: RefCell<Flight<Rc<Metadata>>>,
}

impl Issuer {
    /// The metadata, while it is believed.
    pub(crate) fn metadata(&self, now_ms: u64) -> Option<Rc<Metadata>> {
        let metadata = self.outdated()?;
        let life = Span::new(metadata.received_at_ms, METADATA_LIFE_MS);
        life.is_on(now_ms).then_some(metadata)
    }

    /// The metadata, however old.
    pub(crate) fn outdated(&self) -> Option<Rc<Metadata>> {
        self.metadata.borrow().clone()
    }

    /// Runs `step` on the flight.
    pub(crate) fn flight<R>(&self, step: impl FnOnce(&mut Flight<Rc<Metadata>>) -> R) -> R {
        step(&mut self.flight.borrow_mut())
    }

    /// Believes `metadata` from now on.
    pub(crate) fn keep(&self, metadata: &Rc<Metadata>) {
        *self.metadata.borrow_mut() = Some(Rc::clone(metadata));
    }

    /// The flight of `generation` came down. What it brought is kept if it is of use.
    pub(crate) fn land(
        &self,
        generation: Generation,
        result: &Result<Rc<Metadata>, Error>,
        is_of_use: bool,
    ) {
        let is_kept = self.flight(|flight| flight.land(generation, result.clone()));
        if is_kept
            && is_of_use
            && let Ok(metadata) = result
        {
            self.keep(metadata);
        }
    }
}
