//! Virtual time. Tasks belong to requests, requests to isolates; an isolate may freeze, and both may
//! be gone at any time: their tasks are then never polled again and, until the end, never dropped.

use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};

use super::rng::Rng;

/// Whether an isolate runs.
#[derive(Default)]
pub struct Life {
    is_gone: Cell<bool>,
    frozen_since_ms: Cell<Option<u64>>,
    /// How long it was frozen so far.
    pub frozen_ms: Cell<u64>,
    parked: RefCell<Vec<u64>>,
}

impl Life {
    pub fn is_gone(&self) -> bool {
        self.is_gone.get()
    }

    pub fn is_frozen(&self) -> bool {
        self.frozen_since_ms.get().is_some()
    }
}

/// On whose behalf tasks run and timers fire.
pub struct Request {
    number: u64,
    pub is_gone: Cell<bool>,
    life: Rc<Life>,
}

impl Request {
    pub fn is_over(&self) -> bool {
        self.is_gone.get() || self.life.is_gone()
    }
}

/// What is due and when. Of what is due at the same time, chance decides.
struct Due<E> {
    at_ms: u64,
    lot: u64,
    what: What<E>,
}

enum What<E> {
    Fire {
        fired: Rc<Cell<bool>>,
        waker: Waker,
        request: Rc<Request>,
    },
    Happen(E),
}

impl<E> Ord for Due<E> {
    /// The earliest is the greatest.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at_ms, other.lot).cmp(&(self.at_ms, self.lot))
    }
}

impl<E> PartialOrd for Due<E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> PartialEq for Due<E> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<E> Eq for Due<E> {}

type Work = Pin<Box<dyn Future<Output = ()>>>;

struct Task {
    request: Rc<Request>,
    work: Work,
    flag: Arc<Flag>,
}

/// Wakes a task, from its own request only: edge runtimes kill or hang what is woken from another.
struct Flag {
    task: u64,
    request: u64,
    is_ready: AtomicBool,
}

thread_local! {
    static RUNNING: Cell<Option<u64>> = const { Cell::new(None) };
    static WOKEN: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        if let Some(running) = RUNNING.get() {
            assert_eq!(running, self.request, "woken by another request");
        }
        if !self.is_ready.swap(true, Relaxed) {
            WOKEN.with_borrow_mut(|woken| woken.push(self.task));
        }
    }
}

/// `E` is what happens besides timers.
pub struct Scheduler<E> {
    now_ms: Cell<u64>,
    numbers: Cell<u64>,
    rng: Rng,
    due: RefCell<BinaryHeap<Due<E>>>,
    tasks: RefCell<HashMap<u64, Task>>,
    ready: RefCell<Vec<u64>>,
    graves: RefCell<Vec<Work>>,
}

impl<E> Scheduler<E> {
    pub fn new(start_ms: u64, seed: u64) -> Self {
        WOKEN.with_borrow_mut(Vec::clear);
        Self {
            now_ms: Cell::new(start_ms),
            numbers: Cell::new(0),
            rng: Rng::new(seed),
            due: RefCell::default(),
            tasks: RefCell::default(),
            ready: RefCell::default(),
            graves: RefCell::default(),
        }
    }

    pub fn now_ms(&self) -> u64 {
        self.now_ms.get()
    }

    pub fn request(&self, life: &Rc<Life>) -> Rc<Request> {
        Rc::new(Request {
            number: self.number(),
            is_gone: Cell::new(false),
            life: Rc::clone(life),
        })
    }

    pub fn happen_in(&self, ms: u64, event: E) {
        self.push(self.now_ms().saturating_add(ms), What::Happen(event));
    }

    pub fn spawn(&self, request: &Rc<Request>, work: impl Future<Output = ()> + 'static) {
        let number = self.number();
        let task = Task {
            request: Rc::clone(request),
            work: Box::pin(work),
            flag: Arc::new(Flag {
                task: number,
                request: request.number,
                is_ready: AtomicBool::new(true),
            }),
        };
        self.tasks.borrow_mut().insert(number, task);
        self.ready.borrow_mut().push(number);
    }

