//! What happened in each minute.

use std::cell::RefCell;

use super::plan::MINUTE_MS;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Minute {
    /// Of the requests that began in it, and whose isolate lived to answer.
    pub served: u64,
    pub failed: u64,
    /// What the token endpoint was asked, whether or not it could be reached.
    pub asked: u64,
}

impl Minute {
    pub fn answered(&self) -> u64 {
        self.served + self.failed
    }
}

#[derive(Default)]
pub struct Timeline(RefCell<Vec<Minute>>);

impl Timeline {
    pub fn note(&self, passed_ms: u64, step: impl FnOnce(&mut Minute)) {
        let place = (passed_ms / MINUTE_MS) as usize;
        let mut minutes = self.0.borrow_mut();
        if minutes.len() <= place {
            minutes.resize(place + 1, Minute::default());
        }
        step(&mut minutes[place]);
    }

    /// From one minute of the world to another.
    pub fn between(&self, from: u64, to: u64) -> Vec<Minute> {
        let minutes = self.0.borrow();
        let at = |minute| minutes.get(minute as usize).copied().unwrap_or_default();
        (from..to).map(at).collect()
    }
}
