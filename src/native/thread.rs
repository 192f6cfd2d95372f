//! The thread on which all clients of the process ask for their tokens. Nothing of what they share is `Send`, so it
//! stays there, and what callers want done goes there.

use std::future::Future;
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};
use std::{io, thread};

use tokio::runtime;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::task::{LocalSet, spawn_local};

use crate::cache::memory::Memory;
use crate::error::{Error, ErrorCode};

type Job = Box<dyn FnOnce() + Send>;

/// To the thread, if it was started. Never closed: the process ends it.
static JOBS: Mutex<Option<UnboundedSender<Job>>> = Mutex::new(None);

thread_local! {
    static MEMORY: Rc<Memory<()>> = Rc::default();
}

/// What the clients of the process remember. Of the thread's own.
pub(super) fn memory() -> Rc<Memory<()>> {
    MEMORY.with(Rc::clone)
}

/// Does `work` there, to its end, whether or not the caller goes on waiting for it.
pub(super) async fn run<T, F>(work: impl FnOnce() -> F + Send + 'static) -> Result<T, Error>
where
    T: Send + 'static,
    F: Future<Output = T> + 'static,
{
    let (answer, answered) = oneshot::channel();
    send(Box::new(move || {
        spawn_local(async move {
            // Nobody may be waiting any longer.
            let _ = answer.send(work().await);
        });
    }))?;
    answered.await.map_err(|_| {
        Error::new(
            ErrorCode::Internal,
            "what was done for this call panicked; its message is on stderr",
        )
    })
}

fn send(mut job: Job) -> Result<(), Error> {
    // What panicked while it was locked left nothing half done.
    let mut jobs = JOBS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(jobs) = &*jobs {
        match jobs.send(job) {
            Ok(()) => return Ok(()),
            // The thread is gone; another begins with an empty memory.
            Err(unsent) => job = unsent.0,
        }
    }
    let started = start().map_err(|problem| {
        Error::new(
            ErrorCode::Internal,
            ["no thread could be started: ", &problem.to_string()].concat(),
        )
    })?;
    // It is listening.
    let _ = started.send(job);
    *jobs = Some(started);
    Ok(())
}

fn start() -> io::Result<UnboundedSender<Job>> {
    let (jobs, mut wanted) = unbounded_channel::<Job>();
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let thread = thread::Builder::new().name("edge-oauth2".to_owned());
    thread.spawn(move || {
        LocalSet::new().block_on(&runtime, async {
            while let Some(job) = wanted.recv().await {
                job();
            }
        });
    })?;
    Ok(jobs)
}
