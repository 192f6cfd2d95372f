//! The flight on its own: every order of events, against a model of the rules.

use edge_oauth2::cache::single_flight::{Flight, Generation, HEARTBEAT_MS, Role, Sight, Watch};
use edge_oauth2::{ClientConfig, ClientOptions, Error};

use crate::support::explore::explore;

/// One of the callers of an exploration.
enum Actor {
    Away,
    Leads(Generation),
    /// What it has seen, what it waits for, and when it looked last.
    Watches(Watch, Generation, u64),
    Done,
}

#[derive(Clone, Copy)]
enum Event {
    Join(usize),
    Beat(usize),
    Land(usize, bool),
    CallOff(usize),
    Look(usize),
    Vanish(usize),
    Pass(u64),
}

/// A leader that nobody follows is dead after this long.
const SILENCE_MS: u64 = 2_000;

/// What must be true of the flight, kept beside it.
#[derive(Default)]
struct Model {
    now_ms: u64,
    current: Generation,
    in_air: bool,
    /// When the current leader last gave a sign of life.
    sign_ms: u64,
    landed: Option<(Generation, bool)>,
}

impl Model {
    fn takes_off(&mut self, generation: Generation) {
        assert!(generation > self.current, "a generation was used twice");
        self.current = generation;
        self.in_air = true;
        self.sign_ms = self.now_ms;
    }
}

fn possible(actors: &[Actor]) -> Vec<Event> {
    let mut events = vec![
        Event::Pass(u64::from(HEARTBEAT_MS)),
        Event::Pass(200),
        Event::Pass(SILENCE_MS),
    ];
    // Callers that have not come yet are all alike: the first of them stands for all.
    if let Some(next) = actors.iter().position(|actor| matches!(actor, Actor::Away)) {
        events.push(Event::Join(next));
    }
    for (index, actor) in actors.iter().enumerate() {
        match actor {
            Actor::Leads(_) => events.extend([
                Event::Beat(index),
                Event::Land(index, true),
                Event::Land(index, false),
                Event::CallOff(index),
                Event::Vanish(index),
            ]),
            Actor::Watches(..) => events.push(Event::Look(index)),
            Actor::Away | Actor::Done => {}
        }
    }
    events
}

fn apply(flight: &mut Flight<Generation>, model: &mut Model, actors: &mut [Actor], event: Event) {
    match event {
        Event::Pass(ms) => model.now_ms += ms,
        Event::Vanish(index) => actors[index] = Actor::Done,
        Event::Join(index) => {
            actors[index] = match flight.join(model.now_ms) {
                Role::Leader(generation) => {
                    assert!(
                        !model.in_air || model.now_ms - model.sign_ms >= SILENCE_MS,
                        "two leaders"
                    );
                    model.takes_off(generation);
                    Actor::Leads(generation)
                }
                Role::Follower(watch) => {
                    assert!(model.in_air, "nobody to follow");
                    Actor::Watches(watch, model.current, model.now_ms)
                }
            };
        }
        Event::Beat(index) => {
            if let Actor::Leads(generation) = actors[index] {
                flight.beat(generation, model.now_ms);
                if generation == model.current {
                    model.sign_ms = model.now_ms;
                }
            }
        }
        Event::Land(index, success) => {
            let Actor::Leads(generation) = actors[index] else {
                return;
            };
            let kept = flight.land(
                generation,
                if success {
                    Ok(generation)
                } else {
                    Err(failure())
                },
            );
            let is_current = generation == model.current;
            let is_news = model.landed.is_none_or(|(landed, _)| landed < generation);
            assert_eq!(kept, is_news && (is_current || success), "fencing");
            assert!(kept || !is_current, "the current leader is always heard");
            if kept {
                model.landed = Some((generation, success));
                model.in_air &= !is_current;
            }
            actors[index] = Actor::Done;
        }
        Event::CallOff(index) => {
            let Actor::Leads(generation) = actors[index] else {
                return;
            };
            flight.call_off(generation);
            model.in_air &= generation != model.current;
            actors[index] = Actor::Done;
        }
        Event::Look(index) => {
            let Actor::Watches(watch, joined, looked_ms) = &mut actors[index] else {
                return;
            };
            let paused_ms = u32::try_from(model.now_ms - *looked_ms).expect("a short pause");
            *looked_ms = model.now_ms;
            let for_me = model.landed.filter(|(landed, _)| landed >= joined);
            match flight.look(watch, paused_ms, model.now_ms) {
                Sight::Waiting => assert!(for_me.is_none(), "a landing was not seen"),
                Sight::Landed(result) => {
                    let (landed, success) = for_me.expect("a landing for this follower");
                    assert_eq!(result.ok(), success.then_some(landed));
                    actors[index] = Actor::Done;
                }
                Sight::CalledOff => {
                    assert!(for_me.is_none() && !model.in_air);
                    actors[index] = Actor::Done;
                }
                Sight::TakenOver(generation) => {
                    assert!(for_me.is_none(), "taken over although landed");
                    assert!(
                        model.now_ms - model.sign_ms >= 3 * u64::from(HEARTBEAT_MS),
                        "taken over from a leader that is alive"
                    );
                    model.takes_off(generation);
                    actors[index] = Actor::Leads(generation);
                }
            }
        }
    }
    assert_eq!(flight.in_air(), model.in_air);
}

