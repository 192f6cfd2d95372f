//! The keys of one issuer, as all who check tokens of it see them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::flight::SharedFlight;
use super::standing::Standing;
use crate::cache::span::Span;
use crate::error::Error;
use crate::json::Json;
use crate::protocol::jwa::SignatureAlgorithm;
use crate::protocol::jwk::PublicKey;
use crate::protocol::jwk_set::{choice, read_set};

/// For how long keys are believed of which the server says nothing any more.
const LONGEST_LIFE_MS: u64 = 24 * 60 * 60 * 1000;

/// The version of the record in a store. What another version wrote is a miss.
const VERSION: f64 = 1.0;

/// A key, together with what the platform made of it.
pub(super) struct HeldKey<K> {
    public: PublicKey,
    imported: RefCell<Vec<(SignatureAlgorithm, Rc<K>)>>,
    life: KeyLife,
}

/// Whether a key is still one of its issuer's.
#[derive(Clone, Default)]
pub(super) struct KeyLife(Rc<Cell<bool>>);

impl KeyLife {
    pub(super) fn is_over(&self) -> bool {
        self.0.get()
    }
}

impl<K> HeldKey<K> {
    fn new(public: PublicKey) -> Self {
        Self {
            public,
            imported: RefCell::default(),
            life: KeyLife::default(),
        }
    }

    pub(super) fn jwk(&self) -> &Json {
        self.public.jwk()
    }

    pub(super) fn life(&self) -> KeyLife {
        self.life.clone()
    }

    /// The key as the platform has it, if it was imported before.
    pub(super) fn imported(&self, algorithm: SignatureAlgorithm) -> Option<Rc<K>> {
        let imported = self.imported.borrow();
        let mut imported = imported.iter();
        imported.find_map(|(of, key)| (*of == algorithm).then(|| Rc::clone(key)))
    }

    pub(super) fn keep(&self, algorithm: SignatureAlgorithm, key: &Rc<K>) {
        let mut imported = self.imported.borrow_mut();
        imported.push((algorithm, Rc::clone(key)));
    }
}

/// A set, as it was asked for at some moment.
pub(super) struct Keys<K> {
    keys: Vec<Rc<HeldKey<K>>>,
    pub(super) asked_at_ms: u64,
    turn: u64,
}

impl<K> Keys<K> {
    pub(super) fn choice(
        &self,
        key_id: Option<&str>,
        algorithm: SignatureAlgorithm,
    ) -> Vec<Rc<HeldKey<K>>> {
        let chosen = choice(&self.keys, |key| &key.public, key_id, algorithm);
        chosen.into_iter().cloned().collect()
    }
}

/// A set as it was read, and when it was asked for.
pub(super) struct Read {
    pub(super) keys: Vec<PublicKey>,
    pub(super) asked_at_ms: u64,
}

impl Read {
    /// The record for a store.
    pub(super) fn encode(&self) -> String {
        let keys = self.keys.iter().map(PublicKey::to_json);
        let record = Json::object([
            ("v", Some(Json::Number(VERSION))),
            ("asked_at", Some(Json::Number(self.asked_at_ms as f64))),
            ("keys", Some(Json::Array(keys.collect()))),
        ]);
        record.to_text()
    }

    /// Reads what [`Self::encode`] wrote. A clock of another instance that is ahead of ours is taken for ours.
    pub(super) fn decode(text: &str, now_ms: u64) -> Option<Self> {
        let record = Json::parse(text)?;
        if record.get("v")?.as_f64()? != VERSION {
            return None;
        }
        let asked_at_ms = record.get("asked_at")?.as_f64()? as u64;
        Some(Self {
            keys: read_set(&record).ok()?,
            asked_at_ms: asked_at_ms.min(now_ms),
        })
    }
}

/// What to do for keys.
pub(super) enum Look<K> {
    /// These may be used.
    Use(Rc<Keys<K>>),
    /// These may be used, and are to be asked for again.
    UseAndRenew(Rc<Keys<K>>),
    /// They are to be asked for. Rather these than none.
    Ask(Option<Rc<Keys<K>>>),
    /// They were asked for in vain a moment ago.
    Refused(Error),
}

