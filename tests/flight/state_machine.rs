//! The flight on its own: every order of events, against a model of the rules.

use edge_oauth2::cache::flight::{Flight, Generation, HEARTBEAT_MS, Role, Sight, Watch};
use edge_oauth2::{ClientConfig, ClientOptions, Error};

use crate::support::explore::explore;

/// One of the callers of an exploration.
enum Actor {
    Away,
    Leads(Generation),
    Watches(Watch, Generation),
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
                    Actor::Watches(watch, model.current)
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
            let Actor::Watches(watch, joined) = &mut actors[index] else {
                return;
            };
            let for_me = model.landed.filter(|(landed, _)| landed >= joined);
            match flight.look(watch, model.now_ms) {
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

#[test]
fn a_late_look_alone_is_no_death() {
    let mut flight = Flight::<()>::default();
    flight.join(0);
    let Role::Follower(mut watch) = flight.join(0) else {
        panic!("a second leader");
    };
    for look_ms in [5, 10, 15, 20] {
        assert!(matches!(flight.look(&mut watch, look_ms), Sight::Waiting));
    }
    // The isolate was busy until now; the leader's timer is due after the follower's.
    assert!(matches!(flight.look(&mut watch, 600), Sight::Waiting));
    flight.beat(1, 600);
    assert!(matches!(flight.look(&mut watch, 650), Sight::Waiting));
    // Now the leader is gone.
    assert!(matches!(flight.look(&mut watch, 799), Sight::Waiting));
    assert!(matches!(flight.look(&mut watch, 800), Sight::Waiting));
    assert!(matches!(flight.look(&mut watch, 850), Sight::TakenOver(2)));
}

#[test]
fn an_old_leaders_beat_does_not_keep_a_new_flight_alive() {
    let mut flight = Flight::<()>::default();
    flight.join(0);
    let (Role::Follower(mut first), Role::Follower(mut second)) = (flight.join(0), flight.join(0))
    else {
        panic!("a second leader");
    };
    flight.look(&mut first, 150);
    assert!(matches!(flight.look(&mut first, 200), Sight::TakenOver(2)));
    for now_ms in [200, 250, 300, 350] {
        flight.beat(1, now_ms);
        assert!(matches!(flight.look(&mut second, now_ms), Sight::Waiting));
    }
    flight.beat(1, 400);
    assert!(matches!(flight.look(&mut second, 400), Sight::TakenOver(3)));
}
