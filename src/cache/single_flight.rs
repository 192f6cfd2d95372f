//! The single flight: of all callers that miss at the same time, one asks the server.
//!
//! The usual ways to wait for another task (a shared promise, a waker, a channel) do not survive
//! edge runtimes: there, what one request creates must not wake another, and a request may vanish
//! at any time, without its destructors being run. So a flight is plain data. The leader says that
//! it is alive by counting up `beats` from a timer of its own; followers look at the data from
//! timers of theirs, and when the count stands still for long enough, one of them takes over.
//! Every take-over begins a new generation, which fences off what the old leader may still do.

use crate::error::Error;

/// How often a leader says that it is alive.
pub const HEARTBEAT_MS: u32 = 50;

/// A leader is overdue after three missed beats…
const OVERDUE_AFTER_MS: u64 = 150;

/// …and taken for dead when a follower has found it overdue this often. Once is not enough: when the
/// whole isolate was busy, follower and leader are late together, and the leader's timer gets its
/// turn before the follower looks again.
const DEAD_AFTER_LOOKS: u32 = 2;

/// A leader that nobody follows is taken for dead by the next caller after this long, if an earlier one has noticed
/// it already: the isolate may have been frozen, or its clock set, and then the leader's timer is still to come.
const SILENT_AFTER_MS: u64 = 2_000;

/// What the store may add to a leader's work, which waits for its turn and then for the server.
const LATENESS_MS: u64 = 10_000;

/// Numbers the flights of one identity.
pub type Generation = u64;

/// The state of an identity's flights; `T` is what they bring.
#[derive(Debug)]
pub struct Flight<T> {
    generation: Generation,
    begun_at_ms: u64,
    in_air: bool,
    beats: u64,
    beaten_at_ms: u64,
    /// At which beat the leader was found silent, and when.
    suspected: Option<(u64, u64)>,
    outcome: Option<(Generation, Result<T, Error>)>,
}

/// What a caller that misses becomes.
#[derive(Debug)]
pub enum Role {
    /// It asks the server, and lands the flight.
    Leader(Generation),
    /// It watches.
    Follower(Watch),
}

/// What a follower has seen.
#[derive(Clone, Copy, Debug)]
pub struct Watch {
    joined: Generation,
    /// When the flight that was joined began.
    pub(crate) begun_at_ms: u64,
    generation: Generation,
    beats: u64,
    /// In the follower's own pauses: a clock may be set.
    silent_ms: u64,
    overdue_looks: u32,
}

/// What a follower sees next.
#[derive(Debug)]
pub enum Sight<T> {
    /// The flight is in the air.
    Waiting,
    /// A flight not older than the follower's came down.
    Landed(Result<T, Error>),
    /// The flight was called off; the follower has to look for itself.
    CalledOff,
    /// The leader was gone; the follower is the leader now.
    TakenOver(Generation),
}

impl<T> Default for Flight<T> {
    fn default() -> Self {
        Self {
            generation: 0,
            begun_at_ms: 0,
            in_air: false,
            beats: 0,
            beaten_at_ms: 0,
            suspected: None,
            outcome: None,
        }
    }
}

impl<T: Clone> Flight<T> {
    /// Whether somebody leads at the moment, dead or alive.
    pub fn in_air(&self) -> bool {
        self.in_air
    }

    /// Whether somebody leads, and has said so lately.
    pub fn is_alive(&mut self, now_ms: u64) -> bool {
        if !self.in_air || now_ms.abs_diff(self.beaten_at_ms) < SILENT_AFTER_MS {
            return self.in_air;
        }
        match self.suspected {
            Some((beats, since_ms)) if beats == self.beats => {
                now_ms.abs_diff(since_ms) < OVERDUE_AFTER_MS
            }
            _ => {
                self.suspected = Some((self.beats, now_ms));
                true
            }
        }
    }

