//! What is remembered of one identity.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::flight::Flight;
use crate::token::Token;

/// A token in the cache.
#[derive(Debug)]
pub struct Cached<V> {
    /// The token.
    pub token: Token,
    /// The host's own rendering of it, made once, so that a hit hands out what is ready.
    pub view: V,
    /// It replaced a token that the API had refused.
    pub(crate) replaces_refused: bool,
}

/// A token together with the flight that brings the next one.
#[derive(Debug)]
pub struct Entry<V> {
    cached: RefCell<Option<Rc<Cached<V>>>>,
    flight: RefCell<Flight<Rc<Cached<V>>>>,
    refused: Cell<bool>,
    pub(super) used_at: Cell<u64>,
    pub(super) evicted: Cell<bool>,
}

impl<V> Default for Entry<V> {
    fn default() -> Self {
        Self {
            cached: RefCell::default(),
            flight: RefCell::default(),
            refused: Cell::new(false),
            used_at: Cell::new(0),
            evicted: Cell::new(false),
        }
    }
}

impl<V> Entry<V> {
    /// The token that is there, usable or not.
    pub fn cached(&self) -> Option<Rc<Cached<V>>> {
        self.cached.borrow().clone()
    }

    /// Looks at the cached token without sharing it.
    pub fn with_cached<R>(&self, look: impl FnOnce(&Cached<V>) -> R) -> Option<R> {
        self.cached.borrow().as_deref().map(look)
    }

    /// Runs `step` on the flight.
    pub fn flight<R>(&self, step: impl FnOnce(&mut Flight<Rc<Cached<V>>>) -> R) -> R {
        step(&mut self.flight.borrow_mut())
    }

    /// Puts a token into the cache.
    pub fn keep(&self, cached: Rc<Cached<V>>) {
        self.refused.set(false);
        *self.cached.borrow_mut() = Some(cached);
    }

    /// Empties the cache.
    pub fn clear(&self) {
        *self.cached.borrow_mut() = None;
    }

    /// The API refused the cached token: it is dropped, and its successor will be marked.
    pub fn clear_refused(&self) {
        self.refused.set(true);
        self.clear();
    }

    /// Whether the next token replaces a refused one.
    pub fn refused(&self) -> bool {
        self.refused.get()
    }
}
