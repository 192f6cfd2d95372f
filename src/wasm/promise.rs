//! Promises and timers of JavaScript's as futures. Only numbers cross over: JavaScript reports what a
//! promise came to under the place that waits for it. A report for a place that is given up, or for
//! an instance that is lost, finds nobody, and frees what it must: nothing waits for ever in memory
//! because somebody's promise never settles.

use std::cell::RefCell;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/pkg-templates/face/kernel.js")]
extern "C" {
    /// Reports what `value` comes to: a promise, or anything that is none.
    #[wasm_bindgen(js_name = reportOn)]
    fn report_on(value: &JsValue, index: usize, turn: u32);

    /// Reports when the time is over; brings what stops it.
    #[wasm_bindgen(js_name = reportAfter)]
    fn report_after(ms: u32, index: usize, turn: u32) -> JsValue;

    #[wasm_bindgen(js_name = stopTimer)]
    fn stop_timer(timer: &JsValue);
}

enum State {
    Free,
    Awaited(Option<Waker>),
    Settled(Result<JsValue, JsValue>),
}

/// A place, and how often it was taken: reports say whom they are for.
struct Place {
    turn: u32,
    state: State,
}

thread_local! {
    static PLACES: RefCell<Vec<Place>> = const { RefCell::new(Vec::new()) };
}

/// Puts `state` into the place if it is still that turn's, and gives what was there. It is dropped
/// outside: what hangs on it may give up places of its own.
fn replace(index: usize, turn: u32, state: State) -> Option<State> {
    PLACES.with_borrow_mut(|places| {
        let place = places.get_mut(index).filter(|place| place.turn == turn)?;
        Some(mem::replace(&mut place.state, state))
    })
}

/// What a promise comes to.
pub(super) struct Settled {
    index: usize,
    turn: u32,
}

impl Settled {
    /// Takes a place, for whoever reports.
    fn new() -> Self {
        PLACES.with_borrow_mut(|places| {
            let free = |place: &Place| matches!(place.state, State::Free);
            let index = places.iter().position(free).unwrap_or(places.len());
            if index == places.len() {
                places.push(Place {
                    turn: 0,
                    state: State::Free,
                });
            }
            let mut turn = 0;
            if let Some(place) = places.get_mut(index) {
                turn = place.turn.wrapping_add(1);
                *place = Place {
                    turn,
                    state: State::Awaited(None),
                };
            }
            Self { index, turn }
        })
    }

    /// What `value` comes to; it need not be a promise.
    pub(super) fn of(value: &JsValue) -> Self {
        let settled = Self::new();
        report_on(value, settled.index, settled.turn);
        settled
    }
}

impl Future for Settled {
    type Output = Result<JsValue, JsValue>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let awaited = State::Awaited(Some(context.waker().clone()));
        match replace(self.index, self.turn, awaited) {
            Some(State::Settled(result)) => Poll::Ready(result),
            _ => Poll::Pending,
        }
    }
}

impl Drop for Settled {
    fn drop(&mut self) {
        drop(replace(self.index, self.turn, State::Free));
    }
}

/// Reports to the place what its promise came to.
#[wasm_bindgen(skip_typescript)]
pub fn report(index: usize, turn: u32, is_kept: bool, value: JsValue) {
    let result = if is_kept { Ok(value) } else { Err(value) };
    let is_awaited = PLACES.with_borrow(|places| {
        let place = places.get(index).filter(|place| place.turn == turn);
        place.is_some_and(|place| matches!(place.state, State::Awaited(_)))
    });
    if !is_awaited {
        return;
    }
    if let Some(State::Awaited(Some(waker))) = replace(index, turn, State::Settled(result)) {
        waker.wake();
    }
}

/// Completes after a time. Dropped before that it stops its timer, which would keep a process alive.
pub(super) struct Sleep {
    settled: Settled,
    timer: JsValue,
}

impl Sleep {
    pub(super) fn new(ms: u32) -> Self {
        let settled = Settled::new();
        let timer = report_after(ms, settled.index, settled.turn);
        Self { settled, timer }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.settled).poll(context).map(drop)
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        stop_timer(&self.timer);
    }
}