    /// Joins the flight in the air, or begins one.
    pub fn join(&mut self, now_ms: u64) -> Role {
        if !self.is_alive(now_ms) {
            return Role::Leader(self.take_off(now_ms));
        }
        Role::Follower(Watch {
            joined: self.generation,
            begun_at_ms: self.begun_at_ms,
            generation: self.generation,
            beats: self.beats,
            silent_ms: 0,
            overdue_looks: 0,
        })
    }

    /// Forgets what the last flight brought; `false` while there is another.
    pub(super) fn forget(&mut self) -> bool {
        if !self.in_air {
            self.outcome = None;
        }
        !self.in_air
    }

    /// The leader of `generation` is alive. Fenced: an old leader's beat counts for nothing.
    pub fn beat(&mut self, generation: Generation, now_ms: u64) {
        if self.generation == generation {
            self.beats = self.beats.wrapping_add(1);
            self.beaten_at_ms = now_ms;
        }
    }

    /// The flight of `generation` brings nothing, for nobody's fault.
    pub fn call_off(&mut self, generation: Generation) {
        if self.generation == generation {
            self.in_air = false;
        }
    }

    /// The flight of `generation` came down; `true` if what it brings may be kept.
    ///
    /// A leader that was taken for dead may still land: what it brings is taken if nothing newer
    /// has arrived, but its failure is nobody's any more, since another is on the way.
    pub fn land(&mut self, generation: Generation, result: Result<T, Error>) -> bool {
        let is_current = self.generation == generation;
        let is_news = self
            .outcome
            .as_ref()
            .is_none_or(|(landed, _)| *landed < generation);
        if !is_news || (!is_current && result.is_err()) {
            return false;
        }
        if is_current {
            self.in_air = false;
        }
        self.outcome = Some((generation, result));
        true
    }

    /// What every flight was to bring has come by another way, and is newer.
    pub fn overtake(&mut self, now_ms: u64, brought: T) {
        let generation = self.take_off(now_ms);
        self.land(generation, Ok(brought));
    }

    /// What the follower sees at `now_ms`, `paused_ms` after it looked last.
    pub fn look(&mut self, watch: &mut Watch, paused_ms: u32, now_ms: u64) -> Sight<T> {
        if let Some((landed, result)) = &self.outcome
            && *landed >= watch.joined
        {
            return Sight::Landed(result.clone());
        }
        if !self.in_air {
            return Sight::CalledOff;
        }
        if self.generation != watch.generation || self.beats != watch.beats {
            watch.generation = self.generation;
            watch.beats = self.beats;
            watch.silent_ms = 0;
            watch.overdue_looks = 0;
            return Sight::Waiting;
        }
        watch.silent_ms = watch.silent_ms.saturating_add(paused_ms.into());
        if watch.silent_ms < OVERDUE_AFTER_MS {
            return Sight::Waiting;
        }
        watch.overdue_looks = watch.overdue_looks.saturating_add(1);
        if watch.overdue_looks < DEAD_AFTER_LOOKS {
            return Sight::Waiting;
        }
        Sight::TakenOver(self.take_off(now_ms))
    }

    fn take_off(&mut self, now_ms: u64) -> Generation {
        self.generation = self.generation.wrapping_add(1);
        self.begun_at_ms = now_ms;
        self.in_air = true;
        self.beats = 0;
        self.suspected = None;
        self.beaten_at_ms = now_ms;
        self.generation
    }
}

/// How long a leader's work may take, whose callers wait for `timeout_ms`.
pub(crate) fn longest_ms(timeout_ms: u32) -> u64 {
    let timeout_ms = u64::from(timeout_ms);
    timeout_ms.saturating_mul(2).saturating_add(LATENESS_MS)
}

/// How long a follower pauses between two looks: the longer it has waited, the longer, so that a
/// quick grant is noticed quickly and hundreds of followers of a slow one cost little.
pub(crate) fn pause_ms(waited_ms: u64) -> u32 {
    (waited_ms / 4).clamp(5, 50) as u32
}
