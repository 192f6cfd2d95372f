//! The answers that are remembered, and the flights that bring them.

use std::cell::RefCell;
use std::rc::Rc;

use super::answer::Answer;
use super::flight::SharedFlight;
use crate::cache::lru::Lru;

/// How much memory answers may take together, in bytes: an isolate has 128 MB. Ten thousand of the usual ones fit in.
const MAX_ACTIVE_WEIGHT: usize = 32 * 1024 * 1024;

/// Bad tokens have a room of their own, so that a flood of them evicts no good one.
const MAX_INACTIVE_WEIGHT: usize = 8 * 1024 * 1024;

/// With how many different parameters a token is remembered.
const MAX_VARIANTS: usize = 8;

/// How many tokens' flights are remembered, and of each: leaders may vanish without a word.
const MAX_FLIGHTS: usize = 10_000;
const MAX_FLIGHTS_EACH: usize = 1_000;

/// Which answer is meant, by digests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// Of the token, and of who asks.
    pub(super) token: u128,
    /// Of the parameters of the call.
    pub(super) parameters: u128,
}

type Shared<S> = Rc<Answer<S>>;
type Variants<T> = Vec<(u128, T)>;

/// All answers of an isolate.
pub(super) struct Answers<S> {
    active: RefCell<Lru<Variants<Shared<S>>>>,
    inactive: RefCell<Lru<Variants<Shared<S>>>>,
    flights: RefCell<Lru<Variants<SharedFlight<Shared<S>>>>>,
}

impl<S> Default for Answers<S> {
    fn default() -> Self {
        Self {
            active: RefCell::new(Lru::new(0, MAX_ACTIVE_WEIGHT)),
            inactive: RefCell::new(Lru::new(0, MAX_INACTIVE_WEIGHT)),
            flights: RefCell::new(Lru::new(MAX_FLIGHTS, usize::MAX)),
        }
    }
}

impl<S> Answers<S> {
    /// What is remembered for `key`.
    pub(super) fn get(&self, key: Key) -> Option<Shared<S>> {
        let active = variant(self.active.borrow_mut().get(key.token), key);
        active.or_else(|| variant(self.inactive.borrow_mut().get(key.token), key))
    }

    /// Remembers `answer`, unless a newer one has come meanwhile. There is room for `max_count` tokens at least.
    pub(super) fn keep(&self, key: Key, answer: &Shared<S>, max_count: usize) {
        if self
            .get(key)
            .is_some_and(|known| known.is_newer_than(answer))
        {
            return;
        }
        let rooms = match answer.introspection.active {
            true => [&self.active, &self.inactive],
            false => [&self.inactive, &self.active],
        };
        let [room, other] = rooms;
        take_out(&mut other.borrow_mut(), key);
        let mut room = room.borrow_mut();
        room.widen(max_count);
        let mut variants = room.remove(key.token).unwrap_or_default();
        variants.retain(|(parameters, _)| *parameters != key.parameters);
        if variants.len() >= MAX_VARIANTS {
            variants.remove(0);
        }
        variants.push((key.parameters, Rc::clone(answer)));
        put(&mut room, key.token, variants);
    }

    /// Forgets what is remembered of a token. What is under way is not kept either.
    pub(super) fn forget(&self, token: u128) {
        self.active.borrow_mut().remove(token);
        self.inactive.borrow_mut().remove(token);
        self.flights.borrow_mut().remove(token);
    }

    /// The flight of `key`, made if there is none.
    pub(super) fn flight(&self, key: Key) -> SharedFlight<Shared<S>> {
        let mut flights = self.flights.borrow_mut();
        if let Some(flight) = variant(flights.get(key.token), key) {
            return flight;
        }
        let mut variants = flights.remove(key.token).unwrap_or_default();
        if variants.len() >= MAX_FLIGHTS_EACH {
            variants.remove(0);
        }
        let flight = SharedFlight::default();
        variants.push((key.parameters, Rc::clone(&flight)));
        flights.put(key.token, variants, 0);
        flight
    }

