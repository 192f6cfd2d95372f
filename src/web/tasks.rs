//! What must outlive the request that began it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use wasm_bindgen_futures::spawn_local;

use crate::host;

/// Work to be done to its end.
pub type Task = Pin<Box<dyn Future<Output = ()>>>;

/// Runs tasks beside those who began them; by default for as long as the platform lets them.
#[derive(Default)]
pub struct Tasks {
    wait_until: Option<Box<dyn Fn(Task)>>,
}

impl Tasks {
    /// Gives tasks to `wait_until`, which has the platform wait for them: in a Worker of the crate `worker`
    /// `|task| context.wait_until(task)`.
    pub fn with(wait_until: impl Fn(Task) + 'static) -> Self {
        Self {
            wait_until: Some(Box::new(wait_until)),
        }
    }
}

impl host::Background for Tasks {
    fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        match &self.wait_until {
            Some(wait_until) => wait_until(Box::pin(task)),
            None => spawn_local(task),
        }
    }
}

impl fmt::Debug for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tasks")
            .field("waits", &self.wait_until.is_some())
            .finish()
    }
}
