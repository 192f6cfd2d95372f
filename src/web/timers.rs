//! Waiting by `setTimeout`.

use std::future::Future;

use gloo_timers::future::TimeoutFuture;

use crate::host::Timer;

/// The longest time that `setTimeout` waits: what is longer would be over at once.
const MAX_MS: u32 = i32::MAX as u32;

/// The platform's timers. A future that is dropped stops its timer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timers;

impl Timer for Timers {
    fn sleep(&self, ms: u32) -> impl Future<Output = ()> + 'static {
        TimeoutFuture::new(ms.min(MAX_MS))
    }
}