/// An error to land with; only the public surface makes them.
fn failure() -> Error {
    ClientConfig::new(ClientOptions::default()).expect_err("an invalid configuration")
}

#[test]
fn every_order_of_events_keeps_the_rules() {
    let runs = explore(6, |choices| {
        let mut flight = Flight::default();
        let mut model = Model::default();
        let mut actors = [Actor::Away, Actor::Away, Actor::Away];
        apply(&mut flight, &mut model, &mut actors, Event::Join(0));
        apply(&mut flight, &mut model, &mut actors, Event::Join(1));
        for _ in 0..6 {
            let events = possible(&actors);
            apply(
                &mut flight,
                &mut model,
                &mut actors,
                events[choices.pick(events.len())],
            );
        }
    });
    assert!(runs > 100_000, "only {runs} orders");
}

/// A look of a follower that paused for so long.
fn look(flight: &mut Flight<()>, watch: &mut Watch, paused_ms: u32) -> Sight<()> {
    flight.look(watch, paused_ms, 0)
}

/// A leader, and those who watch it.
fn led<const N: usize>() -> (Flight<()>, [Watch; N]) {
    let mut flight = Flight::<()>::default();
    flight.join(0);
    let watches = [(); N].map(|()| match flight.join(0) {
        Role::Follower(watch) => watch,
        Role::Leader(_) => panic!("a second leader"),
    });
    (flight, watches)
}

#[test]
fn a_late_look_alone_is_no_death() {
    let (mut flight, [mut watch]) = led();
    for paused_ms in [5, 5, 5, 5] {
        assert!(matches!(
            look(&mut flight, &mut watch, paused_ms),
            Sight::Waiting
        ));
    }
    // The leader's timer is due after the follower's.
    assert!(matches!(look(&mut flight, &mut watch, 500), Sight::Waiting));
    flight.beat(1, 600);
    assert!(matches!(look(&mut flight, &mut watch, 50), Sight::Waiting));
    // Now the leader is gone.
    assert!(matches!(look(&mut flight, &mut watch, 149), Sight::Waiting));
    assert!(matches!(look(&mut flight, &mut watch, 1), Sight::Waiting));
    assert!(matches!(
        look(&mut flight, &mut watch, 50),
        Sight::TakenOver(2)
    ));
}

#[test]
fn an_old_leaders_beat_does_not_keep_a_new_flight_alive() {
    let (mut flight, [mut first, mut second]) = led();
    look(&mut flight, &mut first, 150);
    assert!(matches!(
        look(&mut flight, &mut first, 50),
        Sight::TakenOver(2)
    ));
    for _ in 0..4 {
        flight.beat(1, 200);
        assert!(matches!(look(&mut flight, &mut second, 50), Sight::Waiting));
    }
    flight.beat(1, 400);
    assert!(matches!(
        look(&mut flight, &mut second, 50),
        Sight::TakenOver(3)
    ));
}

/// What it spends may be good for one use, so a clock that was set must not give it a second leader.
#[test]
fn a_leader_is_not_given_up_because_the_clock_was_set() {
    const HOUR_MS: u64 = 3_600_000;
    for now_ms in [0, 2 * HOUR_MS] {
        let mut flight = Flight::<()>::default();
        flight.join(HOUR_MS);
        flight.beat(1, HOUR_MS);
        assert!(flight.is_alive(now_ms));
        assert!(matches!(flight.join(now_ms), Role::Follower(_)));
        flight.beat(1, now_ms + 50);
        assert!(matches!(flight.join(now_ms + 200), Role::Follower(_)));
        // And set once more.
        assert!(matches!(flight.join(HOUR_MS), Role::Follower(_)));
    }
}

#[test]
fn a_dead_leader_is_given_up_however_the_clock_was_set() {
    const HOUR_MS: u64 = 3_600_000;
    for now_ms in [0, 2 * HOUR_MS] {
        let mut flight = Flight::<()>::default();
        flight.join(HOUR_MS);
        assert!(
            matches!(flight.join(now_ms), Role::Follower(_)),
            "perhaps it was only frozen"
        );
        assert!(matches!(flight.join(now_ms + 150), Role::Leader(2)));
    }
}