    pub fn sleep(self: &Rc<Self>, request: &Rc<Request>, ms: u64) -> Sleep<E> {
        Sleep {
            scheduler: Rc::clone(self),
            request: Rc::clone(request),
            at_ms: self.now_ms().saturating_add(ms),
            fired: None,
        }
    }

    pub fn freeze(&self, life: &Life) {
        if !life.is_frozen() {
            life.frozen_since_ms.set(Some(self.now_ms()));
        }
    }

    pub fn thaw(&self, life: &Life) {
        if let Some(since_ms) = life.frozen_since_ms.take() {
            life.frozen_ms
                .set(life.frozen_ms.get() + self.now_ms() - since_ms);
            self.ready
                .borrow_mut()
                .append(&mut life.parked.borrow_mut());
        }
    }

    pub fn end(&self, life: &Life) {
        life.is_gone.set(true);
    }

    /// Runs tasks and timers to the next event; `None` when there is none until `until_ms`.
    pub fn next(&self, until_ms: u64) -> Option<E> {
        loop {
            WOKEN.with_borrow_mut(|woken| self.ready.borrow_mut().append(woken));
            if let Some(task) = self.next_ready() {
                self.poll(task);
                continue;
            }
            let due = {
                let mut due = self.due.borrow_mut();
                if due.peek().is_none_or(|due| due.at_ms > until_ms) {
                    return None;
                }
                due.pop()?
            };
            self.now_ms.set(due.at_ms);
            match due.what {
                What::Happen(event) => return Some(event),
                What::Fire {
                    fired,
                    waker,
                    request,
                } => {
                    // Nobody holds the other end of a timer that was dropped.
                    if Rc::strong_count(&fired) > 1 && !request.is_over() {
                        fired.set(true);
                        waker.wake();
                    }
                }
            }
        }
    }

    /// Drops everything.
    pub fn clear(&self) {
        drop(self.tasks.take());
        drop(self.due.take());
        drop(self.graves.take());
    }

    fn next_ready(&self) -> Option<u64> {
        let mut ready = self.ready.borrow_mut();
        match ready.len() {
            0 => None,
            1 => ready.pop(),
            several => Some(ready.swap_remove(self.rng.below(several))),
        }
    }

    fn poll(&self, number: u64) {
        let Some(mut task) = self.tasks.borrow_mut().remove(&number) else {
            return;
        };
        if task.request.is_over() {
            self.graves.borrow_mut().push(task.work);
            return;
        }
        if task.request.life.is_frozen() {
            task.request.life.parked.borrow_mut().push(number);
            self.tasks.borrow_mut().insert(number, task);
            return;
        }
        task.flag.is_ready.store(false, Relaxed);
        let waker = Waker::from(Arc::clone(&task.flag));
        RUNNING.set(Some(task.request.number));
        let poll = task.work.as_mut().poll(&mut Context::from_waker(&waker));
        if poll.is_pending() {
            self.tasks.borrow_mut().insert(number, task);
        } else {
            drop(task);
        }
        RUNNING.set(None);
    }

    fn number(&self) -> u64 {
        self.numbers.set(self.numbers.get() + 1);
        self.numbers.get()
    }

    fn push(&self, at_ms: u64, what: What<E>) {
        let lot = self.rng.next();
        self.due.borrow_mut().push(Due { at_ms, lot, what });
    }
}

pub struct Sleep<E> {
    scheduler: Rc<Scheduler<E>>,
    request: Rc<Request>,
    at_ms: u64,
    fired: Option<Rc<Cell<bool>>>,
}

impl<E> Future for Sleep<E> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if let Some(fired) = &self.fired {
            return if fired.get() {
                Poll::Ready(())
            } else {
                Poll::Pending
            };
        }
        let fired = Rc::new(Cell::new(false));
        self.scheduler.push(
            self.at_ms,
            What::Fire {
                fired: Rc::clone(&fired),
                waker: context.waker().clone(),
                request: Rc::clone(&self.request),
            },
        );
        self.fired = Some(fired);
        Poll::Pending
    }
}
