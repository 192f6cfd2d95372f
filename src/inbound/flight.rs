//! What several wait for is asked for once. As in the chain, a flight is plain data: followers look at it from timers
//! of their own, and one of them takes over when the leader is gone.

use std::cell::RefCell;
use std::rc::Rc;

use crate::cache::single_flight::{Flight, Generation, HEARTBEAT_MS, Role, Sight, Watch, pause_ms};
use crate::error::{Error, ErrorCode};
use crate::event::Event;
use crate::handoff::handoff;
use crate::host::Host;
use crate::race::{Apart, First, apart, race};
use crate::stopwatch::Stopwatch;

/// A flight as all who wait for it see it.
pub(super) type SharedFlight<T> = Rc<RefCell<Flight<T>>>;

type Result<T> = std::result::Result<T, Error>;

/// What `work` brings, or whoever has begun it before. It may take `longest_ms`, and goes on in the background when
/// the caller gives up. What is to be kept of it is kept by the work itself, before it ends.
pub(super) async fn fly<H: Host, T: Clone + 'static>(
    host: &Rc<H>,
    flight: &SharedFlight<T>,
    longest_ms: u64,
    work: impl FnOnce() -> Apart<'static, Result<T>>,
) -> Result<T> {
    loop {
        let role = flight.borrow_mut().join(host.now_ms());
        let generation = match role {
            Role::Leader(generation) => generation,
            Role::Follower(watch) => match follow(&**host, flight, watch).await {
                Followed::Landed(result) => return result,
                Followed::CalledOff => continue,
                Followed::TakenOver(generation) => generation,
            },
        };
        return lead(host, flight, generation, longest_ms, work()).await;
    }
}

/// Begins `work` in the background, unless it is under way. For what nobody waits for.
pub(super) fn begin<H: Host, T: Clone + 'static>(
    host: &Rc<H>,
    flight: &SharedFlight<T>,
    longest_ms: u64,
    work: impl FnOnce() -> Apart<'static, Result<T>>,
) {
    let role = flight.borrow_mut().join(host.now_ms());
    if let Role::Leader(generation) = role {
        // The task is in the background; there is nothing to wait for.
        drop(lead(host, flight, generation, longest_ms, work()));
    }
}

enum Followed<T> {
    Landed(Result<T>),
    CalledOff,
    TakenOver(Generation),
}

async fn follow<H: Host, T: Clone>(
    host: &H,
    flight: &RefCell<Flight<T>>,
    mut watch: Watch,
) -> Followed<T> {
    let waited = Stopwatch::new(host);
    loop {
        let pause_ms = pause_ms(waited.ms());
        host.sleep(pause_ms).await;
        let now_ms = host.now_ms();
        let sight = flight.borrow_mut().look(&mut watch, pause_ms, now_ms);
        match sight {
            Sight::Landed(result) => {
                host.event(Event::FlightWait {
                    duration_ms: waited.ms(),
                });
                return Followed::Landed(result);
            }
            Sight::CalledOff => return Followed::CalledOff,
            Sight::TakenOver(generation) => {
                host.event(Event::TakenOver);
                return Followed::TakenOver(generation);
            }
            Sight::Waiting => {}
        }
    }
}

/// The work is begun when this is called, not when what it gives is waited for.
fn lead<H: Host, T: Clone + 'static>(
    host: &Rc<H>,
    flight: &SharedFlight<T>,
    generation: Generation,
    longest_ms: u64,
    work: Apart<'static, Result<T>>,
) -> impl Future<Output = Result<T>> + use<H, T> {
    // Caller and background task belong to the same request: here a waker is allowed.
    let (giver, landed) = handoff();
    let (own_host, own_flight) = (Rc::clone(host), Rc::clone(flight));
    host.spawn(apart(async move {
        let alive = keep_alive(&*own_host, &own_flight, generation, longest_ms);
        let result = match race(work, alive).await {
            First::Left(result) => result,
            First::Right(()) => Err(late(longest_ms)),
        };
        own_flight.borrow_mut().land(generation, result.clone());
        giver.give(result);
    }));
    async move { landed.await.unwrap_or_else(lost) }
}

/// Says again and again that the leader is alive. Counted, since a clock may be set.
async fn keep_alive<H: Host, T: Clone>(
    host: &H,
    flight: &RefCell<Flight<T>>,
    generation: Generation,
    longest_ms: u64,
) {
    let beats = longest_ms.checked_div(HEARTBEAT_MS.into());
    for _ in 0..beats.unwrap_or_default() {
        host.sleep(HEARTBEAT_MS).await;
        flight.borrow_mut().beat(generation, host.now_ms());
    }
}

fn late(longest_ms: u64) -> Error {
    let message = ["no answer within ", &longest_ms.to_string(), " ms"];
    Error::new(ErrorCode::Timeout, message.concat())
}

#[inline(never)]
fn lost<T>() -> Result<T> {
    let message = "what was asked for ended without a result";
    Err(Error::new(ErrorCode::Internal, message))
}
