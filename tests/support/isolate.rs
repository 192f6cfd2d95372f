//! One isolate in virtual time, as workerd runs it: a single thread, tasks that belong to requests,
//! and requests that can vanish: their tasks are then never polled again and never dropped.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use super::explore::Choices;

pub type Request = usize;

/// When the isolate begins, in milliseconds since the epoch.
pub const START_MS: u64 = 1_800_000_000_000;

#[derive(Clone)]
pub struct Isolate(Rc<State>);

struct State {
    now_ms: Cell<u64>,
    /// How far the clock is from that. Timers do not heed it.
    clock_ahead_ms: Cell<i64>,
    choices: Choices,
    tasks: RefCell<Vec<Task>>,
    timers: RefCell<Vec<Timer>>,
    killed: RefCell<HashSet<Request>>,
    /// How much later than it should a request's timers fire.
    lateness_ms: RefCell<Vec<(Request, u64)>>,
}

struct Task {
    request: Request,
    /// Taken out while it is polled; gone once it is done.
    future: Option<Pin<Box<dyn Future<Output = ()>>>>,
    flag: Arc<Flag>,
}

struct Timer {
    request: Request,
    due_ms: u64,
    fired: Rc<Cell<bool>>,
    waker: Waker,
}

/// Wakes a task, from its own request only: edge runtimes kill or hang what is woken from another.
struct Flag {
    request: Request,
    /// The number of the wake that made it ready; 0 when it is not.
    woken: AtomicU64,
}

thread_local! {
    static RUNNING: Cell<Option<Request>> = const { Cell::new(None) };
    static WAKES: Cell<u64> = const { Cell::new(0) };
}

fn next_wake() -> u64 {
    WAKES.set(WAKES.get() + 1);
    WAKES.get()
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        if let Some(running) = RUNNING.get() {
            assert_eq!(running, self.request, "woken by another request");
        }
        // Woken twice before its turn: the first wake counts.
        let _ = self
            .woken
            .compare_exchange(0, next_wake(), Ordering::Relaxed, Ordering::Relaxed);
    }
}

impl Isolate {
    /// `choices` decide which of several ready tasks goes first.
    pub fn new(choices: &Choices) -> Self {
        Self(Rc::new(State {
            now_ms: Cell::new(START_MS),
            clock_ahead_ms: Cell::new(0),
            choices: choices.clone(),
            tasks: RefCell::default(),
            timers: RefCell::default(),
            killed: RefCell::default(),
            lateness_ms: RefCell::default(),
        }))
    }

    pub fn now_ms(&self) -> u64 {
        self.0.now_ms.get()
    }

    /// What the clock shows.
    pub fn clock_ms(&self) -> u64 {
        self.now_ms()
            .saturating_add_signed(self.0.clock_ahead_ms.get())
    }

    /// Somebody sets the clock, by so much; time goes by as before.
    pub fn shift_clock(&self, ms: i64) {
        self.0.clock_ahead_ms.set(self.0.clock_ahead_ms.get() + ms);
    }

    /// Time goes by while nothing gets its turn: the isolate is busy.
    pub fn block(&self, ms: u64) {
        self.0.now_ms.set(self.now_ms() + ms);
    }

    pub fn set_clock(&self, now_ms: u64) {
        self.0.now_ms.set(now_ms);
    }

    pub fn spawn(&self, request: Request, future: impl Future<Output = ()> + 'static) {
        self.0.tasks.borrow_mut().push(Task {
            request,
            future: Some(Box::pin(future)),
            flag: Arc::new(Flag {
                request,
                woken: AtomicU64::new(next_wake()),
            }),
        });
    }

