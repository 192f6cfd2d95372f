//! What a task hands to whoever waits for it. Both belong to the same request: a waker of another's must not be used.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

struct Place<T> {
    given: Cell<Option<T>>,
    is_over: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

/// Gives, once.
pub(crate) struct Giver<T>(Rc<Place<T>>);

/// Waits for what is given; `None` if the giver is gone without.
pub(crate) struct Taker<T>(Rc<Place<T>>);

pub(crate) fn handoff<T>() -> (Giver<T>, Taker<T>) {
    let place = Rc::new(Place {
        given: Cell::new(None),
        is_over: Cell::new(false),
        waker: RefCell::default(),
    });
    (Giver(Rc::clone(&place)), Taker(place))
}

impl<T> Giver<T> {
    pub(crate) fn give(self, value: T) {
        self.0.given.set(Some(value));
    }
}

impl<T> Drop for Giver<T> {
    fn drop(&mut self) {
        self.0.is_over.set(true);
        let waker = self.0.waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Future for Taker<T> {
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        if self.0.is_over.get() {
            return Poll::Ready(self.0.given.take());
        }
        *self.0.waker.borrow_mut() = Some(context.waker().clone());
        Poll::Pending
    }
}