    /// Whether somebody is asking for a newer answer, and has said so lately.
    pub(super) fn is_asked_for(&self, key: Key, now_ms: u64) -> bool {
        let flight = variant(self.flights.borrow_mut().get(key.token), key);
        flight.is_some_and(|it| it.borrow_mut().is_alive(now_ms))
    }

    /// Whether what `flight` brings may be kept: nobody has said that the token is to be forgotten.
    pub(super) fn is_wanted(&self, key: Key, flight: &SharedFlight<Shared<S>>) -> bool {
        let known = variant(self.flights.borrow_mut().get(key.token), key);
        known.is_some_and(|known| Rc::ptr_eq(&known, flight))
    }

    /// `flight` is over: whoever waits for it has it at hand.
    pub(super) fn landed(&self, key: Key, flight: &SharedFlight<Shared<S>>) {
        if self.is_wanted(key, flight) {
            let mut flights = self.flights.borrow_mut();
            let mut variants = flights.remove(key.token).unwrap_or_default();
            variants.retain(|(parameters, _)| *parameters != key.parameters);
            if !variants.is_empty() {
                flights.put(key.token, variants, 0);
            }
        }
    }

    /// How many tokens are remembered, how many bytes their answers take, and how many are asked about.
    pub(super) fn figures(&self) -> [usize; 3] {
        let rooms = [&self.active, &self.inactive];
        let sum = |of: fn(&Lru<Variants<Shared<S>>>) -> usize| {
            rooms.iter().map(|room| of(&room.borrow())).sum::<usize>()
        };
        [sum(Lru::len), sum(Lru::weight), self.flights.borrow().len()]
    }
}

fn variant<T: Clone>(variants: Option<&mut Variants<T>>, key: Key) -> Option<T> {
    let mut variants = variants?.iter();
    variants.find_map(|(parameters, it)| (*parameters == key.parameters).then(|| it.clone()))
}

fn take_out<S>(room: &mut Lru<Variants<Shared<S>>>, key: Key) {
    if let Some(mut variants) = room.remove(key.token) {
        variants.retain(|(parameters, _)| *parameters != key.parameters);
        if !variants.is_empty() {
            put(room, key.token, variants);
        }
    }
}

fn put<S>(room: &mut Lru<Variants<Shared<S>>>, token: u128, variants: Variants<Shared<S>>) {
    let weights = variants.iter().map(|(_, answer)| answer.weight());
    let weight = weights.fold(0, usize::saturating_add);
    room.put(token, variants, weight);
}

#[cfg(all(test, not(target_arch = "wasm32")))]
#[allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use crate::json::Json;
    use crate::protocol::introspection::Introspection;

    fn flood(answers: &Answers<()>, from: u128, count: u128) {
        let raw = Json::object([("active", Some(Json::Bool(false)))]);
        let inactive = Introspection::of(raw, 0).unwrap();
        for n in from..from + count {
            let token = n.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
            let key = Key {
                token,
                parameters: 0,
            };
            let flight = answers.flight(key);
            answers.keep(key, &Rc::new(Answer::new(inactive.clone(), 0)), 10_000);
            answers.landed(key, &flight);
        }
    }

    #[test]
    fn a_million_random_tokens_take_no_more_room_than_the_first_few() {
        let answers = Answers::default();
        flood(&answers, 0, 50_000);
        let filled = answers.figures();
        let room = answers.inactive.borrow().room();
        flood(&answers, 50_000, 950_000);
        assert_eq!(answers.figures(), filled);
        assert_eq!(answers.inactive.borrow().room(), room);
        let [tokens, bytes, flights] = filled;
        assert_eq!((tokens, flights), (10_000, 0));
        assert!(bytes <= MAX_INACTIVE_WEIGHT);
    }
}
