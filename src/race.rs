//! The first of two futures, and futures that are apart from those that wait for them.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A future by its address.
pub(crate) type Apart<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// `work` with code of its own. Otherwise it becomes a part of whatever waits for it, and is compiled with that in
/// every new isolate, whether or not it is ever begun.
#[inline(never)]
pub(crate) fn apart<'a, T>(work: impl Future<Output = T> + 'a) -> Apart<'a, T> {
    Box::pin(work)
}

/// Which future was first, and what it brought.
pub(crate) enum First<A, B> {
    Left(A),
    Right(B),
}

/// Runs both until one completes, then drops the other. When both are ready, `left` wins.
pub(crate) fn race<'a, A, B>(
    left: impl Future<Output = A> + 'a,
    right: impl Future<Output = B> + 'a,
) -> Race<'a, A, B> {
    // By their addresses, so that there are few kinds of it.
    Race {
        left: apart(left),
        right: apart(right),
    }
}

pub(crate) struct Race<'a, A, B> {
    left: Apart<'a, A>,
    right: Apart<'a, B>,
}

impl<A, B> Future for Race<'_, A, B> {
    type Output = First<A, B>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<First<A, B>> {
        match self.left.as_mut().poll(context) {
            Poll::Ready(value) => Poll::Ready(First::Left(value)),
            Poll::Pending => self.right.as_mut().poll(context).map(First::Right),
        }
    }
}
