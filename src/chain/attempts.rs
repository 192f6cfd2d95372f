//! The attempts at one grant: how much time is left, what is tried again, and what is told of it.

use super::TokenSource;
use super::token_request::Issued;
use crate::error::Error;
use crate::event::Event;
use crate::host::Host;
use crate::race::{Apart, First, apart, race};
use crate::retry;
use crate::stopwatch::Stopwatch;

impl<H: Host> TokenSource<H> {
    /// What `ask` brings, which may be asked as often as one likes. After `patience_ms` of silence it is asked
    /// once more, beside the first: a connection that was taken may never be answered, and a server that is
    /// merely slow may still answer the first.
    pub(super) async fn patiently<'a, T, E>(
        &self,
        patience_ms: u64,
        ask: impl Fn() -> Apart<'a, Result<T, E>>,
    ) -> Result<T, E> {
        let mut first = ask();
        let patience_ms = u32::try_from(patience_ms).unwrap_or(u32::MAX);
        match race(first.as_mut(), self.host.sleep(patience_ms)).await {
            First::Left(answer) => answer,
            First::Right(()) => apart(self.beside(first, ask)).await,
        }
    }

    /// What the first of two brings that brings something.
    async fn beside<'a, T, E>(
        &self,
        mut first: Apart<'a, Result<T, E>>,
        ask: impl Fn() -> Apart<'a, Result<T, E>>,
    ) -> Result<T, E> {
        self.host.event(Event::Retry {
            attempt: 1,
            delay_ms: 0,
        });
        let mut second = ask();
        match race(first.as_mut(), second.as_mut()).await {
            First::Left(Ok(answer)) | First::Right(Ok(answer)) => Ok(answer),
            // The failure of one is no reason not to wait for the other.
            First::Left(Err(_)) => second.await,
            First::Right(Err(_)) => first.await,
        }
    }
}

pub(super) struct Attempts<'a, H> {
    host: &'a H,
    running: Stopwatch<'a, H>,
    timeout_ms: u64,
    attempt: u32,
    delay_ms: Option<u32>,
}

impl<'a, H: Host> Attempts<'a, H> {
    /// The first begins now.
    pub(super) fn new(host: &'a H, timeout_ms: u64) -> Self {
        Self {
            host,
            running: Stopwatch::new(host),
            timeout_ms,
            attempt: 1,
            delay_ms: None,
        }
    }

    pub(super) fn passed_ms(&self) -> u64 {
        self.running.ms()
    }

    pub(super) fn left_ms(&self) -> u64 {
        self.timeout_ms.saturating_sub(self.passed_ms())
    }

    /// Pauses before the next attempt, after one that failed with `error`; `false` if there is to be none.
    /// For a third of the time there is what may pass is tried again: the callers are waiting.
    pub(super) async fn again(&mut self, error: &Error, is_worthwhile: bool) -> bool {
        let delay_ms = retry::delay_ms(self.delay_ms, error.retry_after_ms(), self.host.random());
        let next_ms = self.passed_ms().saturating_add(delay_ms.into());
        if !is_worthwhile || next_ms > self.timeout_ms / 3 {
            return false;
        }
        self.host.event(Event::Retry {
            attempt: self.attempt,
            delay_ms,
        });
        self.host.sleep(delay_ms).await;
        self.delay_ms = Some(delay_ms);
        self.attempt = self.attempt.saturating_add(1);
        true
    }

    /// Tells what came of them.
    pub(super) fn ended(&self, issued: &Issued) {
        let duration_ms = self.passed_ms();
        self.host.event(match issued {
            Ok(_) => Event::Grant { duration_ms },
            Err(error) => Event::GrantFailed {
                code: error.code(),
                duration_ms,
            },
        });
    }
}