/// What is known of an issuer's keys, together with the flight that brings them.
pub(super) struct KeySet<K> {
    keys: RefCell<Option<Rc<Keys<K>>>>,
    pub(super) flight: SharedFlight<Rc<Keys<K>>>,
    pub(super) standing: Standing,
    failures: Cell<u32>,
    cooldown: Cell<Span>,
    /// How often they were asked for.
    turns: Cell<u64>,
    /// Tells sets apart.
    pub(super) number: u64,
}

impl<K> KeySet<K> {
    pub(super) fn new(number: u64) -> Self {
        Self {
            keys: RefCell::default(),
            flight: SharedFlight::default(),
            standing: Standing::default(),
            failures: Cell::new(0),
            cooldown: Cell::default(),
            turns: Cell::new(0),
            number,
        }
    }

    pub(super) fn current(&self) -> Option<Rc<Keys<K>>> {
        self.keys.borrow().clone()
    }

    /// What to do for keys that are asked for every so often.
    pub(super) fn look(&self, max_age_ms: u64, now_ms: u64) -> Look<K> {
        let refused = self.standing.remembered(now_ms);
        let is_known = |keys: &Rc<Keys<K>>| {
            let life = Span::new(keys.asked_at_ms, max_age_ms.max(LONGEST_LIFE_MS));
            life.left_ms(now_ms) > 0
        };
        let Some(keys) = self.current().filter(is_known) else {
            return refused.map_or(Look::Ask(None), Look::Refused);
        };
        let is_within = |ms| Span::new(keys.asked_at_ms, ms).is_on(now_ms);
        // A little before it must be, so that nobody waits for it.
        let is_due = !is_within((max_age_ms / 4).saturating_mul(3));
        let is_busy = refused.is_some() || self.in_air(now_ms);
        match () {
            () if !is_due => Look::Use(keys),
            // Where it failed before, it does not help to wait either.
            () if is_within(max_age_ms) || self.failures.get() > 0 => match is_busy {
                true => Look::Use(keys),
                false => Look::UseAndRenew(keys),
            },
            () => Look::Ask(Some(keys)),
        }
    }

    /// Whether somebody asks for them at the moment.
    pub(super) fn in_air(&self, now_ms: u64) -> bool {
        self.flight.borrow_mut().is_alive(now_ms)
    }

    /// Whether they may be asked for again because of what a caller presented; then not for a while.
    pub(super) fn take_turn(&self, cooldown_ms: u64, now_ms: u64) -> bool {
        let may = !self.cooldown.get().is_on(now_ms);
        if may {
            self.cooldown.set(Span::new(now_ms, cooldown_ms));
        }
        may
    }

    /// Begins to ask for them. The order counts, and not the time: a clock may be set.
    pub(super) fn next_turn(&self) -> u64 {
        self.turns.set(self.turns.get().wrapping_add(1));
        self.turns.get()
    }

    /// The set is `read` from now on, unless one is there that was asked for later than in this `turn`. What was
    /// imported of keys that stay is kept.
    pub(super) fn keep(&self, turn: u64, read: Read) -> Rc<Keys<K>> {
        let before = self.current();
        if let Some(newer) = before.as_ref().filter(|it| it.turn > turn) {
            return Rc::clone(newer);
        }
        let held = before.as_ref().map_or(&[][..], |before| &before.keys);
        let held_or_new = |public: PublicKey| {
            let of_before = held.iter().find(|key| key.public == public);
            of_before.map_or_else(|| Rc::new(HeldKey::new(public)), Rc::clone)
        };
        let keys = Rc::new(Keys {
            keys: read.keys.into_iter().map(held_or_new).collect(),
            asked_at_ms: read.asked_at_ms,
            turn,
        });
        for key in held {
            let stays = keys.keys.iter().any(|it| Rc::ptr_eq(it, key));
            key.life.0.set(!stays);
        }
        *self.keys.borrow_mut() = Some(Rc::clone(&keys));
        self.failures.set(0);
        keys
    }

    /// How often they were asked for in vain, with this time; `None` if whoever asked later has them.
    pub(super) fn failed(&self, turn: u64) -> Option<u32> {
        let is_newer = |keys: Rc<Keys<K>>| keys.turn > turn;
        if self.current().is_some_and(is_newer) {
            return None;
        }
        self.failures.set(self.failures.get().saturating_add(1));
        Some(self.failures.get())
    }
}