    /// Runs `future` in `request`; its result, and when it came, appear in the cell.
    pub fn call<T: 'static>(
        &self,
        request: Request,
        future: impl Future<Output = T> + 'static,
    ) -> Rc<RefCell<Option<(T, u64)>>> {
        let answer = Rc::new(RefCell::new(None));
        let isolate = self.clone();
        let place = Rc::clone(&answer);
        self.spawn(request, async move {
            let value = future.await;
            *place.borrow_mut() = Some((value, isolate.now_ms()));
        });
        answer
    }

    pub fn kill(&self, request: Request) {
        self.0.killed.borrow_mut().insert(request);
    }

    /// From now on `request`'s timers fire `ms` late.
    pub fn make_late(&self, request: Request, ms: u64) {
        self.0.lateness_ms.borrow_mut().push((request, ms));
    }

    pub fn sleep(&self, request: Request, ms: u64) -> Sleep {
        Sleep {
            isolate: self.clone(),
            request,
            due_ms: self.now_ms().saturating_add(ms),
            fired: None,
        }
    }

    /// Polls one ready task, or lets time pass to the next timer; `false` when neither is left or
    /// the next timer is due after `until_ms`.
    pub fn step(&self, until_ms: u64) -> bool {
        let ready: Vec<usize> = {
            let tasks = self.0.tasks.borrow();
            let mut ready: Vec<usize> = (0..tasks.len())
                .filter(|&index| self.is_ready(&tasks[index]))
                .collect();
            ready.sort_by_key(|&index| tasks[index].flag.woken.load(Ordering::Relaxed));
            ready
        };
        if let Some(&index) = ready.get(self.0.choices.pick(ready.len())) {
            self.poll(index);
            return true;
        }
        self.fire(until_ms)
    }

    /// Runs until nothing is left to do, or until `until_ms`.
    pub fn run_until(&self, until_ms: u64) {
        while self.step(until_ms) {}
        self.set_clock(self.now_ms().max(until_ms));
    }

    pub fn run_for(&self, ms: u64) {
        self.run_until(self.now_ms() + ms);
    }

    /// Runs `future` in a request of its own, to its end.
    pub fn block_on<T: 'static>(
        &self,
        request: Request,
        future: impl Future<Output = T> + 'static,
    ) -> T {
        let answer = self.call(request, future);
        loop {
            if let Some((value, _)) = answer.borrow_mut().take() {
                return value;
            }
            assert!(self.step(u64::MAX), "nothing is left to wait for");
        }
    }

    fn is_ready(&self, task: &Task) -> bool {
        task.future.is_some()
            && task.flag.woken.load(Ordering::Relaxed) != 0
            && !self.0.killed.borrow().contains(&task.request)
    }

    fn poll(&self, index: usize) {
        let (request, flag, future) = {
            let mut tasks = self.0.tasks.borrow_mut();
            let task = &mut tasks[index];
            (task.request, Arc::clone(&task.flag), task.future.take())
        };
        let Some(mut future) = future else { return };
        flag.woken.store(0, Ordering::Relaxed);
        let waker = Waker::from(flag);
        RUNNING.set(Some(request));
        let poll = future.as_mut().poll(&mut Context::from_waker(&waker));
        if poll.is_ready() {
            drop(future);
        } else {
            self.0.tasks.borrow_mut()[index].future = Some(future);
        }
        RUNNING.set(None);
    }

    /// Every timer that is due fires, the earliest first.
    fn fire(&self, until_ms: u64) -> bool {
        let killed = self.0.killed.borrow();
        let mut timers = self.0.timers.borrow_mut();
        // Nobody holds the other end of a timer that was dropped.
        timers
            .retain(|timer| Rc::strong_count(&timer.fired) > 1 && !killed.contains(&timer.request));
        timers.sort_by_key(|timer| self.fires_at_ms(timer));
        let Some(next_ms) = timers.first().map(|timer| self.fires_at_ms(timer)) else {
            return false;
        };
        if next_ms > until_ms {
            return false;
        }
        self.set_clock(next_ms.max(self.now_ms()));
        let due = timers.partition_point(|timer| self.fires_at_ms(timer) <= self.now_ms());
        let due: Vec<Timer> = timers.drain(..due).collect();
        drop(timers);
        for timer in due {
            timer.fired.set(true);
            timer.waker.wake();
        }
        true
    }

    fn fires_at_ms(&self, timer: &Timer) -> u64 {
        let lateness = self.0.lateness_ms.borrow();
        let of_request = lateness
            .iter()
            .filter(|(late, _)| *late == timer.request)
            .map(|(_, ms)| ms)
            .sum();
        timer.due_ms.saturating_add(of_request)
    }
}

pub struct Sleep {
    isolate: Isolate,
    request: Request,
    due_ms: u64,
    fired: Option<Rc<Cell<bool>>>,
}

impl Future for Sleep {
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
        self.isolate.0.timers.borrow_mut().push(Timer {
            request: self.request,
            due_ms: self.due_ms,
            fired: Rc::clone(&fired),
            waker: context.waker().clone(),
        });
        self.fired = Some(fired);
        Poll::Pending
    }
}
