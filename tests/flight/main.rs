//! The single flight: first the state machine on its own, then its driver in an isolate of virtual
//! time, where requests die, are late and get their turns in every order.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod deadline;
mod death;
mod eviction;
mod forced_refresh;
mod giving_up;
mod lateness;
mod one_request;
mod refusal;
mod silence;
mod state_machine;
#[path = "../support/mod.rs"]
mod support;

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use edge_oauth2::{ClientConfig, ClientOptions, Error, ErrorCode};
use support::explore::Choices;
use support::host::World;
use support::isolate::{Isolate, Request};
use support::{config, options};

const TIMEOUT_MS: u64 = 2_000;

/// A dead leader is replaced this soon at the latest.
const REPLACED_MS: u64 = 300;

fn plain() -> ClientConfig {
    config(ClientOptions {
        timeout_ms: TIMEOUT_MS as u32,
        ..options()
    })
}

fn token(number: usize) -> String {
    format!("token-{number}")
}

/// What a caller got, and when.
type Answer = Rc<RefCell<Option<(Result<String, Error>, u64)>>>;

struct Caller {
    request: Request,
    began_ms: u64,
    answer: Answer,
}

impl Caller {
    fn new(world: &World, config: ClientConfig, forced: bool) -> Self {
        let (request, source) = world.source(config);
        let answer = world.isolate.call(request, async move {
            let result = if forced {
                source.refreshed().await
            } else {
                source.token().await
            };
            result.map(|cached| cached.token.access_token.expose().to_owned())
        });
        Self {
            request,
            began_ms: world.isolate.now_ms(),
            answer,
        }
    }

    fn asks(world: &World) -> Self {
        Self::new(world, plain(), false)
    }

    fn insists(world: &World) -> Self {
        Self::new(world, plain(), true)
    }

    fn answered(&self) -> bool {
        self.answer.borrow().is_some()
    }

    fn result(&self) -> Result<String, Error> {
        let answer = self.answer.borrow();
        answer.as_ref().expect("an answer").0.clone()
    }

    fn token(&self) -> String {
        self.result().expect("a token")
    }

    fn error(&self) -> ErrorCode {
        self.result().expect_err("an error").code()
    }

    fn waited_ms(&self) -> u64 {
        self.answer.borrow().as_ref().expect("an answer").1 - self.began_ms
    }
}

fn callers(world: &World, count: usize) -> Vec<Caller> {
    (0..count).map(|_| Caller::asks(world)).collect()
}

fn run(world: &World) {
    world.isolate.run_for(10 * TIMEOUT_MS);
}

fn cached(world: &World) -> Option<String> {
    let (_, source) = world.source(plain());
    source
        .client_state()
        .hit(world.isolate.now_ms())
        .map(|cached| cached.token.access_token.expose().to_owned())
}

/// Drops `future` when `ms` have passed, as a caller that has lost patience does.
async fn give_up_after<T>(
    isolate: Isolate,
    request: Request,
    ms: u64,
    future: impl Future<Output = T>,
) -> Option<T> {
    let mut sleep = pin!(isolate.sleep(request, ms));
    let mut future = pin!(future);
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => sleep.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// What all of these tests rely on.
#[test]
#[should_panic(expected = "woken by another request")]
fn the_isolate_notices_a_wake_from_another_request() {
    let isolate = Isolate::new(&Choices::default());
    let (sender, receiver) = futures_channel::oneshot::channel::<()>();
    isolate.spawn(0, async {
        let _ = receiver.await;
    });
    isolate.spawn(1, async {
        let _ = sender.send(());
    });
    isolate.run_for(1);
}
